//! APDU traces: the messages that travelled in them, chaining and `61xx` put together.

use skilling_link::apdu::budget::Budget;
use skilling_link::apdu::trace::{self, Direction, TraceError};

use super::{Breach, Found};
use crate::output::Output;
use crate::status::Failure;

/// Commands and responses that were cut are named one by one up to here.
const MOST_NAMED: usize = 20;

/// Whether the first line that says anything begins with `>` or `<`.
pub(super) fn looks_like_one(text: &str) -> bool {
    text.lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with('#'))
        .is_some_and(|line| line.starts_with(['>', '<']))
}

/// What each tap of a trace costs; nothing where it is no trace.
pub(super) fn taps(bytes: &[u8]) -> Vec<Budget> {
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    let read = looks_like_one(text).then(|| trace::read(text).ok());
    read.flatten()
        .map_or_else(Vec::new, |it| Budget::of_each_tap(&it))
}

/// Every message of a trace, in the order in which they were sent, and what the trace was taken for.
///
/// # Errors
/// A trace in which no message travels.
pub(super) fn messages(
    text: &str,
    name: &str,
    output: Output,
) -> Result<(String, Vec<Found>), Failure> {
    let items = match trace::parse(text) {
        Ok(items) => items,
        Err(error) => return Ok(("an APDU trace".into(), vec![broken(text, error)])),
    };
    let (mut found, mut cut) = (Vec::new(), 0_usize);
    for item in &items {
        let way = match item.direction {
            Direction::Command => "command",
            Direction::Response => "response",
        };
        let lines = if item.first_line == item.last_line {
            format!("line {}", item.first_line)
        } else {
            format!("lines {} to {}", item.first_line, item.last_line)
        };
        match item.message() {
            Some(message) => {
                output.note(format_args!(
                    "{name}, {lines}: a message in {} {way}(s)",
                    item.pieces
                ));
                found.push(Found::Message(message.to_vec()));
            }
            None if !item.complete => {
                cut = cut.saturating_add(1);
                if cut <= MOST_NAMED {
                    output.warn(format_args!("{name}, {lines}: the {way} was cut"));
                }
            }
            None => {}
        }
    }
    if cut > MOST_NAMED {
        output.warn(format_args!("{name}: {cut} were cut in all"));
    }
    if found.is_empty() {
        return Err(Failure::nothing(format!(
            "{name} is an APDU trace in which no whole message travels"
        )));
    }
    Ok(("an APDU trace".into(), found))
}

fn broken(text: &str, error: TraceError) -> Found {
    let (TraceError::NoDirection { line }
    | TraceError::NotHex { line }
    | TraceError::NotApdu { line }) = error;
    let before = text.split_inclusive('\n').take(line.saturating_sub(1));
    let offset = before.map(str::len).sum();
    Found::Broken(Breach {
        is_unsupported: false,
        rule: match error {
            TraceError::NoDirection { .. } => "trace_direction",
            TraceError::NotHex { .. } => "trace_hex",
            TraceError::NotApdu { .. } => "trace_apdu",
        },
        offset,
        detail: error.to_string(),
        around: Breach::around(text, offset),
    })
}
