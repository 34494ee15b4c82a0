//! Text from outside made safe to print: what a label may hold stays, everything else is written as `\u{..}`.
//!
//! Labels are safe by their type. Status URIs, file names, the content of foreign QR codes and excerpts are not: a
//! terminal obeys control characters, and people are deceived by text that turns round or hides.

use std::io;

/// Whether a character shows as itself and does nothing else (the label characters of protocol section 2).
fn is_plain(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a1}'..='\u{17f}') && c != '\u{ad}'
}

/// `text` on one line, harmless.
pub(crate) fn shown(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if is_plain(c) {
            safe.push(c);
        } else {
            safe.extend(c.escape_unicode());
        }
    }
    safe
}

/// JSON that means the same and is harmless on a terminal: what is not plain is written as `\uXXXX`.
pub(crate) fn json(value: &serde_json::Value) -> String {
    let mut bytes = Vec::new();
    let mut writer = serde_json::Serializer::with_formatter(&mut bytes, Harmless::default());
    // Writing a `Value` to memory cannot fail: its keys are strings and its numbers finite.
    let _ = serde::Serialize::serialize(value, &mut writer);
    String::from_utf8(bytes).unwrap_or_default()
}

/// As [`json`], on one line: one event of a command that goes on.
pub(crate) fn json_line(value: &serde_json::Value) -> String {
    // A line break inside a string is written as `\n`, so every line is layout.
    json(value).lines().map(str::trim_start).collect()
}

#[derive(Default)]
struct Harmless<'a>(serde_json::ser::PrettyFormatter<'a>);

impl serde_json::ser::Formatter for Harmless<'_> {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut units = [0; 2];
        for c in fragment.chars() {
            if is_plain(c) {
                write!(writer, "{c}")?;
            } else {
                for unit in c.encode_utf16(&mut units) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_commands_a_terminal_or_deceives_is_escaped() {
        assert_eq!(shown("København 7"), "København 7");
        assert_eq!(shown("a\u{1b}[31m\n"), "a\\u{1b}[31m\\u{a}");
        assert_eq!(shown("a\u{202e}b\u{9b}"), "a\\u{202e}b\\u{9b}");
    }

    #[test]
    fn harmless_json_means_the_same() {
        let value =
            serde_json::json!({"uri": "x\u{202e}\u{9b}\u{1f600}ø\n\"", "list": [1, {"a": null}]});
        let text = json(&value);
        assert!(text.contains("\\u202e") && text.contains("\\u009b") && text.contains('ø'));
        assert!(!text.contains('\u{202e}'));
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&text).unwrap(),
            value
        );
    }
}
