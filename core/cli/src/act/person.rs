//! Asking the person in front of the terminal.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

/// Whether somebody can be asked.
pub(crate) fn is_there() -> bool {
    io::stdin().is_terminal()
}

/// Puts a question that is answered by y or n; `None` where nobody is there to answer.
pub(crate) fn agrees(question: &str) -> Option<bool> {
    if !is_there() {
        return None;
    }
    let mut stderr = anstream::stderr();
    write!(stderr, "{question} [y/N] ").ok()?;
    stderr.flush().ok()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).ok()?;
    Some(matches!(answer.trim(), "y" | "Y" | "yes"))
}
