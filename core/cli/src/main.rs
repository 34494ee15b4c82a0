//! The `skilling` command: look at any message, play every role by hand.
//!
//! One folder a kind of work: [`look`] needs no keys and opens no store; [`act`] plays issuer, wallet and terminal; [`make`] makes
//! messages for testing other people's terminals. What
//! all of it shares stands beside this file: the arguments ([`args`]), the exit statuses ([`status`]), and how results are
//! written ([`output`]).

mod act;
mod args;
mod demo;
mod escape;
mod junit;
mod look;
mod make;
mod output;
mod status;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let cli = match args::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return args::refused(&error),
    };
    let output = output::Output {
        json: cli.json,
        quiet: cli.quiet,
    };
    match cli.command.run(output) {
        Ok(status) => status.into(),
        Err(failure) => {
            output.error(&failure);
            failure.status.into()
        }
    }
}
