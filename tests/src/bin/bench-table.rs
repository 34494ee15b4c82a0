//! The table of `scripts/bench`: rows from what criterion measured, and the figures that have no floor, measured here.
//!
//! `bench-table TARGET_DIR [--json]`

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use serde::Serialize;
use skilling_tests::speed::figures::{self, Figure};
use skilling_tests::speed::table::{self, Row};

/// How this program calls itself to have its memory measured: `bench-table --pay-often COUNT FOLDER`.
const PAY_OFTEN: &str = "--pay-often";

#[derive(Serialize)]
struct Report {
    rows: Vec<Row>,
    figures: Vec<Figure>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        [PAY_OFTEN, count, folder] => pay_often(count, Path::new(folder)),
        [target] => report(Path::new(target), print_table),
        [target, "--json"] => report(Path::new(target), print_json),
        _ => Err("usage: bench-table TARGET_DIR [--json]".into()),
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

fn report(target: &Path, print: fn(&Report)) -> Result<(), String> {
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
    print(&Report { rows, figures });
    Ok(())
}

fn print_json(report: &Report) {
    println!(
        "{}",
        serde_json::to_string_pretty(report).unwrap_or_default()
    );
}

fn print_table(report: &Report) {
    println!(
        "{:<36} {:>10} {:>10} {:>6} {:>6}   floor",
        "", "ours, us", "floor, us", "ratio", "goal"
    );
    for row in &report.rows {
        println!(
            "{:<36} {:>10.1} {:>10.1} {:>6.2} {:>6.2}   {}",
            row.name, row.ours_us, row.floor_us, row.ratio, row.goal, row.what_the_floor_is
        );
    }
    println!();
    for figure in &report.figures {
        let unit = figure.unit;
        println!(
            "{:<36} {:>10} {unit:<17} {}",
            figure.name, figure.value, figure.how
        );
    }
}
