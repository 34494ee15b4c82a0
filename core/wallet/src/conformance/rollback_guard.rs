//! The contract of [`RollbackGuard`], as far as it can be seen from outside.

use super::{Broken, Suite};
use crate::ports::{GuardError, Mark, RollbackGuard};

/// Runs a guard through its contract. `open` gives the guard as the app does at each start; it must be empty before.
///
/// # Errors
/// The first MUST that is broken.
pub fn rollback_guard(open: &dyn Fn() -> Box<dyn RollbackGuard>) -> Result<(), Broken> {
    let suite = Suite("RollbackGuard");
    let mark = |counter, byte| Mark {
        counter,
        digest: [byte; 32],
    };
    let keeps = |wanted: Option<Mark>, broken| suite.must(open().read() == Ok(wanted), broken);
    keeps(None, "an unused guard keeps nothing")?;
    suite.works(open().advance(&mark(1, 1)), "a guard takes its first mark")?;
    keeps(Some(mark(1, 1)), "the mark outlives a restart")?;
    suite.works(
        open().advance(&mark(1, 1)),
        "the very mark it keeps is no error",
    )?;
    suite.works(open().advance(&mark(5, 2)), "a guard takes a higher mark")?;
    for lower in [mark(5, 3), mark(4, 2), mark(0, 0)] {
        suite.must(
            open().advance(&lower) == Err(GuardError::NotAbove),
            "a counter that is not above is refused",
        )?;
        keeps(Some(mark(5, 2)), "a refused mark changes nothing")?;
    }
    Ok(())
}
