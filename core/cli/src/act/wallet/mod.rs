//! `skilling wallet`: one person's wallet, with keys in files that are marked as software.

mod arm;
mod card;
mod close;
mod enrol;
mod forecast;
mod history;
mod pay;
mod phone;
mod receive;
mod review;
mod status;
mod sync;

use clap::{Args, Subcommand};

use super::home::Place;
use crate::output::Output;
use crate::status::{Failure, Status};
use phone::Phone;

const EXAMPLE: &str = "Example:
  skilling wallet enrol --home asta --server http://127.0.0.1:8460 --root bank/root.hex --code CODE
  skilling wallet sync --home asta --want 2000 --currency DKK
  skilling wallet pay --home asta request.png -o token.png
  skilling wallet receipt --home asta receipt.png";

/// A wallet: allowances, payments, receipts.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Wallet {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Enrol(enrol::Enrol),
    Sync(sync::Sync),
    Status(status::StatusCommand),
    Review(review::ReviewCommand),
    Pay(pay::Pay),
    Receipt(receive::Receipt),
    Arm(arm::Arm),
    Card(card::CardCommand),
    Take(receive::Take),
    History(history::History),
    Forecast(forecast::ForecastCommand),
    Close(close::Close),
}

impl Wallet {
    pub(crate) fn run(self, output: Output) -> Result<Status, Failure> {
        let place = self.place;
        if let Command::Enrol(it) = self.command {
            return it.run(&place, output);
        }
        if let Command::Arm(it) = self.command {
            return it.run(&place, output);
        }
        let phone = Phone::open(&place)?;
        match self.command {
            Command::Enrol(_) | Command::Arm(_) => Ok(Status::Good),
            Command::Card(it) => it.run(phone, output),
            Command::Sync(it) => it.run(phone, output),
            Command::Status(it) => it.run(&phone, output),
            Command::Review(it) => it.run(&phone, output),
            Command::Pay(it) => it.run(&phone, output),
            Command::Receipt(it) => it.run(&phone, output),
            Command::Take(it) => it.run(&phone, output),
            Command::History(it) => it.run(&phone, output),
            Command::Forecast(it) => it.run(&phone, output),
            Command::Close(it) => it.run(&phone, output),
        }
    }
}
