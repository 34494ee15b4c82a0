//! What every acting command is told: where its state is, and what time it is.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use serde::Serialize;
use serde::de::DeserializeOwned;
use skilling_platform::clock::Clock;
use skilling_platform::keys::sync_folder;

use super::clock;
use crate::escape::shown;
use crate::status::Failure;

/// The options of every acting command.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// The folder that this role keeps its state in.
    #[arg(long, global = true, value_name = "DIR")]
    home: Option<PathBuf>,
    /// The time to go by: RFC 3339, Unix seconds, or a file that holds one; also SKILLING_CLOCK. The system's otherwise.
    #[arg(long, global = true, value_name = "T")]
    clock: Option<String>,
}

impl Place {
    /// The folder.
    ///
    /// # Errors
    /// It was not given.
    pub(crate) fn home(&self) -> Result<&Path, Failure> {
        let missing = || Failure::usage("where is the state kept? give --home DIR");
        self.home.as_deref().ok_or_else(missing)
    }

    /// The clock.
    ///
    /// # Errors
    /// What was given is no time.
    pub(crate) fn clock(&self) -> Result<Arc<dyn Clock>, Failure> {
        clock::clock(self.clock.as_deref())
    }
}

/// Reads a role's settings; `None` where there are none yet.
///
/// # Errors
/// The file cannot be read, or holds something else.
pub(crate) fn settings<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, Failure> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unusable("cannot read", path, &error)),
    };
    serde_json::from_str(&text)
        .map(Some)
        .map_err(|error| unusable("no settings in", path, &error))
}

/// Writes a role's settings, whole or not at all.
///
/// # Errors
/// The folder cannot be written.
pub(crate) fn put_settings<T: Serialize>(path: &Path, settings: &T) -> Result<(), Failure> {
    let fresh = path.with_extension("new");
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    let write = || -> std::io::Result<()> {
        let text = serde_json::to_string_pretty(settings).map_err(std::io::Error::other)?;
        std::fs::write(&fresh, text)?;
        std::fs::File::open(&fresh)?.sync_all()?;
        std::fs::rename(&fresh, path)?;
        sync_folder(folder)
    };
    write().map_err(|error| unusable("cannot write", path, &error))
}

/// Makes a folder that is missing.
///
/// # Errors
/// It cannot be made.
pub(crate) fn make(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| unusable("cannot make", folder, &error))
}

fn unusable(what: &str, path: &Path, error: &dyn std::fmt::Display) -> Failure {
    let path = shown(&path.to_string_lossy());
    Failure::file(format!("{what} {path}: {error}"))
}
