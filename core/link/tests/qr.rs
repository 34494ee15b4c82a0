//! Codes drawn and read back, and what a picture from a stranger can do.
#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

mod common;

use std::io::Cursor;

use common::message;
use image::{DynamicImage, GrayImage, ImageFormat, Luma as Pixel, RgbaImage};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use skilling_link::qr::draw::{Background, DrawError, Drawing, Level};
use skilling_link::qr::frames::FrameReader;
use skilling_link::qr::luma::Luma;
use skilling_link::qr::read::{self, FrameError, ReadError};
use skilling_link::qr::text::{self, TextError};

fn gray(png: &[u8]) -> GrayImage {
    image::load_from_memory(png).unwrap().into_luma8()
}

fn png_of(picture: impl Into<DynamicImage>) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture
        .into()
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

fn side_by_side(pictures: &[GrayImage]) -> GrayImage {
    let width = pictures.iter().map(GrayImage::width).sum();
    let height = pictures.iter().map(GrayImage::height).max().unwrap();
    let mut all = GrayImage::from_pixel(width, height, Pixel([255]));
    let mut left = 0;
    for picture in pictures {
        image::imageops::replace(&mut all, picture, left, 0);
        left += i64::from(picture.width());
    }
    all
}

/// A code that we would not draw: any bytes, 4 pixels a module.
fn foreign_code(bytes: &[u8]) -> GrayImage {
    let code = qrcode::QrCode::new(bytes).unwrap();
    let modules = code.to_colors();
    let width = u32::try_from(code.width()).unwrap();
    GrayImage::from_fn((width + 8) * 4, (width + 8) * 4, |x, y| {
        let inside = (x / 4).checked_sub(4).zip((y / 4).checked_sub(4));
        let dark = inside
            .filter(|&(x, y)| x < width && y < width)
            .is_some_and(|(x, y)| modules[(y * width + x) as usize] == qrcode::Color::Dark);
        Pixel([if dark { 0 } else { 255 }])
    })
}

#[test]
fn messages_of_every_realistic_size_are_drawn_and_read_back() {
    let strategy = (
        proptest::collection::vec(any::<u8>(), 60..500),
        proptest::sample::select(vec![1_u8, 2, 3, 8]),
        any::<bool>(),
    );
    let mut runner = TestRunner::new(Config::with_cases(150));
    runner
        .run(&strategy, |(mut bytes, kind, low)| {
            bytes[..2].copy_from_slice(&[0x83, kind]);
            let level = if low { Level::L } else { Level::M };
            let drawing = Drawing::new(&bytes, level).unwrap();
            let texts = read::picture(&drawing.png(3).unwrap()).unwrap();
            prop_assert_eq!(&texts, &[drawing.text().to_owned()]);
            prop_assert_eq!(read::one_message(&texts), Ok(Some(bytes)));
            Ok(())
        })
        .unwrap();
}

#[test]
fn codes_have_the_sizes_that_the_protocol_states() {
    // A request of 309 bytes and a token of 318, as in the shared examples; a token of 323 has 490 characters.
    for (bytes, characters, version_m) in [(309, 469, 13), (318, 482, 13), (323, 490, 14)] {
        let drawing = Drawing::new(&message(2, 1, bytes), Level::M).unwrap();
        assert_eq!(
            (drawing.characters(), drawing.version()),
            (characters, version_m),
            "{bytes} bytes"
        );
    }
    let low = Drawing::new(&message(2, 1, 323), Level::L).unwrap();
    assert_eq!(low.version(), 12);
}

#[test]
fn a_small_display_gets_level_l() {
    let token = message(2, 1, 323);
    let side_m = (17 + 4 * 14 + 8) * 3;
    assert_eq!(
        Drawing::for_display(&token, side_m).unwrap().level(),
        Level::M
    );
    assert_eq!(
        Drawing::for_display(&token, side_m - 1).unwrap().level(),
        Level::L
    );
}

#[test]
fn the_largest_message_of_a_code_is_drawn_and_one_more_is_refused() {
    for (level, bytes) in [(Level::M, 2257), (Level::L, 2860)] {
        let drawing = Drawing::new(&message(1, 1, bytes), level).unwrap();
        assert_eq!(drawing.version(), 40);
        assert!(matches!(
            Drawing::new(&message(1, 1, bytes + 1), level),
            Err(DrawError::TooLarge { .. })
        ));
    }
    assert!(Drawing::for_display(&message(1, 1, 2300), 10_000).is_ok());
}

