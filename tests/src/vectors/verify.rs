//! Section 6: one payment token each. Every rule has a case at its bound that passes and one past it that fails.

use serde_json::{Value, json};
use skilling_protocol::crypto::{Signer as _, SoftwareKey};
use skilling_protocol::message::{Expected as _, Token, encode_status_list};
use skilling_protocol::objects::{
    Allowance, Merchant, Outage, Payment, Policy, Request, Sequence, TrustBundle,
};
use skilling_protocol::signed::Signed;
use skilling_protocol::values::{
    Amount, Currency, Digest, KeyProtection, MerchantId, ObjectId, RequestNonce, Seconds,
};

use crate::kit::{self, NOW};

/// A terminal, what it knows, and the token it is shown.
pub(super) struct Scene {
    now: u64,
    bundle: TrustBundle,
    bundle_signer: SoftwareKey,
    merchant: Merchant,
    request: Request,
    allowance: Allowance,
    allowance_signer: SoftwareKey,
    payment: Payment,
    payment_signer: SoftwareKey,
    status: Vec<(Vec<u32>, u64)>,
    seen: Vec<(u32, u64, u64, u64)>,
    outage: Option<Outage>,
    last_acceptance: Option<u64>,
    accepted_total: u64,
    is_convicted: bool,
    is_paid: bool,
    is_cancelled: bool,
    /// What is done to the token's bytes last.
    tamper: fn(Vec<u8>) -> Vec<u8>,
}

