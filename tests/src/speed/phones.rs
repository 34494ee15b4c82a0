//! What a call costs from Kotlin and from Swift beside the same call in Rust, opening a long past through the bindings, memory
//! after many taps, and the size of the library.
//!
//! The programs that are measured have one shape (`bindings/examples/phone-bench.rs` says which) and are started by the scripts
//! that `scripts/bench` leaves in a folder. One that is missing is told, not passed over.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use skilling_protocol::crypto::Signer as _;

use super::figures::Figure;
use super::past;
use super::table::{Row, rounded};
use crate::kit;

/// The reference.
const RUST: &str = "rust";
/// What is held against it.
const LANGUAGES: [&str; 2] = ["kotlin", "swift"];
/// Calls, by the name that the programs give them, and what of them is told.
const CALLS: [(&str, &str); 5] = [
    ("review", "the same call in Rust"),
    ("pay", "the same call in Rust"),
    (
        "process_apdu",
        "all commands of an armed tap, from select to the receipt taken, in Rust",
    ),
    (
        "select_apdu",
        "the first of those commands alone: it signs and writes nothing, so most of it is the border",
    ),
    ("verify", "the same call in Rust"),
];
/// The most that a call may take, by the same call in Rust.
const MOST: f64 = 1.15;
/// Before anything counts: the JVM compiles what it runs often.
const WARM_UP: [u32; 4] = [100; 4];
/// Each program in turn makes this many rounds, so that a busy moment of the machine or its disk meets all of them.
const ROUNDS: u32 = 10;
const TURNS: usize = 40;

/// What was measured, and what was not.
#[derive(Debug, Default)]
pub struct Phones {
    /// Calls from Kotlin and from Swift, by the same in Rust.
    pub rows: Vec<Row>,
    /// Opening and memory, of Rust too to compare with; size.
    pub figures: Vec<Figure>,
    /// In words.
    pub missing: Vec<String>,
}

/// Measures everything. `phone` holds the library (`libskilling_ffi.so`) and the scripts (`bench/kotlin`, ...); stores are made in
/// `folder`.
#[must_use]
pub fn all(phone: &Path, folder: &Path) -> Phones {
    let mut phones = Phones::default();
    let mut programs = BTreeMap::new();
    for language in [RUST].into_iter().chain(LANGUAGES) {
        let script = phone.join("bench").join(language);
        if script.exists() {
            programs.insert(language, script);
        } else {
            phones.missing.push(format!(
                "{language}: was not built here, see above; nothing of it is measured"
            ));
        }
    }
    if programs.contains_key(RUST) {
        match rows(&programs, folder) {
            Ok(rows) => phones.rows = rows,
            Err(why) => phones.missing.push(format!("what calls cost: {why}")),
        }
    }
    let past = folder.join("long-past");
    past::of_phone(&past, 10_000);
    for (&language, script) in &programs {
        let measured = [
            opening(language, script, &past).map(|it| vec![it]),
            memory(language, script, folder),
        ];
        for measured in measured {
            match measured {
                Ok(figures) => phones.figures.extend(figures),
                Err(why) => phones.missing.push(why),
            }
        }
    }
    match std::fs::metadata(phone.join("libskilling_ffi.so")) {
        Ok(file) => phones.figures.push(Figure {
            name: "phone_library_size".to_owned(),
            value: file.len(),
            unit: "bytes",
            goal: Some(2_500_000),
            how: "scripts/phone-library, stripped, for this machine's processor",
        }),
        Err(error) => phones
            .missing
            .push(format!("the library for phones: {error}")),
    }
    phones
}

