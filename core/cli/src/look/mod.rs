//! Looking: commands that need no keys of their own and open no store.
//!
//! Nothing here starts a runtime or touches the network, so a cold start costs next to nothing.

pub(crate) mod convert;
mod diag;
mod diff;
mod explain;
mod fraud_proof;
pub(crate) mod input;
mod inspect;
mod manual;
mod page;
mod qr;
pub(crate) mod trust;
pub(crate) mod verify;
mod view;
pub(crate) mod words;

use clap::Subcommand;

use crate::output::Output;
use crate::status::{Failure, Status};

/// The looking subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Inspect(inspect::Inspect),
    Verify(Box<verify::Verify>),
    FraudProof(fraud_proof::FraudProofCommand),
    Qr(qr::Qr),
    Convert(convert::Convert),
    Explain(explain::Explain),
    Diff(diff::Diff),
    Completions(manual::Completions),
    Man(manual::Man),
}

impl Command {
    pub(crate) fn run(self, output: Output) -> Result<Status, Failure> {
        match self {
            Self::Inspect(it) => it.run(output),
            Self::Verify(it) => it.run(output),
            Self::FraudProof(it) => it.run(output),
            Self::Qr(it) => it.run(output),
            Self::Convert(it) => it.run(output),
            Self::Explain(it) => it.run(output),
            Self::Diff(it) => it.run(output),
            Self::Completions(it) => it.run(output),
            Self::Man(it) => it.run(output),
        }
    }
}
