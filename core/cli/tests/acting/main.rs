//! Issuer, wallet and terminal, each in processes of its own, with files and pictures between them.

#[path = "../common/mod.rs"]
mod common;

mod admin;
mod counter;
mod offline;
mod payment;
mod town;
mod two_at_once;
mod wrong_calls;
