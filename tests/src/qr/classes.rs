//! The classes of pictures: what is hard about each, from harmless to hopeless, by chance.
//!
//! The ranges were set from what phones and scanners meet, before any reader was run on them, and are not moved to
//! suit one.

use std::f64::consts::{PI, TAU};

use image::GrayImage;
use skilling_link::qr::draw::{Drawing, Level};

use super::camera::{Plate, Pose, see};
use super::chance::Chance;
use super::desk::Desk;
use super::messages;
use super::optics::Optics;

/// What is hard about a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)] // the names say it, and `name` says it again
pub enum Class {
    Clean,
    Rotation,
    Perspective,
    Defocus,
    Motion,
    Noise,
    Jpeg30,
    LowContrast,
    Glare,
    Moire,
    Occlusion,
    SmallModules,
    Inverted,
    TwoCodes,
    LargePhoto,
    Counter,
}

/// A picture file with what must be read from it.
#[derive(Debug, Clone)]
pub struct Picture {
    /// PNG or JPEG.
    pub file: Vec<u8>,
    /// `png` or `jpg`.
    pub ending: &'static str,
    /// The texts of all codes in it.
    pub texts: Vec<String>,
}

impl Class {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 16] = [
        Self::Clean,
        Self::Rotation,
        Self::Perspective,
        Self::Defocus,
        Self::Motion,
        Self::Noise,
        Self::Jpeg30,
        Self::LowContrast,
        Self::Glare,
        Self::Moire,
        Self::Occlusion,
        Self::SmallModules,
        Self::Inverted,
        Self::TwoCodes,
        Self::LargePhoto,
        Self::Counter,
    ];

    /// For file names and the table.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Rotation => "rotation",
            Self::Perspective => "perspective",
            Self::Defocus => "out of focus",
            Self::Motion => "moving hand",
            Self::Noise => "noise",
            Self::Jpeg30 => "JPEG 30",
            Self::LowContrast => "low contrast",
            Self::Glare => "glare",
            Self::Moire => "moire",
            Self::Occlusion => "partly covered",
            Self::SmallModules => "small modules",
            Self::Inverted => "inverted",
            Self::TwoCodes => "two codes",
            Self::LargePhoto => "in a 2 MP photo",
            Self::Counter => "all at once",
        }
    }

    /// A picture of this class.
    pub fn picture(self, chance: &mut Chance) -> Picture {
        let mut scene = Scene::new(self, chance);
        scene.spoil(self, chance);
        scene.fit();
        scene.take(chance)
    }

    fn size(self) -> [usize; 2] {
        match self {
            Self::LargePhoto => [1920, 1080],
            Self::TwoCodes => [1280, 720],
            _ => [960, 720],
        }
    }
}

/// A code: its text, and how it lies before the camera.
struct Code {
    text: String,
    plate: Plate,
    pose: Pose,
}

struct Scene {
    size: [usize; 2],
    desk: Desk,
    codes: Vec<Code>,
    optics: Optics,
}

impl Scene {
    /// In good order: upright, sharp, well lit; the code fills 40 to 85 % of the picture's height.
    fn new(class: Class, chance: &mut Chance) -> Self {
        let size = class.size();
        let desk = match class {
            Class::LargePhoto | Class::Counter => Desk::cluttered(chance, size),
            _ => Desk::plain(chance),
        };
        let count = if class == Class::TwoCodes { 2 } else { 1 };
        let codes = (0..count).map(|_| Code::new(size, chance)).collect();
        Self {
            size,
            desk,
            codes,
            optics: Optics::default(),
        }
    }

