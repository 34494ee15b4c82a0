//! From criterion's estimates to rows: medians of each operation and its floor, and their ratio.

use std::path::Path;

use serde::Serialize;

use super::OPERATIONS;

/// How an operation is called in criterion's folders: `<operation>/<who>`.
pub const OURS: &str = "ours";
/// Its floor.
pub const FLOOR: &str = "floor";
/// The operation on a store with a long past.
pub const LONG_PAST: &str = "long_past";

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// The operation.
    pub name: String,
    /// Median, microseconds.
    pub ours_us: f64,
    /// Median of the floor, microseconds.
    pub floor_us: f64,
    /// The first by the second.
    pub ratio: f64,
    /// In words.
    pub what_the_floor_is: &'static str,
    /// What the ratio is to stay under.
    #[serde(skip)]
    pub goal: f64,
}

/// The rows of what criterion measured last, from its folder.
///
/// # Errors
/// Nothing was measured there.
pub fn rows(criterion: &Path) -> Result<Vec<Row>, String> {
    let mut rows = Vec::new();
    for operation in OPERATIONS {
        let folder = criterion.join(operation.name);
        let ours = median(&folder, OURS)?;
        let row = |name, ours_us, floor_us, goal, what_the_floor_is| Row {
            name,
            ours_us: rounded(ours_us),
            floor_us: rounded(floor_us),
            ratio: (ours_us / floor_us * 100.0).round() / 100.0,
            what_the_floor_is,
            goal,
        };
        let floor = median(&folder, FLOOR)?;
        let name = operation.name.to_owned();
        rows.push(row(name, ours, floor, 1.25, operation.floor));
        let long = median(&folder, LONG_PAST)?;
        let name = format!("{}_after_100000", operation.name);
        let what = "the same operation on a store that began empty";
        rows.push(row(name, long, ours, 1.1, what));
    }
    Ok(rows)
}

/// Criterion's median, in microseconds.
fn median(folder: &Path, who: &str) -> Result<f64, String> {
    let path = folder.join(who).join("new/estimates.json");
    let text = std::fs::read_to_string(&path)
        .map_err(|error| format!("{}: {error}; run scripts/bench", path.display()))?;
    let estimates: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    let nanoseconds = estimates["median"]["point_estimate"].as_f64();
    Ok(nanoseconds.ok_or(format!("{}: no median", path.display()))? / 1_000.0)
}

pub(super) fn rounded(microseconds: f64) -> f64 {
    (microseconds * 10.0).round() / 10.0
}
