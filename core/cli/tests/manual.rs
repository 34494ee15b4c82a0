//! Manual pages and completions, as the programs that read them take them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on has failed

mod common;

use std::process::{Command, Output};

use common::{Scratch, run};

/// A program that scripts/setup installs; its absence is a failure with words.
fn program(name: &str, arguments: &[&str]) -> Output {
    let ran = Command::new(name)
        .args(arguments)
        .env("LC_ALL", "C.UTF-8")
        .output();
    ran.unwrap_or_else(|error| panic!("{name} cannot be started ({error}): run scripts/setup"))
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn every_subcommand_has_a_manual_page_without_a_fault() {
    let scratch = Scratch::new();
    let dir = scratch.path("new/man1");
    assert_eq!(run(&["man", "--dir", &dir]).status, 0);
    let mut pages = 0;
    for entry in std::fs::read_dir(&dir).unwrap() {
        let path = entry.unwrap().path();
        let path = path.to_str().unwrap();
        // All warnings on, no output: what is said is a fault.
        let ran = program("groff", &["-man", "-ww", "-Tutf8", "-Kutf8", "-z", path]);
        assert!(
            ran.status.success() && ran.stderr.is_empty(),
            "{path}: {}",
            text(&ran.stderr)
        );
        let page = std::fs::read_to_string(path).unwrap();
        for section in ["\n.SH NAME\n", "\n.SH SYNOPSIS\n", "\n.SH OPTIONS\n"] {
            assert!(page.contains(section), "{path} has no {section}");
        }
        pages += 1;
    }
    assert!(pages > 50, "{pages}");
    let top = run(&["man"]);
    for section in [
        ".TH skilling 1",
        "\n.SH EXIT STATUS\n",
        "\n.SH EXAMPLES\n.nf\n  skilling",
    ] {
        assert!(top.stdout.contains(section), "{section}: {}", top.stdout);
    }
}

#[test]
fn examples_in_a_manual_page_keep_their_lines() {
    let scratch = Scratch::new();
    let dir = scratch.path("man1");
    run(&["man", "--dir", &dir]);
    let page = format!("{dir}/skilling-mint.1");
    let shown = program("groff", &["-man", "-Tascii", "-Kutf8", "-P-cbou", &page]);
    let line = "  skilling mint token.toml --set DIR          all that is needed to verify it";
    assert!(
        text(&shown.stdout).lines().any(|it| it.ends_with(line)),
        "{}",
        text(&shown.stdout)
    );
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let scratch = Scratch::new();
    let file = scratch.write("file", "");
    let ran = run(&["man", "--dir", &file]);
    assert_eq!(ran.status, 3);
    assert!(
        ran.stderr.contains("cannot write into") && ran.stderr.contains("\n   = help: "),
        "{}",
        ran.stderr
    );
}

/// The completions of a shell, in a file.
fn completions(shell: &str, scratch: &Scratch) -> String {
    let ran = run(&["completions", shell]);
    assert_eq!(ran.status, 0);
    scratch.write("completions", ran.stdout)
}

#[test]
fn bash_completes_commands_and_values() {
    let scratch = Scratch::new();
    let file = completions("bash", &scratch);
    let script = format!(
        "source '{file}'
         COMP_WORDS=(skilling muta); COMP_CWORD=1; _skilling skilling muta skilling; echo \"${{COMPREPLY[@]}}\"
         COMP_WORDS=(skilling mutate --flip amo); COMP_CWORD=3; _skilling skilling amo --flip; echo \"${{COMPREPLY[@]}}\""
    );
    let ran = program("bash", &["-c", &script]);
    assert_eq!(
        text(&ran.stdout),
        "mutate\namount\n",
        "{}",
        text(&ran.stderr)
    );
}

#[test]
fn fish_completes_commands_and_values() {
    let scratch = Scratch::new();
    let file = completions("fish", &scratch);
    let script = format!(
        "source '{file}'; complete -C 'skilling muta'; complete -C 'skilling mutate --flip amo'"
    );
    let ran = program("fish", &["--no-config", "-c", &script]);
    let said = text(&ran.stdout);
    assert!(
        said.starts_with("mutate\t") && said.contains("\namount\t15: "),
        "{said}{}",
        text(&ran.stderr)
    );
}

#[test]
fn zsh_takes_the_completions() {
    let scratch = Scratch::new();
    let file = completions("zsh", &scratch);
    let dump = scratch.path("dump");
    let script = format!(
        "autoload -U compinit; compinit -u -d '{dump}'; source '{file}'; echo $_comps[skilling]"
    );
    let ran = program("zsh", &["-fc", &script]);
    assert_eq!(text(&ran.stdout), "_skilling\n", "{}", text(&ran.stderr));
}
