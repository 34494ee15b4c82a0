//! Rules 24 and 25: what was seen of the same payer before; and what must come first of several faults.

use super::Case;
use super::scene::NEXT_MONTH;
use crate::kit::NOW;

pub(super) const CASES: &[Case] = &[
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
