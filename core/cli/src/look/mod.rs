//! Looking: commands that need no keys of their own and open no store.

mod input;
mod inspect;
mod trust;
mod verify;
mod view;
mod words;

use clap::Subcommand;

use crate::output::Output;
use crate::status::{Failure, Status};

/// The looking subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Inspect(inspect::Inspect),
    Verify(verify::Verify),
}

impl Command {
    pub(crate) fn run(self, output: Output) -> Result<Status, Failure> {
        match self {
            Self::Inspect(it) => it.run(output),
            Self::Verify(it) => it.run(output),
        }
    }
}
