//! Reading codes: all of a picture, or the one that a camera is held to.
//!
//! Pictures come from anywhere: their size is known from their header and checked before a pixel is decoded.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use zxingcpp::{BarcodeFormat, ImageView};

use super::text::{self, PREFIX, TextError};

/// The most pixels of a picture or frame.
pub const MAX_PIXELS: u64 = 40_000_000;

/// The most memory of a decoded picture: 40 million pixels of 4 bytes.
const MAX_DECODED: u64 = MAX_PIXELS * 4;
const MAX_SIDE: u32 = 65_535;

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

/// The brightness of every pixel, row by row, 0 black to 255 white.
#[derive(Clone, Copy, Debug)]
pub struct Luma<'a> {
    pixels: &'a [u8],
    width: u32,
    height: u32,
}

impl<'a> Luma<'a> {
    /// A plane without padding: exactly `width * height` bytes, at most [`MAX_PIXELS`], neither side 0.
    pub fn new(pixels: &'a [u8], width: u32, height: u32) -> Result<Self, ReadError> {
        let area = u64::from(width).saturating_mul(u64::from(height));
        if area > MAX_PIXELS || width > MAX_SIDE || height > MAX_SIDE {
            return Err(ReadError::TooLarge);
        }
        if area == 0 || usize::try_from(area) != Ok(pixels.len()) {
            return Err(ReadError::BadFrame);
        }
        Ok(Self {
            pixels,
            width,
            height,
        })
    }
}

/// The texts of all QR codes in a PNG or JPEG picture, with or without the prefix, in no certain order.
pub fn picture(bytes: &[u8]) -> Result<Vec<String>, ReadError> {
    let gray = on_white(decode_picture(bytes)?);
    let (width, height) = (gray.width(), gray.height());
    luma(Luma::new(&gray, width, height)?)
}

/// The texts of all QR codes in a plane of brightness.
pub fn luma(plane: Luma<'_>) -> Result<Vec<String>, ReadError> {
    let view = ImageView::from_slice(
        plane.pixels,
        plane.width,
        plane.height,
        zxingcpp::ImageFormat::Lum,
    )
    .map_err(|_| ReadError::BadFrame)?;
    let reader = zxingcpp::read()
        .formats([BarcodeFormat::QRCode])
        .try_harder(true)
        .try_rotate(true)
        .try_invert(true)
        .try_downscale(true);
    let codes = reader.from(&view).map_err(|_| ReadError::Damaged)?;
    // The bytes, not the library's text: that one ends at the first NUL.
    Ok(codes
        .iter()
        .map(|code| String::from_utf8_lossy(&code.bytes()).into_owned())
        .collect())
}

/// The message of the one code with the prefix in a camera frame; nothing where there is none yet.
pub fn camera_frame(plane: Luma<'_>) -> Result<Option<Vec<u8>>, FrameError> {
    one_message(&luma(plane)?)
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

fn decode_picture(bytes: &[u8]) -> Result<DynamicImage, ReadError> {
    let format = match image::guess_format(bytes) {
        Ok(format @ (ImageFormat::Png | ImageFormat::Jpeg)) => format,
        _ => return Err(ReadError::UnknownFormat),
    };
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_DECODED);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(|error| refused(&error))?;
    let (width, height) = decoder.dimensions();
    let area = u64::from(width).saturating_mul(u64::from(height));
    if area > MAX_PIXELS || decoder.total_bytes() > MAX_DECODED {
        return Err(ReadError::TooLarge);
    }
    DynamicImage::from_decoder(decoder).map_err(|error| refused(&error))
}

fn refused(error: &image::ImageError) -> ReadError {
    match error {
        image::ImageError::Limits(_) => ReadError::TooLarge,
        _ => ReadError::Damaged,
    }
}

/// Brightness as seen on white paper, so that a code on a transparent ground stays a code.
fn on_white(picture: DynamicImage) -> image::GrayImage {
    if !picture.color().has_alpha() {
        return picture.into_luma8();
    }
    let with_alpha = picture.into_luma_alpha8();
    image::GrayImage::from_fn(with_alpha.width(), with_alpha.height(), |x, y| {
        let image::LumaA([light, alpha]) = *with_alpha.get_pixel(x, y);
        let dark = u16::from(255_u8.saturating_sub(light)).saturating_mul(u16::from(alpha));
        let dark = u8::try_from(dark.checked_div(255).unwrap_or(0)).unwrap_or(255);
        image::Luma([255_u8.saturating_sub(dark)])
    })
}
