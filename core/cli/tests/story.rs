//! The stories in the documents, run word for word: what they show must come, in that order.
//!
//! A block `sh` is run in a shell. A second word names the shell, for stories with several; a third says what is special:
//! `fails` (its last command ends with a status that is not 0), `waits` (it goes on while the others run), `by-hand` (not
//! run here). A block `text` after it shows lines that must be printed, in that order, `...` standing for anything.
//! Blocks `console` are trycmd's: see `help.rs`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on has failed

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// Generous: machines that test are busy.
const PATIENCE: Duration = Duration::from_secs(180);

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A fenced block: its info string, its lines.
struct Block {
    info: Vec<String>,
    lines: Vec<String>,
}

impl Block {
    fn language(&self) -> &str {
        self.info.first().map_or("", String::as_str)
    }

    fn shell(&self) -> &str {
        self.info.get(1).map_or("shell", String::as_str)
    }

    fn is(&self, special: &str) -> bool {
        self.info.iter().skip(2).any(|it| it == special)
    }
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in text.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => {
                let info = info.split_whitespace().map(str::to_owned).collect();
                open = Some(Block {
                    info,
                    lines: Vec::new(),
                });
            }
            (Some(_), Some("")) => blocks.extend(open.take()),
            (Some(block), _) => block.lines.push(line.to_owned()),
            (None, None) => {}
        }
    }
    blocks
}

/// A clone as a new user has it, as far as the stories look at it: the command is built, and `cargo` has nothing to do.
struct Clone {
    folder: tempfile::TempDir,
    port: u16,
}

impl Clone {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let built = folder.path().join("target/debug");
        std::fs::create_dir_all(&built).unwrap();
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_skilling"), built.join("skilling")).unwrap();
        for name in ["docs", "scripts", "tests", "README.md"] {
            std::os::unix::fs::symlink(repository().join(name), folder.path().join(name)).unwrap();
        }
        let tools = folder.path().join("tools");
        std::fs::create_dir(&tools).unwrap();
        let cargo = tools.join("cargo");
        std::fs::write(&cargo, "#!/bin/sh\n").unwrap();
        std::fs::set_permissions(&cargo, std::fs::Permissions::from_mode(0o755)).unwrap();
        // Free now, and nobody else is told of it.
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        Self { folder, port }
    }

    /// Two stories may run at once, and a sleep is a guess: here it is waited for what it stands for.
    fn adapt(&self, line: &str) -> String {
        let ready = format!(
            "until (exec 3<>/dev/tcp/127.0.0.1/{0}) 2>/dev/null; do sleep 0.2; done",
            self.port
        );
        let line = if line == "sleep 1" {
            ready
        } else {
            line.to_owned()
        };
        line.replace("127.0.0.1:8460", &format!("127.0.0.1:{}", self.port))
    }
}

/// A shell that stays, as a person's does.
struct Shell {
    child: Child,
    input: ChildStdin,
    heard: Arc<Mutex<String>>,
    /// How much of it was looked at.
    seen: usize,
    blocks: usize,
}

impl Shell {
    fn new(clone: &Clone) -> Self {
        let path = std::env::var("PATH").unwrap();
        let tools = clone.folder.path().join("tools");
        let mut child = Command::new("bash")
            .args(["--noprofile", "--norc", "-s"])
            .current_dir(clone.folder.path())
            .env("PATH", format!("{}:{path}", tools.display()))
            .env("LC_ALL", "C.UTF-8")
            .env_remove("CLICOLOR_FORCE")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(b"exec 2>&1\n").unwrap();
        let heard = Arc::new(Mutex::new(String::new()));
        let (mut output, kept) = (child.stdout.take().unwrap(), Arc::clone(&heard));
        thread::spawn(move || {
            let (mut buffer, mut rest) = ([0; 4_096], Vec::new());
            while let Ok(count @ 1..) = output.read(&mut buffer) {
                rest.extend_from_slice(&buffer[..count]);
                // A letter may come in two pieces.
                let whole = match std::str::from_utf8(&rest) {
                    Ok(text) => text.len(),
                    Err(error) => error.valid_up_to(),
                };
                let text = String::from_utf8(rest.drain(..whole).collect()).unwrap();
                kept.lock().unwrap().push_str(&text);
            }
        });
        Self {
            child,
            input,
            heard,
            seen: 0,
            blocks: 0,
        }
    }

    /// Types a block.
    fn types(&mut self, lines: &[String]) {
        self.blocks += 1;
        let end = format!(
            "printf '\\n<<end {} %s %s>>\\n' \"$?\" \"$wrong\"\n",
            self.blocks
        );
        // Commands that fail before the last of a block are noted.
        let trap = "wrong=; trap 'wrong=\"$wrong [$BASH_COMMAND]\"' ERR\n";
        let block = format!("{trap}{}\n{end}", lines.join("\n"));
        self.input.write_all(block.as_bytes()).unwrap();
    }

