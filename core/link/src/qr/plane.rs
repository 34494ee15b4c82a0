//! Preparing a picture for another look: softer, sharper, black and white, larger. Every step makes a new plane in
//! one or two passes and a few bytes a pixel.

use super::engine::Place;
use super::luma::Luma;
use super::read::ReadError;

/// A picture of one's own: brightness row by row, no padding.
#[derive(Clone, Debug)]
pub(super) struct Plane {
    pixels: Vec<u8>,
    width: usize,
    height: usize,
}

impl Plane {
    /// Fails for no plane that [`Luma`] let through.
    pub(super) fn luma(&self) -> Result<Luma<'_>, ReadError> {
        let size = |length: usize| u32::try_from(length).map_err(|_| ReadError::TooLarge);
        Luma::new(&self.pixels, size(self.width)?, size(self.height)?)
    }

    pub(super) fn of(luma: Luma<'_>) -> Self {
        let size = |length: u32| usize::try_from(length).unwrap_or(0);
        Self {
            pixels: luma.packed().into_owned(),
            width: size(luma.width()),
            height: size(luma.height()),
        }
    }

    pub(super) fn area(&self) -> usize {
        self.pixels.len()
    }

    /// The part around a place, with a quarter of the place's size on every side; `None` where it is empty.
    pub(super) fn part(&self, place: Place) -> Option<Self> {
        let span = |from: i32, to: i32, most: usize| {
            let margin = to.saturating_sub(from).max(0).checked_div(4)?;
            let from = usize::try_from(from.saturating_sub(margin).max(0)).ok()?;
            let to = usize::try_from(to.saturating_add(margin)).ok()?.min(most);
            (from < to).then_some(from..to)
        };
        let columns = span(place.left, place.right, self.width)?;
        let rows = span(place.top, place.bottom, self.height)?;
        let (width, height) = (columns.len(), rows.len());
        let pixels = self
            .rows()
            .skip(rows.start)
            .take(height)
            .filter_map(|row| row.get(columns.clone()))
            .flatten()
            .copied()
            .collect();
        Some(Self {
            pixels,
            width,
            height,
        })
    }

    /// Twice the size: three parts of the nearest and one of the next but one, in both directions.
    pub(super) fn doubled(&self) -> Self {
        let width = self.width.saturating_mul(2);
        let mut pixels = Vec::with_capacity(self.pixels.len().saturating_mul(4));
        let rows: Vec<Vec<u16>> = self.rows().map(stretched).collect();
        for (number, row) in rows.iter().enumerate() {
            let above = number.checked_sub(1).and_then(|above| rows.get(above));
            let below = rows.get(number.saturating_add(1));
            for next in [above, below] {
                let pairs = row.iter().zip(next.unwrap_or(row));
                pixels.extend(pairs.map(|(&near, &far)| {
                    let sum = near.wrapping_mul(3).wrapping_add(far).wrapping_add(8);
                    low_byte(sum >> 4)
                }));
            }
        }
        Self {
            pixels,
            width,
            height: self.height.saturating_mul(2),
        }
    }

    /// Unsharp masking: what differs from the surroundings differs by `halves` halves more.
    pub(super) fn sharpened(&self, reach: u16, halves: i16) -> Self {
        self.with(&self.mean(reach), |pixel, around| {
            let more = pixel.wrapping_sub(around).wrapping_mul(halves) >> 1;
            pixel.saturating_add(more)
        })
    }

    /// Black or white: below or above the mean of the pixels at most `reach` away.
    pub(super) fn black_and_white(&self, reach: u16) -> Self {
        self.with(
            &self.mean(reach),
            |pixel, mean| if pixel > mean { 255 } else { 0 },
        )
    }

    fn with(&self, other: &Self, mix: impl Fn(i16, i16) -> i16) -> Self {
        let pairs = self.pixels.iter().zip(&other.pixels);
        let pixels = pairs
            .map(|(&a, &b)| u8::try_from(mix(a.into(), b.into()).clamp(0, 255)).unwrap_or(u8::MAX));
        Self {
            pixels: pixels.collect(),
            ..*self
        }
    }

    /// Every pixel the mean of those at most `reach` away in either direction; the edge pixels go on beyond the edges.
    pub(super) fn mean(&self, reach: u16) -> Self {
        // Rows first, then columns.
        let rows: Vec<Vec<u8>> = self.rows().map(|row| mean_of_row(row, reach)).collect();
        let mut sums = vec![0_u32; self.width];
        let mut pixels = Vec::with_capacity(self.pixels.len());
        let row = |at: usize| {
            rows.get(at.min(self.height.saturating_sub(1)))
                .map(Vec::as_slice)
                .unwrap_or_default()
        };
        let reach_rows = usize::from(reach);
        // As if the window stood one row above the first.
        for at in 0..=reach_rows.saturating_mul(2) {
            let entering = at.saturating_sub(reach_rows.saturating_add(1));
            add(&mut sums, row(entering));
        }
        let share = share(reach);
        for at in 0..self.height {
            let leaving = at.saturating_sub(reach_rows.saturating_add(1));
            let entering = row(at.saturating_add(reach_rows));
            for ((sum, &new), &old) in sums.iter_mut().zip(entering).zip(row(leaving)) {
                *sum = sum.wrapping_add(new.into()).wrapping_sub(old.into());
            }
            pixels.extend(sums.iter().map(|sum| scaled(*sum, share)));
        }
        Self { pixels, ..*self }
    }

    fn rows(&self) -> impl Iterator<Item = &[u8]> {
        self.pixels.chunks_exact(self.width.max(1))
    }
}

