//! A plane of brightness, as cameras deliver it and as pictures are turned into.

use std::borrow::Cow;

use super::read::ReadError;

/// The most pixels of a picture or frame.
pub const MAX_PIXELS: u64 = 40_000_000;
/// The longest side of a picture or frame, in pixels.
pub(super) const MAX_SIDE: u32 = 65_535;

/// The brightness of every pixel, row by row from the top, 0 black to 255 white: the Y plane of a camera frame.
#[derive(Clone, Copy, Debug)]
pub struct Luma<'a> {
    bytes: &'a [u8],
    width: u32,
    height: u32,
    stride: usize,
}

impl<'a> Luma<'a> {
    /// A plane without padding: exactly `width * height` bytes, at most [`MAX_PIXELS`], neither side 0.
    pub fn new(bytes: &'a [u8], width: u32, height: u32) -> Result<Self, ReadError> {
        let plane = Self::with_stride(bytes, width, height, width)?;
        if bytes.len() != plane.used() {
            return Err(ReadError::BadFrame);
        }
        Ok(plane)
    }

    /// A plane whose rows begin every `stride` bytes, `stride` at least `width`, both in bytes. Cameras pad rows; what
    /// comes after the last pixel of the last row may be missing, or anything.
    pub fn with_stride(
        bytes: &'a [u8],
        width: u32,
        height: u32,
        stride: u32,
    ) -> Result<Self, ReadError> {
        let area = u64::from(width).saturating_mul(u64::from(height));
        if area > MAX_PIXELS || width > MAX_SIDE || height > MAX_SIDE {
            return Err(ReadError::TooLarge);
        }
        let plane = Self {
            bytes,
            width,
            height,
            stride: usize::try_from(stride).map_err(|_| ReadError::BadFrame)?,
        };
        if area == 0 || stride < width || bytes.len() < plane.used() {
            return Err(ReadError::BadFrame);
        }
        Ok(plane)
    }

    /// In pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// In pixels.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The rows, `width` bytes each.
    pub(super) fn rows(&self) -> impl Iterator<Item = &'a [u8]> + Clone + use<'a> {
        let width = self.columns();
        self.bytes
            .chunks(self.stride)
            .take(usize::try_from(self.height).unwrap_or(0))
            .filter_map(move |row| row.get(..width))
    }

    /// The pixels without padding; copied only where there is some.
    pub(super) fn packed(&self) -> Cow<'a, [u8]> {
        if self.stride == self.columns() {
            Cow::Borrowed(self.bytes.get(..self.used()).unwrap_or_default())
        } else {
            Cow::Owned(self.rows().flatten().copied().collect())
        }
    }

    fn columns(&self) -> usize {
        usize::try_from(self.width).unwrap_or(0)
    }

    /// Bytes up to the last pixel.
    fn used(&self) -> usize {
        usize::try_from(self.height)
            .unwrap_or(0)
            .saturating_sub(1)
            .saturating_mul(self.stride)
            .saturating_add(self.columns())
    }
}
