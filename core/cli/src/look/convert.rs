//! `skilling convert`: the same message in another form.

use std::io::IsTerminal as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::{Args, ValueEnum};
use serde_json::json;

use super::diag;
use super::input::{self, Found};
use super::view::{Broken, Manner, View};
use super::words::time::{self, Calendar};
use crate::escape::shown;
use crate::output::Output;
use crate::status::{Failure, Status};

const EXAMPLE: &str = "Examples:
  skilling convert token.png --to hex
  skilling convert 8200181c --to diag          [0, 28]
  skilling convert request.cbor --to qr        SKL1:...";

/// Write a message in another form; the bytes stay what they are.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Convert {
    /// A file, - or the text itself.
    message: String,
    /// The form to write.
    #[arg(long, value_enum)]
    to: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// Lower case, on one line.
    Hex,
    /// With padding, on one line.
    Base64,
    /// The bytes themselves.
    Cbor,
    /// The text of a QR code.
    Qr,
    /// RFC 8949 diagnostic notation.
    Diag,
    /// What inspect says with --json.
    Json,
}

impl Convert {
    pub(crate) fn run(self, output: Output) -> Result<Status, Failure> {
        let found = input::load(&self.message, output)?.single(None, output)?;
        write(found, &shown(&self.message), self.to, output)
    }
}

/// A message in another form, on stdout. `name` is what its input is called.
///
/// # Errors
/// It has no such form.
pub(crate) fn write(found: Found, name: &str, to: Form, output: Output) -> Result<Status, Failure> {
    if to == Form::Json {
        return as_json(&found, output);
    }
    let bytes = match found {
        Found::Message(bytes) => bytes,
        Found::Broken(breach) => {
            return Err(Failure::refused(Broken::of_breach(&breach).in_words(name)));
        }
    };
    if to == Form::Cbor {
        if std::io::stdout().is_terminal() {
            return Err(Failure::usage(
                "raw bytes are not written to a terminal: send them to a file or a pipe",
            ));
        }
        output.bytes(&bytes)?;
        return Ok(Status::Good);
    }
    let (key, text) = match to {
        Form::Hex => ("hex", hex::encode(&bytes)),
        Form::Base64 => ("base64", STANDARD.encode(&bytes)),
        Form::Qr => ("qr", qr(&bytes, output)?),
        Form::Diag | Form::Cbor | Form::Json => (
            "diag",
            diag::notation(&bytes).map_err(|(offset, why)| {
                Failure::refused(format!("not well-formed CBOR at byte {offset}: {why}"))
            })?,
        ),
    };
    if output.json {
        output.value(&json!({ key: text }))?;
    } else {
        output.text(&format!("{text}\n"))?;
    }
    Ok(Status::Good)
}

fn as_json(found: &Found, output: Output) -> Result<Status, Failure> {
    let view = View::of(found);
    let manner = Manner::plain(Calendar::new(time::now(), None)?);
    output.value(&view.json(&manner))?;
    Ok(view.status())
}

/// Also of what no phone or till would show as a code, with a warning: the text alone does no harm.
fn qr(bytes: &[u8], output: Output) -> Result<String, Failure> {
    use skilling_link::qr::text::{self, PREFIX, TextError};
    match text::encode(bytes) {
        Ok(text) => Ok(text),
        Err(error @ TextError::NeverAsCode { .. }) => {
            output.warn(format_args!("{error}: no till or phone will take it"));
            Ok([PREFIX, &base45::encode(bytes)].concat())
        }
        Err(error) => Err(Failure::refused(error.to_string())),
    }
}