#[test]
fn bundles_and_status_lists_are_not_drawn() {
    for kind in [4, 5] {
        assert_eq!(
            Drawing::new(&message(kind, 1, 100), Level::M).unwrap_err(),
            DrawError::Text(TextError::NeverAsCode {
                kind: u64::from(kind)
            })
        );
    }
}

#[test]
fn the_terminal_drawing_reads_back_on_either_background() {
    let token = message(2, 1, 323);
    let drawing = Drawing::new(&token, Level::M).unwrap();
    for (background, printed, empty) in [(Background::Dark, 255, 0), (Background::Light, 0, 255)] {
        let text = drawing.terminal(background);
        let lines: Vec<Vec<char>> = text.lines().map(|line| line.chars().collect()).collect();
        let side = u32::try_from(drawing.side()).unwrap();
        assert!(lines.iter().all(|line| line.len() == drawing.side()));
        let picture = GrayImage::from_fn(side * 3, side * 3, |x, y| {
            let (column, row) = (x / 3, y / 3);
            let cell = lines[row as usize / 2][column as usize];
            let on = match cell {
                '█' => true,
                '▀' => row % 2 == 0,
                '▄' => row % 2 == 1,
                _ => false,
            };
            Pixel([if on { printed } else { empty }])
        });
        assert_eq!(read::picture(&png_of(picture)).unwrap(), [drawing.text()]);
    }
}

#[test]
fn the_svg_drawing_reads_back() {
    let drawing = Drawing::new(&message(2, 1, 323), Level::M).unwrap();
    let svg = drawing.svg();
    let (_, path) = svg.split_once(" d=\"M").unwrap();
    let (path, _) = path.split_once('"').unwrap();
    let side = u32::try_from(drawing.side()).unwrap() * 8;
    assert!(svg.contains(&format!("viewBox=\"0 0 {side} {side}\"")));
    let mut picture = GrayImage::from_pixel(side, side, Pixel([255]));
    // Every rectangle of the path is "left top h width v height H left V top".
    for rectangle in path.split('M') {
        let numbers: Vec<u32> = rectangle
            .split(|c: char| !c.is_ascii_digit())
            .map(|number| number.parse().unwrap())
            .collect();
        let [left, top, width, height, ..] = numbers[..] else {
            panic!("not a rectangle: {rectangle}");
        };
        assert!(left >= 32 && top >= 32, "the quiet zone is empty");
        for (x, y) in (left..left + width).flat_map(|x| (top..top + height).map(move |y| (x, y))) {
            picture.put_pixel(x, y, Pixel([0]));
        }
    }
    assert_eq!(read::picture(&png_of(picture)).unwrap(), [drawing.text()]);
}

#[test]
fn the_png_has_a_quiet_zone_of_four_modules() {
    let drawing = Drawing::new(&message(2, 1, 323), Level::M).unwrap();
    let picture = gray(&drawing.png(2).unwrap());
    let side = picture.width();
    assert_eq!(side, (17 + 4 * 14 + 8) * 2);
    for (x, y, pixel) in picture.enumerate_pixels() {
        let margin = x.min(y).min(side - 1 - x).min(side - 1 - y);
        assert!(margin >= 8 || pixel.0 == [255], "{x} {y}");
    }
    assert_eq!(
        picture.get_pixel(8, 8).0,
        [0],
        "the finder begins right after it"
    );
}

#[test]
fn all_codes_of_a_picture_are_read_and_a_camera_takes_exactly_one_of_ours() {
    let draw = |number| {
        let drawing = Drawing::new(&message(1, number, 100), Level::M).unwrap();
        gray(&drawing.png(4).unwrap())
    };
    let both = side_by_side(&[draw(1), draw(2)]);
    let mut texts = read::picture(&png_of(both.clone())).unwrap();
    texts.sort();
    let mut expected = [1, 2].map(|number| text::encode(&message(1, number, 100)).unwrap());
    expected.sort();
    assert_eq!(texts, expected);

    let plane = Luma::new(&both, both.width(), both.height()).unwrap();
    assert_eq!(
        FrameReader::new().feed(plane),
        Err(FrameError::SeveralCodes { count: 2 })
    );
    let one = draw(1);
    let plane = Luma::new(&one, one.width(), one.height()).unwrap();
    assert_eq!(FrameReader::new().feed(plane), Ok(Some(message(1, 1, 100))));
    let white = vec![255; 300 * 300];
    let plane = Luma::new(&white, 300, 300).unwrap();
    assert_eq!(FrameReader::new().feed(plane), Ok(None));
}

