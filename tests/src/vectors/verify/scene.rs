//! What a till knows and the token that it is shown: in order, until a case changes one thing.

use serde_json::{Value, json};
use skilling_protocol::crypto::SoftwareKey;
use skilling_protocol::message::{Expected as _, Token, encode_status_list};
use skilling_protocol::objects::{
    Allowance, Merchant, Outage, Payment, Policy, Request, Sequence, TrustBundle,
};
use skilling_protocol::signed::Signed;
use skilling_protocol::values::{Digest, ObjectId, RequestNonce};

use crate::kit::{self, NOW};

/// A terminal, what it knows, and the token it is shown.
pub(super) struct Scene {
    pub(super) now: u64,
    pub(super) bundle: TrustBundle,
    pub(super) bundle_signer: SoftwareKey,
    pub(super) merchant: Merchant,
    pub(super) request: Request,
    pub(super) allowance: Allowance,
    pub(super) allowance_signer: SoftwareKey,
    pub(super) payment: Payment,
    pub(super) payment_signer: SoftwareKey,
    pub(super) status: Vec<(Vec<u32>, u64)>,
    pub(super) seen: Vec<(u32, u64, u64, u64)>,
    pub(super) outage: Option<Outage>,
    pub(super) last_acceptance: Option<u64>,
    pub(super) accepted_total: u64,
    pub(super) is_convicted: bool,
    pub(super) is_paid: bool,
    pub(super) is_cancelled: bool,
    /// What is done to the token's bytes last.
    pub(super) tamper: fn(Vec<u8>) -> Vec<u8>,
}

pub(super) fn honest() -> Scene {
    let message = kit::request_message(kit::merchant(), kit::request());
    Scene {
        now: NOW,
        bundle: kit::bundle(),
        bundle_signer: kit::root(),
        merchant: kit::merchant(),
        request: kit::request(),
        allowance: kit::allowance(),
        allowance_signer: kit::issuer(),
        payment: kit::payment(kit::request_id(&message)),
        payment_signer: kit::pay(),
        status: vec![(vec![1, 2, 3], NOW - 3_600)],
        seen: Vec::new(),
        outage: None,
        last_acceptance: None,
        accepted_total: 0,
        is_convicted: false,
        is_paid: false,
        is_cancelled: false,
        tamper: |bytes| bytes,
    }
}

impl Scene {
    pub(super) fn policy(&mut self) -> &mut Policy {
        &mut self.bundle.policies[0].1
    }

    /// Another amount everywhere, so that only caps and limits are at stake.
    pub(super) fn pays(&mut self, minor: u64) {
        self.payment.amount = kit::amount(minor);
        self.payment.spent = kit::amount(minor);
        if let Some(it) = &mut self.request.amounted {
            it.amount = kit::amount(minor);
        }
    }

    pub(super) fn answers_before(&mut self, unix: u64) {
        if let Some(it) = &mut self.request.amounted {
            it.answer_before = kit::time(unix);
        }
    }

    pub(super) fn figures(&mut self, sequence: u32, spent: u64, released: u64) {
        self.payment.sequence = Sequence::new(sequence).unwrap();
        self.payment.spent = kit::amount(spent);
        self.payment.released = kit::amount(released);
    }

    pub(super) fn moves_clock(&mut self, now: u64) {
        self.now = now;
        self.payment.time = kit::time(now);
        self.answers_before(now + 100);
        self.request.made_at = kit::time(now - 1);
        self.merchant.valid_until = kit::time(now + 86_400);
    }

    pub(super) fn into_case(mut self, name: &str, note: &str, code: u32) -> Value {
        let message = kit::request_message(self.merchant.clone(), self.request.clone());
        if self.payment.request_id != unknown_request() {
            self.payment.request_id = kit::request_id(&message);
        }
        let allowance = Signed::sign(self.allowance.clone(), (), &self.allowance_signer).unwrap();
        let token = kit::token(&allowance, self.payment.clone(), &self.payment_signer);
        let seen = self
            .seen
            .iter()
            .map(|figures| hex::encode(self.seen_token(&allowance, *figures)));
        let status = self
            .status
            .iter()
            .map(|(set, at)| encode_status_list(&kit::status_list(set, *at)));
        let bundle = Signed::sign(self.bundle.clone(), (), &self.bundle_signer).unwrap();
        let outage = self
            .outage
            .map(|outage| Signed::sign(outage, (), &kit::root()).unwrap().encode());
        let mut case = json!({
            "name": name, "note": note, "now": self.now, "root": kit::hex_of_root(),
            "token": hex::encode((self.tamper)(token.encode())), "request": hex::encode(message.encode()),
            "trust": hex::encode(bundle.encode()), "status": status.map(hex::encode).collect::<Vec<_>>(),
            "seen": seen.collect::<Vec<_>>(), "outage": outage.map(hex::encode),
            "memory": {
                "last_acceptance": self.last_acceptance, "accepted_total": self.accepted_total,
                "convicted": self.is_convicted, "request_paid": self.is_paid, "request_cancelled": self.is_cancelled,
            },
            "code": code,
        });
        if !matches!(code, 1 | 2 | 29) {
            case["payment_id"] = json!(token.payment_id().to_string());
        }
        case
    }

    /// Another payment under the same allowance, for another request of the same merchant.
    fn seen_token(&self, allowance: &Signed<Allowance>, figures: (u32, u64, u64, u64)) -> Vec<u8> {
        let mut asked = self.request.clone();
        asked.nonce = RequestNonce([0x78; 16]);
        let payment = Payment {
            sequence: Sequence::new(figures.0).unwrap(),
            amount: kit::amount(figures.1),
            spent: kit::amount(figures.2),
            released: kit::amount(figures.3),
            request_id: kit::request_id(&kit::request_message(self.merchant.clone(), asked)),
            ..self.payment.clone()
        };
        let token: Token = kit::token(allowance, payment, &self.payment_signer);
        token.encode()
    }
}

pub(super) fn unknown_request() -> ObjectId<Request> {
    ObjectId::from_digest(Digest([0xee; 32]))
}

pub(super) const NEXT_MONTH: u64 = NOW + 30 * 86_400;
