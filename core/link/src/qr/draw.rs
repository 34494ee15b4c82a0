//! Drawing a code: PNG, SVG, and half blocks for a terminal, always with the quiet zone of four modules.

use std::io::Cursor;

use image::{GrayImage, ImageFormat, Luma};
use qrcode::bits::Bits;
use qrcode::render::{svg, unicode::Dense1x2};
use qrcode::types::QrError;
use qrcode::{Color, EcLevel, QrCode, Version};

use super::text::{self, TextError};

/// Light modules on every side (ISO/IEC 18004 section 6.3.8).
pub const QUIET_ZONE: usize = 4;
/// The fewest display pixels a module may have at level M before level L is taken (protocol section 4).
pub const LEAST_MODULE_PIXELS: usize = 3;
/// The most pixels that [`Drawing::png`] gives a module.
pub const MOST_MODULE_PIXELS: u8 = 32;

const LARGEST_VERSION: u8 = 40;
const SVG_MODULE: u32 = 8;

/// How much of a code may be unreadable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Level {
    /// 7 %; only for displays on which level M is too fine.
    L,
    /// 15 %, the default.
    #[default]
    M,
}

/// What a terminal window shows where nothing is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Background {
    /// Light text on dark: light modules are printed.
    #[default]
    Dark,
    /// Dark text on light: dark modules are printed.
    Light,
}

/// Why a message cannot be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DrawError {
    /// It has no text.
    #[error(transparent)]
    Text(#[from] TextError),
    /// Its text does not fit the largest code of that level. Send it as a file.
    #[error("{characters} characters do not fit one QR code of level {level:?}")]
    TooLarge {
        /// Of the text, prefix included.
        characters: usize,
        /// The level asked for.
        level: Level,
    },
    /// The picture could not be written; a fault of the picture library, not of the message.
    #[error("the picture could not be written")]
    Picture,
}

/// A code ready to be shown. Holds the message: treat it as confidential as that is.
#[derive(Clone)]
pub struct Drawing {
    text: String,
    version: u8,
    level: Level,
    code: QrCode,
}

impl Drawing {
    /// Draws a message at a level, in the smallest version that holds it, in alphanumeric mode throughout.
    pub fn new(message: &[u8], level: Level) -> Result<Self, DrawError> {
        Self::of_text(text::encode(message)?, level)
    }

    /// Draws a message for a square of this many display pixels: level M, or L where a module of M, quiet zone
    /// included, would be under [`LEAST_MODULE_PIXELS`].
    pub fn for_display(message: &[u8], pixels: usize) -> Result<Self, DrawError> {
        match Self::new(message, Level::M) {
            Ok(drawing) if drawing.fits(pixels) => Ok(drawing),
            Ok(_) | Err(DrawError::TooLarge { .. }) => Self::new(message, Level::L),
            Err(error) => Err(error),
        }
    }

    fn of_text(text: String, level: Level) -> Result<Self, DrawError> {
        let ec_level = match level {
            Level::L => EcLevel::L,
            Level::M => EcLevel::M,
        };
        let too_large = DrawError::TooLarge {
            characters: text.len(),
            level,
        };
        for version in 1..=LARGEST_VERSION {
            if let Ok(bits) = alphanumeric(&text, version, ec_level) {
                let code = QrCode::with_bits(bits, ec_level).map_err(|_| too_large)?;
                return Ok(Self {
                    text,
                    version,
                    level,
                    code,
                });
            }
        }
        Err(too_large)
    }

    /// The text in the code.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many characters the text has, prefix included.
    pub fn characters(&self) -> usize {
        self.text.len()
    }

    /// The version of the code, 1 to 40.
    pub fn version(&self) -> u8 {
        self.version
    }

    /// The error correction level.
    pub fn level(&self) -> Level {
        self.level
    }

    /// Modules along one side, quiet zone included.
    pub fn side(&self) -> usize {
        self.code
            .width()
            .saturating_add(QUIET_ZONE.saturating_mul(2))
    }

    /// Whether each module is dark, row by row, [`Self::side`] of them a row, quiet zone included: for who draws it.
    pub fn dark_modules(&self) -> Vec<bool> {
        let side = u32::try_from(self.side()).unwrap_or(0);
        let is_dark = self.modules();
        (0..side)
            .flat_map(|row| (0..side).map(move |column| (column, row)))
            .map(|(column, row)| is_dark(column, row))
            .collect()
    }