#[test]
fn other_codes_in_view_do_not_disturb() {
    let ours = text::encode(&message(1, 1, 100)).unwrap();
    assert_eq!(
        read::one_message(&["https://example.com", &ours, "SKL2:BB8"]),
        Ok(Some(message(1, 1, 100)))
    );
    assert_eq!(read::one_message(&["https://example.com"]), Ok(None));
    assert_eq!(
        read::one_message(&["SKL2:BB8"]),
        Err(FrameError::Text(TextError::Unsupported))
    );
    assert_eq!(
        read::one_message(&["SKL1:BB8B"]),
        Err(FrameError::Text(TextError::Truncated))
    );
    assert_eq!(
        read::one_message(&[&ours, &ours]),
        Err(FrameError::SeveralCodes { count: 2 })
    );
}

#[test]
fn pictures_turned_saved_as_jpeg_or_transparent_are_read() {
    let drawing = Drawing::new(&message(2, 1, 318), Level::M).unwrap();
    let picture = gray(&drawing.png(4).unwrap());
    let expected = [drawing.text().to_owned()];

    let turned = image::imageops::rotate90(&picture);
    assert_eq!(read::picture(&png_of(turned)).unwrap(), expected);

    let mut jpeg = Cursor::new(Vec::new());
    picture.write_to(&mut jpeg, ImageFormat::Jpeg).unwrap();
    assert_eq!(read::picture(&jpeg.into_inner()).unwrap(), expected);

    let transparent = RgbaImage::from_fn(picture.width(), picture.height(), |x, y| {
        let dark = picture.get_pixel(x, y).0 == [0];
        image::Rgba([0, 0, 0, if dark { 255 } else { 0 }])
    });
    assert_eq!(read::picture(&png_of(transparent)).unwrap(), expected);
}

#[test]
fn a_picture_bomb_is_refused_by_its_header() {
    // A PNG that claims 60,000 x 60,000 pixels in a few bytes.
    let mut png = png_of(GrayImage::new(1, 1));
    png[16..24].copy_from_slice(&[0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60]);
    let crc = crc32(&png[12..29]);
    png[29..33].copy_from_slice(&crc.to_be_bytes());
    assert_eq!(read::picture(&png), Err(ReadError::TooLarge));

    // One that would fit the memory allowed, and is still too many pixels to look through.
    let wide = png_of(GrayImage::new(40_001, 1000));
    assert_eq!(read::picture(&wide), Err(ReadError::TooLarge));

    assert_eq!(
        Luma::new(&[], 60_000, 60_000).unwrap_err(),
        ReadError::TooLarge
    );
    assert_eq!(
        Luma::new(&[0; 99], 10, 10).unwrap_err(),
        ReadError::BadFrame
    );
    assert_eq!(Luma::new(&[], 0, 10).unwrap_err(), ReadError::BadFrame);
}

#[test]
fn a_code_that_goes_on_after_a_nul_is_not_cut_to_a_good_one() {
    let hidden = [
        text::encode(&message(1, 1, 50)).unwrap().as_bytes(),
        b"\0 and more",
    ]
    .concat();
    let picture = foreign_code(&hidden);
    let texts = read::picture(&png_of(picture)).unwrap();
    assert_eq!(texts, [String::from_utf8(hidden).unwrap()]);
    assert!(matches!(
        read::one_message(&texts),
        Err(FrameError::Text(TextError::BadCharacter { .. }))
    ));
}

