//! The clock of the acting commands: the system's, or one that QA moves by hand.
//!
//! A file is read again whenever the time is asked for, so that a running server follows it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use skilling_platform::clock::{Clock, ManualClock, SystemClock};
use skilling_protocol::values::Time;

use crate::escape::shown;
use crate::look::words::time;
use crate::status::Failure;

/// The variable that stands in for `--clock`.
pub(crate) const VARIABLE: &str = "SKILLING_CLOCK";

/// The clock that the option or the variable names; the system's where neither does.
///
/// # Errors
/// No time, and no file that holds one.
pub(crate) fn clock(option: Option<&str>) -> Result<Arc<dyn Clock>, Failure> {
    let variable = std::env::var(VARIABLE).ok();
    let given = option
        .map(|it| ("--clock", it))
        .or(variable.as_deref().map(|it| (VARIABLE, it)));
    let Some((name, text)) = given.filter(|(_, it)| !it.is_empty()) else {
        return Ok(Arc::new(SystemClock));
    };
    if text == "now" {
        return Ok(Arc::new(SystemClock));
    }
    if let Ok(at) = time::parse(text) {
        return Ok(Arc::new(ManualClock::at(at)));
    }
    let path = PathBuf::from(text);
    match in_file(&path) {
        Some(at) => Ok(Arc::new(FileClock {
            path,
            last: AtomicU64::new(at.unix()),
        })),
        None => Err(Failure::usage(format!(
            "{name} {}: give RFC 3339 (2026-09-24T12:00:00Z), Unix seconds, or a file that holds one of them",
            shown(text)
        ))),
    }
}

/// A time in a file. While the file cannot be read, the last time it held counts.
struct FileClock {
    path: PathBuf,
    last: AtomicU64,
}

impl Clock for FileClock {
    fn now(&self) -> Time {
        if let Some(at) = in_file(&self.path) {
            self.last.store(at.unix(), Ordering::SeqCst);
        }
        Time::from_unix(self.last.load(Ordering::SeqCst)).unwrap_or_default()
    }
}

fn in_file(path: &Path) -> Option<Time> {
    time::parse(std::fs::read_to_string(path).ok()?.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_in_a_file_is_moved_by_writing_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("time");
        std::fs::write(&path, "2026-09-24T12:00:00Z\n").unwrap();
        let clock = clock(path.to_str()).unwrap();
        assert_eq!(clock.now().unix(), 1_790_251_200);
        std::fs::write(&path, "1790251260").unwrap();
        assert_eq!(clock.now().unix(), 1_790_251_260);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(clock.now().unix(), 1_790_251_260);
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for wrong in ["yesterday", "/nowhere/at/all"] {
            assert!(clock(Some(wrong)).is_err(), "{wrong}");
        }
        assert_eq!(clock(Some("60")).unwrap().now().unix(), 60);
    }
}
