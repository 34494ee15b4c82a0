//! Codes: a message as text, as modules to draw, and back from what a camera sees.

use std::sync::{Arc, Mutex, PoisonError};

use skilling_link::qr::draw::{DrawError, Drawing, Level, QUIET_ZONE};
use skilling_link::qr::frames;
use skilling_link::qr::luma::Luma;
use skilling_link::qr::read::{self, FrameError};
use skilling_link::qr::text::{self, TextError};

use crate::CoreError;
use crate::error::{info, snake};

/// A code to draw: dark modules on white, quiet zone included.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct QrModules {
    /// Modules a side, quiet zone included.
    pub side: u32,
    /// Of them light on every side.
    pub quiet_zone: u32,
    /// 1 dark, 0 light, row by row: `side * side` bytes.
    pub modules: Vec<u8>,
    /// The text in the code: as confidential as the message.
    pub text: String,
}

/// What a camera frame shows.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum FrameResult {
    /// No code of this system, or not the whole of it: go on.
    Nothing,
    /// The one code in view.
    Message {
        /// The message in it, unverified.
        bytes: Vec<u8>,
    },
    /// Several codes are in view: hold the camera to one.
    SeveralCodes {
        /// How many.
        count: u32,
    },
    /// The one code in view is damaged.
    Damaged,
    /// The one code in view is of a newer version: update the app.
    Newer,
}

fn text_error(error: TextError) -> CoreError {
    let detail = error.to_string();
    let name = format!("{error:?}");
    let rule = name.split(|c: char| !c.is_ascii_alphanumeric()).next();
    CoreError::Malformed {
        info: info(
            "malformed.text",
            detail,
            "Scan again; of a newer version: update the app.",
        ),
        rule: snake(rule.unwrap_or_default()),
        offset: 0,
    }
}

/// The text of a message (`SKL1:...`), as it stands in a code or a link. Any thread.
///
/// # Errors
/// `Malformed`: empty or over 16,384 bytes.
#[uniffi::export]
pub fn qr_text(message_bytes: Vec<u8>) -> Result<String, CoreError> {
    text::encode(&message_bytes).map_err(text_error)
}

/// The message of a text that a scanner read. Unverified. Any thread.
///
/// # Errors
/// `Malformed`.
#[uniffi::export]
pub fn qr_message(text: String) -> Result<Vec<u8>, CoreError> {
    text::decode(&text).map_err(text_error)
}

/// The message of the one text with the prefix, of all that a scanner reads in one picture. Any thread.
///
/// # Errors
/// None.
#[uniffi::export]
pub fn qr_one_message(texts: Vec<String>) -> Result<FrameResult, CoreError> {
    Ok(frame(read::one_message(&texts)))
}

/// A message as a code, at level M, or L where the display has not 3 pixels a module. Milliseconds: off the main thread.
///
/// # Errors
/// `Malformed`: it fits no code.
#[uniffi::export]
pub fn qr_modules(
    message_bytes: Vec<u8>,
    display_pixels: Option<u32>,
) -> Result<QrModules, CoreError> {
    let drawn = match display_pixels {
        Some(pixels) => {
            let pixels = usize::try_from(pixels).unwrap_or(usize::MAX);
            Drawing::for_display(&message_bytes, pixels)
        }
        None => Drawing::new(&message_bytes, Level::M),
    };
    let drawing = drawn.map_err(|error| match error {
        DrawError::Text(error) => text_error(error),
        error => CoreError::Malformed {
            info: info(
                "malformed.too_large",
                error.to_string(),
                "Send it as a file.",
            ),
            rule: "too_large".to_owned(),
            offset: 0,
        },
    })?;
    Ok(QrModules {
        side: u32::try_from(drawing.side()).unwrap_or(u32::MAX),
        quiet_zone: u32::try_from(QUIET_ZONE).unwrap_or(u32::MAX),
        modules: drawing.dark_modules().into_iter().map(u8::from).collect(),
        text: drawing.text().to_owned(),
    })
}

/// Reads the frames of one camera session until one shows a code. Every frame gets a fast look, every third also a slow one.
#[derive(uniffi::Object, Default)]
pub struct FrameReader(Mutex<frames::FrameReader>);

#[uniffi::export]
impl FrameReader {
    /// For a camera that has just been opened.
    ///
    /// # Errors
    /// None.
    #[uniffi::constructor]
    pub fn create() -> Result<Arc<Self>, CoreError> {
        Ok(Arc::default())
    }

    /// The code in a frame: the plane of brightness, `row_stride` bytes a row; padding after the last row may be missing. Blocks for
    /// milliseconds: on the camera's thread, dropping the frames that come meanwhile.
    ///
    /// # Errors
    /// `InvalidArgument`: bytes, width, height and stride do not fit, or over 40 million pixels.
    pub fn feed(
        &self,
        plane: Vec<u8>,
        width: u32,
        height: u32,
        row_stride: u32,
    ) -> Result<FrameResult, CoreError> {
        let luma = Luma::with_stride(&plane, width, height, row_stride)
            .map_err(|error| CoreError::argument("plane", error.to_string()))?;
        let mut reader = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(frame(reader.feed(luma)))
    }
}

fn frame(read: Result<Option<Vec<u8>>, FrameError>) -> FrameResult {
    match read {
        Ok(None) => FrameResult::Nothing,
        Ok(Some(bytes)) => FrameResult::Message { bytes },
        Err(FrameError::SeveralCodes { count }) => FrameResult::SeveralCodes {
            count: u32::try_from(count).unwrap_or(u32::MAX),
        },
        Err(FrameError::Text(TextError::Unsupported)) => FrameResult::Newer,
        Err(FrameError::Text(_) | FrameError::Read(_)) => FrameResult::Damaged,
    }
}
