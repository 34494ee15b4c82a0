//! Every byte of a message beside its name: offset, hex, and what it says, nested.

use std::fmt::Write as _;

use super::layout::Segment;
use super::{Manner, ObjectView};
use crate::look::words::wrap;
use crate::output::{FAINT, HEADING, paint};

/// Columns of offsets, up to the largest message.
const OFFSET: usize = 8;
/// Columns of hex: eleven bytes and what separates key, header and content.
const HEX: usize = 24;
/// Of more bytes than this in one run the two ends are shown only.
const MOST_BYTES: usize = 64 * LINE;
/// Bytes on a full line of hex.
const LINE: usize = HEX / 2;

/// The table, each line ended and none wider than the page.
pub(super) fn table(
    segments: &[Segment],
    bytes: &[u8],
    objects: &[ObjectView],
    manner: &Manner,
) -> String {
    let heading = format!("{:>OFFSET$}  {:<HEX$}  what it says", "byte", "hex");
    let mut text = format!("{}\n", paint(HEADING, heading));
    for segment in segments {
        let name = format!("{:indent$}{}", "", segment.name, indent = segment.level);
        let says = segment.brief(manner);
        let words = if says.is_empty() {
            name.clone()
        } else {
            format!("{name}  {says}")
        };
        let mut words = wrapped(&words, segment.level);
        if let Some(id) = segment
            .object
            .and_then(|at| objects.get(at))
            .and_then(|it| it.id.as_ref())
        {
            let id = if manner.is_redacted { "(redacted)" } else { id };
            words.extend(wrapped(
                &format!("{:indent$}object id  {id}", "", indent = segment.level),
                segment.level,
            ));
        }
        let hex = hex_lines(segment, bytes, manner);
        rows(&mut text, segment, &hex, &words);
    }
    text
}

/// The column of words: what follows the first line stands a little further in.
fn wrapped(words: &str, level: usize) -> Vec<String> {
    let width = wrap::WIDTH.saturating_sub(OFFSET + HEX + 4);
    let inside = level.saturating_add(2);
    let indent: usize = words.chars().take_while(|it| *it == ' ').count();
    let room = width.saturating_sub(inside);
    let lines = wrap::lines(words.trim_start(), room);
    let shown = lines.iter().enumerate().map(|(number, line)| {
        let indent = if number == 0 { indent } else { inside };
        format!("{:indent$}{line}", "")
    });
    shown.collect()
}

/// Key, header and content with a space between them, cut into lines.
fn hex_lines(segment: &Segment, bytes: &[u8], manner: &Manner) -> Vec<String> {
    let mut at = segment.offset;
    let mut groups = Vec::new();
    for (number, length) in segment.parts.into_iter().enumerate() {
        let end = at.saturating_add(length);
        let part = bytes.get(at..end).unwrap_or_default();
        at = end;
        if part.is_empty() {
            continue;
        }
        let hidden = number == 2 || (number == 1 && segment.parts[2] == 0);
        if hidden && segment.is_hidden(manner) {
            groups.push("..".to_owned());
        } else {
            groups.extend(ends(part));
        }
    }
    wrap::lines(&groups.join(" "), HEX)
}

/// All of it, or its two ends and how much is left out between them.
fn ends(part: &[u8]) -> Vec<String> {
    let left_out = part.len().saturating_sub(MOST_BYTES);
    if left_out == 0 {
        return vec![hex::encode(part)];
    }
    let (head, rest) = part.split_at(MOST_BYTES / 2);
    let tail = rest.get(left_out..).unwrap_or_default();
    vec![
        hex::encode(head),
        format!("... {left_out} bytes ..."),
        hex::encode(tail),
    ]
}

fn rows(text: &mut String, segment: &Segment, hex: &[String], words: &[String]) {
    for number in 0..hex.len().max(words.len()) {
        let offset = if number == 0 {
            segment.offset.to_string()
        } else {
            String::new()
        };
        let hex = hex.get(number).map_or("", String::as_str);
        let words = words.get(number).map_or("", String::as_str);
        let line = format!("{hex:<HEX$}");
        let words = if segment.is_structure() {
            paint(FAINT, words)
        } else {
            words.to_owned()
        };
        let _ = write!(text, "{offset:>OFFSET$}  ");
        if words.is_empty() {
            let _ = writeln!(text, "{}", paint(FAINT, line.trim_end()));
        } else {
            let _ = writeln!(text, "{}  {words}", paint(FAINT, line));
        }
    }
}
