//! A broken message in words, as compilers write them: what, where with the bytes and a mark under the fault, why, and
//! what to do.

use std::fmt::Write as _;

use super::broken::{Broken, Excerpt, Outline, rule_name};
use super::{Manner, layout, rules};
use crate::escape::shown;
use crate::look::words::wrap;
use crate::output::{BAD, FAINT, GOOD, HEADING, NOTICE, paint};

/// The column of offsets.
const MARGIN: usize = 6;

impl Broken {
    /// Lines for a person, each ended; `name` is what the input is called, harmless.
    pub(crate) fn diagnosis(&self, name: &str, is_redacted: bool) -> String {
        let what = format!("{}: {}", self.kind(), shown(&self.detail));
        let mut text = String::new();
        for (number, line) in wrap::lines(&what, wrap::WIDTH).iter().enumerate() {
            let style = if number == 0 { BAD } else { HEADING };
            let _ = writeln!(text, "{}", paint(style, line));
        }
        text.push_str(&wrap::hanging("  --> ", &self.place(name)));
        match &self.excerpt {
            Some(excerpt) if !is_redacted => text.push_str(&marked(excerpt)),
            _ => {}
        }
        let about = rules::about(&self.rule);
        note(
            &mut text,
            "rule",
            &format!("{} ({})", self.rule, about.section),
        );
        note(&mut text, "why", about.why);
        if let Some(hint) = &self.hint {
            note(&mut text, "note", hint);
        }
        note(&mut text, "help", about.help);
        text
    }

    /// The diagnosis for a message of the program: without the line break at its end.
    pub(crate) fn in_words(&self, name: &str) -> String {
        self.diagnosis(name, false).trim_end().to_owned()
    }

    /// The named part of the message at which it breaks.
    fn part(&self) -> Option<String> {
        let segments = layout::of_broken(self);
        let at = segments.iter().rev().find(|it| it.offset <= self.offset)?;
        // What could not be followed has no name of its own.
        let path = at.path.strip_prefix("message/")?;
        let path = path.trim_end_matches("/(not read)");
        Some(path.trim_end_matches("/map").to_owned())
    }

    fn place(&self, name: &str) -> String {
        let of = self
            .bytes
            .map_or_else(String::new, |all| format!(" of {all}"));
        let unit = if self.bytes.is_some() {
            "byte"
        } else {
            "character"
        };
        let part = self
            .part()
            .map_or_else(String::new, |it| format!(", in {it}"));
        format!("{name}, {unit} {}{of}{part}", self.offset)
    }
}

fn note(text: &mut String, name: &str, words: &str) {
    let first = format!("{:MARGIN$} = {name}: ", "");
    let hung = wrap::hanging(&first, words);
    let painted = hung.replacen(name, &paint(NOTICE, name), 1);
    text.push_str(&painted);
}

/// The bytes or characters around the fault, with a mark under it.
fn marked(excerpt: &Excerpt) -> String {
    let gap = format!("{:MARGIN$} {}\n", "", paint(FAINT, "|"));
    let (before, after) = (excerpt.before(), excerpt.after());
    let mark = match after.is_empty() {
        true => "^ the end".to_owned(),
        false => "^".repeat(excerpt.mark()),
    };
    let mut text = gap.clone();
    let bar = paint(FAINT, "|");
    let shown = match after.is_empty() {
        true => before.trim_end().to_owned(),
        false => format!("{before}{}", paint(BAD, after)),
    };
    let line = format!("{:>MARGIN$} {bar} {shown}", excerpt.from);
    let _ = writeln!(text, "{}", line.trim_end());
    let indent = wrap::columns(&before);
    let _ = writeln!(
        text,
        "{:MARGIN$} {bar} {:indent$}{}",
        "",
        "",
        paint(BAD, mark)
    );
    text.push_str(&gap);
    text
}

/// What could still be read of the outer array.
pub(super) fn outline(text: &mut String, outline: &Outline, manner: &Manner) {
    let _ = writeln!(text, "\n{}", paint(HEADING, "what could still be read"));
    let line = format!(
        "type {}, {} element(s) after it",
        outline.message_type, outline.declared
    );
    let _ = writeln!(text, "  {line}");
    for (number, element) in (1..).zip(&outline.elements) {
        let state = match (element.expected, element.error) {
            (None, _) => "of no known kind".into(),
            (Some(kind), None) => paint(GOOD, format_args!("{kind}, well-formed by itself")),
            (Some(kind), Some(error)) => paint(
                BAD,
                format_args!(
                    "{kind}, broken: {} at byte {}",
                    rule_name(error.rule),
                    error.offset
                ),
            ),
        };
        let _ = writeln!(
            text,
            "  {number}: {} bytes from byte {}: {state}",
            element.bytes, element.offset
        );
    }
    for object in outline.elements.iter().flat_map(|it| &it.objects) {
        super::text::object(text, object, manner);
    }
}
