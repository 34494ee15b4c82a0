//! A command that goes on, and the events that it tells.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use serde_json::Value;

use crate::town::Town;

/// Generous: a machine may be busy. A test that waits this long has failed.
const LONG: Duration = Duration::from_secs(120);

/// The first of the two virtual readers of `scripts/with-pcscd`.
pub(crate) const READER: &str = "Virtual PCD 00 00";

pub(crate) struct Playing {
    child: Child,
    lines: Receiver<String>,
    pub(crate) told: Vec<Value>,
}

/// The till listens.
pub(crate) fn listen(town: &Town, more: &[&str]) -> Playing {
    let mut listen = vec![
        "terminal", "listen", "--home", "till", "--json", "--reader", READER,
    ];
    listen.extend(more);
    let mut playing = Playing::start(town, &listen);
    playing.event("listening");
    playing
}

/// A phone lies on the reader, or on a wire to it.
pub(crate) fn card(town: &Town, home: &str, more: &[&str]) -> Playing {
    let mut card = vec!["wallet", "card", "--home", home, "--json"];
    card.extend(more);
    Playing::start(town, &card)
}

impl Playing {
    pub(crate) fn start(town: &Town, arguments: &[&str]) -> Self {
        let mut child = town.start(arguments);
        let (sender, lines) = mpsc::channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in stdout.lines() {
                let _ = sender.send(line.unwrap());
            }
        });
        Self {
            child,
            lines,
            told: Vec::new(),
        }
    }

    /// Waits for an event of this name.
    pub(crate) fn event(&mut self, name: &str) -> Value {
        while let Ok(line) = self.lines.recv_timeout(LONG) {
            let event: Value = serde_json::from_str(&line).expect(&line);
            self.told.push(event.clone());
            if event["event"] == name {
                return event;
            }
        }
        let mut words = String::new();
        let _ = self.child.kill();
        let _ = self.child.stderr.take().unwrap().read_to_string(&mut words);
        panic!("no {name} after {:#?}\n{words}", self.told);
    }

    /// The names of the events so far.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.told
            .iter()
            .map(|it| it["event"].as_str().unwrap())
            .collect()
    }

    pub(crate) fn counted(&self, name: &str) -> usize {
        self.names().iter().filter(|it| **it == name).count()
    }

    /// Waits until the phone that was answered last has left.
    pub(crate) fn phone_leaves(&mut self) {
        let answers = ["paid", "answered_again", "not_paid", "refused"];
        loop {
            let last = |names: &[&str]| {
                let told = self.told.iter();
                told.enumerate()
                    .rfind(|(_, it)| names.contains(&it["event"].as_str().unwrap()))
                    .map(|(number, _)| number)
            };
            if last(&["left"]) > last(&answers) && last(&answers).is_some() {
                return;
            }
            self.event("left");
        }
    }

    /// Ctrl-C.
    pub(crate) fn interrupt(&self) {
        let id = self.child.id().to_string();
        let asked = Command::new("kill").args(["-INT", &id]).status();
        assert!(asked.unwrap().success());
    }

    /// Waits until it ends by itself; gives its status, and every event is in `told`.
    pub(crate) fn ends(&mut self) -> i32 {
        while let Ok(line) = self.lines.recv_timeout(LONG) {
            self.told.push(serde_json::from_str(&line).expect(&line));
        }
        let status = self.child.wait().unwrap();
        let mut words = String::new();
        let stderr = self.child.stderr.as_mut().unwrap();
        stderr.read_to_string(&mut words).unwrap();
        assert!(!words.contains("panicked"), "{words}");
        status.code().unwrap_or_else(|| panic!("{status} {words}"))
    }
}

impl Drop for Playing {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
