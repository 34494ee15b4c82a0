//! The conformance kit: our own command passes it, a broken terminal does not.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::LazyLock;

use serde_json::Value;

use crate::common::{Scratch, run};

const OURS: &str = " verify {token} --request {request} --trust {trust} --root {root} --now {now} [--status {status}] [--seen {seen}] [--outage {outage}] --json";

/// The kit, written once for all tests that only read it.
fn kit() -> &'static str {
    static KIT: LazyLock<String> = LazyLock::new(|| {
        let dir = concat!(env!("CARGO_TARGET_TMPDIR"), "/kit").to_owned();
        write(&dir);
        dir
    });
    &KIT
}

fn write(dir: &str) {
    let ran = run(&["corpus", dir, "--json"]);
    assert!(
        ran.json()["cases"].as_u64().unwrap() > 200,
        "{}",
        ran.stderr
    );
}

fn ours(rest: &str) -> String {
    format!("'{}'{rest}", env!("CARGO_BIN_EXE_skilling"))
}

/// A terminal in five lines.
fn terminal(scratch: &Scratch, script: &str) -> String {
    let path = scratch.write("terminal", format!("#!/bin/sh\n{script}\n"));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn case<'r>(report: &'r Value, id: &str) -> &'r Value {
    let cases = report["cases"].as_array().unwrap();
    cases.iter().find(|it| it["id"] == id).unwrap()
}

#[test]
fn our_own_command_passes_all_of_it() {
    let scratch = Scratch::new();
    let dir = kit();
    let (verify, decode) = (ours(OURS), ours(" inspect {message} --json"));
    let fraud = ours(" fraud-proof {a} {b} --trust {trust} --root {root} --json");
    let report = scratch.path("report.xml");
    let ran = run(&[
        "corpus",
        "run",
        dir,
        "--command",
        &verify,
        "--decode-command",
        &decode,
        "--fraud-command",
        &fraud,
        "--junit",
        &report,
        "--json",
    ]);
    let result = ran.json();
    for case in result["cases"].as_array().unwrap() {
        // What a terminal remembers of earlier payments cannot be said on our command line.
        let is_memory = case["why"] == "the command does not take [... {memory}]";
        assert!(case["result"] == "passed" || is_memory, "{case}");
    }
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(result["passed"].as_u64().unwrap() > 200 && result["skipped"] == 5);
    let xml = std::fs::read_to_string(report).unwrap();
    assert!(xml.contains("failures=\"0\" errors=\"0\""), "{xml}");
}

#[test]
fn a_terminal_that_accepts_everything_is_told_so() {
    let scratch = Scratch::new();
    let dir = kit();
    let till = terminal(&scratch, "echo '{\"outcome\": \"accepted\", \"code\": 0}'");
    let command = format!("{till} {{token}}");
    let ran = run(&[
        "corpus",
        "run",
        dir,
        "--command",
        &command,
        "--only",
        "mutate-",
    ]);
    assert_eq!(ran.status, 1);
    for words in [
        "FAIL  mutate-amount: a token off by amount",
        "it accepted what nobody will pay for: said accepted, must be declined with 15 amount_mismatch",
        "skipped: the command does not take [... {seen}]",
    ] {
        assert!(ran.stdout.contains(words), "{words}\n{}", ran.stdout);
    }
}

#[test]
fn a_terminal_that_is_wrong_in_other_ways_is_told_how() {
    let scratch = Scratch::new();
    let dir = kit();
    // One case each: declines the honest, another code, crashes, hangs, says nothing, an odd status.
    let till = terminal(
        &scratch,
        "case $1 in\n\
         mutate-amount) echo '{\"code\": 17}' ;;\n\
         mutate-spent) kill -9 $$ ;;\n\
         mutate-limit) exec sleep 60 ;;\n\
         mutate-time) echo no idea >&2; exit 70 ;;\n\
         mutate-tag) exit 1 ;;\n\
         *) exit 0 ;;\nesac",
    );
    let command = format!("{till} {{id}}");
    let ran = run(&[
        "corpus",
        "run",
        dir,
        "--command",
        &command,
        "--only",
        "mutate-",
        "--timeout",
        "2",
        "--json",
    ]);
    let report = ran.json();
    for (id, result, why) in [
        (
            "mutate-amount",
            "failed",
            "another reason: said declined with 17 over_cap, must be declined with 15",
        ),
        ("mutate-spent", "error", "it crashed"),
        ("mutate-limit", "error", "no answer in time"),
        ("mutate-time", "error", "status 70, and said: no idea"),
        ("mutate-sequence", "failed", "accepted what nobody"),
    ] {
        let case = case(&report, id);
        assert_eq!(case["result"], result, "{case}");
        assert!(case["why"].as_str().unwrap().contains(why), "{case}");
    }
    assert_eq!(case(&report, "mutate-tag")["result"], "passed");
    assert_eq!(ran.status, 1);
}

