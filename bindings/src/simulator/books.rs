//! What the simulated bank remembers.

use std::collections::{BTreeMap, BTreeSet};

use skilling_protocol::objects::{Allowance, Payment, PaymentState};
use skilling_protocol::values::{Amount, Currency, Nonce, ObjectId, PublicKey, Time};

/// Link key and idempotency id.
pub(super) type CallId = (PublicKey, [u8; 16]);

/// The books.
pub(super) struct Books {
    pub(super) began: Time,
    pub(super) is_down: bool,
    pub(super) loses_answers: bool,
    pub(super) is_bank_suspended: bool,
    pub(super) bundle_version: u32,
    pub(super) outage_serial: u32,
    pub(super) outage: Option<(Currency, Vec<u8>)>,
    pub(super) nonces: BTreeMap<Nonce, Time>,
    pub(super) links: BTreeSet<PublicKey>,
    /// Body and answer of every call, so that the same gets the same.
    pub(super) answers: BTreeMap<CallId, (Vec<u8>, Vec<u8>)>,
    pub(super) allowances: BTreeMap<ObjectId<Allowance>, (Amount, Time)>,
    pub(super) payments: BTreeMap<ObjectId<Payment>, PaymentState>,
    pub(super) news: BTreeSet<ObjectId<Payment>>,
    pub(super) grants: u32,
}

impl Books {
    pub(super) fn new(began: Time) -> Self {
        Self {
            began,
            is_down: false,
            loses_answers: false,
            is_bank_suspended: false,
            bundle_version: 1,
            outage_serial: 0,
            outage: None,
            nonces: BTreeMap::new(),
            links: BTreeSet::new(),
            answers: BTreeMap::new(),
            allowances: BTreeMap::new(),
            payments: BTreeMap::new(),
            news: BTreeSet::new(),
            grants: 0,
        }
    }

    pub(super) fn dispute(&mut self, payment: ObjectId<Payment>) {
        self.payments.insert(payment, PaymentState::Disputed);
        self.news.insert(payment);
    }
}
