//! Files, pipes and devices, read in bounded memory and, where nobody may ever write to them, in bounded time.

use std::fs::File;
use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::escape::shown;
use crate::status::Failure;

/// More than any message as hex, or any sensible picture. Nothing longer is read into memory.
const MOST_BYTES: u64 = 64 << 20;
/// How long a pipe or device may say nothing.
const SILENCE: Duration = Duration::from_secs(10);
/// Read from a pipe or device at a time.
const PIECE: usize = 64 << 10;

/// The bytes of a file, or of standard input.
///
/// # Errors
/// They cannot be read.
pub(crate) fn whole(argument: &str) -> Result<Vec<u8>, Failure> {
    if argument == "-" {
        standard_input()
    } else {
        file(argument)
    }
}

pub(super) fn standard_input() -> Result<Vec<u8>, Failure> {
    static TAKEN: AtomicBool = AtomicBool::new(false);
    if TAKEN.swap(true, Ordering::Relaxed) {
        return Err(Failure::usage(
            "standard input can stand for one input only: give the others as files",
        ));
    }
    let mut bytes = Vec::new();
    let input = std::io::stdin().lock();
    read(input, &mut bytes).map_err(|error| cannot_read("standard input", &error))?;
    checked(bytes, "standard input")
}

/// The bytes of a file.
///
/// # Errors
/// It cannot be read; it is a folder, is too long, or is a pipe that nobody writes to.
pub(crate) fn file(path: &str) -> Result<Vec<u8>, Failure> {
    let name = shown(path);
    let kind = std::fs::metadata(path).map_err(|error| cannot_open(&name, &error))?;
    if kind.is_dir() {
        return Err(Failure::file(format!(
            "{name} is a folder: give a file in it"
        )));
    }
    if !kind.is_file() {
        return checked(patiently(path, &name)?, &name);
    }
    if kind.len() > MOST_BYTES {
        return Err(too_long(&name));
    }
    let mut bytes = Vec::new();
    File::open(path)
        .map_err(|error| cannot_open(&name, &error))
        .and_then(|file| read(file, &mut bytes).map_err(|error| cannot_read(&name, &error)))?;
    checked(bytes, &name)
}

fn read(source: impl Read, bytes: &mut Vec<u8>) -> io::Result<usize> {
    source.take(MOST_BYTES.saturating_add(1)).read_to_end(bytes)
}

/// Opening a pipe waits for a writer, and reading waits for what it writes: both are done beside this thread, which
/// gives up when nothing comes. The other one ends with the process.
fn patiently(path: &str, name: &str) -> Result<Vec<u8>, Failure> {
    let (sender, receiver) = mpsc::sync_channel(1);
    let owned = path.to_owned();
    thread::spawn(move || {
        let mut source = match File::open(owned) {
            Ok(source) => source,
            Err(error) => return drop(sender.send(Err(error))),
        };
        loop {
            let mut piece = vec![0; PIECE];
            let read = source.read(&mut piece);
            let is_last = !matches!(read, Ok(1..));
            let sent = sender.send(read.map(|count| {
                piece.truncate(count);
                piece
            }));
            if is_last || sent.is_err() {
                return;
            }
        }
    });
    let mut bytes = Vec::new();
    loop {
        match receiver.recv_timeout(SILENCE) {
            Ok(Ok(piece)) if piece.is_empty() => return Ok(bytes),
            Ok(Ok(piece)) => bytes.extend(piece),
            Ok(Err(error)) => return Err(cannot_read(name, &error)),
            Err(_) => {
                return Err(Failure::file(format!(
                    "{name} is no file, and nothing came from it for {} s: give a file, or write to the pipe",
                    SILENCE.as_secs()
                )));
            }
        }
        if bytes.len() as u64 > MOST_BYTES {
            return Err(too_long(name));
        }
    }
}

fn checked(bytes: Vec<u8>, name: &str) -> Result<Vec<u8>, Failure> {
    if bytes.len() as u64 > MOST_BYTES {
        return Err(too_long(name));
    }
    Ok(bytes)
}

fn too_long(name: &str) -> Failure {
    Failure::refused(format!(
        "{name} is over {} MiB: no message and no picture of a code is that large",
        MOST_BYTES >> 20
    ))
}

fn cannot_open(name: &str, error: &io::Error) -> Failure {
    Failure::file(format!("cannot open {name}: {error}"))
}

fn cannot_read(name: &str, error: &io::Error) -> Failure {
    Failure::file(format!("cannot read {name}: {error}"))
}
