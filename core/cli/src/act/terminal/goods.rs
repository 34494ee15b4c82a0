//! `skilling terminal certificate` and `take`: what others signed, from files and posters.

use std::fmt::Write as _;

use clap::Args;
use serde_json::json;
use skilling_protocol::message::MessageType;
use skilling_protocol::objects::Merchant;
use skilling_protocol::signed::Signed;
use skilling_terminal::{Taken, TerminalError};

use super::online;
use super::till::{Till, failed};
use crate::act::letters;
use crate::output::Output;
use crate::status::{Failure, Status};

/// Install the certificate that the acquirer made for this till's key.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  skilling terminal certificate --home till certificate.hex")]
pub(super) struct Certificate {
    /// The certificate: a file, - or the hex itself.
    certificate: String,
}

impl Certificate {
    pub(super) fn run(self, till: &Till, output: Output) -> Result<Status, Failure> {
        let object = letters::one(&self.certificate, MessageType::Renewed, output)?;
        let is_bare = Signed::<Merchant>::decode(&object).is_ok();
        let install = || match is_bare {
            true => till.terminal.take_certificate(&object),
            false => till.terminal.take(&object),
        };
        let taken = match install() {
            // The acquirer is known from the bundle, which a new till has not fetched yet.
            Err(TerminalError::NoTrustBundle) => {
                online::refresh(till)?;
                install()
            }
            other => other,
        };
        let taken = taken.map_err(failed)?;
        let held = till.terminal.certificate().map_err(failed)?;
        if output.json {
            output.value(&json!({
                "new": taken.is_new,
                "merchant": held.name.as_str(),
                "id": held.id.to_string(),
                "terminal_id": held.terminal_id.to_string(),
                "valid_until": held.valid_until.unix(),
            }))?;
        } else {
            output.text(&format!(
                "{}, terminal {}: ready to make requests\n",
                held.name, held.terminal_id
            ))?;
        }
        Ok(Status::Good)
    }
}

/// Take trust bundles, status lists, outage bulletins and fraud proofs from files or a poster's picture.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  skilling terminal take --home till bundle.cbor poster.png")]
pub(super) struct Take {
    /// Files, pictures, - or the text itself.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
}

impl Take {
    pub(super) fn run(self, till: &Till, output: Output) -> Result<Status, Failure> {
        let (mut lines, mut values) = (String::new(), Vec::new());
        let mut worst = Status::Good;
        for file in &self.files {
            for message in letters::all(file, output)? {
                match till.terminal.take(&message) {
                    Ok(taken) => {
                        let _ = writeln!(lines, "{}", line(taken));
                        values.push(json!({"kind": taken.kind.name(), "new": taken.is_new}));
                    }
                    Err(error) => {
                        let failure = failed(error);
                        output.error(&failure);
                        worst = worst.max(failure.status);
                    }
                }
            }
        }
        if output.json {
            output.value(&json!({"taken": values}))?;
        } else {
            output.text(&lines)?;
        }
        Ok(worst)
    }
}

/// `trust_bundle: new`.
pub(super) fn line(taken: Taken) -> String {
    let state = if taken.is_new {
        "new"
    } else {
        "as held already"
    };
    format!("{}: {state}", taken.kind.name())
}
