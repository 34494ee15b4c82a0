//! `skilling inspect`: what a message is and what it says, marked as unverified.

use clap::Args;
use serde_json::Value as Json;
use skilling_link::apdu::budget::Budget;
use skilling_protocol::message::MessageType;
use skilling_protocol::objects::TrustBundle;
use skilling_protocol::signed::Signed;

use super::input;
use super::page::{self, Heading, Part};
use super::trust::{self, Roots};
use super::view::{Manner, View, tap};
use super::words::time::Clock;
use crate::output::{HEADING, Output, paint};
use crate::status::{Failure, Status};

const EXAMPLE: &str = "Examples:
  skilling inspect token.png
  skilling inspect SKL1:SJGK7BJWG... --json
  skilling convert token.png --to hex | skilling inspect - --bytes --tz Europe/Copenhagen
  skilling inspect token.cbor --html token.html --redact
  skilling inspect token.cbor --trust bundle.cbor --now 2026-09-21T14:14:00Z

A message is a file, - for standard input, or the text itself: raw CBOR, hex, base64,
SKL1 text, a PNG or JPEG that shows QR codes, or an APDU trace (> and < in front).";

/// Show what a message says: every field, ids, signatures, sizes; of a malformed one where and why.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Inspect {
    /// Files, - or the text itself.
    #[arg(required = true, value_name = "MESSAGE")]
    messages: Vec<String>,
    /// Every byte: offset and hex beside each field, nested.
    #[arg(long)]
    bytes: bool,
    /// Leave out what names a person, a shop, a device or a payment: fit for a ticket.
    #[arg(long)]
    redact: bool,
    /// Also write one page to attach to a ticket: code, fields, checks and bytes.
    #[arg(long, value_name = "FILE")]
    html: Option<String>,
    /// A trust bundle: check signatures with its keys, warn of what goes beyond its policies.
    #[arg(long, value_name = "B")]
    trust: Option<String>,
    /// The root key of bundles and bulletins: 66 hex digits, or a file with it.
    #[arg(long, value_name = "KEY")]
    root: Vec<String>,
    #[command(flatten)]
    clock: Clock,
}

impl Inspect {
    pub(crate) fn run(self, output: Output) -> Result<Status, Failure> {
        let roots = match self.root.as_slice() {
            [] => Vec::new(),
            some => trust::roots(some)?,
        };
        let manner = Manner {
            calendar: self.clock.calendar()?,
            with_bytes: self.bytes,
            is_redacted: self.redact,
            trust: self.bundle(&roots, output)?,
            roots,
        };
        let mut worst = Status::Good;
        let mut views: Vec<(String, View)> = Vec::new();
        let mut taps = Vec::new();
        for argument in &self.messages {
            match input::load(argument, output) {
                Ok(loaded) => {
                    let found = loaded.found.iter().map(View::of);
                    views.extend(found.map(|view| (loaded.name.clone(), view)));
                    taps.extend(loaded.taps);
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
        if let Some(path) = &self.html {
            page::write(path, &as_page(&views, &manner), output)?;
        }
        if output.json {
            print_json(&views, &taps, &manner, self.messages.len(), output)?;
        } else {
            print_text(&views, &manner, output)?;
            for tap in &taps {
                output.text(&format!("\n{}", tap::text(tap)))?;
            }
        }
        Ok(worst)
    }

    /// The bundle to hold the messages against; it decides nothing, so its root is checked only if one is named.
    fn bundle(&self, roots: &Roots, output: Output) -> Result<Option<TrustBundle>, Failure> {
        let Some(argument) = &self.trust else {
            return Ok(None);
        };
        let found = trust::load(argument, MessageType::TrustBundle, output)?;
        let wrong = |why: String| Failure::usage(format!("--trust: {why}"));
        if roots.is_empty() {
            let signed: Signed<TrustBundle> = trust::decode(&found).map_err(wrong)?;
            return Ok(Some(signed.unverified().clone()));
        }
        let bundle = trust::bundle(&found, roots).map_err(|error| wrong(error.to_string()))?;
        Ok(Some((*bundle).clone()))
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

fn as_page(views: &[(String, View)], manner: &Manner) -> String {
    let title = match views {
        [(name, _)] => format!("skilling inspect: {name}"),
        several => format!("skilling inspect: {} messages", several.len()),
    };
    let heading = Heading {
        title,
        ..Heading::default()
    };
    let parts: Vec<Part<'_>> = views
        .iter()
        .map(|(name, view)| Part {
            name: name.clone(),
            view,
        })
        .collect();
    page::page(&heading, &parts, manner)
}

/// One object a message, then one a tap; an array when several.
fn print_json(
    views: &[(String, View)],
    taps: &[Budget],
    manner: &Manner,
    asked: usize,
    output: Output,
) -> Result<(), Failure> {
    let mut all: Vec<Json> = views.iter().map(|(_, view)| view.json(manner)).collect();
    all.extend(taps.iter().map(tap::value));
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
        output.text(&view.text(name, manner))?;
    }
    Ok(())
}
