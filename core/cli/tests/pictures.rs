//! Codes drawn and read back, and pictures in which there is none.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on has failed

mod common;

use common::{Scratch, run, vectors};
use image::{GrayImage, Luma, imageops};

const REFUSAL: &str = "8200181c";

#[test]
fn a_message_is_drawn_and_read_back() {
    let scratch = Scratch::new();
    let png = scratch.path("refusal.png");
    let drawn = run(&["qr", "encode", REFUSAL, "-o", &png, "--json"]);
    assert_eq!((drawn.status, &drawn.json()["version"]), (0, &1.into()));
    let read = run(&["qr", "decode", &png, "--json"]);
    assert_eq!(read.json()[0]["message"], REFUSAL);
    assert_eq!(read.json()[0]["kind"], "refusal");
    assert_eq!(
        run(&["qr", "decode", &png]).stdout.trim(),
        drawn.json()["text"]
    );
    let shown = run(&["inspect", &png, "--json"]);
    assert_eq!(shown.json()["kind"], "refusal");
    assert!(shown.stderr.contains("PNG"), "{}", shown.stderr);
}

#[test]
fn every_message_that_travels_as_a_code_does() {
    let scratch = Scratch::new();
    for case in vectors("messages.json") {
        let (hex, kind) = (
            case["message"].as_str().unwrap(),
            case["kind"].as_str().unwrap(),
        );
        let png = scratch.path(&format!("{kind}.png"));
        let ran = run(&["qr", "encode", hex, "-o", &png]);
        // 2,700 bytes are more than the largest code holds at level M.
        let is_drawn = (1..2700).contains(&(hex.len() / 2));
        if matches!(kind, "trust_bundle" | "status_list") || !is_drawn {
            assert_eq!(ran.status, 1, "{kind} cannot travel as a code");
            continue;
        }
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        let read = run(&["inspect", &png, "--json"]);
        assert_eq!(read.json()["kind"], kind);
    }
}

#[test]
fn a_jpeg_with_several_codes_gives_all_of_them() {
    let scratch = Scratch::new();
    let tiles = ["82000c", "820011"].map(|message| {
        let png = scratch.path(message);
        let file = format!("{png}.png");
        assert_eq!(run(&["qr", "encode", message, "-o", &file]).status, 0);
        image::open(&file).unwrap().into_luma8()
    });
    let mut sheet =
        GrayImage::from_pixel(tiles[0].width() * 2 + 80, tiles[0].height(), Luma([255]));
    imageops::overlay(&mut sheet, &tiles[0], 0, 0);
    imageops::overlay(&mut sheet, &tiles[1], i64::from(tiles[0].width()) + 80, 0);
    let jpeg = scratch.path("two.jpg");
    sheet.save(&jpeg).unwrap();
    let shown = run(&["inspect", &jpeg, "--json"]).json();
    let mut codes: Vec<u64> = shown
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["objects"][0]["fields"]["code"].as_u64().unwrap())
        .collect();
    codes.sort_unstable();
    assert_eq!(codes, [12, 17]);
}

#[test]
fn a_picture_without_a_code_has_nothing_to_read() {
    let scratch = Scratch::new();
    let blank = scratch.path("blank.png");
    GrayImage::from_pixel(64, 64, Luma([255]))
        .save(&blank)
        .unwrap();
    for command in [&["inspect", &blank][..], &["qr", "decode", &blank]] {
        assert_eq!(run(command).status, 4);
    }
    // One good picture beside it is still read; the worst status counts.
    let good = scratch.path("good.png");
    run(&["qr", "encode", REFUSAL, "-o", &good]);
    let both = run(&["qr", "decode", &blank, &good, "--json"]);
    assert_eq!((both.status, both.json().as_array().unwrap().len()), (4, 1));
    assert_eq!(run(&["qr", "decode", "/nonexistent.png"]).status, 3);
}

#[test]
fn a_code_is_drawn_as_svg_and_in_the_terminal() {
    let scratch = Scratch::new();
    let svg = scratch.path("code.svg");
    assert_eq!(run(&["qr", "encode", REFUSAL, "-o", &svg]).status, 0);
    assert!(std::fs::read_to_string(&svg).unwrap().contains("<svg"));
    let drawn = run(&["qr", "encode", REFUSAL, "-o", "-"]);
    assert!(drawn.stdout.contains('█') && drawn.stdout.lines().count() > 10);
    assert_eq!(run(&["qr", "encode", REFUSAL, "-o", "code.gif"]).status, 2);
    assert_eq!(
        run(&["qr", "encode", REFUSAL, "-o", "/nonexistent/code.png"]).status,
        3
    );
}

#[test]
fn a_broken_message_can_be_drawn_for_testing_but_not_silently() {
    let scratch = Scratch::new();
    let png = scratch.path("broken.png");
    let ran = run(&["qr", "encode", "8302", "-o", &png]);
    assert!(
        ran.status == 0 && ran.stderr.contains("malformed"),
        "{}",
        ran.stderr
    );
    assert_eq!(run(&["inspect", &png]).status, 1);
}
