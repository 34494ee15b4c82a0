//! Pictures: every Skilling code in them is a message; other codes are only mentioned.

use skilling_link::qr::read;

use super::{Found, detect};
use crate::escape::shown;
use crate::output::Output;
use crate::status::Failure;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const JPEG: &[u8] = b"\xff\xd8\xff";

/// The format of a picture, by its first bytes.
pub(super) fn format(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(PNG) {
        Some("PNG")
    } else {
        bytes.starts_with(JPEG).then_some("JPEG")
    }
}

/// The texts of all Skilling codes in a picture, in a stable order.
///
/// # Errors
/// No code to read, or none of ours.
pub(crate) fn codes(bytes: &[u8], name: &str, output: Output) -> Result<Vec<String>, Failure> {
    let mut texts =
        read::picture(bytes).map_err(|error| Failure::nothing(format!("{name}: {error}")))?;
    texts.sort();
    if texts.is_empty() {
        return Err(Failure::nothing(format!(
            "{name} shows no QR code that can be read"
        )));
    }
    let (ours, foreign): (Vec<String>, Vec<String>) = texts
        .into_iter()
        .partition(|text| text.starts_with("SKL1:") || text.starts_with("SKL2:"));
    for text in &foreign {
        let excerpt: String = text.chars().take(40).collect();
        output.note(format_args!(
            "{name} shows a code that is not of Skilling: {}",
            shown(&excerpt)
        ));
    }
    if ours.is_empty() {
        return Err(Failure::nothing(format!("{name} shows no Skilling code")));
    }
    Ok(ours)
}

/// The messages of all Skilling codes in a picture.
pub(super) fn messages(bytes: &[u8], name: &str, output: Output) -> Result<Vec<Found>, Failure> {
    let texts = codes(bytes, name, output)?;
    Ok(texts.iter().map(|text| detect::code(text)).collect())
}
