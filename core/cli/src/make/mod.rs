//! Making: messages for testing other people's terminals, right or off by intention, and the kit that drives one.
//!
//! Every signature made here is by a throw-away key, derived from a name that anybody may know ([`keys`]): what is minted is
//! worth nothing, and no real key can come in.

mod cbor;
mod corpus;
mod draft;
mod flip_table;
mod flips;
mod keys;
mod mint;
mod mutate;
mod off;
mod off_message;
mod set;
mod shape;
mod source;
mod story;
mod value;

use clap::Subcommand;

use crate::output::Output;
use crate::status::{Failure, Status};

/// The making subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Mint(mint::Mint),
    Mutate(mutate::Mutate),
    Corpus(corpus::Corpus),
}

impl Command {
    pub(crate) fn run(self, output: Output) -> Result<Status, Failure> {
        match self {
            Self::Mint(it) => it.run(output),
            Self::Mutate(it) => it.run(output),
            Self::Corpus(it) => it.run(output),
        }
    }
}
