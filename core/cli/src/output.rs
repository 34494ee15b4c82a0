//! Where words go: results on stdout, messages on stderr, nothing with `--quiet`, colour only on a terminal.

use std::fmt::Display;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use crate::escape;
use crate::status::Failure;

/// For what is good.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// For what is refused.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// For what a person should notice.
pub(crate) const NOTICE: Style = AnsiColor::Yellow.on_default();
/// For headings.
pub(crate) const HEADING: Style = Style::new().bold();
/// For what matters less.
pub(crate) const FAINT: Style = Style::new().dimmed();

/// `text` in a style; the stream takes the colour out where it does not belong.
pub(crate) fn paint(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// How this call speaks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    /// Results as JSON.
    pub(crate) json: bool,
    /// The status alone speaks.
    pub(crate) quiet: bool,
}

impl Output {
    /// A result for people. A reader that went away is no error.
    pub(crate) fn text(self, text: &str) -> Result<(), Failure> {
        if self.quiet {
            return Ok(());
        }
        let mut stream = anstream::stdout().lock();
        finish(
            stream
                .write_all(text.as_bytes())
                .and_then(|()| stream.flush()),
        )
    }

    /// A result for programs.
    pub(crate) fn value(self, value: &serde_json::Value) -> Result<(), Failure> {
        self.bytes(format!("{}\n", escape::json(value)).as_bytes())
    }

    /// One event of a command that goes on, for programs: a line.
    pub(crate) fn event(self, value: &serde_json::Value) -> Result<(), Failure> {
        self.bytes(format!("{}\n", escape::json_line(value)).as_bytes())
    }

    /// A result that is bytes, untouched.
    pub(crate) fn bytes(self, bytes: &[u8]) -> Result<(), Failure> {
        if self.quiet {
            return Ok(());
        }
        let mut stream = io::stdout().lock();
        finish(stream.write_all(bytes).and_then(|()| stream.flush()))
    }

    /// Something worth knowing: what an input was taken for.
    pub(crate) fn note(self, text: impl Display) {
        self.say(FAINT, "note", text);
    }

    /// Something that was left out of account.
    pub(crate) fn warn(self, text: impl Display) {
        self.say(NOTICE, "warning", text);
    }

    /// Why a command stopped, or what could not be read.
    pub(crate) fn error(self, text: impl Display) {
        self.say(BAD, "error", text);
    }

    fn say(self, style: Style, what: &str, text: impl Display) {
        if !self.quiet {
            // Where stderr is closed there is nobody to tell.
            let _ = writeln!(anstream::stderr(), "{}: {text}", paint(style, what));
        }
    }
}

fn finish(result: io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::file(format!(
            "the result could not be written: {error}"
        ))),
        _ => Ok(()),
    }
}
