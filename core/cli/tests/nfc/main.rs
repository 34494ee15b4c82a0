//! Payments through PC/SC: `skilling terminal listen` and `skilling wallet card` with a real smart card service between them,
//! one of its own for each test, and a reader written apart from ours.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on has failed

#[path = "../common/mod.rs"]
mod common;
#[path = "../acting/town.rs"]
#[allow(
    dead_code,
    reason = "the bank and its people serve more tests than these"
)]
mod town;

mod beside_pcscd;
mod consent;
mod garbage;
mod independent;
mod pair;
mod playing;
mod torn;
mod trouble;
mod wire;
