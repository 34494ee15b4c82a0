//! Skilling's wallet, terminal and inspection for Kotlin and Swift, by UniFFI.
//!
//! Apps never see this: they use the hand-written libraries in `android/` and `ios/`, which stand on what is generated from here.
//!
//! - [`Wallet`]: a payer's phone. [`Terminal`]: a till. Both are safe to call from any thread.
//! - [`ports`]: what the app implements. [`conformance`]: does it keep the contract?
//! - [`reasons`], [`CoreError`]: every code and what to do. [`library_version`], [`check_version`]: what fits what.
//! - [`qr`]: codes as text, as modules to draw, and from camera frames. [`inspect`]: what a message says.
//!
//! # Rules of this crate
//!
//! Everything exported returns `Result`, so that a panic here becomes an exception there. No error field is called `message`, no
//! method `to_string`. No lock is held while an app's code runs that may wait for a person. Functions that touch the disk or call
//! the app say so: they are not for the main thread.

uniffi::setup_scaffolding!();

pub mod conformance;
mod diagnostics;
mod error;
pub mod helpers;
pub mod inspect;
pub mod online;
pub mod ports;
pub mod qr;
mod reason;
pub mod simulator;
pub mod software;
pub mod terminal;
pub mod values;
mod version;
pub mod wallet;

pub use diagnostics::Diagnostics;
pub use error::{CoreError, ErrorInfo, Missing, StorageProblem, TillLacks};
pub use helpers::{attestation_challenge, signature_from_der};
pub use reason::{Reason, ReasonInfo, reason_info, reasons, wallet_reason};
pub use simulator::Simulator;
pub use terminal::Terminal;
pub use version::{LibraryVersion, check_version, library_version};
pub use wallet::Wallet;
