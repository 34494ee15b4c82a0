//! Whatever is thrown at the command: an error in words, in bounded time and memory, and nothing raw on the screen.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on has failed

mod common;

use std::process::Command;

use common::{Ran, Scratch, own_message, run, run_with_input};

/// Runs the command with no more than this much memory, in KiB: a buffer as large as a message promises breaks it.
fn run_within(kib: u64, arguments: &[&str]) -> Ran {
    let script = format!("ulimit -v {kib}; exec \"$0\" \"$@\"");
    let mut command = Command::new("bash");
    command
        .arg("-c")
        .arg(script)
        .arg(env!("CARGO_BIN_EXE_skilling"));
    Ran::from(command.args(arguments).output().unwrap())
}

const ENOUGH: u64 = 1 << 20;

#[test]
fn a_length_of_terabytes_is_refused_before_anything_is_allocated() {
    for head in ["5b", "7b", "9b", "bb"] {
        let terabyte = format!("{head}0000010000000000");
        for message in [
            terabyte.clone(),
            format!("8302{terabyte}00"),
            format!("8204{terabyte}"),
            format!("8205d284{terabyte}"),
            format!("820344{terabyte}"),
            format!("8203584b84{terabyte}"),
        ] {
            for options in [
                &["inspect"][..],
                &["inspect", "--bytes"],
                &["inspect", "--json", "--bytes"],
                &["convert", "--to", "diag"],
                &["convert", "--to", "json"],
                &["diff", "8200181c"],
            ] {
                let ran = run_within(ENOUGH, &[options, &[message.as_str()]].concat());
                assert_eq!(
                    ran.status, 1,
                    "{options:?} {message}: {}{}",
                    ran.stdout, ran.stderr
                );
            }
        }
    }
}

#[test]
fn millions_of_elements_are_looked_at_in_bounded_memory() {
    let scratch = Scratch::new();
    // In place of a trust bundle's one element stand empty ones: with 128 bytes of memory for each, as well as for everything else.
    let many: u32 = 2 << 20;
    let mut bytes = vec![0x9a];
    bytes.extend(many.to_be_bytes());
    bytes.push(4);
    bytes.resize(bytes.len() + many as usize - 1, 0x40);
    let path = scratch.path("many.cbor");
    std::fs::write(&path, bytes).unwrap();
    for more in [&[][..], &["--bytes"]] {
        let ran = run_within(
            ENOUGH / 4,
            &[&["inspect", path.as_str()][..], more].concat(),
        );
        assert_eq!(ran.status, 1, "{}", ran.stderr);
        assert!(ran.stdout.contains("malformed"), "{}", &ran.stdout[..200]);
    }
}

#[test]
fn a_trace_of_nothing_but_cut_responses_is_told_of_in_a_few_lines() {
    let trace = "> 00A40400\n< 6100\n".repeat(2_000);
    let ran = run_with_input(&["inspect", "-"], trace.as_bytes());
    assert_eq!(ran.status, 4, "{}", ran.stderr);
    assert!(ran.stderr.contains("2000 were cut"), "{}", ran.stderr);
    assert!(ran.stderr.lines().count() < 50);
}

#[test]
fn a_file_larger_than_any_message_is_not_read() {
    let scratch = Scratch::new();
    let path = scratch.path("sparse");
    std::fs::File::create(&path)
        .unwrap()
        .set_len(1 << 40)
        .unwrap();
    for command in [
        &["inspect"][..],
        &["convert", "--to", "hex"],
        &["qr", "decode"],
    ] {
        let ran = run_within(ENOUGH, &[command, &[path.as_str()]].concat());
        assert_eq!(ran.status, 1, "{}", ran.stderr);
        assert!(ran.stderr.contains("over 64 MiB"), "{}", ran.stderr);
    }
}

#[test]
fn megabytes_of_nothing_are_looked_at_without_delay_and_shown_in_part() {
    let scratch = Scratch::new();
    let noise: Vec<u8> = (0..30_000_000_u32)
        .map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let file = scratch.write("noise", &noise);
    let page = scratch.path("page.html");
    for options in [&["--bytes"][..], &["--html", &page], &[]] {
        let ran = run_within(ENOUGH, &[&["inspect", file.as_str()], options].concat());
        assert_eq!(ran.status, 1, "{}", ran.stderr);
        assert!(
            ran.stdout.len() < 20_000,
            "{options:?}: {} bytes",
            ran.stdout.len()
        );
    }
    assert!(std::fs::metadata(page).unwrap().len() < 1 << 20);
}

