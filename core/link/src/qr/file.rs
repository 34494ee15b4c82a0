//! Pictures as files, PNG and JPEG: brightness out of bytes that may come from anyone. The size is known from the
//! header and checked before a pixel is decoded.

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use super::luma::{MAX_PIXELS, MAX_SIDE};
use super::read::ReadError;

/// The most memory of a decoded picture: 40 million pixels of 4 bytes.
const MAX_DECODED: u64 = MAX_PIXELS * 4;

/// The brightness of a picture, as seen on white paper.
pub(super) fn brightness(bytes: &[u8]) -> Result<GrayImage, ReadError> {
    decode(bytes).map(on_white)
}

fn decode(bytes: &[u8]) -> Result<DynamicImage, ReadError> {
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

/// So that a code on a transparent ground stays a code.
fn on_white(picture: DynamicImage) -> GrayImage {
    if !picture.color().has_alpha() {
        return picture.into_luma8();
    }
    let with_alpha = picture.into_luma_alpha8();
    GrayImage::from_fn(with_alpha.width(), with_alpha.height(), |x, y| {
        let image::LumaA([light, alpha]) = *with_alpha.get_pixel(x, y);
        let dark = u16::from(255_u8.saturating_sub(light)).saturating_mul(u16::from(alpha));
        let dark = u8::try_from(dark.checked_div(255).unwrap_or(0)).unwrap_or(255);
        image::Luma([255_u8.saturating_sub(dark)])
    })
}
