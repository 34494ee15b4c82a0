//! Named points at which a test can end the process, to show that nothing is lost between "token received" and
//! "receipt sent".
//!
//! With the cargo feature `fault-injection`, a process started with `SKILLING_CRASH_AT=<point>` aborts when it gets
//! there. Without the feature the points are nothing at all.

/// The points, in the order in which one payment passes them.
pub const POINTS: &[&str] = &[
    // The bytes are here; nothing was looked at.
    "terminal.token_received",
    // Every rule was looked at; nothing is written.
    "terminal.token_checked",
    // The receipt is signed; nothing is written.
    "terminal.receipt_signed",
    // Everything is written, nothing is durable.
    "terminal.before_commit",
    // The answer is durable; nobody was told.
    "terminal.after_commit",
    // The receipt is about to be given to the phone.
    "terminal.before_receipt",
    // The phone has said that it has the receipt; the till has not noted it.
    "terminal.receipt_sent",
];

/// Aborts the process if it was asked to at this point.
#[cfg(feature = "fault-injection")]
pub(crate) fn point(name: &str) {
    if std::env::var("SKILLING_CRASH_AT").is_ok_and(|at| at == name) {
        std::process::abort();
    }
}

/// Nothing.
#[cfg(not(feature = "fault-injection"))]
pub(crate) fn point(_name: &str) {}
