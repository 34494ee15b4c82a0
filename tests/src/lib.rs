//! Whole flows across crates, and what they share: a scheme with fixed keys ([`kit`]) and the project's own vectors ([`vectors`]).
//!
//! Test code: it may stop at the first surprise, so `unwrap` is allowed here.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod judge;
pub mod kit;
pub mod qr;
pub mod speed;
pub mod town;
pub mod vectors;
