//! A cashier takes payments: what is paid, what is not, and why (protocol section 6).
#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

#[path = "../common/mod.rs"]
mod common;

mod cashier;
mod limits;
mod request;
mod trust;

use common::*;
use skilling_protocol::message::{Expected as _, Token};
use skilling_protocol::objects::{Outcome as Said, Sequence};
use skilling_protocol::reason::Reason;
use skilling_protocol::signed::Signed;
use skilling_protocol::values::*;
use skilling_terminal::{Outcome, Sale, TerminalError};

/// Presents a token that must be declined with a signed receipt for this reason.
#[track_caller]
fn declined(shop: &Shop, token: &[u8], reason: Reason) {
    let outcome = shop.till.accept(token).unwrap();
    assert_eq!(outcome.reason(), reason, "{outcome:?}");
    assert!(matches!(outcome, Outcome::Declined(_)), "{outcome:?}");
    let receipt = read_receipt(outcome.receipt().unwrap(), token, &shop.till_key);
    let code = reason.code();
    assert_eq!(receipt.outcome, Said::Declined { code });
    // Final, whatever comes later.
    assert!(matches!(
        shop.till.accept(token).unwrap(),
        Outcome::Again(_)
    ));
}

/// Presents a token that must be refused without a receipt for this reason.
#[track_caller]
fn refused(shop: &Shop, token: &[u8], reason: Reason) {
    let outcome = shop.till.accept(token).unwrap();
    assert_eq!(outcome.reason(), reason, "{outcome:?}");
    assert!(matches!(outcome, Outcome::Refused { .. }), "{outcome:?}");
}
