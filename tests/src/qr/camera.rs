//! A pinhole camera over a desk on which codes lie: what falls on every pixel, before the lens and the sensor spoil it.

use std::f64::consts::PI;

use image::GrayImage;

use super::desk::Desk;

/// Samples along one side of a pixel where a code is seen.
const SAMPLES: usize = 3;

/// A printed or shown code, its quiet zone included.
#[derive(Debug, Clone)]
pub struct Plate {
    modules: Vec<bool>,
    side: usize,
    /// Brightness of dark and light modules, 0 to 255.
    pub inks: [f64; 2],
    /// Where it is shown on a display: device pixels a module, and how dark the gaps between them are, 0 to 1.
    pub grid: Option<(f64, f64)>,
    /// Things that lie on it: circles (x, y, radius in modules from the centre) of a brightness.
    pub lids: Vec<([f64; 3], f64)>,
}

/// How the camera sees a plate: its centre in the picture, the size of a module there in pixels, and three angles.
#[derive(Debug, Clone, Copy)]
pub struct Pose {
    /// In pixels from the left and the top.
    pub centre: [f64; 2],
    /// In pixels, at the centre.
    pub module: f64,
    /// Around the line of sight, in radians.
    pub roll: f64,
    /// Leaning away, in radians.
    pub tilt: f64,
    /// Turned aside, in radians.
    pub pan: f64,
}

impl Plate {
    /// Of a picture of one pixel a module, quiet zone included, dark on light.
    #[must_use]
    pub fn new(code: &GrayImage) -> Self {
        Self {
            modules: code.pixels().map(|pixel| pixel.0[0] < 128).collect(),
            side: code.width() as usize,
            inks: [30.0, 225.0],
            grid: None,
            lids: Vec::new(),
        }
    }

    /// Modules along one side, quiet zone included.
    #[must_use]
    pub fn side(&self) -> f64 {
        self.side as f64
    }

    /// The brightness at a point in modules from the centre; `None` beside the plate.
    fn at(&self, x: f64, y: f64) -> Option<f64> {
        let half = self.side() / 2.0;
        let (column, row) = ((x + half).floor(), (y + half).floor());
        let inside = |at: f64| at >= 0.0 && at < self.side();
        if !inside(column) || !inside(row) {
            return None;
        }
        for ([left, top, radius], brightness) in &self.lids {
            if (x - left).hypot(y - top) < *radius {
                return Some(*brightness);
            }
        }
        let dark = self.modules[row as usize * self.side + column as usize];
        let ink = self.inks[usize::from(!dark)];
        let Some((pitch, depth)) = self.grid else {
            return Some(ink);
        };
        let lit = |at: f64| (PI * at * pitch).sin().abs().sqrt();
        Some(ink * (1.0 - depth * (1.0 - lit(x) * lit(y))))
    }
}

/// What the camera sees of these plates on this desk, brightness row by row.
#[must_use]
pub fn see(desk: &Desk, plates: &[(Plate, Pose)], [width, height]: [usize; 2]) -> Vec<f32> {
    let views: Vec<_> = plates
        .iter()
        .map(|(plate, pose)| (plate, View::of(pose, plate.side())))
        .collect();
    let mut picture = Vec::with_capacity(width * height);
    for y in 0..height {
        for x in 0..width {
            let (left, top) = (x as f64, y as f64);
            let ground = desk.at(left, top);
            let near: Vec<_> = views
                .iter()
                .filter(|(_, view)| view.sees(left + 0.5, top + 0.5))
                .collect();
            let sample = |(right, down)| {
                let on = |(plate, view): &&(&Plate, View)| {
                    let (x, y) = view.on_plate(left + right, top + down);
                    plate.at(x, y)
                };
                near.iter().find_map(on).unwrap_or(ground)
            };
            let light = if near.is_empty() {
                ground
            } else {
                samples().map(sample).sum::<f64>() / (SAMPLES * SAMPLES) as f64
            };
            picture.push(light as f32);
        }
    }
    picture
}

