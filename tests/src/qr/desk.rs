//! What codes lie on: plain paper, or a cluttered desk with grain, edges, boxes and lines of print.

use super::chance::{Chance, mix};

/// A background; brightness 0 to 255 everywhere.
#[derive(Debug, Clone)]
pub struct Desk {
    level: f64,
    grain: f64,
    seed: u64,
    things: Vec<Thing>,
}

/// A box, or rows of something like print.
#[derive(Debug, Clone)]
struct Thing {
    centre: [f64; 2],
    half: [f64; 2],
    turn: (f64, f64),
    brightness: f64,
    print: Option<f64>,
}

impl Desk {
    /// Even, with a little grain.
    pub fn plain(chance: &mut Chance) -> Self {
        Self {
            level: chance.between(60.0, 240.0),
            grain: chance.between(0.0, 12.0),
            seed: chance.bits(),
            things: Vec::new(),
        }
    }

    /// Full of things, on a picture of this size.
    pub fn cluttered(chance: &mut Chance, [width, height]: [usize; 2]) -> Self {
        let mut desk = Self::plain(chance);
        desk.grain = chance.between(10.0, 45.0);
        desk.things = (0..30)
            .map(|_| Thing {
                centre: [
                    chance.between(0.0, width as f64),
                    chance.between(0.0, height as f64),
                ],
                half: [chance.between(10.0, 180.0), chance.between(8.0, 140.0)],
                turn: chance.between(0.0, 3.2).sin_cos(),
                brightness: chance.between(10.0, 245.0),
                print: chance.happens(0.5).then(|| chance.between(3.0, 12.0)),
            })
            .collect();
        desk
    }

    /// The brightness at a point of the picture.
    #[must_use]
    pub fn at(&self, x: f64, y: f64) -> f64 {
        let mut level = self.level;
        for thing in &self.things {
            if let Some(brightness) = thing.at(x, y) {
                level = brightness;
            }
        }
        let grain =
            self.noise(x, y, 96.0) + 0.5 * self.noise(x, y, 23.0) + 0.3 * self.noise(x, y, 5.0);
        (level + self.grain * grain).clamp(0.0, 255.0)
    }

    /// Smooth noise of a certain size, about -1 to 1: chance at the corners of a grid, blended between them.
    fn noise(&self, x: f64, y: f64, size: f64) -> f64 {
        let (x, y) = (x / size, y / size);
        let (left, top) = (x.floor(), y.floor());
        let soft = |t: f64| t * t * (3.0 - 2.0 * t);
        let (right, down) = (soft(x - left), soft(y - top));
        let corner = |column: f64, row: f64| {
            let place = (column as i64 as u64) << 32 ^ (row as i64 as u64) ^ (size as u64) << 56;
            (mix(self.seed ^ mix(place)) >> 40) as f64 / f64::from(1 << 23) - 1.0
        };
        let blend = |from: f64, to: f64, t: f64| from + (to - from) * t;
        blend(
            blend(corner(left, top), corner(left + 1.0, top), right),
            blend(
                corner(left, top + 1.0),
                corner(left + 1.0, top + 1.0),
                right,
            ),
            down,
        )
    }
}

impl Thing {
    fn at(&self, x: f64, y: f64) -> Option<f64> {
        let (x, y) = (x - self.centre[0], y - self.centre[1]);
        let (sine, cosine) = self.turn;
        let (across, down) = (x * cosine + y * sine, y * cosine - x * sine);
        if across.abs() > self.half[0] || down.abs() > self.half[1] {
            return None;
        }
        let Some(size) = self.print else {
            return Some(self.brightness);
        };
        // Rows of strokes with gaps: what a reader may take for parts of a code.
        let row = (down / (size * 2.0)).floor();
        let between_rows = down - row * size * 2.0 > size;
        let stroke =
            mix((across / (size * 0.6)).floor() as i64 as u64 ^ mix(row as i64 as u64)) & 1 == 0;
        Some(if between_rows || stroke {
            self.brightness
        } else {
            255.0 - self.brightness
        })
    }
}