fn rows(programs: &BTreeMap<&str, PathBuf>, folder: &Path) -> Result<Vec<Row>, String> {
    let mut running = Vec::new();
    for (&language, script) in programs {
        running.push((language, Program::start(script, folder)?));
    }
    for rounds in WARM_UP {
        for (_, program) in &mut running {
            program.turn(rounds)?;
        }
    }
    let mut took: BTreeMap<(&str, String), Vec<f64>> = BTreeMap::new();
    for turn in 0..TURNS {
        // Nobody always comes after the same other: its collector or the disk may still be busy with what that one left.
        running.rotate_left(1);
        if turn % 2 == 1 {
            running.reverse();
        }
        for (language, program) in &mut running {
            for (call, microseconds) in program.turn(ROUNDS)? {
                took.entry((*language, call))
                    .or_default()
                    .push(microseconds);
            }
        }
    }
    for (_, program) in running {
        program.end()?;
    }
    let mut median = |language, call: &str| {
        let took = took.get_mut(&(language, call.to_owned()));
        took.map(|took| median(took))
            .ok_or_else(|| format!("{language} told nothing of {call}"))
    };
    let mut rows = Vec::new();
    for (call, what_the_floor_is) in CALLS {
        for language in LANGUAGES.into_iter().filter(|it| programs.contains_key(it)) {
            let (ours, floor) = (median(language, call)?, median(RUST, call)?);
            rows.push(Row {
                name: format!("{language}_{call}"),
                ours_us: rounded(ours),
                floor_us: rounded(floor),
                ratio: (ours / floor * 100.0).round() / 100.0,
                what_the_floor_is,
                goal: MOST,
            });
        }
    }
    Ok(rows)
}

fn opening(language: &str, script: &Path, past: &Path) -> Result<Figure, String> {
    let root = kit::root().public_key();
    let root = hex::encode(root.as_bytes());
    let mut command = Command::new(script);
    command.arg("open").arg(past).arg(root);
    let mut took: Vec<f64> = said(command)?.into_iter().map(|line| line.1).collect();
    Ok(Figure {
        name: format!("{language}_open_with_10000_payments"),
        value: whole(median(&mut took)),
        unit: "us",
        goal: Some(10_000),
        how: "median of 21: Wallet.open",
    })
}

fn memory(language: &str, script: &Path, folder: &Path) -> Result<Vec<Figure>, String> {
    let mut command = Command::new(script);
    command.arg("memory").arg(folder);
    let said: BTreeMap<String, f64> = said(command)?.into_iter().collect();
    let resident = |taps: u32| {
        let told = said.get(&format!("resident_after_{taps}_taps"));
        told.map(|kib| whole(*kib))
            .ok_or_else(|| format!("{language} told no memory after {taps} taps"))
    };
    let (early, late) = (resident(100)?, resident(1_000)?);
    let figure = |taps: u32, value, goal, how| Figure {
        name: format!("{language}_memory_after_{taps}_taps"),
        value,
        unit: "KiB",
        goal,
        how,
    };
    let how = "resident, phone, till and simulated bank in one process, after a sync";
    Ok(vec![
        figure(100, early, None, how),
        figure(
            1_000,
            late,
            Some(early + early / 20),
            "flat: at most 5 % more",
        ),
    ])
}

/// A program that makes rounds when it is asked.
struct Program {
    child: Child,
    asked: ChildStdin,
    said: BufReader<ChildStdout>,
}

impl Program {
    fn start(script: &Path, folder: &Path) -> Result<Self, String> {
        let mut child = Command::new(script)
            .arg("cost")
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", script.display()))?;
        let asked = child.stdin.take().unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        Ok(Self { child, asked, said })
    }

    fn turn(&mut self, rounds: u32) -> Result<Vec<(String, f64)>, String> {
        let broke = |error: std::io::Error| format!("a program broke off: {error}");
        writeln!(self.asked, "{rounds}").map_err(broke)?;
        self.asked.flush().map_err(broke)?;
        let mut took = Vec::new();
        loop {
            let mut line = String::new();
            if self.said.read_line(&mut line).map_err(broke)? == 0 {
                return Err("a program broke off; what it said is above".to_owned());
            }
            match line.trim_end() {
                "" => return Ok(took),
                line => took.push(number(line)?),
            }
        }
    }

    fn end(mut self) -> Result<(), String> {
        drop(self.asked);
        let status = self.child.wait().map_err(|error| error.to_string())?;
        status.success().then_some(()).ok_or(format!("{status}"))
    }
}

/// Runs a program to its end: its lines.
fn said(mut command: Command) -> Result<Vec<(String, f64)>, String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("{command:?}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{command:?}: {}", output.status));
    }
    let said = String::from_utf8(output.stdout).map_err(|error| error.to_string())?;
    said.lines().map(number).collect()
}

fn number(line: &str) -> Result<(String, f64), String> {
    let parts = line.split_once('\t');
    parts
        .and_then(|(name, number)| Some((name.to_owned(), number.parse().ok()?)))
        .ok_or_else(|| format!("not a name and a number: {line}"))
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "microseconds and KiB, far below 2^52"
)]
fn whole(value: f64) -> u64 {
    value.round() as u64
}
