//! `skilling demo` tells its whole story, keeps what it made, and overwrites nothing.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::Output;

use assert_cmd::Command;

fn skilling(arguments: &[&str]) -> Output {
    Command::cargo_bin("skilling")
        .unwrap()
        .args(arguments)
        .output()
        .unwrap()
}

fn kept(folder: &Path, ending: &str) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder.join("messages")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect()
}

#[test]
fn the_story_ends_with_ledgers_that_sum_to_zero_and_everything_kept_can_be_inspected() {
    let folder = tempfile::tempdir().unwrap();
    let story = folder.path().join("story");
    let told = skilling(&["demo", "--keep", story.to_str().unwrap()]);
    let text = String::from_utf8(told.stdout).unwrap();
    assert!(
        told.status.success(),
        "{}",
        String::from_utf8_lossy(&told.stderr)
    );
    for step in 1..=11 {
        assert!(
            text.contains(&format!("({step}) ")),
            "step {step} is missing"
        );
    }
    assert_eq!(text.matches("sum               0.00").count(), 3, "{text}");
    for ending in [
        "request.png",
        "token.png",
        "receipt.png",
        "outage.png",
        ".cbor",
        "tap.txt",
    ] {
        let found = kept(&story, ending);
        assert!(!found.is_empty(), "nothing kept that ends in {ending}");
        for path in found {
            let inspected = skilling(&["inspect", path.to_str().unwrap()]);
            assert!(inspected.status.success(), "{}", path.display());
        }
    }
}

#[test]
fn programs_get_the_ending_as_json() {
    let told = skilling(&["--json", "demo"]);
    assert!(told.status.success());
    let ending: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
    let ledgers = ending["ledgers"].as_array().unwrap();
    assert_eq!(ledgers.len(), 3);
    assert!(ledgers.iter().all(|ledger| ledger["sum"] == 0));
    assert!(ending["proofs"].as_u64().unwrap() >= 1);
}

#[test]
fn a_folder_with_something_in_it_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mine"), "mine").unwrap();
    let refused = skilling(&["demo", "--keep", folder.path().to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
