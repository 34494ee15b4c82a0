//! Rules 3 to 6: the trust bundle, the issuer, and its signature.

use skilling_protocol::values::Currency;

use super::Case;
use crate::kit::{self, NOW};

pub(super) const CASES: &[Case] = &[
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
];
