//! Reading codes: all of a picture, or the one that a camera is held to.

use super::engine;
use super::file;
use super::luma::{Luma, MAX_PIXELS};
use super::second;
use super::text::{self, PREFIX, TextError};

/// Why a picture cannot be looked at. A picture without a code is no error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Neither PNG nor JPEG.
    #[error("neither a PNG nor a JPEG picture")]
    UnknownFormat,
    /// It is damaged.
    #[error("the picture is damaged")]
    Damaged,
    /// It has more than [`MAX_PIXELS`] pixels, or more bytes a pixel than a picture of a code needs.
    #[error("the picture is over {MAX_PIXELS} pixels: scale it down")]
    TooLarge,
    /// Width, height and the number of bytes do not belong together.
    #[error("the frame's bytes do not fit its width and height")]
    BadFrame,
}

/// Why a camera frame gives no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The frame cannot be looked at.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Two or more codes with the prefix are in view: hold the camera to one.
    #[error("{count} Skilling codes are in view: hold the camera to one")]
    SeveralCodes {
        /// How many.
        count: usize,
    },
    /// The one code in view is broken, or of a newer version.
    #[error(transparent)]
    Text(#[from] TextError),
}

/// The texts of all QR codes in a PNG or JPEG picture, with or without the prefix, in no certain order.
pub fn picture(bytes: &[u8]) -> Result<Vec<String>, ReadError> {
    let gray = file::brightness(bytes)?;
    luma(Luma::new(&gray, gray.width(), gray.height())?)
}

/// The texts of all QR codes in a plane of brightness: what the first look reads, and where that leaves something
/// unread what a second one reads of it.
pub fn luma(plane: Luma<'_>) -> Result<Vec<String>, ReadError> {
    second::look_again(plane, engine::look(plane)?)
}

/// What the first look reads alone: fast enough for every frame of a camera.
pub fn first_look(plane: Luma<'_>) -> Result<Vec<String>, ReadError> {
    Ok(engine::look(plane)?.texts)
}

/// The message of the one text with the prefix, as a camera accepts it: exactly one, whatever else is in view.
///
/// A phone's own scanner that gives texts instead of frames comes in here. Without any such text the answer is
/// nothing, unless a code of a newer version is there to be told about.
pub fn one_message<S: AsRef<str>>(texts: &[S]) -> Result<Option<Vec<u8>>, FrameError> {
    let ours: Vec<&str> = texts
        .iter()
        .map(AsRef::as_ref)
        .filter(|text| text.starts_with(PREFIX))
        .collect();
    match ours.as_slice() {
        [one] => Ok(Some(text::decode(one)?)),
        [] => {
            let newer = texts
                .iter()
                .any(|text| text::decode(text.as_ref()) == Err(TextError::Unsupported));
            if newer {
                Err(TextError::Unsupported.into())
            } else {
                Ok(None)
            }
        }
        several => Err(FrameError::SeveralCodes {
            count: several.len(),
        }),
    }
}
