//! Which signatures of a message hold, under which key. It decides nothing: a token that is signed well may still be
//! refused for thirty reasons, and a key that stands in the message itself vouches for nobody.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};
use skilling_protocol::crypto::DefaultVerifier;
use skilling_protocol::message::{Evidence, Message, PaymentRequest, Token};
use skilling_protocol::objects::{Allowance, Merchant, Payment, Receipt};
use skilling_protocol::signed::{Object, Signed};
use skilling_protocol::status_list::StatusList;
use skilling_protocol::values::{ObjectId, PublicKey};

use super::{Manner, MessageView};
use crate::look::words::wrap;
use crate::output::{BAD, FAINT, GOOD, HEADING, paint};

/// One signature, in the order of the objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Checked {
    /// The object's.
    pub(crate) kind: &'static str,
    /// `None` where no key is at hand.
    pub(crate) holds: Option<bool>,
    /// Whose key, or where one is to be had.
    pub(crate) by: &'static str,
}

impl Checked {
    /// `holds`, `fails` or `not checked`, and by what.
    pub(crate) fn words(&self) -> String {
        match self.holds {
            Some(true) => format!("holds under {}", self.by),
            Some(false) => format!("FAILS under {}", self.by),
            None => format!("not checked: {}", self.by),
        }
    }
}

/// Every signature of a message.
pub(crate) fn of(view: &MessageView, manner: &Manner) -> Vec<Checked> {
    let mut checks = Checks {
        manner,
        verifier: DefaultVerifier::default(),
        all: Vec::new(),
    };
    if let Ok(message) = Message::decode(&view.message) {
        checks.message(&message);
    }
    checks.all
}

/// Lines for a person.
pub(super) fn section(text: &mut String, all: &[Checked]) {
    if all.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{}", paint(HEADING, "signatures"));
    for it in all {
        let words = it.words();
        let style = match it.holds {
            Some(true) => GOOD,
            Some(false) => BAD,
            None => FAINT,
        };
        let hung = wrap::hanging(&format!("  {:<18} ", it.kind), &words);
        let first = words.split(' ').next().unwrap_or_default();
        text.push_str(&hung.replacen(
            &format!(" {first}"),
            &format!(" {}", paint(style, first)),
            1,
        ));
    }
}

/// For programs.
pub(super) fn json(all: &[Checked]) -> Json {
    let one = |it: &Checked| json!({"kind": it.kind, "holds": it.holds, "by": it.by});
    all.iter().map(one).collect()
}

const ISSUER: &str = "an issuer's key of the bundle";
const ACQUIRER: &str = "an acquirer's key of the bundle";
const ROOT: &str = "the root key that was given";
const TERMINAL: &str = "the terminal_key of the certificate beside it";
const NO_BUNDLE: &str = "--trust B has the keys";
const NO_ROOT: &str = "--root KEY names the key";
const ELSEWHERE: &str = "what it answers is in another message";

struct Checks<'m> {
    manner: &'m Manner,
    verifier: DefaultVerifier,
    all: Vec<Checked>,
}

