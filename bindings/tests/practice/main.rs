//! An app team tests its screens for every reason code without a till and without a phone: magic amounts, torn taps, replays,
//! clones, time that passes. The wallet and the till are the real ones.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "steps of the tests below"
)]

#[path = "../common/mod.rs"]
mod common;

mod till;
mod wallet;

use std::collections::BTreeSet;
use std::sync::Arc;

use common::{DKK, Town, agrees, block_on, kroner, pays, reviews};
use skilling_ffi::online::CallProblem;
use skilling_ffi::simulator::{PhoneAnswer, PhoneDoes, SimulatedPhone, SimulatedShop, TornTap};
use skilling_ffi::software::{software_key_vault, software_terminal_keys};
use skilling_ffi::terminal::{
    Outcome, ReceiptOutcome, ReceiptRefusal, RenewalResult, Sale, TapControl, TapEnd, TapReport,
    TerminalConfig,
};
use skilling_ffi::values::Money;
use skilling_ffi::wallet::{BankState, EventKind, MomentKind, Reviewed, Stage, WalletConfig, Want};
use skilling_ffi::{CoreError, Reason, Terminal, Wallet, reasons, wallet_reason};

/// Magic, over what needs no authentication and under what an allowance lets pay at once.
fn magic(code: u32) -> Money {
    Money {
        minor_units: 39_000 + u64::from(code),
        currency: DKK,
    }
}
