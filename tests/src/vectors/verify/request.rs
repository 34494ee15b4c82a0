//! Rules 11 to 16, 27 and 28: the request that the payment answers.

use skilling_protocol::objects::Outage;
use skilling_protocol::values::{Currency, MerchantId, Seconds};

use super::Case;
use super::scene::unknown_request;
use crate::kit::{self, NOW};

pub(super) const CASES: &[Case] = &[
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
];
