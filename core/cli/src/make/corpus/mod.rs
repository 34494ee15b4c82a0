//! `skilling corpus`: the conformance kit. It writes messages with what must come of them, and drives any terminal
//! through them by a command line.

mod answer;
mod case;
mod cases;
mod minted;
mod process;
mod run;
mod template;
mod write;

use clap::{Args, Subcommand};

use crate::output::Output;
use crate::status::{Failure, Status};

const EXAMPLE: &str = "Examples:
  skilling corpus kit
  skilling corpus run kit --command 'skilling verify {token} --request {request}
      --trust {trust} --root {root} --now {now} [--status {status}] [--seen {seen}]
      [--outage {outage}] --json'
  skilling corpus run kit --command './my-terminal --token {token:hex} --now {now}'
      --accept-pattern ACCEPTED --junit report.xml";

/// Write the conformance kit: messages as files, and what a terminal must say of each.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Corpus {
    /// The folder to write: a new one, an empty one, or an older kit.
    #[arg(required = true)]
    dir: Option<String>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Run),
}

impl Corpus {
    pub(crate) fn run(self, output: Output) -> Result<Status, Failure> {
        match (self.command, self.dir) {
            (Some(Command::Run(run)), _) => run.run(output),
            (None, Some(dir)) => write::write(&dir, output),
            (None, None) => Err(Failure::usage(
                "give a folder for the kit: skilling corpus DIR",
            )),
        }
    }
}
