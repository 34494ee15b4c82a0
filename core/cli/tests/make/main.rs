//! What somebody does who tests a terminal of their own: makes messages, right and wrong, and drives it through the kit.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on has failed

#[path = "../common/mod.rs"]
mod common;
mod corpus;
mod mint;
mod mutate;
mod schema;
