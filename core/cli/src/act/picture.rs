//! What is shown to the other side: a QR code in the terminal, or a file.

use std::path::Path;

use skilling_link::qr::draw::{Background, Drawing, Level};
use skilling_link::qr::words::check_words;

use crate::escape::shown;
use crate::output::Output;
use crate::status::Failure;

/// Pixels of a module in a PNG: large enough for any camera and reader.
const MODULE_PIXELS: u8 = 8;

/// Draws `message` in the terminal, or writes it to a file: `.png`, `.svg`, `.txt` (the code's text), `.hex`; anything else
/// holds the bytes themselves. With `--json` and no file nothing is drawn: the message is in the JSON.
///
/// # Errors
/// The file cannot be written. What was decided before stays: the same call shows it again.
pub(crate) fn show(message: &[u8], file: Option<&Path>, output: Output) -> Result<(), Failure> {
    let Some(path) = file else {
        return if output.json {
            Ok(())
        } else {
            let drawing = drawn(message)?.terminal(Background::Dark);
            output.text(&format!("{drawing}\n"))?;
            output.note(format_args!("check words: {}", check_words(message)));
            Ok(())
        };
    };
    let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
    let bytes = match ending.to_str() {
        Some("png") => drawn(message)?
            .png(MODULE_PIXELS)
            .map_err(|error| Failure::file(error.to_string()))?,
        Some("svg") => drawn(message)?.svg().into_bytes(),
        Some("txt") => format!("{}\n", drawn(message)?.text()).into_bytes(),
        Some("hex") => format!("{}\n", hex::encode(message)).into_bytes(),
        _ => message.to_vec(),
    };
    let name = shown(&path.to_string_lossy());
    std::fs::write(path, bytes)
        .map_err(|error| Failure::file(format!("cannot write {name}: {error}")))?;
    let words = check_words(message);
    output.note(format_args!("written to {name}, check words: {words}"));
    Ok(())
}

/// The text of its code, for JSON; `None` where it fits none.
pub(crate) fn text(message: &[u8]) -> Option<String> {
    drawn(message).ok().map(|it| it.text().to_owned())
}

fn drawn(message: &[u8]) -> Result<Drawing, Failure> {
    let drawing = Drawing::new(message, Level::M).or_else(|_| Drawing::new(message, Level::L));
    drawing.map_err(|error| Failure::refused(format!("it cannot be drawn: {error}")))
}
