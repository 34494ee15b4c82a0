//! The table of `scripts/bench`: rows from what criterion measured, and the figures that have no floor, measured here, and
//! those of the libraries for phones.
//!
//! `bench-table TARGET_DIR STORES [--phones] [--json]`: stores of phones are made in the folder STORES; with `--phones` nothing
//! else is measured.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use serde::Serialize;
use skilling_tests::speed::figures::{self, Figure};
use skilling_tests::speed::phones;
use skilling_tests::speed::table::{self, Row};

/// How this program calls itself to have its memory measured: `bench-table --pay-often COUNT FOLDER`.
const PAY_OFTEN: &str = "--pay-often";

/// Measures the libraries for phones alone.
const PHONES: &str = "--phones";
/// Prints for programs.
const JSON: &str = "--json";

#[derive(Default, Serialize)]
struct Report {
    rows: Vec<Row>,
    figures: Vec<Figure>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing: Vec<String>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        [PAY_OFTEN, count, folder] => pay_often(count, Path::new(folder)),
        [target, stores, ref flags @ ..] if flags.iter().all(|it| [PHONES, JSON].contains(it)) => {
            report(Path::new(target), Path::new(stores), flags)
        }
        _ => Err("usage: bench-table TARGET_DIR STORES [--phones] [--json]".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn pay_often(count: &str, folder: &Path) -> Result<(), String> {
    let count = count.parse().map_err(|_| "COUNT is a number".to_owned())?;
    let peak = figures::pay_often(folder, count).map_err(|error| error.to_string())?;
    println!("{peak}");
    Ok(())
}

fn report(target: &Path, stores: &Path, flags: &[&str]) -> Result<(), String> {
    let mut report = if flags.contains(&PHONES) {
        Report::default()
    } else {
        of_the_core(target)?
    };
    std::fs::create_dir_all(stores).map_err(|error| error.to_string())?;
    let folder = tempfile::tempdir_in(stores).map_err(|error| error.to_string())?;
    let phones = phones::all(&target.join("phone"), folder.path());
    report.rows.extend(phones.rows);
    report.figures.extend(phones.figures);
    report.missing.extend(phones.missing);
    if flags.contains(&JSON) {
        print_json(&report);
    } else {
        print_table(&report);
    }
    Ok(())
}

fn of_the_core(target: &Path) -> Result<Report, String> {
    let rows = table::rows(&target.join("criterion"))?;
    // Beside the benches' own stores, so that all is on one disk.
    std::fs::create_dir_all(target.join("tmp")).map_err(|error| error.to_string())?;
    let folder = tempfile::tempdir_in(target.join("tmp")).map_err(|error| error.to_string())?;
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let figures = figures::all(folder.path(), |count| {
        let stores: PathBuf = folder.path().join(format!("often-{count}"));
        let mut again = Command::new(&program);
        again.arg(PAY_OFTEN).arg(count.to_string()).arg(stores);
        again
    });
    Ok(Report {
        rows,
        figures,
        missing: Vec::new(),
    })
}

fn print_json(report: &Report) {
    println!(
        "{}",
        serde_json::to_string_pretty(report).unwrap_or_default()
    );
}

fn print_table(report: &Report) {
    println!(
        "{:<36} {:>10} {:>10} {:>6} {:>6} {:<7}  floor",
        "", "ours, us", "floor, us", "ratio", "goal", ""
    );
    for row in &report.rows {
        println!(
            "{:<36} {:>10.1} {:>10.1} {:>6.2} {:>6.2} {:<7}  {}",
            row.name,
            row.ours_us,
            row.floor_us,
            row.ratio,
            row.goal,
            // Of the times, not of the ratio as it is printed: that is rounded.
            verdict(row.ours_us <= row.floor_us * row.goal),
            row.what_the_floor_is
        );
    }
    println!();
    for figure in &report.figures {
        let unit = figure.unit;
        let goal = figure.goal.map_or(String::new(), |goal| {
            format!("; goal {goal}: {}", verdict(figure.value <= goal))
        });
        println!(
            "{:<36} {:>10} {unit:<17} {}{goal}",
            figure.name, figure.value, figure.how
        );
    }
    for missing in &report.missing {
        println!("not measured: {missing}");
    }
}

fn verdict(is_met: bool) -> &'static str {
    if is_met { "met" } else { "NOT MET" }
}
