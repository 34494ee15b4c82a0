//! Issuer, wallet and terminal, each in processes of its own, with files and pictures between them. One program, so that it is linked once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on has failed

#[path = "../common/mod.rs"]
mod common;

mod admin;
mod counter;
mod offline;
mod payment;
mod town;
mod two_at_once;
mod wrong_calls;
