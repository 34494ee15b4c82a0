//! Section 3 and sync.md: every object at and over every bound. Each case stands alone: one encoded signed object.

mod bundle;
mod cases;
mod offline;
mod online;

use serde_json::Value;

use self::bundle::trust_bundle;
use self::offline::{allowance, envelope, merchant, outage, payment, receipt, request};
use self::online::{deposit, enrolment, renewal, sync, synced};

pub(super) fn cases() -> Vec<Value> {
    [
        allowance(),
        merchant(),
        request(),
        payment(),
        receipt(),
        outage(),
        trust_bundle(),
        enrolment(),
        sync(),
        synced(),
        deposit(),
        renewal(),
        envelope(),
    ]
    .concat()
}