    fn spoil(&mut self, class: Class, chance: &mut Chance) {
        if class != Class::Clean {
            self.handhold(chance);
        }
        match class {
            Class::Clean => {}
            Class::Rotation => self.code().pose.roll = chance.between(0.0, TAU),
            Class::Perspective => self.lean(chance, 0.35, 1.15),
            Class::Defocus => self.optics.blur = self.module() * chance.between(0.25, 0.85),
            Class::Motion => {
                let length = self.module() * chance.between(0.6, 2.4);
                self.optics.motion = Some((length, chance.between(0.0, PI)));
            }
            Class::Noise => self.optics.noise = chance.between(25.0, 110.0),
            Class::Jpeg30 => {
                self.small(chance, 1.8, 3.6);
                self.optics.blur = chance.between(0.3, 0.9);
                self.optics.jpeg = Some(30);
            }
            Class::LowContrast => {
                let black = chance.between(20.0, 200.0);
                self.optics.range = Some([black, black + chance.between(6.0, 45.0)]);
                self.optics.noise = chance.between(0.5, 4.0);
                self.optics.falloff = Some((chance.between(0.0, 0.5), chance.between(0.0, TAU)));
            }
            Class::Glare => self.glare(chance, 3, 0.08, 0.3),
            Class::Moire => self.moire(chance),
            Class::Occlusion => self.cover(chance),
            Class::SmallModules => self.small(chance, 1.05, 2.3),
            Class::Inverted => self.invert(chance),
            Class::TwoCodes => self.lay_out_two(chance),
            Class::LargePhoto => self.far_away(chance),
            Class::Counter => self.all_at_once(chance),
        }
    }

    /// As steady as a person is: a few degrees, a little blur and noise, a JPEG as phones write it.
    fn handhold(&mut self, chance: &mut Chance) {
        for code in &mut self.codes {
            code.pose.roll = chance.between(-0.12, 0.12);
            code.pose.tilt = chance.between(-0.15, 0.15);
            code.pose.pan = chance.between(-0.15, 0.15);
        }
        self.optics.blur = chance.between(0.3, 0.7);
        self.optics.noise = chance.between(1.0, 5.0);
        self.optics.jpeg = Some(92);
    }

    fn code(&mut self) -> &mut Code {
        &mut self.codes[0]
    }

    fn module(&self) -> f64 {
        self.codes[0].pose.module
    }

    fn lean(&mut self, chance: &mut Chance, least: f64, most: f64) {
        let (lean, towards) = (chance.between(least, most), chance.between(0.0, TAU));
        let pose = &mut self.code().pose;
        pose.tilt = lean * towards.sin();
        pose.pan = lean * towards.cos();
        pose.roll = chance.between(-0.6, 0.6);
    }

    /// Far away, or few pixels: modules of this many, anywhere in the picture.
    fn small(&mut self, chance: &mut Chance, least: f64, most: f64) {
        let size = self.size;
        let code = self.code();
        code.pose.module = chance.between(least, most);
        code.place(size, chance);
        self.optics.blur = chance.between(0.0, 0.4);
    }

    fn glare(&mut self, chance: &mut Chance, most_spots: u64, least: f64, most: f64) {
        let Pose { centre, module, .. } = self.codes[0].pose;
        let side = module * self.codes[0].plate.side();
        self.optics.glare = (0..=chance.below(most_spots))
            .map(|_| {
                [
                    centre[0] + side * chance.between(-0.5, 0.5),
                    centre[1] + side * chance.between(-0.5, 0.5),
                    side * chance.between(least, most),
                    chance.between(80.0, 400.0),
                ]
            })
            .collect();
    }

    /// A display whose own pixels are about as fine as the camera's.
    fn moire(&mut self, chance: &mut Chance) {
        let module = self.module();
        let camera_pixels = chance.between(0.8, 2.4);
        self.code().plate.grid = Some((module / camera_pixels, chance.between(0.4, 0.95)));
        self.code().pose.roll = chance.between(-0.5, 0.5);
        self.optics.blur = chance.between(0.0, 0.5);
        self.optics.noise = chance.between(2.0, 12.0);
    }

    /// Fingers, stickers, scratches: 1 to 13 % of the code, anywhere on it.
    fn cover(&mut self, chance: &mut Chance) {
        let plate = &mut self.codes[0].plate;
        let (lids, area) = (1 + chance.below(5), chance.between(0.01, 0.13));
        let code = plate.side() - 8.0;
        let radius = code * (area / lids as f64 / PI).sqrt();
        plate.lids = (0..lids)
            .map(|_| {
                let place = [0; 2].map(|_| code * chance.between(-0.5, 0.5));
                ([place[0], place[1], radius], chance.between(0.0, 255.0))
            })
            .collect();
    }

    /// Light on dark, as displays show at night.
    fn invert(&mut self, chance: &mut Chance) {
        self.code().plate.inks.reverse();
        self.lean(chance, 0.0, 0.6);
        self.optics.blur = self.module() * chance.between(0.1, 0.5);
        self.optics.noise = chance.between(3.0, 40.0);
    }