fn honest() -> Scene {
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
    fn policy(&mut self) -> &mut Policy {
        &mut self.bundle.policies[0].1
    }

    /// Another amount everywhere, so that only caps and limits are at stake.
    fn pays(&mut self, minor: u64) {
        self.payment.amount = kit::amount(minor);
        self.payment.spent = kit::amount(minor);
        if let Some(it) = &mut self.request.amounted {
            it.amount = kit::amount(minor);
        }
    }

    fn answers_before(&mut self, unix: u64) {
        if let Some(it) = &mut self.request.amounted {
            it.answer_before = kit::time(unix);
        }
    }

    fn figures(&mut self, sequence: u32, spent: u64, released: u64) {
        self.payment.sequence = Sequence::new(sequence).unwrap();
        self.payment.spent = kit::amount(spent);
        self.payment.released = kit::amount(released);
    }

    fn moves_clock(&mut self, now: u64) {
        self.now = now;
        self.payment.time = kit::time(now);
        self.answers_before(now + 100);
        self.request.made_at = kit::time(now - 1);
        self.merchant.valid_until = kit::time(now + 86_400);
    }

    fn into_case(mut self, name: &str, note: &str, code: u32) -> Value {
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

fn unknown_request() -> ObjectId<Request> {
    ObjectId::from_digest(Digest([0xee; 32]))
}

const NEXT_MONTH: u64 = NOW + 30 * 86_400;

type Case = (&'static str, &'static str, u32, fn(&mut Scene));

/// Name, what it shows, the code, what is changed.
const CASES: &[Case] = &[
    ("in order", "everything as it should be", 0, |_| ()),
    (
        "clock 300 s behind the last acceptance",
        "29 at its bound",
        0,
        |s| s.last_acceptance = Some(NOW + 300),
    ),
    ("clock 301 s behind the last acceptance", "29", 29, |s| {
        s.last_acceptance = Some(NOW + 301)
    }),
    ("clock at the bundle's issued", "29 at its bound", 0, |s| {
        s.bundle.issued = kit::time(NOW)
    }),
    ("clock a second before the bundle's issued", "29", 29, |s| {
        s.bundle.issued = kit::time(NOW + 1)
    }),
    ("truncated", "1", 1, |s| {
        s.tamper = |mut bytes| {
            bytes.pop();
            bytes
        }
    }),
    ("trailing byte", "1", 1, |s| {
        s.tamper = |mut bytes| {
            bytes.push(0);
            bytes
        }
    }),
    ("nothing", "1", 1, |s| s.tamper = |_| Vec::new()),
    (
        "a receipt where a token is expected",
        "2: only the outer array is read",
        2,
        |s| {
            s.tamper = |mut bytes| {
                bytes[1] = 3;
                bytes
            }
        },
    ),
    ("message type 9", "2", 2, |s| {
        s.tamper = |mut bytes| {
            bytes[1] = 9;
            bytes
        }
    }),
    ("the bundle accepts version 1", "2 at its bound", 0, |s| {
        s.bundle.lowest_protocol = Some(1)
    }),
    (
        "the bundle accepts nothing below version 2",
        "2, and nothing follows from it",
        2,
        |s| s.bundle.lowest_protocol = Some(2),
    ),
    ("a token of over 4096 bytes", "1: its limit", 1, |s| {
        s.allowance.extensions = skilling_protocol::values::Extensions::new(
            (0..64).map(|key| (key, vec![0; 64])).collect(),
        )
        .unwrap();
    }),
    (
        "a second before the bundle expires",
        "3 at its bound",
        0,
        |s| s.bundle.expires = kit::time(NOW + 1),
    ),
    ("the bundle expires now", "3", 3, |s| {
        s.bundle.expires = kit::time(NOW)
    }),
    (
        "the bundle expired, an outage extends it",
        "3 with its extension",
        0,
        |s| {
            s.bundle.expires = kit::time(NOW - 14 * 86_400 + 1);
            s.outage = Some(kit::outage());
        },
    ),
    (
        "the bundle expired before even the extension",
        "3 with its extension",
        3,
        |s| {
            s.bundle.expires = kit::time(NOW - 14 * 86_400);
            s.outage = Some(kit::outage());
        },
    ),
    (
        "a bundle signed by a stranger",
        "3: it is as if there were none",
        3,
        |s| s.bundle_signer = kit::stranger(),
    ),
    ("an issuer that the bundle does not list", "4", 4, |s| {
        s.allowance_signer = kit::stranger()
    }),
    ("the issuer is suspended", "5", 5, |s| {
        s.bundle.issuers[0].suspended = true
    }),
    ("the issuer's first second", "5 at its bound", 0, |s| {
        s.bundle.issuers[0].valid_from = kit::time(NOW)
    }),
    ("the issuer is not valid yet", "5", 5, |s| {
        s.bundle.issuers[0].valid_from = kit::time(NOW + 1)
    }),
    ("the issuer's last second", "5 at its bound", 0, |s| {
        s.bundle.issuers[0].valid_until = kit::time(NOW + 1)
    }),
    ("the issuer is not valid any more", "5", 5, |s| {
        s.bundle.issuers[0].valid_until = kit::time(NOW)
    }),
    ("an outage does not extend the issuer", "5", 5, |s| {
        s.bundle.issuers[0].valid_until = kit::time(NOW);
        s.outage = Some(kit::outage());
    }),
    ("the issuer may not issue this currency", "5", 5, |s| {
        s.bundle.issuers[0].currencies = vec![Currency::SEK]
    }),
    (
        "the allowance's signature is not the issuer's",
        "6",
        6,
        |s| {
            s.tamper = |mut bytes| {
                // The last byte of the allowance's signature: it ends where the payment's byte string begins.
                let end = 4 + usize::from(bytes[3]);
                bytes[end - 1] ^= 1;
                bytes
            }
        },
    ),
    ("valid from in skew seconds", "7 at its bound", 0, |s| {
        s.allowance.valid_from = kit::time(NOW + 300)
    }),
    ("valid from a second later", "7", 7, |s| {
        s.allowance.valid_from = kit::time(NOW + 301)
    }),
    ("the allowance's last second", "8 at its bound", 0, |s| {
        s.allowance.valid_until = kit::time(NOW + 1)
    }),
    ("the allowance expires now", "8", 8, |s| {
        s.allowance.valid_until = kit::time(NOW)
    }),
    (
        "expired, but an outage extends it",
        "8 with its extension",
        0,
        |s| {
            s.allowance.valid_from = kit::time(NOW - 30 * 86_400);
            s.allowance.valid_until = kit::time(NOW - 14 * 86_400 + 1);
            s.outage = Some(kit::outage());
        },
    ),
    (
        "expired before even the extension",
        "8 with its extension",
        8,
        |s| {
            s.allowance.valid_from = kit::time(NOW - 30 * 86_400);
            s.allowance.valid_until = kit::time(NOW - 14 * 86_400);
            s.outage = Some(kit::outage());
        },
    ),
    (
        "expired, the outage is over",
        "8: an outage counts while from <= now < until",
        8,
        |s| {
            s.allowance.valid_until = kit::time(NOW);
            s.outage = Some(Outage {
                until: kit::time(NOW),
                ..kit::outage()
            });
        },
    ),
    ("expired, the outage has not begun", "8", 8, |s| {
        s.allowance.valid_until = kit::time(NOW);
        s.outage = Some(Outage {
            from: kit::time(NOW + 1),
            ..kit::outage()
        });
    }),
    (
        "expired, the outage is of kronor",
        "8: an outage of another currency is none",
        8,
        |s| {
            s.allowance.valid_until = kit::time(NOW);
            s.outage = Some(Outage {
                currency: Currency::SEK,
                ..kit::outage()
            });
        },
    ),
    ("revoked", "9", 9, |s| {
        s.status = vec![(vec![77], NOW - 3_600)]
    }),
    (
        "revoked in a list that is too old for anything else",
        "9: a set bit revokes however old",
        9,
        |s| {
            s.status = vec![(vec![77], NOW - 300 * 86_400)];
        },
    ),
    ("an older list clear, the newer set", "9", 9, |s| {
        s.status = vec![(vec![], NOW - 7_200), (vec![77], NOW - 3_600)]
    }),
    (
        "an older list set, the newer clear",
        "9: the newer counts",
        0,
        |s| s.status = vec![(vec![77], NOW - 7_200), (vec![], NOW - 3_600)],
    ),
    (
        "two lists of the same second",
        "9: the first kept counts",
        0,
        |s| s.status = vec![(vec![], NOW - 3_600), (vec![77], NOW - 3_600)],
    ),
    (
        "revoked in a list from the future",
        "9: past the skew a list is as if absent",
        0,
        |s| s.status = vec![(vec![77], NOW + 301)],
    ),
    ("a fraud proof under this pay key is held", "9", 9, |s| {
        s.is_convicted = true
    }),
    ("a payment signed by another phone", "10", 10, |s| {
        s.payment_signer = kit::stranger()
    }),
    ("another terminal's request", "11", 11, |s| {
        s.payment.request_id = unknown_request()
    }),
    ("the request is paid already", "28", 28, |s| {
        s.is_paid = true
    }),
    (
        "a printed code is paid more than once",
        "28: never for a static request",
        0,
        |s| {
            s.request.amounted = None;
            s.is_paid = true;
        },
    ),
    ("a second before answer before", "12 at its bound", 0, |s| {
        s.answers_before(NOW + 1)
    }),
    ("answer before is now", "12", 12, |s| s.answers_before(NOW)),
    ("cancelled", "12", 12, |s| s.is_cancelled = true),
    ("another merchant", "13", 13, |s| {
        s.payment.merchant_id = MerchantId(*b"SOMEBODY")
    }),
    ("kroner for a request in kronor", "14", 14, |s| {
        s.request.currency = Currency::SEK
    }),
    ("no policy for the currency", "14", 14, |s| {
        s.bundle.policies.remove(0);
    }),
    (
        "no policy, and revoked",
        "9 stands without a policy",
        9,
        |s| {
            s.bundle.policies.remove(0);
            s.status = vec![(vec![77], NOW - 3_600)];
        },
    ),
    (
        "only in an outage, the terminal says offline since",
        "27",
        0,
        |s| {
            s.policy().outage_only = true;
            s.request.offline_since = Some(kit::time(NOW - 60));
        },
    ),
    (
        "only in an outage, one is declared without extension",
        "27: 0 still declares",
        0,
        |s| {
            s.policy().outage_only = true;
            s.outage = Some(Outage {
                extension: Seconds(0),
                ..kit::outage()
            });
        },
    ),
    ("only in an outage, and there is none", "27", 27, |s| {
        s.policy().outage_only = true
    }),
    ("an amount one less than asked", "15", 15, |s| {
        s.payment.amount = kit::amount(12_549)
    }),
    (
        "the payer types the amount of a printed code",
        "15",
        0,
        |s| {
            s.request.amounted = None;
            s.payment.amount = kit::amount(1);
        },
    ),
    ("the payer's clock 300 s ahead", "16 at its bound", 0, |s| {
        s.payment.time = kit::time(NOW + 300)
    }),
    ("the payer's clock 301 s ahead", "16", 16, |s| {
        s.payment.time = kit::time(NOW + 301)
    }),
    (
        "the payer's clock 300 s behind",
        "16 at its bound",
        0,
        |s| s.payment.time = kit::time(NOW - 300),
    ),
    ("the payer's clock 301 s behind", "16", 16, |s| {
        s.payment.time = kit::time(NOW - 301)
    }),
    ("as much as policy 1 allows", "17 at its bound", 0, |s| {
        s.pays(100_000)
    }),
    ("one more than policy 1 allows", "17", 17, |s| {
        s.allowance.cap = kit::amount(150_000);
        s.pays(100_001);
    }),
    ("as much as the cap", "17 at its bound", 0, |s| {
        s.allowance.cap = kit::amount(12_550);
    }),
    ("one more than the cap", "17", 17, |s| {
        s.allowance.cap = kit::amount(12_549);
    }),
    ("spent equals the limit", "18 at its bound", 0, |s| {
        s.figures(9, 200_000, 0)
    }),
    ("spent one over the limit", "18", 18, |s| {
        s.figures(9, 200_001, 0)
    }),
    (
        "released makes room",
        "18: spent - released counts",
        0,
        |s| s.figures(9, 220_000, 20_000),
    ),
    ("released makes room for all but one", "18", 18, |s| {
        s.figures(9, 220_001, 20_000)
    }),
    (
        "spent just what was released and this one",
        "18 at its bound",
        0,
        |s| s.figures(9, 32_550, 20_000),
    ),
    ("spent less than was released and this one", "18", 18, |s| {
        s.figures(9, 32_549, 20_000)
    }),
    ("spent less than this payment", "18", 18, |s| {
        s.figures(9, 12_549, 0)
    }),
    ("released as much as the limit", "18 at its bound", 0, |s| {
        s.figures(9, 212_550, 200_000)
    }),
    ("released one over the limit", "18", 18, |s| {
        s.figures(9, 212_551, 200_001)
    }),
    (
        "a sum past the largest amount",
        "18: every addition is checked",
        18,
        |s| {
            s.payment.spent = Amount::MAX;
            s.payment.released = Amount::MAX;
        },
    ),
    ("the last payment allowed", "19 at its bound", 0, |s| {
        s.figures(50, 12_550, 0)
    }),
    ("a payment too many", "19", 19, |s| s.figures(51, 12_550, 0)),
    (
        "the allowance is for groceries, and this is one",
        "20",
        0,
        |s| s.allowance.categories = Some(kit::categories(&[5411])),
    ),
    (
        "the allowance is for pharmacies, and this is a grocery",
        "20",
        20,
        |s| s.allowance.categories = Some(kit::categories(&[5912])),
    ),
    ("the scheme is not open to this category", "20", 20, |s| {
        s.policy().categories = Some(kit::categories(&[5912]))
    }),
    ("the scheme is open to every category", "20", 0, |s| {
        s.policy().categories = None
    }),
    (
        "without authentication, as much as policy 2",
        "21 at its bound",
        0,
        |s| {
            s.allowance.user_auth = false;
            s.pays(35_000);
        },
    ),
    ("without authentication, one more", "21", 21, |s| {
        s.allowance.user_auth = false;
        s.pays(35_001);
    }),
    ("with authentication, one more", "21", 0, |s| s.pays(35_001)),
    (
        "a large one with a list of just ten days",
        "21 at its bound",
        0,
        |s| {
            s.pays(35_001);
            s.status = vec![(vec![], NOW - 864_000)];
        },
    ),
    ("a large one with a list a second older", "21", 21, |s| {
        s.pays(35_001);
        s.status = vec![(vec![], NOW - 864_001)];
    }),
    (
        "a large one without a list",
        "21: no list counts as too old",
        21,
        |s| {
            s.pays(35_001);
            s.status.clear();
        },
    ),
    ("a small one without a list", "21", 0, |s| s.status.clear()),
    (
        "a large one with an index beyond the list",
        "21: beyond counts as too old",
        21,
        |s| {
            s.pays(35_001);
            s.allowance.status_index = 1_024;
        },
    ),
    ("the last index of the list", "21", 0, |s| {
        s.pays(35_001);
        s.allowance.status_index = 1_023;
    }),
    ("an outage does not make a list younger", "21", 21, |s| {
        s.pays(35_001);
        s.status = vec![(vec![], NOW - 864_001)];
        s.outage = Some(kit::outage());
    }),
    (
        "as strong a key as policy 3 asks",
        "22 at its bound",
        0,
        |s| s.policy().min_key_protection = KeyProtection::SecureElement,
    ),
    (
        "a key in a trusted environment where a secure element is asked",
        "22",
        22,
        |s| {
            s.policy().min_key_protection = KeyProtection::SecureElement;
            s.allowance.key_protection = KeyProtection::TrustedEnvironment;
        },
    ),
    (
        "a key in software where a trusted environment is asked",
        "22",
        22,
        |s| {
            s.policy().min_key_protection = KeyProtection::TrustedEnvironment;
            s.allowance.key_protection = KeyProtection::Software;
        },
    ),
    ("exposure just reached", "23 at its bound", 0, |s| {
        s.accepted_total = 200_000 - 12_550
    }),
    ("exposure passed by one", "23", 23, |s| {
        s.accepted_total = 200_000 - 12_549
    }),
    ("the same sequence for another request", "24", 24, |s| {
        s.seen = vec![(1, 12_550, 12_550, 0)]
    }),
    ("an earlier payment", "25", 0, |s| {
        s.figures(2, 25_100, 0);
        s.seen = vec![(1, 12_550, 12_550, 0)];
    }),
    ("spent one less than before and this one", "25", 25, |s| {
        s.figures(2, 25_099, 0);
        s.seen = vec![(1, 12_550, 12_550, 0)];
    }),
    ("a later payment seen first", "25", 0, |s| {
        s.seen = vec![(2, 100, 12_650, 0)]
    }),
    (
        "a later payment seen first that counts too little",
        "25",
        25,
        |s| s.seen = vec![(2, 100, 12_649, 0)],
    ),
    (
        "an honest void between",
        "25: giving back is no fault",
        0,
        |s| {
            s.figures(3, 37_650, 12_550);
            s.seen = vec![(1, 12_550, 12_550, 0)];
        },
    ),
    ("released went down", "25", 25, |s| {
        s.figures(3, 37_650, 99);
        s.seen = vec![(2, 100, 12_650, 100)];
    }),
    ("24 and 25 at once", "24 comes first", 24, |s| {
        s.figures(2, 12_600, 0);
        s.seen = vec![(1, 12_550, 12_550, 0), (2, 1, 12_551, 0)];
    }),
    (
        "revoked and conflicting",
        "the first that fails is the reason, the conflict is evidence all the same",
        9,
        |s| {
            s.status = vec![(vec![77], NOW - 3_600)];
            s.seen = vec![(1, 12_550, 12_550, 0)];
        },
    ),
    (
        "day 29: bundle and allowance in force",
        "what lasts",
        0,
        |s| {
            s.moves_clock(NEXT_MONTH - 86_400 - 1);
            s.status = vec![(vec![], NEXT_MONTH - 2 * 86_400)];
        },
    ),
];

pub(super) fn cases() -> Vec<Value> {
    let made = CASES.iter().map(|(name, note, code, change)| {
        let mut scene = honest();
        change(&mut scene);
        scene.into_case(name, note, *code)
    });
    made.chain([twin_keys(), high_s()]).collect()
}

/// The same payment with the other valid signature: the id is the same, and it is accepted.
fn high_s() -> Value {
    let mut scene = honest();
    scene.tamper = |mut bytes| {
        use p256::elliptic_curve::PrimeField as _;
        let at = bytes.len() - 32;
        let s: [u8; 32] = bytes[at..].try_into().unwrap();
        let s = p256::Scalar::from_repr(s.into()).unwrap();
        bytes[at..].copy_from_slice(&(-s).to_repr());
        bytes
    };
    scene.into_case(
        "the other signature of the same payment",
        "malleability makes no second payment",
        0,
    )
}

/// The issuer stands behind a stranger in the bundle: both are tried where they share an id, each found by its own.
fn twin_keys() -> Value {
    let mut scene = honest();
    let mut other = scene.bundle.issuers[0].clone();
    other.key = kit::stranger().public_key();
    other.key_id = other.key.key_id();
    scene.bundle.issuers.insert(0, other);
    scene.into_case("the second issuer of the bundle", "4", 0)
}
