//! `skilling demo`: the whole story in one go, on real files, sockets and pictures. Only time is moved by hand.
//!
//! Every line that is printed comes from what the crates did or answered. If anything does not happen as it should, the
//! story stops with an error: nothing here is told that was not seen.

mod cable;
mod chapters;
mod counter;
mod network;
#[cfg_attr(not(feature = "pcsc"), path = "no_radio.rs")]
mod radio;
mod stage;
mod town;

use std::path::{Path, PathBuf};

use clap::Args;

use crate::output::Output;
use crate::status::{Failure, Status};

/// What a step of the story returns. An error ends it.
type Told<T = ()> = Result<T, Box<dyn std::error::Error>>;

const EXAMPLE: &str = "Example:
  skilling demo --keep story
  skilling inspect story/messages/03-*token.png
  skilling fraud-proof story/messages/08-*-fraud-proof.cbor \\
      --trust story/messages/05-*-trust-bundle.cbor --root story/homes/scheme/root.hex

The story plays from 2027-01-11; `inspect` counts its times from today.";

/// Tell the whole story: grants, an outage, payments by QR and NFC, a cheat, everybody settled.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Arguments {
    /// Keep every message, picture and database in this new or empty folder.
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

/// Tells it.
pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<Status, Failure> {
    match &arguments.keep {
        Some(folder) => {
            let folder = empty(folder)?;
            tell(&folder, true, output)?;
            output.note(format!("everything is kept in {}", folder.display()));
        }
        None => {
            let folder = scratch()?;
            let told = tell(&folder, false, output);
            // What cannot be removed is left to the system's own tidying.
            let _ = std::fs::remove_dir_all(&folder);
            told?;
        }
    }
    Ok(Status::Good)
}

fn tell(folder: &Path, keeps: bool, output: Output) -> Result<(), Failure> {
    let mut stage = stage::Stage::new(folder, keeps, output.quiet || output.json);
    let ending = chapters::tell(&mut stage)
        .map_err(|error| Failure::refused(format!("the story stopped: {error}")))?;
    if output.json {
        output.value(&ending)?;
    }
    Ok(())
}

fn empty(folder: &Path) -> Result<PathBuf, Failure> {
    let cannot = |error: std::io::Error| {
        Failure::file(format!("{} cannot be used: {error}", folder.display()))
    };
    std::fs::create_dir_all(folder).map_err(cannot)?;
    if std::fs::read_dir(folder).map_err(cannot)?.next().is_some() {
        return Err(Failure::usage(format!(
            "{} is not empty; name a new folder, so that nothing of yours is overwritten",
            folder.display()
        )));
    }
    folder.canonicalize().map_err(cannot)
}

fn scratch() -> Result<PathBuf, Failure> {
    let name = format!("skilling-demo-{}", std::process::id());
    empty(&std::env::temp_dir().join(name))
}
