//! Rules 7 to 10: when the allowance holds, revocation, convictions, and the payment's signature.

use skilling_protocol::objects::Outage;
use skilling_protocol::values::Currency;

use super::Case;
use crate::kit::{self, NOW};

pub(super) const CASES: &[Case] = &[
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
];
