//! What the simulated bank remembers.

use std::collections::{BTreeMap, BTreeSet};

use std::sync::Arc;

use skilling_protocol::objects::{Allowance, Payment, PaymentState};
use skilling_protocol::values::{Amount, Currency, Nonce, ObjectId, PublicKey, Time};
use skilling_wallet::software::SoftwareKeys;

/// Below it are indices of nobody's.
const FIRST_INDEX: u32 = 8;

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
    /// SHA-256 of the body, and the answer, of every call, so that the same gets the same. Not the body: evidence is large.
    pub(super) answers: BTreeMap<CallId, ([u8; 32], Vec<u8>)>,
    pub(super) allowances: BTreeMap<ObjectId<Allowance>, (Amount, Time)>,
    pub(super) payments: BTreeMap<ObjectId<Payment>, PaymentState>,
    pub(super) news: BTreeSet<ObjectId<Payment>>,
    pub(super) grants: u32,
    /// Status indices of allowances by their ids, and those that are revoked.
    pub(super) indices: BTreeMap<ObjectId<Allowance>, u32>,
    pub(super) revoked: BTreeSet<u32>,
    /// The persons of practice phones.
    pub(super) people: Vec<Arc<SoftwareKeys>>,
    pub(super) does_guard_fail: bool,
    /// What every call is answered with.
    pub(super) problem: Option<u32>,
    /// Calls that were answered with the code of a magic limit; the same again is served.
    pub(super) told: BTreeSet<CallId>,
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
            grants: FIRST_INDEX,
            indices: BTreeMap::new(),
            revoked: BTreeSet::new(),
            people: Vec::new(),
            does_guard_fail: false,
            problem: None,
            told: BTreeSet::new(),
        }
    }

    pub(super) fn next_index(&mut self) -> u32 {
        self.grants = self.grants.saturating_add(1);
        self.grants
    }

    pub(super) fn dispute(&mut self, payment: ObjectId<Payment>) {
        self.payments.insert(payment, PaymentState::Disputed);
        self.news.insert(payment);
    }
}
