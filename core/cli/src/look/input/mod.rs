//! Where messages come from: a file, standard input, or the argument itself, in any of the forms they travel in.
//!
//! What an input was taken for is always said; a guess is never silent.

mod among;
mod detect;
mod file;
mod picture;
mod trace;

use std::path::Path;

use skilling_link::apdu::budget::Budget;

use crate::escape::shown;
use crate::output::Output;
use crate::status::Failure;

pub(crate) use detect::code;
pub(crate) use file::{file, whole};
pub(crate) use picture::codes as picture_codes;

/// What an input turned out to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    /// The bytes of a message, not decoded yet.
    Message(Vec<u8>),
    /// Something that should have been a message but breaks a rule before its bytes are known.
    Broken(Breach),
}

/// A rule broken by the form a message came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Breach {
    /// Of a newer version (`SKL2:`), not malformed.
    pub(crate) is_unsupported: bool,
    /// Stable name.
    pub(crate) rule: &'static str,
    /// In bytes, from the start of the text.
    pub(crate) offset: usize,
    /// In words.
    pub(crate) detail: String,
    /// The characters before the fault and from it on, as they came in: not fit to be shown raw.
    pub(crate) around: (String, String),
}

impl Breach {
    /// The characters around a fault in a text, no more than a line holds.
    pub(crate) fn around(text: &str, offset: usize) -> (String, String) {
        const BEFORE: usize = 20;
        const AFTER: usize = 40;
        let Some((before, after)) = text.split_at_checked(offset.min(text.len())) else {
            return (String::new(), String::new());
        };
        let line = before.rsplit('\n').next().unwrap_or_default();
        let skipped = line.chars().count().saturating_sub(BEFORE);
        let is_of_line = |c: &char| !matches!(c, '\r' | '\n');
        (
            line.chars().skip(skipped).collect(),
            after.chars().take_while(is_of_line).take(AFTER).collect(),
        )
    }
}

/// An input, read and taken apart.
#[derive(Debug, Clone)]
pub(crate) struct Input {
    /// What to call it in messages, harmless.
    pub(crate) name: String,
    /// What it held, never empty.
    pub(crate) found: Vec<Found>,
    /// What the taps cost, of a trace.
    pub(crate) taps: Vec<Budget>,
}

/// Reads an argument that stands for one or several messages.
///
/// # Errors
/// A file that cannot be read; a picture or trace in which there is nothing.
pub(crate) fn load(argument: &str, output: Output) -> Result<Input, Failure> {
    let (name, bytes) = match source(argument)? {
        Source::Bytes { name, bytes } => (name, bytes),
        Source::Argument => {
            let (form, found) = detect::argument(argument)?;
            output.note(format_args!("the argument was taken for {form}"));
            return Ok(Input {
                name: "the argument".to_owned(),
                found,
                taps: trace::taps(argument.as_bytes()),
            });
        }
    };
    let (form, found) = detect::bytes(&bytes, &name, output)?;
    output.note(format_args!("{name} was taken for {form}"));
    Ok(Input {
        name,
        found,
        taps: trace::taps(&bytes),
    })
}

enum Source {
    Bytes { name: String, bytes: Vec<u8> },
    Argument,
}

fn source(argument: &str) -> Result<Source, Failure> {
    if argument == "-" {
        let (name, bytes) = ("standard input".to_owned(), file::standard_input()?);
        return Ok(Source::Bytes { name, bytes });
    }
    if !argument.is_empty() && Path::new(argument).exists() {
        let (name, bytes) = (shown(argument), file(argument)?);
        return Ok(Source::Bytes { name, bytes });
    }
    Ok(Source::Argument)
}

impl Input {
    /// The one message of type `wanted` in it, where exactly one message is asked for.
    ///
    /// A trace of a torn tap holds the same token twice: that is one. Where other messages stand beside it, it is said.
    ///
    /// # Errors
    /// Several that could be meant.
    pub(crate) fn single(self, wanted: Option<u8>, output: Output) -> Result<Found, Failure> {
        let mut found: Vec<Found> = Vec::new();
        for it in self.found {
            if !found.contains(&it) {
                found.push(it);
            }
        }
        if found.len() > 1 {
            let of_type = |it: &Found| {
                matches!(it, Found::Message(bytes)
                    if skilling_link::message_type(bytes) == wanted.map(u64::from))
            };
            if found.iter().filter(|it| of_type(it)).count() == 1 {
                let all = found.len();
                output.note(format_args!(
                    "{}: of its {all} messages the one of type {} was taken",
                    self.name,
                    wanted.unwrap_or_default()
                ));
                found.retain(of_type);
            }
        }
        match (found.len(), found.pop()) {
            (1, Some(one)) => Ok(one),
            (count, _) => Err(Failure::usage(format!(
                "{} holds {count} messages: give the one that is meant",
                self.name
            ))),
        }
    }
}
