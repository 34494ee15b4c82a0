//! Labels: text that is safe to show on one line (protocol section 2).

use alloc::string::String;
use core::fmt;

use super::OutOfBounds;
use crate::cbor::Reader;
use crate::error::{DecodeError, Rule};

/// A label of 1 to `MAX` bytes of U+0020-007E and U+00A1-017F without U+00AD,
/// without leading, trailing or doubled space.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Label<const MAX: usize>(String);

/// A merchant, issuer or acquirer name: 1 to 40 bytes.
pub type MerchantName = Label<40>;
/// A request's reference: 1 to 35 bytes, a till or receipt number.
pub type Reference = Label<35>;

impl<const MAX: usize> Label<MAX> {
    /// # Errors
    /// Too long, empty, or a character or spacing that is not allowed.
    pub fn new(text: &str) -> Result<Self, OutOfBounds> {
        if text.is_empty() || text.len() > MAX {
            return Err(OutOfBounds::new(
                "label",
                "empty, or longer than its field allows",
            ));
        }
        if !is_label(text) {
            return Err(OutOfBounds::new(
                "label",
                "only Latin letters, digits and signs up to U+017F, single spaces inside",
            ));
        }
        Ok(Self(text.into()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let at = reader.offset();
        let text = reader.text(1, MAX)?;
        if is_label(text) {
            Ok(Self(text.into()))
        } else {
            Err(reader.error_at(Rule::BadLabel, at))
        }
    }
}

impl<const MAX: usize> fmt::Display for Label<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_label(text: &str) -> bool {
    let allowed = |c: char| matches!(c, ' '..='~' | '\u{a1}'..='\u{17f}') && c != '\u{ad}';
    text.chars().all(allowed)
        && !text.starts_with(' ')
        && !text.ends_with(' ')
        && !text.contains("  ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nordic_and_baltic_names_are_labels() {
        for name in [
            "Netto Torvegade, København",
            "Žemaitija",
            "Õunapuu OÜ",
            "Ķekava",
            "a",
        ] {
            assert!(MerchantName::new(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn what_could_deceive_is_no_label() {
        for name in [
            "",
            " a",
            "a ",
            "a  b",
            "a\u{ad}b",
            "a\u{202e}b",
            "a\nb",
            "\u{1b}[31m",
            "а",
            "a\u{a0}b",
            "a\u{7f}",
            "\u{180}",
            "12345678901234567890123456789012345678901",
        ] {
            assert!(MerchantName::new(name).is_err(), "{name:?}");
        }
    }
}