    fn lay_out_two(&mut self, chance: &mut Chance) {
        let [width, height] = self.size;
        for (number, code) in self.codes.iter_mut().enumerate() {
            let half = width as f64 / 2.0;
            let share = chance.between(0.5, 0.95);
            code.pose.module = half.min(height as f64) * share / code.plate.side();
            code.pose.centre = [half * (number as f64 + 0.5), height as f64 / 2.0];
            code.pose.roll = chance.between(-0.2, 0.2);
        }
        self.optics.blur = chance.between(0.5, 2.2);
        self.optics.noise = chance.between(3.0, 25.0);
        self.optics.falloff = Some((chance.between(0.0, 0.7), chance.between(0.0, TAU)));
    }

    fn far_away(&mut self, chance: &mut Chance) {
        self.small(chance, 1.6, 4.0);
        self.lean(chance, 0.0, 0.5);
        self.code().pose.roll = chance.between(0.0, TAU);
        self.optics.blur = chance.between(0.4, 1.0);
        self.optics.noise = chance.between(3.0, 16.0);
        self.optics.jpeg = Some(80);
    }

    /// A bad day at the counter: some of everything.
    fn all_at_once(&mut self, chance: &mut Chance) {
        self.small(chance, 2.2, 6.0);
        self.lean(chance, 0.1, 0.7);
        self.optics.falloff = Some((chance.between(0.2, 0.8), chance.between(0.0, TAU)));
        if chance.happens(0.5) {
            self.glare(chance, 1, 0.05, 0.2);
        }
        self.optics.blur = self.module() * chance.between(0.1, 0.45);
        self.optics.motion = Some((
            self.module() * chance.between(0.0, 0.8),
            chance.between(0.0, PI),
        ));
        self.optics.range = Some([chance.between(0.0, 60.0), chance.between(120.0, 255.0)]);
        self.optics.noise = chance.between(2.0, 18.0);
        self.optics.jpeg = Some(40 + chance.below(50) as u8);
    }

    /// Every code wholly in its part of the picture.
    fn fit(&mut self) {
        let [width, height] = self.size.map(|length| length as f64);
        let part = width / self.codes.len() as f64;
        for (number, code) in self.codes.iter_mut().enumerate() {
            let left = part * number as f64;
            let side = code.plate.side();
            code.pose.fit(side, [left, 0.0], [left + part, height]);
        }
    }

    fn take(self, chance: &mut Chance) -> Picture {
        let (texts, plates): (Vec<_>, Vec<_>) = self
            .codes
            .into_iter()
            .map(|code| (code.text, (code.plate, code.pose)))
            .unzip();
        let light = see(&self.desk, &plates, self.size);
        Picture {
            file: self.optics.take(light, self.size, chance),
            ending: if self.optics.jpeg.is_some() {
                "jpg"
            } else {
                "png"
            },
            texts,
        }
    }
}

impl Code {
    /// Four in five at level M, the rest at L, as small displays show them.
    fn new(size: [usize; 2], chance: &mut Chance) -> Self {
        let level = if chance.happens(0.2) {
            Level::L
        } else {
            Level::M
        };
        let drawing = Drawing::new(&messages::any(chance), level).unwrap();
        let plate = Plate::new(&one_pixel_a_module(&drawing));
        let mut code = Self {
            text: drawing.text().to_owned(),
            pose: Pose {
                centre: [0.0; 2],
                module: size[1] as f64 * chance.between(0.4, 0.85) / plate.side(),
                roll: 0.0,
                tilt: 0.0,
                pan: 0.0,
            },
            plate,
        };
        code.place(size, chance);
        code
    }

    /// Wholly inside the picture, whichever way it is turned, as far as it fits.
    fn place(&mut self, size: [usize; 2], chance: &mut Chance) {
        let reach = self.pose.module * self.plate.side() * 0.71;
        self.pose.centre = size.map(|length| {
            let middle = length as f64 / 2.0;
            let slack = (middle - reach).max(0.0);
            middle + slack * chance.between(-1.0, 1.0)
        });
    }
}

fn one_pixel_a_module(drawing: &Drawing) -> GrayImage {
    image::load_from_memory(&drawing.png(1).unwrap())
        .unwrap()
        .into_luma8()
}
