//! `skilling issuer`: the bank, the acquirer and the scheme of a test, served on this machine and decided by hand.

mod bank;
mod customer;
mod init;
mod merchant;
mod policy;
mod report;
mod scheme;
mod serve;

use std::sync::Arc;

use clap::{Args, Subcommand};
use skilling_issuer::{Error, Server};
use skilling_protocol::values::{Currency, Decimals};

use super::argument;
use super::home::Place;
use crate::output::Output;
use crate::status::{Failure, Status};

const EXAMPLE: &str = "Example:
  skilling issuer init --home bank
  skilling issuer serve --home bank --listen 127.0.0.1:8460 &
  skilling issuer customer add --home bank --name Asta --currency DKK --funding held --amount 5000
  skilling issuer report --home bank";

/// A test bank and acquirer with their scheme: every command works beside a running `serve`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Issuer {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Init),
    Serve(serve::Serve),
    Customer(customer::Customer),
    Merchant(merchant::Merchant),
    Policy(policy::PolicyCommand),
    Suspend(scheme::Suspend),
    Revoke(bank::Revoke),
    Outage(scheme::OutageCommand),
    Trust(scheme::Trust),
    Dispute(bank::Dispute),
    Report(report::Report),
    Proofs(report::Proofs),
}

impl Issuer {
    pub(crate) fn run(self, output: Output) -> Result<Status, Failure> {
        let place = self.place;
        if let Command::Init(it) = self.command {
            return it.run(&place, output);
        }
        let bank = Bank::open(&place)?;
        match self.command {
            Command::Init(_) => {}
            Command::Serve(it) => it.run(bank, output)?,
            Command::Customer(it) => it.run(&bank, output)?,
            Command::Merchant(it) => it.run(&bank, output)?,
            Command::Policy(it) => it.run(&bank, output)?,
            Command::Suspend(it) => it.run(&bank, output)?,
            Command::Revoke(it) => it.run(&bank, output)?,
            Command::Outage(it) => it.run(&bank, output)?,
            Command::Trust(it) => it.run(&bank, output)?,
            Command::Dispute(it) => it.run(&bank, output)?,
            Command::Report(it) => it.run(&bank, output)?,
            Command::Proofs(it) => it.run(&bank, output)?,
        }
        Ok(Status::Good)
    }
}

/// An open home.
struct Bank {
    server: Arc<Server>,
    clock: Arc<dyn skilling_platform::clock::Clock>,
}

impl Bank {
    fn open(place: &Place) -> Result<Self, Failure> {
        let (home, clock) = (place.home()?, place.clock()?);
        if !home.join("home.json").exists() {
            return Err(Failure::file(format!(
                "there is no issuer in {}: make one with skilling issuer init",
                crate::escape::shown(&home.to_string_lossy())
            )));
        }
        let server = Server::open(home, clock.clone()).map_err(failed)?;
        Ok(Self {
            server: Arc::new(server),
            clock,
        })
    }

    /// The decimals of the scheme's policy.
    fn decimals(&self, currency: Currency) -> Result<Decimals, Failure> {
        let policy = self.server.scheme().policy(currency).map_err(failed)?;
        Ok(argument::decimals(policy.as_ref(), currency))
    }
}

/// What the library says, with the status that belongs to it.
fn failed(error: Error) -> Failure {
    let text = match &error {
        Error::Unknown(what) => format!("unknown {what}: give it as skilling printed it"),
        Error::Exists(what) => format!("{what} exists already: nothing was changed"),
        other => other.to_string(),
    };
    match error {
        Error::Store(_) | Error::KeyFile(_) | Error::Io(_) | Error::NoRandomness(_) => {
            Failure::file(text)
        }
        Error::OutOfBounds(_) => Failure::usage(text),
        _ => Failure::refused(text),
    }
}
