//! `skilling inspect`: what a message is and what it says, marked as unverified.

use clap::Args;
use serde_json::Value as Json;

use super::input;
use super::view::{Manner, View};
use super::words::time::{self, Calendar};
use crate::output::{HEADING, Output, paint};
use crate::status::{Failure, Status};

const EXAMPLE: &str = "Examples:
  skilling inspect token.png
  skilling inspect SKL1:SJGK7BJWG... --json
  skilling convert token.png --to hex | skilling inspect - --bytes --tz Europe/Copenhagen

A message is a file, - for standard input, or the text itself: raw CBOR, hex, base64,
SKL1 text, a PNG or JPEG that shows QR codes, or an APDU trace (> and < in front).";

/// Show what a message says, unverified: every field, ids, sizes; of a malformed one where and why.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Inspect {
    /// Files, - or the text itself.
    #[arg(required = true, value_name = "MESSAGE")]
    messages: Vec<String>,
    /// Hex beside each field.
    #[arg(long)]
    bytes: bool,
    /// Leave out what names a person, a shop, a device or a payment: fit for a ticket.
    #[arg(long)]
    redact: bool,
    /// Show times in this zone: an IANA name or an offset like +02:00.
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true)]
    tz: Option<String>,
}

impl Inspect {
    pub(crate) fn run(self, output: Output) -> Result<Status, Failure> {
        let manner = Manner {
            calendar: Calendar::new(time::now(), self.tz.as_deref())?,
            with_bytes: self.bytes,
            is_redacted: self.redact,
        };
        let mut worst = Status::Good;
        let mut views: Vec<(String, View)> = Vec::new();
        for argument in &self.messages {
            match input::load(argument, output) {
                Ok(loaded) => {
                    let found = loaded.found.iter().map(View::of);
                    views.extend(found.map(|view| (loaded.name.clone(), view)));
                }
                Err(failure) => {
                    output.error(&failure);
                    worst = worst.max(failure.status);
                }
            }
        }
        for (_, view) in &views {
            worst = worst.max(view.status());
        }
        if output.json {
            print_json(&views, &manner, self.messages.len(), output)?;
        } else {
            print_text(&views, &manner, output)?;
        }
        Ok(worst)
    }
}

impl View {
    /// The status that this view alone would give.
    pub(crate) fn status(&self) -> Status {
        match self {
            Self::Message(_) => Status::Good,
            Self::Broken(_) => Status::Refused,
        }
    }
}

/// One object a message; an array when several.
fn print_json(
    views: &[(String, View)],
    manner: &Manner,
    asked: usize,
    output: Output,
) -> Result<(), Failure> {
    let mut all: Vec<Json> = views.iter().map(|(_, view)| view.json(manner)).collect();
    match all.pop() {
        None => Ok(()),
        Some(one) if all.is_empty() && asked == 1 => output.value(&one),
        Some(last) => {
            all.push(last);
            output.value(&Json::Array(all))
        }
    }
}

fn print_text(views: &[(String, View)], manner: &Manner, output: Output) -> Result<(), Failure> {
    let several = views.len() > 1;
    for (number, (name, view)) in (1..).zip(views) {
        if several {
            let gap = if number > 1 { "\n" } else { "" };
            let heading = format!(
                "{gap}{}\n",
                paint(HEADING, format_args!("-- {number}: {name}"))
            );
            output.text(&heading)?;
        }
        output.text(&view.text(manner))?;
    }
    Ok(())
}