    /// What the block printed, the status of its last command, and which commands failed.
    fn hears(&mut self) -> (String, i32, String) {
        let start = Instant::now();
        let mark = format!("\n<<end {} ", self.blocks);
        loop {
            let heard = self.heard.lock().unwrap().clone();
            let new = &heard[self.seen..];
            if let Some((said, rest)) = new.split_once(&mark)
                && let Some((end, _)) = rest.split_once(">>\n")
            {
                self.seen += said.len() + mark.len() + end.len() + 3;
                let (status, wrong) = end.split_once(' ').unwrap();
                return (said.to_owned(), status.parse().unwrap(), wrong.to_owned());
            }
            assert!(
                start.elapsed() < PATIENCE,
                "no end in sight; so far:\n{new}"
            );
            assert!(
                self.child.try_wait().unwrap().is_none(),
                "the shell has gone; it said:\n{new}"
            );
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        // What a story left running would outlive it.
        let _ = self.input.write_all(b"kill $(jobs -p) 2>/dev/null; exit\n");
        let _ = self.child.wait();
    }
}

/// Whether `shown` lines come in `said`, in this order.
fn comes(said: &str, shown: &[String]) -> Result<(), String> {
    let mut lines = said.lines();
    for wanted in shown.iter().filter(|line| !line.trim().is_empty()) {
        if !lines.any(|line| fits(line, wanted)) {
            return Err(wanted.clone());
        }
    }
    Ok(())
}

/// `...` stands for anything, also at the end without being written.
fn fits(line: &str, wanted: &str) -> bool {
    let mut pieces = wanted.split("...");
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = line.strip_prefix(first) else {
        return false;
    };
    pieces.all(|piece| match rest.split_once(piece.trim_end()) {
        Some((_, after)) => {
            rest = after;
            true
        }
        None => false,
    })
}

fn play(document: &str, text: &str) {
    let clone = Clone::new();
    let mut shells: BTreeMap<String, Shell> = BTreeMap::new();
    let mut said = String::new();
    // Shells whose block goes on; its text is looked at when it ends.
    let mut waiting: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut last = String::new();
    let mut ran = 0;
    for block in blocks(text) {
        match block.language() {
            "sh" if block.is("by-hand") => {}
            "sh" => {
                let name = block.shell().to_owned();
                let shell = shells
                    .entry(name.clone())
                    .or_insert_with(|| Shell::new(&clone));
                if let Some(shown) = waiting.remove(&name) {
                    settle(document, shell, &shown);
                }
                let lines: Vec<String> = block.lines.iter().map(|line| clone.adapt(line)).collect();
                shell.types(&lines);
                ran += 1;
                last.clone_from(&name);
                if block.is("waits") {
                    waiting.insert(name, Vec::new());
                    continue;
                }
                let (heard, status, wrong) = shell.hears();
                said = heard;
                let typed = block.lines.join("\n");
                if block.is("fails") {
                    assert_ne!(status, 0, "{document}: this should fail\n{typed}\n{said}");
                } else {
                    assert!(
                        status == 0 && wrong.is_empty(),
                        "{document}: {wrong} failed\n{typed}\n{said}"
                    );
                }
            }
            "text" if waiting.contains_key(&last) => {
                waiting.insert(last.clone(), block.lines);
            }
            "text" if ran > 0 => {
                if let Err(line) = comes(&said, &block.lines) {
                    panic!(
                        "{document} shows a line that does not come: {line}\n--- what came:\n{said}"
                    );
                }
            }
            _ => {}
        }
    }
    for (name, shown) in waiting {
        settle(document, shells.get_mut(&name).unwrap(), &shown);
    }
    assert!(ran > 0, "{document} has no story");
}

fn settle(document: &str, shell: &mut Shell, shown: &[String]) {
    let (said, status, _) = shell.hears();
    assert_eq!(status, 0, "{document}\n{said}");
    if let Err(line) = comes(&said, shown) {
        panic!("{document} shows a line that does not come: {line}\n--- what came:\n{said}");
    }
}

fn document(name: &str) -> String {
    std::fs::read_to_string(repository().join(name)).unwrap()
}

#[test]
fn the_readme_s_two_people_pay_each_other() {
    let text = document("README.md");
    let (_, after) = text
        .split_once("\n## Two people, three processes\n")
        .unwrap();
    let (story, _) = after.split_once("\n## ").unwrap();
    play("README.md", story);
}

#[test]
fn a_new_user_tries_it() {
    play("docs/try-it.md", &document("docs/try-it.md"));
}

/// A story in any other document: a block `sh` that names its shell.
#[test]
fn every_other_story_in_the_documents_is_true() {
    for entry in std::fs::read_dir(repository().join("docs")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if !name.ends_with(".md") || name == "try-it.md" {
            continue;
        }
        let name = format!("docs/{name}");
        let text = document(&name);
        if blocks(&text)
            .iter()
            .any(|it| it.language() == "sh" && it.info.len() > 1)
        {
            play(&name, &text);
        }
    }
}

#[test]
fn a_line_that_does_not_come_is_seen() {
    let shown = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert!(comes("a 1 b\nc\n", &shown("a ... b\nc")).is_ok());
    assert!(comes("a 1 b\nc\n", &shown("c\na")).is_err());
    assert!(comes("a 1 b\n", &shown("a ... d")).is_err());
    assert!(comes("xa\n", &shown("a")).is_err());
}
