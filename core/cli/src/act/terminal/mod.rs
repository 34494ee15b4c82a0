//! `skilling terminal`: a till with its keys and its acceptance store in a folder.

mod accept;
mod goods;
mod init;
#[cfg(feature = "pcsc")]
mod listen;
mod online;
mod ready;
mod report;
mod request;
mod till;
mod void;

use clap::{Args, Subcommand};

use super::home::Place;
use crate::output::Output;
use crate::status::{Failure, Status};
use till::Till;

const EXAMPLE: &str = "Example:
  skilling terminal init --home till --root bank/root.hex --acquirer http://127.0.0.1:8460
  skilling terminal sync --home till
  skilling terminal certificate --home till certificate.hex
  skilling terminal request --home till 125.50 -o request.png
  skilling terminal accept --home till token.png -o receipt.png";

/// A till: requests, acceptance, receipts, deposits.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Terminal {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Init),
    Certificate(goods::Certificate),
    Take(goods::Take),
    Sync(online::Sync),
    Deposit(online::Deposit),
    Request(request::RequestCommand),
    Accept(accept::Accept),
    #[cfg(feature = "pcsc")]
    Listen(listen::Listen),
    Void(void::Void),
    Receipts(report::Receipts),
    Totals(report::Totals),
    CanAccept(ready::CanAccept),
}

impl Terminal {
    pub(crate) fn run(self, output: Output) -> Result<Status, Failure> {
        let place = self.place;
        if let Command::Init(it) = self.command {
            return it.run(&place, output);
        }
        #[cfg(feature = "pcsc")]
        if let Command::Listen(it) = &self.command
            && it.list
        {
            return listen::list(output);
        }
        let till = Till::open(&place)?;
        match self.command {
            Command::Init(_) => Ok(Status::Good),
            Command::Certificate(it) => it.run(&till, output),
            Command::Take(it) => it.run(&till, output),
            Command::Sync(it) => it.run(till, output),
            Command::Deposit(it) => it.run(&till, output),
            Command::Request(it) => it.run(&till, output),
            Command::Accept(it) => it.run(&till, output),
            #[cfg(feature = "pcsc")]
            Command::Listen(it) => it.run(&till, output),
            Command::Void(it) => it.run(&till, output),
            Command::Receipts(it) => it.run(&till, output),
            Command::Totals(it) => it.run(&till, output),
            Command::CanAccept(it) => it.run(&till, output),
        }
    }
}