#[test]
fn a_device_that_never_ends_is_left_after_a_while() {
    let ran = run_within(ENOUGH, &["inspect", "/dev/zero"]);
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("over 64 MiB"), "{}", ran.stderr);
    assert_eq!(run(&["inspect", "/dev/null"]).status, 1, "it is empty");
}

#[test]
fn a_pipe_that_nobody_writes_to_is_given_up() {
    let scratch = Scratch::new();
    let pipe = scratch.path("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let ran = run(&["inspect", &pipe]);
    assert_eq!(ran.status, 3, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("nothing came from it"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_pipe_from_another_command_is_read_like_a_file() {
    let script = "exec \"$0\" inspect --json <(echo 8200; sleep 1; echo 181c)";
    let mut command = Command::new("bash");
    let ran = Ran::from(
        command
            .args(["-c", script, env!("CARGO_BIN_EXE_skilling")])
            .output()
            .unwrap(),
    );
    assert_eq!(
        (ran.status, &ran.json()["kind"]),
        (0, &"refusal".into()),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_folder_is_named_as_one_by_every_command() {
    let scratch = Scratch::new();
    let folder = scratch.path("");
    for arguments in [
        &["inspect", folder.as_str()][..],
        &["convert", &folder, "--to", "hex"],
        &["qr", "decode", &folder],
        &["diff", &folder, "8200181c"],
        &["fraud-proof", "8200", "--root", &folder, "--trust", "8200"],
    ] {
        let ran = run(arguments);
        assert_eq!(ran.status, 3, "{arguments:?}: {}", ran.stderr);
        assert!(
            ran.stderr.contains("folder"),
            "{arguments:?}: {}",
            ran.stderr
        );
    }
}

#[test]
fn no_escape_sequence_of_a_message_or_a_file_name_reaches_the_screen() {
    let request = own_message("a request");
    let (name, evil) = (hex::encode("Torve"), hex::encode("\u{1b}[31m"));
    assert!(request.contains(&name));
    let message = request.replacen(&name, &evil, 1);
    let scratch = Scratch::new();
    let file = scratch.write("\u{1b}[2Jrequest.hex", &message);
    let page = scratch.path("page.html");
    for arguments in [
        &["inspect", file.as_str()][..],
        &["inspect", &file, "--bytes"],
        &["inspect", &file, "--bytes", "--json"],
        &["inspect", &file, "--html", &page],
        &["convert", &file, "--to", "diag"],
        &["convert", &file, "--to", "json"],
        &["diff", &file, &file],
        &["qr", "encode", &file, "-o", &scratch.path("code.png")],
        &["inspect", "SKL1:\u{1b}[31mAB"],
        &["inspect", "\u{1b}]0;title\u{7}"],
        &["explain", "\u{1b}[31m"],
    ] {
        let ran = run(arguments);
        for text in [&ran.stdout, &ran.stderr] {
            assert!(
                !text.contains(['\u{1b}', '\u{7}', '\u{9b}']),
                "{arguments:?}: {text:?}"
            );
        }
    }
    assert!(!std::fs::read_to_string(page).unwrap().contains('\u{1b}'));
    let named = run(&["inspect", &file, "--bytes"]);
    assert!(named.stdout.contains("bad_label"), "{}", named.stdout);
}

#[test]
fn a_call_that_is_not_understood_is_repeated_harmlessly() {
    let evil = "\u{1b}[31m\u{9b}x\u{202e}";
    for arguments in [
        &["inspect", "00", "--now", evil][..],
        &[evil],
        &["convert", "00", "--to", evil],
    ] {
        // As if it were a terminal: nothing is taken out on its way.
        let mut command = common::skilling();
        let ran = Ran::from(
            command
                .args(arguments)
                .env("CLICOLOR_FORCE", "1")
                .output()
                .unwrap(),
        );
        assert_eq!(ran.status, 2, "{}", ran.stderr);
        assert!(
            !ran.stderr.contains(['\u{1b}', '\u{9b}', '\u{202e}']),
            "{:?}",
            ran.stderr
        );
    }
}

#[test]
fn messages_inside_messages_without_end_are_followed_a_little_way() {
    let mut message = vec![0x82, 0, 0x18, 28];
    for _ in 0..2_000 {
        let head = match message.len() {
            length @ 0..=0xff => vec![0x82, 6, 0x58, length as u8],
            length => [&[0x82, 6, 0x5a][..], &(length as u32).to_be_bytes()].concat(),
        };
        message = [head, message].concat();
    }
    let ran = run_with_input(&["inspect", "-", "--bytes", "--json"], message);
    assert_eq!(ran.status, 1);
    assert!(ran.json()["layout"].as_array().unwrap().len() < 100);
}
