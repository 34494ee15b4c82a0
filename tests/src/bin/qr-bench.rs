//! `qr-bench FOLDER [make COUNT SEED | read CANDIDATE | table]`: the steps of `scripts/qr-bench`.
//!
//! `make` writes the corpus, `read` lets one of the readers in Rust loose on it and prints a JSON line a picture,
//! `table` prints the table from all `*.readings` in the folder. The time is the processor's; reading a file
//! and unpacking it is not in it.

#![allow(clippy::unwrap_used, clippy::panic)] // a tool for developers; its caller shows what stopped it

use std::path::Path;

use image::GrayImage;
use rustix::time::{ClockId, clock_gettime};
use skilling_link::qr::{luma::Luma, read};
use skilling_tests::qr::peers::Reading;
use skilling_tests::qr::{corpus, table};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        [folder, "make", count, seed] => {
            let (count, seed) = (count.parse().unwrap(), seed.parse().unwrap());
            corpus::write(Path::new(folder), seed, count).unwrap();
        }
        [folder, "read", candidate] => read_all(Path::new(folder), reader(candidate)),
        [folder, "table"] => print_table(Path::new(folder)),
        _ => panic!("usage: qr-bench FOLDER make COUNT SEED | read CANDIDATE | table"),
    }
}

/// Of as many the quickest counts: caches are shared with whatever else runs.
const REPEATS: usize = 3;

type Reader = fn(&GrayImage) -> Vec<String>;

fn reader(candidate: &str) -> Reader {
    match candidate {
        "first-look" => |picture| read::first_look(plane(picture)).unwrap(),
        "second-look" => |picture| read::luma(plane(picture)).unwrap(),
        "zxing-cpp-crate" => zxing_crate,
        "rqrr" => rqrr,
        other => panic!("no reader is called {other}"),
    }
}

fn plane(picture: &GrayImage) -> Luma<'_> {
    Luma::new(picture, picture.width(), picture.height()).unwrap()
}

/// The crate with its own defaults, which try harder, turned, inverted and at smaller scale.
fn zxing_crate(picture: &GrayImage) -> Vec<String> {
    let view = zxingcpp::ImageView::from_slice(
        picture,
        picture.width(),
        picture.height(),
        zxingcpp::ImageFormat::Lum,
    );
    let reader = zxingcpp::read().formats([zxingcpp::BarcodeFormat::QRCode]);
    let codes = reader.from(&view.unwrap()).unwrap();
    codes.iter().map(|code| code.text()).collect()
}

fn rqrr(picture: &GrayImage) -> Vec<String> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        picture[(x as u32, y as u32)].0[0]
    });
    let grids = prepared.detect_grids();
    grids
        .iter()
        .filter_map(|grid| Some(grid.decode().ok()?.1))
        .collect()
}

fn read_all(folder: &Path, reader: Reader) {
    for entry in corpus::entries(folder).unwrap() {
        let picture = image::open(folder.join(&entry.file)).unwrap().into_luma8();
        let mut ms = f64::MAX;
        let mut texts = Vec::new();
        for _ in 0..REPEATS {
            let start = processor_ms();
            texts = reader(&picture);
            ms = ms.min(processor_ms() - start);
        }
        let reading = Reading {
            file: entry.file,
            ms,
            texts,
        };
        println!("{}", serde_json::to_string(&reading).unwrap());
    }
}

/// Of this thread; whatever else the machine does is not in it.
fn processor_ms() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

fn print_table(folder: &Path) {
    let entries = corpus::entries(folder).unwrap();
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "readings"))
        .collect();
    files.sort();
    let columns: Vec<table::Column> = files
        .iter()
        .map(|path| {
            let lines = std::fs::read_to_string(path).unwrap();
            let readings = lines
                .lines()
                .map(|line| serde_json::from_str(line).unwrap());
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            table::Column {
                // "2-rqrr": the number is for the order.
                name: name
                    .split_once('-')
                    .map_or(name.clone(), |(_, name)| name.replace('_', " ")),
                readings: table::in_order(&entries, readings.collect()),
            }
        })
        .collect();
    print!("{}", table::markdown(&entries, &columns));
}
