//! The narrator: says what happens in words, keeps every message and picture in the folder, and knows nothing of money.

use std::fmt::Display;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::escape;
use crate::output::{BAD, FAINT, GOOD, HEADING, NOTICE, paint};

/// Where the story is told and kept.
pub(super) struct Stage {
    folder: PathBuf,
    step: u32,
    kept: u32,
    keeps: bool,
    quiet: bool,
}

impl Stage {
    /// Everything is written below `folder`, which is still there afterwards when it `keeps`.
    pub(super) fn new(folder: &Path, keeps: bool, quiet: bool) -> Self {
        Self {
            folder: folder.to_owned(),
            step: 0,
            kept: 0,
            keeps,
            quiet,
        }
    }

    /// A folder of its own for a role's store and keys.
    pub(super) fn home(&self, name: &str) -> std::io::Result<PathBuf> {
        let home = self.folder.join("homes").join(name);
        std::fs::create_dir_all(&home)?;
        Ok(home)
    }

    /// The next step begins.
    pub(super) fn step(&mut self, title: &str) {
        self.step += 1;
        let title = format!("({}) {title}", self.step);
        self.line(&format!("\n{}", paint(HEADING, title)));
    }

    /// Somebody does or learns something.
    pub(super) fn says(&self, who: &str, what: impl Display) {
        self.line(&format!(
            "  {:<18} {}",
            who,
            escape::shown(&what.to_string())
        ));
    }

    /// A good end.
    pub(super) fn good(&self, who: &str, what: impl Display) {
        let what = escape::shown(&what.to_string());
        self.line(&format!("  {:<18} {}", who, paint(GOOD, what)));
    }

    /// A refusal or a failure that belongs to the story.
    pub(super) fn refused(&self, who: &str, what: impl Display) {
        let what = escape::shown(&what.to_string());
        self.line(&format!("  {:<18} {}", who, paint(BAD, what)));
    }

    /// Something to notice: time passing, the network going.
    pub(super) fn notice(&self, what: impl Display) {
        self.line(&format!("  {}", paint(NOTICE, what)));
    }

    /// The reason behind a decision.
    pub(super) fn why(&self, what: impl Display) {
        self.line(&format!("  {:<18} {}", "", paint(FAINT, what)));
    }

    /// Keeps bytes as a file and says what was sent and how large it was.
    pub(super) fn sent(
        &mut self,
        from: &str,
        to: &str,
        what: &str,
        name: &str,
        bytes: &[u8],
    ) -> std::io::Result<PathBuf> {
        let path = self.keep(name, bytes)?;
        self.says(
            &format!("{from} → {to}"),
            format!("{what}: {} bytes", bytes.len()),
        );
        self.kept_as(&path);
        Ok(path)
    }

    /// Keeps bytes as a file, numbered in the order of the story.
    pub(super) fn keep(&mut self, name: &str, bytes: &[u8]) -> std::io::Result<PathBuf> {
        self.kept += 1;
        let folder = self.folder.join("messages");
        std::fs::create_dir_all(&folder)?;
        let path = folder.join(format!("{:02}-{:03}-{name}", self.step, self.kept));
        std::fs::write(&path, bytes)?;
        Ok(path)
    }

    /// Where the reader finds a file afterwards; nothing where it will be gone.
    pub(super) fn kept_as(&self, path: &Path) {
        if self.keeps {
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            self.why(format!("kept as {file}"));
        }
    }

    /// How many messages and pictures were made, and where to find them.
    pub(super) fn ends(&self) {
        let made = format!("{} messages and pictures were made", self.kept);
        let then = if self.keeps {
            "and are in the folder messages, databases and keys in homes"
        } else {
            "and are gone again: --keep DIR keeps them"
        };
        self.line(&format!(
            "\n{}",
            paint(HEADING, "Everything went as it had to")
        ));
        self.notice(format!("{made} {then}"));
    }

    /// A table row by row, aligned by its first column.
    pub(super) fn table(&self, rows: &[(String, String)]) {
        let width = rows
            .iter()
            .map(|row| row.0.chars().count())
            .max()
            .unwrap_or(0);
        for (left, right) in rows {
            let pad = width.saturating_sub(left.chars().count());
            self.line(&format!(
                "    {}{}  {}",
                escape::shown(left),
                " ".repeat(pad),
                escape::shown(right)
            ));
        }
    }

    fn line(&self, text: &str) {
        if !self.quiet {
            // A reader that went away does not stop the story.
            let _ = writeln!(anstream::stdout(), "{text}");
        }
    }
}
