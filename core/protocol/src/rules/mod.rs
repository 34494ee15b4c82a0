//! The rules: what a terminal checks before it says "paid" (protocol section 6), and what a wallet checks of a
//! request before it signs (section 5). Pure functions: what the holder remembers is handed in.

mod acceptance;
mod offline;
mod request;
mod verdict;

pub use acceptance::{
    KnownAllowance, KnownRequest, Situation, check, terminal_clock_holds, version_holds,
};
pub use offline::{extension_in_force, limit_holds};
pub use request::{
    RequestContext, VerifiedRequest, check_request, check_request_again, verify_payment_request,
};
pub use verdict::{Acceptance, Check, CheckOutcome, Conflict, Measured, Verdict};
