//! A file to which every command and response of NFC is added, in the form that `skilling inspect` reads.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use skilling_link::apdu::trace::{Direction, Transcript};

use crate::escape::shown;
use crate::status::Failure;

/// An open trace file. What is in it already stays.
#[derive(Debug)]
pub(crate) struct Tape(File);

impl Tape {
    /// Opens or makes the file.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let opened = File::options().create(true).append(true).open(path);
        opened.map(Self).map_err(|error| {
            let path = shown(&path.to_string_lossy());
            Failure::file(format!("the trace cannot be written to {path}: {error}"))
        })
    }

    /// Adds one command or response.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn add(&mut self, direction: Direction, bytes: &[u8]) -> Result<(), Failure> {
        let mut line = Transcript::default();
        line.push(direction, bytes);
        self.add_all(&line)
    }

    /// Adds a whole exchange.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn add_all(&mut self, transcript: &Transcript) -> Result<(), Failure> {
        self.write(&transcript.to_string())
    }

    /// Adds a line that is skipped when the trace is read.
    ///
    /// # Errors
    /// It cannot be written.
    #[cfg_attr(
        not(feature = "pcsc"),
        allow(dead_code, reason = "only a till at a reader remarks")
    )]
    pub(crate) fn remark(&mut self, text: &str) -> Result<(), Failure> {
        self.write(&format!("# {}\n", shown(text)))
    }

    fn write(&mut self, text: &str) -> Result<(), Failure> {
        self.0
            .write_all(text.as_bytes())
            .map_err(|error| Failure::file(format!("the trace cannot be written: {error}")))
    }
}