#[test]
fn a_pattern_stands_for_the_verdict() {
    let scratch = Scratch::new();
    let dir = kit();
    let till = terminal(&scratch, "echo \"result: $1\" | sed s/verify-001/GREEN/");
    let command = format!("{till} {{id}}");
    let ran = run(&[
        "corpus",
        "run",
        dir,
        "--command",
        &command,
        "--accept-pattern",
        "GREEN",
        "--json",
    ]);
    let report = ran.json();
    assert_eq!(case(&report, "verify-001")["result"], "passed");
    assert_eq!(case(&report, "mutate-amount")["result"], "passed");
    assert_eq!(case(&report, "mint-001")["result"], "failed");
}

#[test]
fn no_shell_sees_what_is_filled_in() {
    let scratch = Scratch::new();
    let dir = kit();
    let canary = scratch.path("canary");
    let command = format!("true {{token}}; touch {canary}");
    let ran = run(&[
        "corpus",
        "run",
        dir,
        "--command",
        &command,
        "--only",
        "mutate-amount",
    ]);
    assert_eq!(ran.status, 1);
    assert!(!scratch.exists("canary"));
}

#[test]
fn a_kit_is_written_only_where_nothing_is_lost() {
    let scratch = Scratch::new();
    let dir = scratch.path("kit");
    write(&dir);
    assert_eq!(
        run(&["corpus", &dir]).status,
        0,
        "an older kit is written again"
    );
    let file = scratch.write("file", "mine");
    let mine = scratch.path("");
    for (dir, words) in [(&file, "is a file"), (&mine, "no kit: nothing was written")] {
        let ran = run(&["corpus", dir]);
        assert_eq!(ran.status, 3, "{}", ran.stderr);
        assert!(ran.stderr.contains(words), "{}", ran.stderr);
    }
}

#[test]
fn a_wrong_call_runs_nothing() {
    let scratch = Scratch::new();
    let dir = scratch.path("kit");
    write(&dir);
    for (command, status, words) in [
        ("till {tokne}", 2, "is no placeholder here"),
        ("till {seen}", 2, "put it in brackets"),
        ("'till", 2, "a quote is open"),
        ("", 2, "it is empty"),
        ("/nowhere/till {token}", 3, "cannot start /nowhere/till"),
    ] {
        let ran = run(&["corpus", "run", &dir, "--command", command]);
        assert_eq!(ran.status, status, "{command}: {}", ran.stderr);
        assert!(
            ran.stderr.contains(words) && ran.stderr.contains("\n   = help: "),
            "{}",
            ran.stderr
        );
    }
    let empty = scratch.path("");
    assert_eq!(
        run(&["corpus", "run", &empty, "--command", "true"]).status,
        3
    );
    assert_eq!(
        run(&["corpus", "run", &dir, "--command", "true", "--only", "xyz"]).status,
        2
    );

    let index = format!("{dir}/index.json");
    std::fs::write(&index, "{\"cases\": 5}").unwrap();
    assert_eq!(run(&["corpus", "run", &dir, "--command", "true"]).status, 2);
    let leaving = r#"{"protocol": "", "made_by": "", "cases": [{"id": "x", "name": "", "ask": "verify",
        "files": {"token": ["../../etc/passwd"]}, "expect": {"outcome": "accepted"}}]}"#;
    std::fs::write(&index, leaving).unwrap();
    let ran = run(&["corpus", "run", &dir, "--command", "cat {token}"]);
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.contains("outside of the kit"), "{}", ran.stderr);
    for option in [
        r#""id": "--config=evil", "root": null"#,
        r#""id": "x", "root": "--config=evil""#,
    ] {
        let index_of = leaving.replace(r#""id": "x""#, option);
        std::fs::write(&index, index_of.replace("../../etc/passwd", "token")).unwrap();
        let ran = run(&["corpus", "run", &dir, "--command", "echo {id} {root}"]);
        assert_eq!(ran.status, 2, "{}", ran.stdout);
        assert!(ran.stderr.contains("for an option"), "{}", ran.stderr);
    }
}