/// The means of a row, the edge pixels repeated beyond the edges.
fn mean_of_row(row: &[u8], reach: u16) -> Vec<u8> {
    let far = usize::from(reach);
    let ends = |pixel: Option<&u8>| std::iter::repeat_n(pixel.copied().unwrap_or(0), far);
    let padded: Vec<u8> = ends(row.first())
        .chain(row.iter().copied())
        .chain(ends(row.last()))
        .collect();
    let window = far.saturating_mul(2);
    let mut sum = padded
        .iter()
        .take(window)
        .fold(0_u32, |sum, &pixel| sum.wrapping_add(pixel.into()));
    let share = share(reach);
    let entering = padded.get(window..).unwrap_or_default();
    entering
        .iter()
        .zip(&padded)
        .map(|(&new, &old)| {
            sum = sum.wrapping_add(new.into());
            let mean = scaled(sum, share);
            sum = sum.wrapping_sub(old.into());
            mean
        })
        .collect()
}

/// One part of a window of `2 * reach + 1`, in 65,536ths.
fn share(reach: u16) -> u32 {
    let window = u32::from(reach).saturating_mul(2).saturating_add(1);
    65_536_u32.div_ceil(window)
}

fn scaled(sum: u32, share: u32) -> u8 {
    let mean = sum.wrapping_mul(share).wrapping_add(32_768) >> 16;
    u8::try_from(mean).unwrap_or(u8::MAX)
}

fn add(sums: &mut [u32], row: &[u8]) {
    for (sum, &pixel) in sums.iter_mut().zip(row) {
        *sum = sum.wrapping_add(pixel.into());
    }
}

/// A row at twice its length, each value four times as large.
fn stretched(row: &[u8]) -> Vec<u16> {
    let before = row.first().into_iter().chain(row);
    let after = row.iter().skip(1).chain(row.last());
    row.iter()
        .zip(before.zip(after))
        .flat_map(|(&pixel, (&before, &after))| {
            [before, after].map(|next| u16::from(pixel).wrapping_mul(3).wrapping_add(next.into()))
        })
        .collect()
}

/// Of a sum that was scaled back to a byte.
fn low_byte(value: u16) -> u8 {
    u8::try_from(value).unwrap_or(u8::MAX)
}