fn samples() -> impl Iterator<Item = (f64, f64)> {
    let step = |at: usize| (at as f64 + 0.5) / SAMPLES as f64;
    (0..SAMPLES).flat_map(move |y| (0..SAMPLES).map(move |x| (step(x), step(y))))
}

impl Pose {
    /// Moves the code and makes it smaller until all of it is between these corners of the picture: what is cut
    /// off cannot be read.
    pub fn fit(&mut self, side: f64, [left, top]: [f64; 2], [right, bottom]: [f64; 2]) {
        let middle = [f64::midpoint(left, right), f64::midpoint(top, bottom)];
        for _ in 0..60 {
            let outside = |[x, y]: [f64; 2]| x < left || x > right || y < top || y > bottom;
            if !self.corners(side).into_iter().any(outside) {
                return;
            }
            self.module *= 0.97;
            for (at, middle) in self.centre.iter_mut().zip(middle) {
                *at += (middle - *at) * 0.1;
            }
        }
    }

    /// Where the corners of a plate are seen.
    fn corners(&self, side: f64) -> [[f64; 2]; 4] {
        let forward = onto_picture(self, side);
        let half = side / 2.0;
        [(-half, -half), (half, -half), (half, half), (-half, half)].map(|(x, y)| {
            let [u, v, w] = forward.map(|[a, b, c]| a * x + b * y + c);
            [u / w, v / w]
        })
    }
}

/// From the picture back to the plate: a homography, and the circle beyond which the plate is not.
struct View {
    back: [[f64; 3]; 3],
    centre: [f64; 2],
    reach: f64,
}

impl View {
    fn of(pose: &Pose, side: f64) -> Self {
        Self {
            back: inverse(onto_picture(pose, side)),
            centre: pose.centre,
            // The near corner comes closer by at most half a diagonal.
            reach: pose.module * side * 0.71 * 2.0,
        }
    }

    fn sees(&self, x: f64, y: f64) -> bool {
        (x - self.centre[0]).hypot(y - self.centre[1]) < self.reach
    }

    fn on_plate(&self, x: f64, y: f64) -> (f64, f64) {
        let row = |[a, b, c]: [f64; 3]| a * x + b * y + c;
        let [u, v, w] = self.back.map(row);
        if w <= 0.0 {
            return (f64::MAX, f64::MAX); // behind the eye
        }
        (u / w, v / w)
    }
}

/// From the plate to the picture: a homography.
fn onto_picture(pose: &Pose, side: f64) -> [[f64; 3]; 3] {
    // The eye stands one and a half sides away: near, as people hold phones.
    let distance = 1.5 * side;
    let focus = pose.module * distance;
    let ((sr, cr), (st, ct), (sp, cp)) =
        (pose.roll.sin_cos(), pose.tilt.sin_cos(), pose.pan.sin_cos());
    // Where the plate's x and y axes point after pan, tilt and roll.
    let across = [cr * cp - sr * st * sp, sr * cp + cr * st * sp, -ct * sp];
    let along = [-sr * ct, cr * ct, st];
    let [cx, cy] = pose.centre;
    let onto = |axis: [f64; 3]| {
        [
            focus * axis[0] + cx * axis[2],
            focus * axis[1] + cy * axis[2],
            axis[2],
        ]
    };
    let (a, b, c) = (
        onto(across),
        onto(along),
        [cx * distance, cy * distance, distance],
    );
    [[a[0], b[0], c[0]], [a[1], b[1], c[1]], [a[2], b[2], c[2]]]
}

fn inverse([[a, b, c], [d, e, f], [g, h, i]]: [[f64; 3]; 3]) -> [[f64; 3]; 3] {
    let determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
    [
        [e * i - f * h, c * h - b * i, b * f - c * e],
        [f * g - d * i, a * i - c * g, c * d - a * f],
        [d * h - e * g, b * g - a * h, a * e - b * d],
    ]
    .map(|row| row.map(|value| value / determinant))
}
