//! `skilling terminal init`: a till with its first key, which the acquirer certifies.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use skilling_protocol::values::Currency;

use super::till::{self, Settings, Till};
use crate::act::home::{self, Place};
use crate::act::{argument, network};
use crate::escape::shown;
use crate::look::trust;
use crate::output::Output;
use crate::status::{Failure, Status};

const EXAMPLE: &str = "Example:
  skilling terminal init --home till --root bank/root.hex --acquirer http://127.0.0.1:8460 -o till.hex
  skilling terminal init --home till2 --root bank/root.hex --acquirer http://127.0.0.1:8460 \\
      --store till/till.db";

/// Set up a till and print its key.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Init {
    /// A root key of the scheme as 66 hex digits, or a file with it; up to three.
    #[arg(long, value_name = "KEY", required = true)]
    root: Vec<String>,
    /// Where the acquirer answers.
    #[arg(long, visible_alias = "server", value_name = "URL", value_parser = network::url,
          default_value = network::USUAL_URL)]
    acquirer: String,
    /// What requests are made in unless told otherwise.
    #[arg(long, default_value = "DKK", value_parser = argument::currency)]
    currency: Currency,
    /// The acceptance store of another till of this shop, to share it.
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    /// Write the key to a file, as hex.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Init {
    pub(super) fn run(self, place: &Place, output: Output) -> Result<Status, Failure> {
        let home = place.home()?;
        if till::exists(home) {
            return Err(Failure::refused(format!(
                "{} holds a till already: choose another --home",
                shown(&home.to_string_lossy())
            )));
        }
        let roots = trust::roots(&self.root)?;
        home::make(home)?;
        let settings = Settings {
            roots: roots.iter().map(ToString::to_string).collect(),
            acquirer: self.acquirer,
            currency: self.currency.numeric(),
            store: self
                .store
                .map(std::path::absolute)
                .transpose()
                .map_err(|error| Failure::file(format!("the store cannot be found: {error}")))?,
        };
        let (_, key) = Till::create(home, settings, place.clock()?)?;
        if let Some(path) = &self.output {
            let name = shown(&path.to_string_lossy());
            std::fs::write(path, format!("{key}\n"))
                .map_err(|error| Failure::file(format!("cannot write {name}: {error}")))?;
        }
        if output.json {
            output.value(&json!({"terminal_key": key.to_string()}))?;
        } else {
            output.text(&format!("terminal key  {key}\n"))?;
        }
        Ok(Status::Good)
    }
}