    /// A greyscale PNG with this many pixels a module, between 1 and [`MOST_MODULE_PIXELS`].
    pub fn png(&self, module_pixels: u8) -> Result<Vec<u8>, DrawError> {
        let pixels = u32::from(module_pixels.clamp(1, MOST_MODULE_PIXELS));
        let side = u32::try_from(self.side()).map_err(|_| DrawError::Picture)?;
        let dark = self.modules();
        let width = side.saturating_mul(pixels);
        let picture = GrayImage::from_fn(width, width, |x, y| {
            let (column, row) = (x.checked_div(pixels), y.checked_div(pixels));
            match column.zip(row) {
                Some((column, row)) if dark(column, row) => Luma([0]),
                _ => Luma([255]),
            }
        });
        let mut png = Cursor::new(Vec::new());
        picture
            .write_to(&mut png, ImageFormat::Png)
            .map_err(|_| DrawError::Picture)?;
        Ok(png.into_inner())
    }

    /// An SVG document of 8 units a module; it scales to any size.
    pub fn svg(&self) -> String {
        self.code
            .render::<svg::Color<'_>>()
            .module_dimensions(SVG_MODULE, SVG_MODULE)
            .build()
    }

    /// Lines of half blocks, two rows of modules a line, for a terminal with this background.
    pub fn terminal(&self, background: Background) -> String {
        let (dark, light) = match background {
            Background::Dark => (Dense1x2::Light, Dense1x2::Dark),
            Background::Light => (Dense1x2::Dark, Dense1x2::Light),
        };
        self.code
            .render::<Dense1x2>()
            .dark_color(dark)
            .light_color(light)
            .module_dimensions(1, 1)
            .build()
    }

    /// The dark modules of every row, as runs, rows and columns counted with the quiet zone.
    #[cfg(feature = "poster")]
    pub(super) fn dark_runs(&self) -> Vec<Run> {
        let width = self.code.width();
        let colors = self.code.to_colors();
        let mut runs: Vec<Run> = Vec::new();
        for (row, modules) in colors.chunks(width.max(1)).enumerate() {
            let mut column = QUIET_ZONE;
            for run in modules.chunk_by(|a, b| a == b) {
                if run.first() == Some(&Color::Dark) {
                    runs.push(Run {
                        row: row.saturating_add(QUIET_ZONE),
                        column,
                        length: run.len(),
                    });
                }
                column = column.saturating_add(run.len());
            }
        }
        runs
    }

    fn fits(&self, pixels: usize) -> bool {
        self.side().saturating_mul(LEAST_MODULE_PIXELS) <= pixels
    }

    /// Whether the module at a column and row, quiet zone included, is dark.
    fn modules(&self) -> impl Fn(u32, u32) -> bool {
        let colors = self.code.to_colors();
        let width = self.code.width();
        move |column, row| {
            let inside = |at: u32| {
                usize::try_from(at)
                    .ok()
                    .and_then(|at| at.checked_sub(QUIET_ZONE))
                    .filter(|&at| at < width)
            };
            let Some((column, row)) = inside(column).zip(inside(row)) else {
                return false;
            };
            let index = row.saturating_mul(width).saturating_add(column);
            colors.get(index) == Some(&Color::Dark)
        }
    }
}

/// Dark modules side by side.
#[cfg(feature = "poster")]
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub(super) row: usize,
    pub(super) column: usize,
    pub(super) length: usize,
}

impl std::fmt::Debug for Drawing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Drawing")
            .field("characters", &self.characters())
            .field("version", &self.version)
            .field("level", &self.level)
            .finish_non_exhaustive()
    }
}

/// One alphanumeric segment; the library's own choice would mix in numeric ones.
fn alphanumeric(text: &str, version: u8, level: EcLevel) -> Result<Bits, QrError> {
    let mut bits = Bits::new(Version::Normal(i16::from(version)));
    bits.push_alphanumeric_data(text.as_bytes())?;
    bits.push_terminator(level)?;
    Ok(bits)
}
