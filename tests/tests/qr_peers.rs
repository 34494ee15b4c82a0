//! Every code that we draw, in every form and version, is read by two readers that we did not write.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on has failed

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use image::{GrayImage, Luma};
use skilling_link::qr::draw::{Background, Drawing, Level};
use skilling_link::qr::poster::Poster;
use skilling_link::qr::words::check_words;
use skilling_tests::qr::peers::Reading;

/// The shortest message whose code has this version.
fn of_version(version: u8, level: Level) -> (Vec<u8>, Drawing) {
    let message = |length: usize| -> Vec<u8> {
        let filler = (0..length).map(|at| (at * 131 + usize::from(version)) as u8);
        [0x83, 1].into_iter().chain(filler).collect()
    };
    let draw = |length: usize| Drawing::new(&message(length), level);
    let lengths: Vec<usize> = (2..3000).collect();
    let smaller = |length: &usize| draw(*length).is_ok_and(|drawing| drawing.version() < version);
    let length = lengths[lengths.partition_point(smaller)];
    (message(length), draw(length).unwrap())
}

fn run(command: &mut Command) {
    let name = format!("{command:?}");
    let done = command
        .output()
        .unwrap_or_else(|error| panic!("{name}: {error}; scripts/setup installs it"));
    assert!(done.status.success(), "{name}: {done:?}");
}

/// Where `scripts/setup` put the peers: in cargo's target folder, above this very program.
fn python() -> PathBuf {
    let here = std::env::current_exe().unwrap();
    here.ancestors()
        .map(|folder| folder.join("qr-peers/bin/python3"))
        .find(|python| python.exists())
        .expect("no qr-peers in cargo's target folder: run scripts/setup")
}

fn peer_reads(peer: &str, folder: &Path, files: &[&String]) -> BTreeMap<String, Vec<String>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/qr.py");
    let mut running = Command::new(python())
        .args([script.as_path(), Path::new(peer), folder])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let names: String = files.iter().map(|file| format!("{file}\n")).collect();
    running
        .stdin
        .take()
        .unwrap()
        .write_all(names.as_bytes())
        .unwrap();
    let done = running.wait_with_output().unwrap();
    assert!(done.status.success(), "{peer} failed");
    let lines = String::from_utf8(done.stdout).unwrap();
    lines
        .lines()
        .map(|line| serde_json::from_str::<Reading>(line).unwrap())
        .map(|reading| (reading.file, reading.texts))
        .collect()
}

#[track_caller]
fn assert_both_peers_read(folder: &Path, drawn: &BTreeMap<String, String>) {
    let files: Vec<&String> = drawn.keys().collect();
    for peer in ["zxing-cpp", "zbarimg"] {
        let read = peer_reads(peer, folder, &files);
        for (file, text) in drawn {
            assert_eq!(read.get(file), Some(&vec![text.clone()]), "{peer}, {file}");
        }
    }
}

#[test]
fn peers_read_every_version_at_both_levels() {
    let folder = tempfile::tempdir().unwrap();
    let mut drawn = BTreeMap::new();
    for version in 1..=40 {
        for level in [Level::M, Level::L] {
            let (_, drawing) = of_version(version, level);
            let file = format!("{version}-{level:?}.png");
            std::fs::write(folder.path().join(&file), drawing.png(4).unwrap()).unwrap();
            drawn.insert(file, drawing.text().to_owned());
        }
    }
    assert_both_peers_read(folder.path(), &drawn);
}

/// The versions of a receipt, an outage, a request and a token, and the largest.
#[test]
fn peers_read_every_form() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let mut drawn = BTreeMap::new();
    for version in [6, 7, 13, 14, 40] {
        let (message, drawing) = of_version(version, Level::M);
        std::fs::write(at("code.svg"), drawing.svg()).unwrap();
        let svg = format!("{version}-svg.png");
        run(Command::new("rsvg-convert")
            .arg(at("code.svg"))
            .arg("-o")
            .arg(at(&svg)));

        let pdf = format!("{version}-pdf");
        std::fs::write(at("door.pdf"), poster(&message, &drawing)).unwrap();
        run(Command::new("pdftoppm")
            .args(["-r", "200", "-png", "-singlefile"])
            .args([at("door.pdf"), at(&pdf)]));

        let mut names = vec![svg, format!("{pdf}.png")];
        for background in [Background::Dark, Background::Light] {
            let file = format!("{version}-{background:?}.png");
            window(&drawing, background).save(at(&file)).unwrap();
            names.push(file);
        }
        drawn.extend(
            names
                .into_iter()
                .map(|name| (name, drawing.text().to_owned())),
        );
    }
    assert_both_peers_read(folder.path(), &drawn);
}

fn poster(message: &[u8], code: &Drawing) -> Vec<u8> {
    Poster {
        purpose: "Pay here",
        name: "Købmand Torvegade, København",
        amount: "Enter the amount in DKK",
        code,
        words: &check_words(message),
        note: "Are these the four words that the till shows?",
    }
    .pdf()
    .unwrap()
}

/// A terminal window that shows the code, 4 pixels a module, with some of the empty window around it.
fn window(drawing: &Drawing, background: Background) -> GrayImage {
    let (printed, empty) = match background {
        Background::Dark => (255, 0),
        Background::Light => (0, 255),
    };
    let lines: Vec<Vec<char>> = drawing
        .terminal(background)
        .lines()
        .map(|line| line.chars().collect())
        .collect();
    let side = drawing.side() as u32 * 4 + 64;
    GrayImage::from_fn(side, side, |x, y| {
        let cell = |x: u32, y: u32| {
            let (column, row) = (x.checked_sub(32)? / 4, y.checked_sub(32)? / 4);
            let letter = *lines.get(row as usize / 2)?.get(column as usize)?;
            Some(match letter {
                '█' => true,
                '▀' => row % 2 == 0,
                '▄' => row % 2 == 1,
                _ => false,
            })
        };
        Luma([if cell(x, y).unwrap_or(false) {
            printed
        } else {
            empty
        }])
    })
}
