//! The corpus on disk: pictures by number, and an index that says what is in each.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::chance::Chance;
use super::classes::{Class, Picture};

/// One line of `index.jsonl`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Entry {
    /// In the folder of the index.
    pub file: String,
    /// [`Class::name`].
    pub class: String,
    /// What must be read, all of it.
    pub texts: Vec<String>,
}

/// Picture number `number` of a seed; the classes take turns.
#[must_use]
pub fn picture(seed: u64, number: u64) -> (Class, Picture) {
    let class = Class::ALL[(number % Class::ALL.len() as u64) as usize];
    (class, class.picture(&mut Chance::new(seed, number)))
}

/// Writes pictures 0 to `count` and their index, on every processor.
///
/// # Errors
/// The folder cannot be written.
pub fn write(folder: &Path, seed: u64, count: u64) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let workers = std::thread::available_parallelism()?.get() as u64;
    let parts: Vec<io::Result<Vec<(u64, Entry)>>> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..workers)
            .map(|worker| {
                scope.spawn(move || {
                    (worker..count)
                        .step_by(workers as usize)
                        .map(|number| Ok((number, write_one(folder, seed, number)?)))
                        .collect()
                })
            })
            .collect();
        running
            .into_iter()
            .map(|part| part.join().unwrap())
            .collect()
    });
    let mut entries = Vec::new();
    for part in parts {
        entries.extend(part?);
    }
    entries.sort_by_key(|(number, _)| *number);
    let lines: Vec<String> = entries
        .iter()
        .map(|(_, entry)| serde_json::to_string(entry).unwrap() + "\n")
        .collect();
    fs::write(index(folder), lines.concat())
}

/// The index of a folder that [`write()`] made.
///
/// # Errors
/// There is none, or it is damaged.
pub fn entries(folder: &Path) -> io::Result<Vec<Entry>> {
    fs::read_to_string(index(folder))?
        .lines()
        .map(|line| serde_json::from_str(line).map_err(io::Error::from))
        .collect()
}

fn index(folder: &Path) -> PathBuf {
    folder.join("index.jsonl")
}

fn write_one(folder: &Path, seed: u64, number: u64) -> io::Result<Entry> {
    let (class, picture) = picture(seed, number);
    let file = format!("{number:05}.{}", picture.ending);
    fs::write(folder.join(&file), &picture.file)?;
    Ok(Entry {
        file,
        class: class.name().to_owned(),
        texts: picture.texts,
    })
}
