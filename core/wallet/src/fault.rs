//! Named points of a payment at which a test may kill the process (feature `fault-injection`, never in a release).
//!
//! The process ends at the point that the environment variable `SKILLING_CRASH_AT` names, at once, as if the power had gone:
//! nothing is unwound, flushed or closed.

/// The points between "agreed" and "presented", in the order a payment passes them.
pub const POINTS: &[&str] = &[AGREED, SIGNED, STORED, COMMITTED, GUARDED, RELEASED];

/// The payer agreed; nothing was signed.
pub const AGREED: &str = "wallet.agreed";
/// The payment was signed and checked; nothing was written.
pub const SIGNED: &str = "wallet.signed";
/// The rows were written; the transaction is not committed.
pub const STORED: &str = "wallet.stored";
/// The transaction is durable; the rollback guard is one behind.
pub const COMMITTED: &str = "wallet.committed";
/// The rollback guard has advanced; the token has not left.
pub const GUARDED: &str = "wallet.guarded";
/// The token was handed over; nobody noted that it was presented.
pub const RELEASED: &str = "wallet.released";

/// Passes a point.
#[cfg(not(feature = "fault-injection"))]
#[inline]
pub(crate) fn point(_name: &str) {}

/// Passes a point, or ends the process there.
#[cfg(feature = "fault-injection")]
pub(crate) fn point(name: &str) {
    if std::env::var("SKILLING_CRASH_AT").is_ok_and(|wanted| wanted == name) {
        std::process::abort();
    }
}
