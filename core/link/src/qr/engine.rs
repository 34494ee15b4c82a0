//! The reader of codes underneath: zxing-cpp, or rqrr where C++ is unwelcome (feature `zxing` off, `rqrr` on).
//!
//! One look at one plane, nothing prepared. With both features on zxing-cpp is taken, the far better of the two.

#[cfg(feature = "zxing")]
pub(super) use zxing::look;

#[cfg(all(feature = "rqrr", not(feature = "zxing")))]
pub(super) use pure::look;

#[cfg(not(any(feature = "zxing", feature = "rqrr")))]
compile_error!("skilling-link needs a reader of codes: feature `zxing` or `rqrr`");

/// What one look gave.
#[derive(Debug, Default)]
pub(super) struct Look {
    /// The texts of the codes that were read, with or without the prefix.
    pub(super) texts: Vec<String>,
    /// Where codes were seen and not read.
    pub(super) unread: Vec<Place>,
}

/// Where a code is, as the smallest upright rectangle around it, in pixels. May pass the edges of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) left: i32,
    pub(super) top: i32,
    pub(super) right: i32,
    pub(super) bottom: i32,
}

#[cfg(feature = "zxing")]
mod zxing {
    use zxingcpp::{Barcode, BarcodeFormat, ImageFormat, ImageView};

    use super::{Look, Place};
    use crate::qr::luma::Luma;
    use crate::qr::read::ReadError;

    /// Looks once, at full and at smaller scale, for dark codes on light and the reverse.
    pub(in crate::qr) fn look(plane: Luma<'_>) -> Result<Look, ReadError> {
        let pixels = plane.packed();
        let view = ImageView::from_slice(&pixels, plane.width(), plane.height(), ImageFormat::Lum)
            .map_err(|_| ReadError::BadFrame)?;
        let reader = zxingcpp::read()
            .formats([BarcodeFormat::QRCode])
            .try_harder(true)
            .try_rotate(true)
            .try_invert(true)
            .try_downscale(true)
            .return_errors(true);
        let mut look = Look::default();
        for code in reader.from(&view).map_err(|_| ReadError::Damaged)? {
            if code.is_valid() {
                // The bytes, not the library's text: that one ends at the first NUL.
                look.add(String::from_utf8_lossy(&code.bytes()).into_owned());
            } else {
                look.unread.push(place(&code));
            }
        }
        Ok(look)
    }

    fn place(code: &Barcode) -> Place {
        let at = code.position();
        let corners = [at.top_left, at.top_right, at.bottom_right, at.bottom_left];
        let xs = corners.map(|corner| corner.x);
        let ys = corners.map(|corner| corner.y);
        let least = |values: [i32; 4]| values.into_iter().min().unwrap_or(0);
        let most = |values: [i32; 4]| values.into_iter().max().unwrap_or(0);
        Place {
            left: least(xs),
            top: least(ys),
            right: most(xs),
            bottom: most(ys),
        }
    }
}

#[cfg(all(feature = "rqrr", not(feature = "zxing")))]
mod pure {
    use super::{Look, Place};
    use crate::qr::luma::Luma;
    use crate::qr::read::ReadError;

    /// Looks twice at full scale: for dark codes on light, and, where there is none, for the reverse.
    pub(in crate::qr) fn look(plane: Luma<'_>) -> Result<Look, ReadError> {
        let mut look = Look::default();
        let pixels = plane.packed();
        grids(&mut look, &pixels, plane);
        if look.texts.is_empty() {
            let inverted: Vec<u8> = pixels.iter().map(|light| !light).collect();
            grids(&mut look, &inverted, plane);
        }
        Ok(look)
    }

    fn grids(look: &mut Look, pixels: &[u8], plane: Luma<'_>) {
        let (Ok(width), Ok(height)) = (
            usize::try_from(plane.width()),
            usize::try_from(plane.height()),
        ) else {
            return;
        };
        let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
            let at = y.saturating_mul(width).saturating_add(x);
            pixels.get(at).copied().unwrap_or(u8::MAX)
        });
        for grid in prepared.detect_grids() {
            let mut bytes = Vec::new();
            match grid.decode_to(&mut bytes) {
                Ok(_) => look.add(String::from_utf8_lossy(&bytes).into_owned()),
                Err(_) => look.unread.push(place(&grid.bounds)),
            }
        }
    }

    fn place(bounds: &[rqrr::Point; 4]) -> Place {
        let xs = bounds.iter().map(|point| point.x);
        let ys = bounds.iter().map(|point| point.y);
        Place {
            left: xs.clone().min().unwrap_or(0),
            top: ys.clone().min().unwrap_or(0),
            right: xs.max().unwrap_or(0),
            bottom: ys.max().unwrap_or(0),
        }
    }
}

impl Look {
    fn add(&mut self, text: String) {
        self.texts.push(text);
    }
}
