//! What light, lens, hand, sensor and file format do to a picture, in that order.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{GrayImage, ImageFormat};

use super::chance::Chance;

/// Everything that can go wrong; the default is a perfect camera.
#[derive(Debug, Clone, Default)]
pub struct Optics {
    /// How much darker the far end is, 0 to 1, and the direction towards it.
    pub falloff: Option<(f64, f64)>,
    /// Reflections: x, y and radius in pixels, and how much light they add.
    pub glare: Vec<[f64; 4]>,
    /// Out of focus: the deviation of the blur in pixels.
    pub blur: f64,
    /// A moving hand: length in pixels and direction.
    pub motion: Option<(f64, f64)>,
    /// Where black and white end up.
    pub range: Option<[f64; 2]>,
    /// The sensor's noise, as a deviation in grey levels.
    pub noise: f64,
    /// JPEG of this quality; PNG without.
    pub jpeg: Option<u8>,
}

impl Optics {
    /// The picture as a file.
    #[must_use]
    pub fn take(
        &self,
        mut light: Vec<f32>,
        [width, height]: [usize; 2],
        chance: &mut Chance,
    ) -> Vec<u8> {
        self.shine(&mut light, width, height);
        if self.blur > 0.0 {
            light = blurred(&light, width, height, self.blur);
        }
        if let Some((length, direction)) = self.motion {
            light = moved(&light, width, height, length, direction);
        }
        let [black, white] = self.range.unwrap_or([0.0, 255.0]);
        let pixels = light
            .iter()
            .map(|light| {
                let level = black + f64::from(light.clamp(0.0, 255.0)) / 255.0 * (white - black);
                let noise = if self.noise > 0.0 {
                    self.noise * chance.normal()
                } else {
                    0.0
                };
                (level + noise).round().clamp(0.0, 255.0) as u8
            })
            .collect();
        let picture = GrayImage::from_vec(width as u32, height as u32, pixels).unwrap();
        let mut file = Cursor::new(Vec::new());
        match self.jpeg {
            Some(quality) => picture
                .write_with_encoder(JpegEncoder::new_with_quality(&mut file, quality))
                .unwrap(),
            None => picture.write_to(&mut file, ImageFormat::Png).unwrap(),
        }
        file.into_inner()
    }

    fn shine(&self, light: &mut [f32], width: usize, height: usize) {
        if self.falloff.is_none() && self.glare.is_empty() {
            return;
        }
        let (loss, (sine, cosine)) = self.falloff.map_or((0.0, (0.0, 1.0)), |(loss, direction)| {
            (loss, direction.sin_cos())
        });
        for (at, pixel) in light.iter_mut().enumerate() {
            let (x, y) = ((at % width) as f64, (at / width) as f64);
            let along = (x / width as f64 - 0.5) * cosine + (y / height as f64 - 0.5) * sine;
            let mut lit = f64::from(*pixel) * (1.0 - loss * (along + 0.7).clamp(0.0, 1.4) / 1.4);
            for [left, top, radius, strength] in &self.glare {
                let far = ((x - left).powi(2) + (y - top).powi(2)) / radius.powi(2);
                if far < 8.0 {
                    lit += strength * (-far).exp();
                }
            }
            *pixel = lit as f32;
        }
    }
}

/// A Gaussian blur, rows first, then columns.
fn blurred(light: &[f32], width: usize, height: usize, deviation: f64) -> Vec<f32> {
    let reach = (3.0 * deviation).ceil() as i64;
    let weights: Vec<f32> = (-reach..=reach)
        .map(|at| (-(at * at) as f64 / (2.0 * deviation * deviation)).exp() as f32)
        .collect();
    let total: f32 = weights.iter().sum();
    let along = |from: &[f32], step: usize, count: usize, start: usize, at: usize| -> f32 {
        let sum: f32 = (-reach..)
            .zip(&weights)
            .map(|(shift, weight)| {
                let place = (at as i64 + shift).clamp(0, count as i64 - 1) as usize;
                weight * from[start + place * step]
            })
            .sum();
        sum / total
    };
    let rows: Vec<f32> = (0..width * height)
        .map(|at| along(light, 1, width, at / width * width, at % width))
        .collect();
    (0..width * height)
        .map(|at| along(&rows, width, height, at % width, at / width))
        .collect()
}

/// The mean along a short straight path.
fn moved(light: &[f32], width: usize, height: usize, length: f64, direction: f64) -> Vec<f32> {
    let steps = (length * 2.0).ceil().max(1.0) as usize;
    let (sine, cosine) = direction.sin_cos();
    let path: Vec<(f64, f64)> = (0..=steps)
        .map(|step| {
            let at = (step as f64 / steps as f64 - 0.5) * length;
            (at * cosine, at * sine)
        })
        .collect();
    let pixel = |x: f64, y: f64| {
        let column = x.clamp(0.0, width as f64 - 1.0) as usize;
        let row = y.clamp(0.0, height as f64 - 1.0) as usize;
        light[row * width + column]
    };
    (0..width * height)
        .map(|at| {
            let (x, y) = ((at % width) as f64 + 0.5, (at / width) as f64 + 0.5);
            let sum: f32 = path
                .iter()
                .map(|(right, down)| pixel(x + right, y + down))
                .sum();
            sum / path.len() as f32
        })
        .collect()
}
