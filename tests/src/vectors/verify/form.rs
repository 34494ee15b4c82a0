//! Rules 29, 1 and 2: the clock, the form of the token, and the version.

use super::Case;
use crate::kit::{self, NOW};

pub(super) const CASES: &[Case] = &[
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
];
