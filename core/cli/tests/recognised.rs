//! What is thrown at inspect is taken for what it is, also where that is no message.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on has failed

mod common;

use common::{run, run_with_input};

#[test]
fn what_another_program_wrote_about_a_payment_is_searched_for_its_messages() {
    let token = common::own_message("a token");
    let code = run(&["convert", &token, "--to", "qr"]).stdout;
    let log = format!(
        "12:00:01 till 7 read {}\n12:00:02 printed\n",
        code.trim_end()
    );
    let json = format!("{{\"payment_id\": \"00\", \"token\": \"{token}\"}}");
    let bytes: Vec<String> = (0..token.len())
        .step_by(2)
        .map(|at| format!("0x{}", &token[at..at + 2]))
        .collect();
    for (text, form) in [
        (log, "SKL text in it"),
        (json, "JSON with one message in it"),
        (bytes.join(", "), "hex with separators"),
    ] {
        let ran = run_with_input(&["inspect", "-", "--json"], text);
        assert_eq!(ran.json()["kind"], "payment_token");
        assert!(ran.stderr.contains(form), "{}", ran.stderr);
    }
}

#[test]
fn hex_with_a_digit_lost_is_told_so() {
    let ran = run(&["inspect", "83025"]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.stderr.contains("odd number of digits"),
        "{}",
        ran.stderr
    );
}

#[test]
fn pictures_and_archives_of_other_kinds_are_named() {
    for (start, words, status) in [
        (
            &b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..],
            "an SVG",
            4,
        ),
        (b"GIF89a", "a GIF", 4),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "a WebP picture", 4),
        (b"%PDF-1.7", "a PDF", 4),
        (b"PK\x03\x04", "a ZIP archive", 1),
    ] {
        let ran = run_with_input(&["inspect", "-"], start);
        assert_eq!(ran.status, status, "{}", ran.stderr);
        assert!(ran.stderr.contains(words), "{}", ran.stderr);
    }
    let key = "0257e977f6db7e33c3fe7acf2842ed987009caf56d458682fca447b7d3d762ab34";
    assert!(
        run(&["inspect", key])
            .stdout
            .contains("it is a public key, with key id")
    );
}

#[test]
fn a_bare_certificate_is_no_message_and_is_told_apart() {
    let all = common::own_vectors("objects.json");
    let merchant = all
        .iter()
        .find(|case| case["object"] == "merchant" && case["result"] == "ok");
    let ran = run(&["inspect", merchant.unwrap()["bytes"].as_str().unwrap()]);
    assert_eq!(ran.status, 1);
    assert!(ran.stdout.contains("a bare merchant"), "{}", ran.stdout);
}

#[test]
fn a_database_and_a_folder_are_named_for_what_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("till.db");
    std::fs::write(&store, b"SQLite format 3\0 and its pages").unwrap();
    let ran = run(&["inspect", store.to_str().unwrap()]);
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("sqlite3"), "{}", ran.stderr);
    let ran = run(&["inspect", folder.path().to_str().unwrap()]);
    assert_eq!(ran.status, 3, "{}", ran.stderr);
    assert!(ran.stderr.contains("is a folder"), "{}", ran.stderr);
}
