//! Acting: issuer, wallet and terminal, each in its own process, with its state in a folder of its own (`--home`).
//!
//! What they exchange goes over HTTP on this machine, or as pictures and files between them, as between people.

pub(crate) mod argument;
mod clock;
mod home;
mod issuer;
mod letters;
mod network;
mod person;
pub(crate) mod picture;
mod tape;
mod terminal;
mod wallet;

use clap::Subcommand;

use crate::output::Output;
use crate::status::{Failure, Status};

/// The acting subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Issuer(issuer::Issuer),
    Wallet(wallet::Wallet),
    Terminal(terminal::Terminal),
}

impl Command {
    pub(crate) fn run(self, output: Output) -> Result<Status, Failure> {
        match self {
            Self::Issuer(it) => it.run(output),
            Self::Wallet(it) => it.run(output),
            Self::Terminal(it) => it.run(output),
        }
    }
}
