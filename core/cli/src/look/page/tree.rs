//! The fields of a message as rows that know which bytes are theirs.

use std::fmt::Write as _;

use super::escape::html;
use super::last_inside;
use crate::look::view::layout::Segment;
use crate::look::view::{Manner, View};

/// A page is for people: beyond so many rows it is cut, and says so.
const MOST_ROWS: usize = 4_000;
/// A value beyond so many characters is cut.
const MOST_CHARACTERS: usize = 200;
/// The deepest level that has an indentation of its own.
const DEEPEST: usize = 9;

/// One row a run of bytes.
pub(super) fn rows(segments: &[Segment], view: &View, manner: &Manner) -> String {
    if segments.is_empty() {
        return "<p class=\"faint\">No bytes could be read.</p>\n".into();
    }
    let mut text = String::new();
    for (index, segment) in segments.iter().enumerate().take(MOST_ROWS) {
        let mut says = cut(segment.text(manner));
        if let Some(id) = object_id(segment, view, manner) {
            says = format!("{says}, object id {id}");
        }
        let is_element = segment
            .path
            .rsplit('/')
            .next()
            .is_some_and(|it| it.contains(':'));
        let class = match (segment.is_structure(), is_element) {
            (true, true) => " part head",
            (true, false) => " part",
            (false, _) => "",
        };
        let length = segment.whole_end.saturating_sub(segment.offset);
        let path = segment
            .path
            .strip_prefix("message/")
            .unwrap_or(&segment.path);
        let _ = writeln!(
            text,
            "<div class=\"row l{}{class}\" tabindex=\"0\" data-from=\"{}\" data-a=\"{index}\" data-b=\"{}\" data-path=\"{}\" data-says=\"{}\">\
             <span class=\"at\">{}</span><span class=\"what\"><span class=\"name\">{}</span>\
             <span class=\"value\">{}</span></span></div>",
            segment.level.min(DEEPEST),
            segment.offset,
            last_inside(segments, index),
            html(path),
            html(&format!("{says} ({length} bytes from {})", segment.offset)),
            segment.offset,
            html(&segment.name),
            html(&says),
        );
    }
    let left_out = segments.len().saturating_sub(MOST_ROWS);
    if left_out > 0 {
        let _ = writeln!(
            text,
            "<p class=\"faint\">{left_out} more rows are left out.</p>"
        );
    }
    text
}

/// Long byte strings are in the dump.
fn cut(says: String) -> String {
    match says.char_indices().nth(MOST_CHARACTERS) {
        Some((at, _)) => format!("{}...", says.get(..at).unwrap_or_default()),
        None => says,
    }
}

fn object_id(segment: &Segment, view: &View, manner: &Manner) -> Option<String> {
    let View::Message(view) = view else {
        return None;
    };
    let id = view.objects.get(segment.object?)?.id.clone()?;
    Some(if manner.is_redacted {
        "(redacted)".into()
    } else {
        id
    })
}
