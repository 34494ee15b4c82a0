//! Every page of help, as it is printed, and every `console` example in the documents: one that changes without its
//! snapshot fails. `TRYCMD=overwrite cargo test -p skilling-cli --test help` writes the pages anew, not the documents; read
//! what changed before you commit it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on has failed

mod common;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use common::run;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots/help")
}

/// The subcommands that a page lists.
fn subcommands(page: &str) -> Vec<&str> {
    let listed = page.lines().skip_while(|line| *line != "Commands:").skip(1);
    listed
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect()
}

/// Every command, as words after `skilling`.
fn commands() -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut open = vec![Vec::new()];
    while let Some(command) = open.pop() {
        let words: Vec<String> = [command.clone(), vec!["--help".into()]].concat();
        let page = run(&words);
        assert_eq!(page.status, 0, "{words:?}: {}", page.stderr);
        for name in subcommands(&page.stdout) {
            open.push([command.clone(), vec![name.to_owned()]].concat());
        }
        found.push(command);
    }
    found
}

fn file(command: &[String]) -> String {
    format!(
        "{}.trycmd",
        [vec!["skilling".to_owned()], command.to_vec()]
            .concat()
            .join("-")
    )
}

#[test]
fn every_page_of_help_is_as_it_was_read() {
    let commands = commands();
    assert!(commands.len() > 50, "{}", commands.len());
    let wanted: BTreeSet<String> = commands.iter().map(|it| file(it)).collect();
    let overwrites = std::env::var("TRYCMD").is_ok_and(|it| it == "overwrite");
    if overwrites {
        write_missing(&commands);
    }
    let there: BTreeSet<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(there, wanted, "a page for every command, and none besides");
    // Its own name for the program, so that it is the one that was built with this test.
    trycmd::TestCases::new()
        .register_bin("skilling", Path::new(env!("CARGO_BIN_EXE_skilling")))
        .env("COLUMNS", "100")
        .case("tests/snapshots/help/*.trycmd");
}

/// Only the `console` blocks, each on its own lines: to trycmd a block without a language is one of its own.
fn examples(text: &str) -> String {
    let (mut kept, mut is_fenced, mut is_example) = (String::new(), false, false);
    for line in text.lines() {
        if line.starts_with("```") {
            is_fenced = !is_fenced;
            is_example |= is_fenced && line == "```console";
        }
        if is_example {
            kept.push_str(line);
        }
        kept.push('\n');
        is_example &= is_fenced;
    }
    kept
}

#[test]
fn every_console_example_in_the_documents_is_true() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let scratch = common::Scratch::new();
    let cases = trycmd::TestCases::new();
    cases
        .register_bin("skilling", Path::new(env!("CARGO_BIN_EXE_skilling")))
        .env("COLUMNS", "100");
    let documents = std::fs::read_dir(repository.join("docs")).unwrap();
    let documents = documents.map(|entry| entry.unwrap().path());
    let mut found = 0;
    for path in documents.chain([repository.join("README.md")]) {
        if path.extension().is_some_and(|it| it == "md") {
            let kept = examples(&std::fs::read_to_string(&path).unwrap());
            let name = path.file_name().unwrap().to_str().unwrap();
            found += kept.matches("```console").count();
            cases.case(scratch.write(name, kept));
        }
    }
    assert!(found > 0, "no example was found");
}

fn write_missing(commands: &[Vec<String>]) {
    let wanted: BTreeSet<String> = commands.iter().map(|it| file(it)).collect();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let entry = entry.unwrap();
        if !wanted.contains(entry.file_name().to_str().unwrap()) {
            std::fs::remove_file(entry.path()).unwrap();
        }
    }
    for command in commands {
        let path = folder().join(file(command));
        let words = [vec!["skilling".to_owned()], command.clone()]
            .concat()
            .join(" ");
        std::fs::write(path, format!("```console\n$ {words} --help\n\n```\n")).unwrap();
    }
}

#[test]
fn every_command_has_an_example() {
    for command in commands() {
        let page = run(&[command.clone(), vec!["--help".into()]].concat()).stdout;
        let is_group = !subcommands(&page).is_empty();
        assert!(is_group || page.contains("Example"), "{command:?}\n{page}");
    }
}
