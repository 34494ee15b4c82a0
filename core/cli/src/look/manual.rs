//! Shell completions and manual pages, made from the command line's own definition.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::args::Cli;
use crate::escape::shown;
use crate::output::Output;
use crate::status::{Failure, Status};

const COMPLETIONS_EXAMPLE: &str = "Example:
  skilling completions bash > /etc/bash_completion.d/skilling";

const MAN_EXAMPLE: &str = "Examples:
  skilling man | man -l -
  skilling man --dir /usr/local/share/man/man1     (a page for every subcommand)";

/// Write the completions of a shell.
#[derive(Debug, Args)]
#[command(after_help = COMPLETIONS_EXAMPLE)]
pub(crate) struct Completions {
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(self, output: Output) -> Result<Status, Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "skilling", &mut script);
        output.bytes(&script)?;
        Ok(Status::Good)
    }
}

/// Write the manual page, or a page for every subcommand into a folder.
#[derive(Debug, Args)]
#[command(after_help = MAN_EXAMPLE)]
pub(crate) struct Man {
    /// The folder for the pages.
    #[arg(long)]
    dir: Option<String>,
}

impl Man {
    pub(crate) fn run(self, output: Output) -> Result<Status, Failure> {
        if let Some(dir) = &self.dir {
            clap_mangen::generate_to(Cli::command(), dir).map_err(|error| {
                Failure::file(format!("cannot write into {}: {error}", shown(dir)))
            })?;
            return Ok(Status::Good);
        }
        let mut page = Vec::new();
        clap_mangen::Man::new(Cli::command())
            .render(&mut page)
            .map_err(|error| Failure::file(format!("the page could not be made: {error}")))?;
        output.bytes(&page)?;
        Ok(Status::Good)
    }
}
