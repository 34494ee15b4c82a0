//! Somebody asks a script what it does, or calls it wrongly: nothing is built or installed, and the answer says what to do.
//! The scripts of the phone libraries answer `--help` by the same lines of `scripts/help.sh`.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::{Command, Output};

/// Under the top folder, with a call that it cannot understand.
const SCRIPTS: [(&str, &[&str]); 17] = [
    (".ci/run", &["--quick"]),
    ("scripts/android-api", &["--quick"]),
    ("scripts/android-build", &["--quick"]),
    ("scripts/audit", &["--quick"]),
    ("scripts/bench", &["--quick"]),
    ("scripts/bindings", &["--quick"]),
    ("scripts/bindings-api", &["--quick", "file"]),
    ("scripts/demo", &["--quick"]),
    ("scripts/ios-build", &["--quick"]),
    ("scripts/ios-simulator-test", &["--quick"]),
    ("scripts/phone-library", &["--quick"]),
    ("scripts/qr-bench", &["--quick"]),
    ("scripts/setup", &["--quick"]),
    ("scripts/story", &["--quick"]),
    ("scripts/test", &["--quick"]),
    ("scripts/verify-aar", &["--quick"]),
    ("scripts/with-pcscd", &["--quick"]),
];

/// From another folder than the project's, as people do.
fn run(script: &str, arguments: &[&str]) -> Output {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    Command::new("bash")
        .arg(Path::new("../..").join(script))
        .args(arguments)
        .current_dir(top.join("tests/tests"))
        .output()
        .unwrap()
}

#[test]
fn every_script_says_what_it_does_with_an_example() {
    for (script, _) in SCRIPTS {
        for option in ["--help", "-h"] {
            let ran = run(script, &[option]);
            let said = String::from_utf8(ran.stdout).unwrap();
            assert!(ran.status.success(), "{script} {option}");
            assert!(said.contains(&format!("\n  {script}")), "{script}: {said}");
            assert!(
                said.contains("\nExample") || said.contains("\nNo options."),
                "{script}: {said}"
            );
            assert!(
                said.lines().count() < 25 && ran.stderr.is_empty(),
                "{script}: {said}"
            );
        }
    }
}

#[test]
fn a_call_that_is_not_understood_does_nothing_and_says_so() {
    for (script, arguments) in SCRIPTS {
        let ran = run(script, arguments);
        let said = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(2), "{script}: {said}");
        assert!(
            said.contains("--quick") && said.contains("--help"),
            "{script}: {said}"
        );
        assert!(ran.stdout.is_empty(), "{script} began to work");
    }
}