#[test]
fn no_damage_to_a_picture_and_no_noise_panics() {
    let drawing = Drawing::new(&message(1, 1, 100), Level::M).unwrap();
    let png = drawing.png(1).unwrap();
    let strategy = (
        proptest::collection::vec((0..png.len(), any::<u8>()), 1..8),
        proptest::collection::vec(any::<u8>(), 1..4000),
        1..100_u32,
    );
    let mut runner = TestRunner::new(Config::with_cases(300));
    runner
        .run(&strategy, |(damage, noise, width)| {
            let mut png = png.clone();
            for (at, byte) in damage {
                png[at] = byte;
            }
            let _ = read::picture(&png);
            let height = u32::try_from(noise.len()).unwrap() / width;
            let used = (width * height) as usize;
            if let Ok(plane) = Luma::new(&noise[..used], width, height) {
                let _ = FrameReader::new().feed(plane);
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn what_is_no_picture_says_so() {
    assert_eq!(read::picture(b""), Err(ReadError::UnknownFormat));
    assert_eq!(
        read::picture(b"GIF89a......"),
        Err(ReadError::UnknownFormat)
    );
    let png = png_of(GrayImage::from_pixel(50, 50, Pixel([255])));
    assert_eq!(
        read::picture(&png),
        Ok(vec![]),
        "a picture without a code is no error"
    );
    for end in 8..png.len() - 12 {
        assert_eq!(read::picture(&png[..end]), Err(ReadError::Damaged), "{end}");
    }
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

#[test]
fn a_camera_that_pads_its_rows_reads_the_same() {
    let code = Drawing::new(&message(1, 1, 100), Level::M).unwrap();
    let picture = gray(&code.png(4).unwrap());
    let (width, height) = picture.dimensions();
    let stride = width + 37;
    let mut padded: Vec<u8> = picture
        .rows()
        .flat_map(|row| row.map(|pixel| pixel.0[0]).chain([0; 37]))
        .collect();
    let mut camera = FrameReader::new();
    let frame = Luma::with_stride(&padded, width, height, stride).unwrap();
    assert_eq!(camera.feed(frame), Ok(Some(message(1, 1, 100))));

    // Some cameras leave out the padding of the last row, and no camera may leave out more.
    padded.truncate(padded.len() - 37);
    let frame = Luma::with_stride(&padded, width, height, stride).unwrap();
    assert_eq!(camera.feed(frame), Ok(Some(message(1, 1, 100))));
    padded.pop();
    for (stride, error) in [
        (stride, ReadError::BadFrame),
        (width - 1, ReadError::BadFrame),
    ] {
        assert_eq!(
            Luma::with_stride(&padded, width, height, stride).unwrap_err(),
            error
        );
    }
}

#[test]
fn a_camera_overlooks_the_codes_of_others() {
    let other = foreign_code(b"https://example.com");
    let mut camera = FrameReader::new();
    for _ in 0..4 {
        let frame = Luma::new(&other, other.width(), other.height()).unwrap();
        assert_eq!(camera.feed(frame), Ok(None));
    }
    let ours = gray(
        &Drawing::new(&message(1, 1, 100), Level::M)
            .unwrap()
            .png(4)
            .unwrap(),
    );
    let both = side_by_side(&[other, ours]);
    let frame = Luma::new(&both, both.width(), both.height()).unwrap();
    assert_eq!(camera.feed(frame), Ok(Some(message(1, 1, 100))));
}

#[test]
fn pictures_that_are_something_else_or_too_large_are_refused_unread() {
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><rect width=\"9\" height=\"9\"/></svg>";
    assert_eq!(read::picture(svg), Err(ReadError::UnknownFormat));
    let posing = [&png_of(GrayImage::new(1, 1))[..8], svg].concat();
    assert_eq!(read::picture(&posing), Err(ReadError::Damaged));

    // A JPEG of a few hundred bytes that claims 65,000 x 65,000 pixels.
    let mut jpeg = Cursor::new(Vec::new());
    GrayImage::new(8, 8)
        .write_to(&mut jpeg, ImageFormat::Jpeg)
        .unwrap();
    let mut jpeg = jpeg.into_inner();
    let frame = jpeg
        .windows(2)
        .position(|marker| marker == [0xFF, 0xC0])
        .unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xFD, 0xE8, 0xFD, 0xE8]);
    assert_eq!(read::picture(&jpeg), Err(ReadError::TooLarge));

    // A hundred megapixels of nothing, packed to a few kilobytes.
    let vast = png_of(GrayImage::new(10_000, 10_000));
    assert_eq!(read::picture(&vast), Err(ReadError::TooLarge));
}

/// A picture so grey that the first look gives up on it.
#[cfg(feature = "zxing")]
#[test]
fn a_code_with_hardly_any_contrast_is_read_at_the_second_look() {
    let drawing = Drawing::new(&message(2, 1, 318), Level::M).unwrap();
    let sharp = gray(&drawing.png(5).unwrap());
    let faint = GrayImage::from_fn(sharp.width(), sharp.height(), |x, y| {
        Pixel([120 + sharp.get_pixel(x, y).0[0] / 16 + (x * 7 + y * 3) as u8 % 3])
    });
    let plane = Luma::new(&faint, faint.width(), faint.height()).unwrap();
    assert_eq!(read::first_look(plane), Ok(vec![]));
    assert_eq!(read::luma(plane).unwrap(), [drawing.text()]);

    // A camera takes the second look at every third frame.
    let mut camera = FrameReader::new();
    let seen = [(); 3].map(|()| camera.feed(plane).unwrap().is_some());
    assert_eq!(seen, [false, false, true]);
}
