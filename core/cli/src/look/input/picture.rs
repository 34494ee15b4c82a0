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

/// Pictures that are not read, by their first bytes.
const OTHERS: [(&[u8], &str); 8] = [
    (b"GIF8", "a GIF"),
    (b"BM", "a BMP picture"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"%PDF", "a PDF"),
    (b"<svg", "an SVG"),
    (b"<?xml", "XML, perhaps an SVG"),
    (b"<!", "a page, or an SVG"),
];

/// A picture of another kind is named, and not taken for a broken message.
///
/// # Errors
/// It is one.
pub(super) fn refuse_others(bytes: &[u8], name: &str) -> Result<(), Failure> {
    let at =
        |from: usize, wanted: &[u8]| bytes.get(from..).is_some_and(|it| it.starts_with(wanted));
    let by_start = OTHERS.into_iter().find(|it| bytes.starts_with(it.0));
    let what = match by_start {
        Some((_, what)) => what,
        None if at(0, b"RIFF") && at(8, b"WEBP") => "a WebP picture",
        None if at(4, b"ftyp") => "a HEIC or AVIF picture",
        None => return Ok(()),
    };
    Err(Failure::nothing(format!(
        "{name} is {what}, and only PNG and JPEG are read: convert it, or take a screenshot"
    )))
}

/// Whether a text is that of a code of ours, of whatever version.
pub(super) fn is_code(text: &str) -> bool {
    text.starts_with("SKL1:") || text.starts_with("SKL2:")
}

/// The texts of all Skilling codes in a picture, in a stable order.
///
/// # Errors
/// No code to read, or none of ours.
pub(crate) fn codes(bytes: &[u8], name: &str, output: Output) -> Result<Vec<String>, Failure> {
    refuse_others(bytes, name)?;
    let mut texts =
        read::picture(bytes).map_err(|error| Failure::nothing(format!("{name}: {error}")))?;
    texts.sort();
    if texts.is_empty() {
        return Err(Failure::nothing(format!(
            "{name} shows no QR code that can be read"
        )));
    }
    let (ours, foreign): (Vec<String>, Vec<String>) =
        texts.into_iter().partition(|text| is_code(text));
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
