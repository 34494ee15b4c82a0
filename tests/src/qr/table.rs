//! The table of `docs/qr.md`: the share that each reader read, by class, and how long it took.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::classes::Class;
use super::corpus::Entry;
use super::peers::Reading;

/// A reader and what it read of every picture, in the order of the index.
#[derive(Debug)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// One for each picture.
    pub readings: Vec<Reading>,
}

/// The table as Markdown.
#[must_use]
pub fn markdown(entries: &[Entry], columns: &[Column]) -> String {
    let mut table = String::from("| class | pictures |");
    for column in columns {
        write!(table, " {} |", column.name).unwrap();
    }
    table.push_str("\n|---|--:|");
    table.push_str(&"--:|".repeat(columns.len()));
    for class in Class::ALL {
        let of_class = |entry: &Entry| entry.class == class.name();
        shares(&mut table, class.name(), entries, columns, of_class);
    }
    shares(&mut table, "**all, read**", entries, columns, |_| true);
    row(
        &mut table,
        "wrong texts",
        entries.len(),
        columns,
        |column| {
            let wrong = entries.iter().zip(&column.readings);
            wrong
                .map(|(entry, reading)| reading.wrong(entry))
                .sum::<usize>()
                .to_string()
        },
    );
    for (name, share) in [("median", 0.5), ("95 %", 0.95), ("slowest", 1.0)] {
        times(
            &mut table,
            &format!("all, {name}"),
            entries,
            columns,
            share,
            |_| true,
        );
    }
    let large = |entry: &Entry| entry.class == Class::LargePhoto.name();
    for (name, share) in [("median", 0.5), ("95 %", 0.95)] {
        times(
            &mut table,
            &format!("2 MP, {name}"),
            entries,
            columns,
            share,
            large,
        );
    }
    table.push('\n');
    table
}

fn shares(
    table: &mut String,
    name: &str,
    entries: &[Entry],
    columns: &[Column],
    of: impl Fn(&Entry) -> bool,
) {
    let count = entries.iter().filter(|entry| of(entry)).count();
    row(table, name, count, columns, |column| {
        let pairs = entries.iter().zip(&column.readings);
        let read = pairs
            .filter(|(entry, reading)| of(entry) && reading.complete(entry))
            .count();
        format!("{:.1} %", read as f64 * 100.0 / count.max(1) as f64)
    });
}

fn times(
    table: &mut String,
    name: &str,
    entries: &[Entry],
    columns: &[Column],
    share: f64,
    of: impl Fn(&Entry) -> bool,
) {
    let count = entries.iter().filter(|entry| of(entry)).count();
    row(table, name, count, columns, |column| {
        let pairs = entries.iter().zip(&column.readings);
        let mut times: Vec<f64> = pairs
            .filter(|(entry, _)| of(entry))
            .map(|(_, reading)| reading.ms)
            .collect();
        times.sort_by(f64::total_cmp);
        let at = ((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1));
        times
            .get(at)
            .map_or("-".to_owned(), |ms| format!("{ms:.1} ms"))
    });
}

fn row(
    table: &mut String,
    name: &str,
    count: usize,
    columns: &[Column],
    cell: impl Fn(&Column) -> String,
) {
    write!(table, "\n| {name} | {count} |").unwrap();
    for column in columns {
        write!(table, " {} |", cell(column)).unwrap();
    }
}

/// Puts readings in the order of the index; a picture that a reader was silent about counts as unread.
#[must_use]
pub fn in_order(entries: &[Entry], readings: Vec<Reading>) -> Vec<Reading> {
    let mut by_file: BTreeMap<String, Reading> = readings
        .into_iter()
        .map(|reading| (reading.file.clone(), reading))
        .collect();
    let silent = |entry: &Entry| Reading {
        file: entry.file.clone(),
        ms: 0.0,
        texts: Vec::new(),
    };
    entries
        .iter()
        .map(|entry| by_file.remove(&entry.file).unwrap_or_else(|| silent(entry)))
        .collect()
}
