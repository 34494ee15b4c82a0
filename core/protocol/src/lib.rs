//! Wire format and rules of the Skilling offline payment protocol, version 1.
//!
//! No I/O, no clock, no randomness; `no_std` with `alloc`. What comes in is bytes, a time and what the holder
//! remembers; what goes out is typed objects and verdicts.
//!
//! - [`message`]: what travels. [`objects`]: what is inside. [`values`]: amounts, keys, ids, labels.
//! - [`signed`]: `Signed` (decoded, nobody has checked it) and `Verified`; [`crypto`]: signing and verifying.
//! - [`rules`]: what a terminal checks before it says "paid" (section 6) and what a wallet checks of a request (section 5).
//! - [`fraud`]: two tokens that convict. [`status_list`]: which allowances are revoked. [`reason`]: every code and its words.
//!
//! Everything here is a pure function of its arguments and safe to call from any thread.

#![no_std]
#![cfg_attr(
    not(test),
    deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod cbor;
pub mod crypto;
pub mod error;
pub mod fraud;
pub mod message;
pub mod objects;
pub mod reason;
pub mod rules;
pub mod signed;
pub mod status_list;
pub mod values;
