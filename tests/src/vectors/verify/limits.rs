//! Rules 17 to 23: what one payment, one allowance and one shop may come to.

use skilling_protocol::values::{Amount, KeyProtection};

use super::Case;
use crate::kit::{self, NOW};

pub(super) const CASES: &[Case] = &[
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
];