impl Checks<'_> {
    fn message(&mut self, message: &Message) {
        match message {
            Message::Refusal(_) => {}
            Message::PaymentRequest(it) => self.request(it),
            Message::PaymentToken(it) => self.token(it),
            Message::Receipt(_) => self.elsewhere("receipt"),
            Message::TrustBundle(it) => self.by_root(it),
            Message::Outage(it) => self.by_root(it),
            Message::StatusList(cwt) => self.status_list(cwt),
            Message::FraudProof(it) => [&it.0, &it.1].into_iter().for_each(|it| self.token(it)),
            Message::Evidence(it) => self.evidence(it),
            Message::Enrolment(it) => {
                self.check(it, (), &[it.unverified().link_key], "the link_key in it");
            }
            Message::Enrolled(_) => self.elsewhere("enrolled"),
            Message::Sync(it) => {
                self.check(
                    &it.sync,
                    (),
                    &[it.sync.unverified().link_key],
                    "the link_key in it",
                );
                it.evidence.iter().for_each(|it| self.evidence(it));
            }
            Message::Synced(it) => {
                self.elsewhere("synced");
                it.allowance.iter().for_each(|it| self.allowance(it));
            }
            Message::Deposit(it) => {
                self.merchant(&it.merchant);
                self.by_terminal(&it.deposit, &it.merchant);
                it.evidence.iter().for_each(|it| self.evidence(it));
            }
            Message::Deposited(_) => self.elsewhere("deposited"),
            Message::Renewal(it) => {
                self.merchant(&it.merchant);
                self.by_terminal(&it.renewal, &it.merchant);
            }
            Message::Renewed(it) => self.merchant(it),
        }
    }

    fn evidence(&mut self, evidence: &Evidence) {
        self.token(&evidence.token);
        self.request(&evidence.request);
        let payment = evidence.token.payment_id();
        let key = evidence.request.merchant.unverified().terminal_key;
        for receipt in &evidence.receipts {
            self.receipt(receipt, payment, key);
        }
    }

    fn receipt(&mut self, receipt: &Signed<Receipt>, payment: ObjectId<Payment>, key: PublicKey) {
        self.check(receipt, payment, &[key], TERMINAL);
    }

    fn token(&mut self, token: &Token) {
        self.allowance(&token.allowance);
        let key = token.allowance.unverified().pay_key;
        self.check(
            &token.payment,
            token.allowance_id(),
            &[key],
            "the device_key of the allowance",
        );
    }

    fn request(&mut self, message: &PaymentRequest) {
        self.merchant(&message.merchant);
        self.by_terminal(&message.request, &message.merchant);
    }

    fn by_terminal<T: Object<Parent = ObjectId<Merchant>> + Clone>(
        &mut self,
        object: &Signed<T>,
        merchant: &Signed<Merchant>,
    ) {
        let key = merchant.unverified().terminal_key;
        self.check(object, merchant.id(()), &[key], TERMINAL);
    }

    fn allowance(&mut self, allowance: &Signed<Allowance>) {
        let keys = self.manner.trust.as_ref().map(|trust| {
            let named = allowance
                .key_id()
                .into_iter()
                .flat_map(|id| trust.issuers_with(id));
            named.map(|it| it.key).collect::<Vec<_>>()
        });
        self.by_scheme(allowance, keys, ISSUER, NO_BUNDLE);
    }

    fn merchant(&mut self, merchant: &Signed<Merchant>) {
        let keys = self.manner.trust.as_ref().map(|trust| {
            let named = merchant
                .key_id()
                .into_iter()
                .flat_map(|id| trust.acquirers_with(id));
            named.map(|it| it.key).collect::<Vec<_>>()
        });
        self.by_scheme(merchant, keys, ACQUIRER, NO_BUNDLE);
    }

    fn by_root<T: Object<Parent = ()> + Clone>(&mut self, object: &Signed<T>) {
        let roots = &self.manner.roots;
        let keys = (!roots.is_empty()).then(|| roots.clone());
        self.by_scheme(object, keys, ROOT, NO_ROOT);
    }

    fn by_scheme<T: Object<Parent = ()> + Clone>(
        &mut self,
        object: &Signed<T>,
        keys: Option<Vec<PublicKey>>,
        by: &'static str,
        missing: &'static str,
    ) {
        match keys {
            Some(keys) => self.check(object, (), &keys, by),
            None => self.push(T::NAME, None, missing),
        }
    }

    fn status_list(&mut self, cwt: &[u8]) {
        match &self.manner.trust {
            Some(trust) => {
                let holds = StatusList::verify(cwt, &trust.issuers, &self.verifier).is_ok();
                self.push("status_list", Some(holds), ISSUER);
            }
            None => self.push("status_list", None, NO_BUNDLE),
        }
    }

    fn elsewhere(&mut self, kind: &'static str) {
        self.push(kind, None, ELSEWHERE);
    }

    fn check<T: Object + Clone>(
        &mut self,
        object: &Signed<T>,
        parent: T::Parent,
        keys: &[PublicKey],
        by: &'static str,
    ) {
        let verified = object.clone().verify_with_any(parent, keys, &self.verifier);
        self.push(T::NAME, Some(verified.is_ok()), by);
    }

    fn push(&mut self, kind: &'static str, holds: Option<bool>, by: &'static str) {
        self.all.push(Checked { kind, holds, by });
    }
}
