//! The command line: what all subcommands share, and the groups of subcommands.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::act;
use crate::demo;
use crate::escape::shown;
use crate::look;
use crate::make;
use crate::output::Output;
use crate::status::{Failure, Status};

/// What every help page ends with.
const STATUSES: &str = "Exit status:
  0 good (well-formed; accepted; the proof holds)
  1 looked at and refused (malformed, declined, no proof)
  2 the call itself is wrong
  3 a file or the network failed
  4 nothing to read in it (a picture without a code)
  5 cannot be decided (a key or bundle is missing)

Example:
  skilling inspect token.png
  skilling explain 24";

/// Look at, check and make messages of the Skilling offline payment protocol.
#[derive(Debug, Parser)]
#[command(name = "skilling", version, after_help = STATUSES, propagate_version = true)]
pub(crate) struct Cli {
    /// Results as JSON on stdout: an interface for programs.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Print nothing; the exit status alone speaks.
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Every subcommand, by group.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    #[command(flatten)]
    Look(look::Command),
    #[command(flatten)]
    Act(act::Command),
    #[command(flatten)]
    Make(make::Command),
    Demo(demo::Arguments),
}

impl Command {
    pub(crate) fn run(self, output: Output) -> Result<Status, Failure> {
        match self {
            Self::Look(command) => command.run(output),
            Self::Act(command) => command.run(output),
            Self::Make(command) => command.run(output),
            Self::Demo(arguments) => demo::run(&arguments, output),
        }
    }
}

/// Says why a call cannot be understood, or shows the help that was asked for. What stands in the arguments may have
/// been copied from a message, so it is repeated harmlessly.
pub(crate) fn refused(error: &clap::Error) -> ExitCode {
    let is_plain = std::env::args_os().all(|it| it.to_str().is_some_and(|it| shown(it) == it));
    if is_plain || !error.use_stderr() {
        // Where nobody can be told there is nothing else to do.
        let _ = error.print();
    } else {
        for line in error.render().to_string().lines() {
            eprintln!("{}", shown(line));
        }
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(Status::Usage as u8))
}
