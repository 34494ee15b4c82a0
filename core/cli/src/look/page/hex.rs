//! The bytes of a message in lines of sixteen, every run of them linked to its field.

use std::fmt::Write as _;

use super::escape::html;
use crate::look::view::Manner;
use crate::look::view::layout::Segment;

/// A line, in two halves so that it fits a phone.
const LINE: usize = 16;
const HALF: usize = 8;
/// A page is for people: beyond so many bytes it is cut, and says so.
const MOST_BYTES: usize = 16 << 10;
const HINT: &str = "Point at a field or at bytes to see what belongs together; click to keep it.";

/// The dump, and the line that says what is pointed at.
pub(super) fn lines(
    segments: &[Segment],
    bytes: &[u8],
    fault: Option<usize>,
    manner: &Manner,
) -> String {
    let shown = bytes.get(..MOST_BYTES).unwrap_or(bytes);
    let mut runs = Runs {
        segments,
        at: 0,
        fault,
    };
    let mut text = String::from("<div class=\"hex\">\n");
    for (line, content) in shown.chunks(LINE).enumerate() {
        let from = line.saturating_mul(LINE);
        let _ = write!(text, "<div class=\"line\"><b>{from:04x}</b><span>");
        for (half, content) in content.chunks(HALF).enumerate() {
            let from = from.saturating_add(half.saturating_mul(HALF));
            text.push_str("<u>");
            self::half(&mut text, &mut runs, from, content, manner);
            text.push_str("</u>");
        }
        text.push_str("</span></div>\n");
    }
    text.push_str("</div>\n");
    if shown.len() < bytes.len() {
        let _ = writeln!(
            text,
            "<p class=\"faint\">The first {} of {} bytes are shown.</p>",
            shown.len(),
            bytes.len()
        );
    }
    let _ = writeln!(
        text,
        "<p class=\"here\" data-hint=\"{0}\">{0}</p>",
        html(HINT)
    );
    text
}

/// Bytes of one run after the other, each in an element of its own.
fn half(text: &mut String, runs: &mut Runs<'_>, from: usize, content: &[u8], manner: &Manner) {
    let mut open = None;
    for (index, byte) in content.iter().enumerate() {
        let run = runs.of(from.saturating_add(index));
        if open != run {
            if open.is_some() {
                text.push_str("</i>");
            }
            if let Some(run) = run {
                let _ = write!(text, "<i data-s=\"{run}\">");
            }
            open = run;
        }
        if index > 0 {
            text.push(' ');
        }
        let at = from.saturating_add(index);
        let segment = run.and_then(|run| runs.segments.get(run));
        let is_hidden = segment.is_some_and(|it| it.is_hidden(manner) && at >= it.content());
        let shown = if is_hidden {
            "..".to_owned()
        } else {
            format!("{byte:02x}")
        };
        if runs.fault == Some(at) {
            let _ = write!(text, "<em>{shown}</em>");
        } else {
            text.push_str(&shown);
        }
    }
    if open.is_some() {
        text.push_str("</i>");
    }
}

/// Which run a byte belongs to; asked in ascending order.
struct Runs<'s> {
    segments: &'s [Segment],
    at: usize,
    /// The byte at which the message breaks.
    fault: Option<usize>,
}

impl Runs<'_> {
    fn of(&mut self, offset: usize) -> Option<usize> {
        while let Some(segment) = self.segments.get(self.at) {
            if offset < segment.offset.saturating_add(segment.bytes()) {
                return Some(self.at);
            }
            self.at = self.at.saturating_add(1);
        }
        None
    }
}
