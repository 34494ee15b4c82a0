//! Shell completions and manual pages, made from the command line's own definition.

use std::path::Path;

use clap::{Args, Command, CommandFactory as _};
use clap_complete::Shell;

use crate::args::Cli;
use crate::escape::shown;
use crate::output::Output;
use crate::status::{Failure, Status};

const COMPLETIONS_EXAMPLE: &str = "Examples:
  skilling completions bash > /etc/bash_completion.d/skilling
  skilling completions zsh > /usr/local/share/zsh/site-functions/_skilling
  skilling completions fish > ~/.config/fish/completions/skilling.fish";

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
        let Some(dir) = &self.dir else {
            output.bytes(&page(Cli::command())?)?;
            return Ok(Status::Good);
        };
        let failed = |error: std::io::Error| {
            Failure::file(format!(
                "cannot write into {}: {error}\n   = help: give a folder that you may write to; it is made where it is missing",
                shown(dir)
            ))
        };
        std::fs::create_dir_all(dir).map_err(failed)?;
        let mut command = Cli::command().disable_help_subcommand(true);
        // Gives every subcommand its full name.
        command.build();
        let mut commands = vec![command];
        while let Some(command) = commands.pop() {
            commands.extend(command.get_subcommands().cloned());
            let name = clap_mangen::Man::new(command.clone()).get_filename();
            std::fs::write(Path::new(dir).join(name), page(command)?).map_err(failed)?;
        }
        Ok(Status::Good)
    }
}

/// One page. What follows the options in help are examples, and stays as it was laid out.
fn page(command: Command) -> Result<Vec<u8>, Failure> {
    const EXTRA: &str = "\n.SH EXTRA\n";
    let failed = || Failure::file("the page could not be made");
    let mut page = Vec::new();
    let man = clap_mangen::Man::new(command);
    man.render(&mut page).map_err(|_| failed())?;
    let page = String::from_utf8(page).map_err(|_| failed())?;
    let Some((before, extra)) = page.split_once(EXTRA) else {
        return Ok(page.into_bytes());
    };
    let (examples, after) = extra.split_once("\n.SH ").unwrap_or((extra, "VERSION"));
    let examples = examples.replace("\n.br\n", "\n");
    // The command's own page tells its exit status first, which is a section of its own in a manual.
    let (title, examples) = match examples.strip_prefix("Exit status:\n") {
        Some(rest) => (
            "EXIT STATUS",
            rest.replace("\n\nExample:\n", "\n.fi\n.SH EXAMPLES\n.nf\n"),
        ),
        None => ("EXAMPLES", examples),
    };
    Ok(format!("{before}\n.SH {title}\n.nf\n{examples}\n.fi\n.SH {after}").into_bytes())
}
