//! The table of mutations: what each changes in a token, whose key it takes, and the code that must come of it.

use skilling_protocol::reason::Reason;
use skilling_protocol::values::MerchantId;

use super::cbor::{self, Item};
use super::flips::{Bench, Flip, Hand, Needs};
use super::keys::Role;
use super::off::flipped;

const DAY: u64 = 86_400;
/// Revoked in the status list of every minted set.
const REVOKED: u64 = 666;
/// ISO 4217's "no currency": no issuer has it.
const NO_CURRENCY: u64 = 999;

const fn flip(
    name: &'static str,
    reason: Reason,
    needs: Needs,
    what: &'static str,
    change: fn(&mut Bench<'_>) -> Result<(), &'static str>,
) -> Flip {
    Flip {
        name,
        reason,
        needs,
        what,
        given: None,
        change,
    }
}

const fn beside(mut flip: Flip, given: &'static str) -> Flip {
    flip.given = Some(given);
    flip
}

fn number(value: u64) -> Vec<u8> {
    Item::Uint(value).encode()
}

const TOO_LARGE: &str = "its figures are so large that none is larger";

fn plus(value: u64, more: u64) -> Result<Vec<u8>, &'static str> {
    let sum = value.checked_add(more).filter(|sum| *sum < 1 << 53);
    sum.map(number).ok_or(TOO_LARGE)
}

use Needs::{IssuerKey, Nothing, PayKey};
use Reason::{
    AllowanceExpired, AllowanceNotValidYet, AllowanceRevoked, AmountMismatch,
    BadAllowanceSignature, BadPaymentSignature, CategoryClosed, ClockSkew, ConflictingPayment,
    InconsistentHistory, IssuerSuspended, KeyProtectionTooWeak, Malformed, MerchantMismatch,
    OverCap, OverCount, OverLimit, UnknownIssuer, UnknownRequest, Unsupported,
};

/// Every mutation, as help lists them.
pub(super) const FLIPS: &[Flip] = &[
    flip(
        "amount",
        AmountMismatch,
        PayKey,
        "one minor unit more than was asked for",
        |b| {
            b.payment.set(2, plus(b.old().1.amount.minor_units(), 1)?);
            Ok(())
        },
    ),
    flip(
        "spent",
        OverLimit,
        PayKey,
        "spent less than this payment and what was released",
        |b| {
            let (_, old) = b.old();
            let sum = old
                .amount
                .minor_units()
                .saturating_add(old.released.minor_units());
            b.payment.set(3, number(sum.saturating_sub(1)));
            Ok(())
        },
    ),
    flip(
        "limit",
        OverLimit,
        PayKey,
        "spent one minor unit over the limit",
        |b| {
            let (allowance, old) = b.old();
            let most = allowance
                .limit
                .minor_units()
                .saturating_add(old.released.minor_units());
            b.payment.set(3, plus(most, 1)?);
            Ok(())
        },
    ),
    flip(
        "released",
        OverLimit,
        PayKey,
        "more given back than the limit",
        |b| {
            b.payment.set(7, plus(b.old().0.limit.minor_units(), 1)?);
            Ok(())
        },
    ),
    flip(
        "sequence",
        OverCount,
        PayKey,
        "one payment more than the allowance has",
        |b| {
            let next = b.old().0.max_payments.checked_add(1).ok_or(TOO_LARGE)?;
            b.payment.set(1, number(u64::from(next)));
            Ok(())
        },
    ),
    flip(
        "merchant",
        MerchantMismatch,
        PayKey,
        "for another merchant",
        |b| {
            let MerchantId(id) = b.old().1.merchant_id;
            b.payment.set(4, Item::Bytes(flipped(&id)).encode());
            Ok(())
        },
    ),
    flip(
        "request",
        UnknownRequest,
        PayKey,
        "for a request that nobody made",
        |b| {
            let id = flipped(b.old().1.request_id.as_bytes());
            b.payment.set(5, Item::Bytes(id).encode());
            Ok(())
        },
    ),
    flip(
        "time",
        ClockSkew,
        PayKey,
        "by a clock that is a year ahead",
        |b| {
            b.payment.set(6, plus(b.old().1.time.unix(), 365 * DAY)?);
            Ok(())
        },
    ),
    beside(
        flip(
            "conflict",
            ConflictingPayment,
            PayKey,
            "the same number twice: another payment, a second later",
            |b| {
                b.payment.set(6, plus(b.old().1.time.unix(), 1)?);
                Ok(())
            },
        ),
        "--seen TOKEN",
    ),
    beside(
        flip(
            "history",
            InconsistentHistory,
            PayKey,
            "the next payment, its total one too little",
            |b| {
                let (allowance, old) = b.old();
                let (spent, amount) = (old.spent.minor_units(), old.amount.minor_units());
                let total = spent
                    .checked_add(amount)
                    .ok_or(TOO_LARGE)?
                    .saturating_sub(1);
                let next = old.sequence.get().checked_add(1).ok_or(TOO_LARGE)?;
                let room = allowance
                    .limit
                    .minor_units()
                    .saturating_add(old.released.minor_units());
                if next > allowance.max_payments || total > room {
                    return Err("nothing is left of the allowance: another rule would come first");
                }
                b.payment.set(1, number(u64::from(next)));
                b.payment.set(3, number(total));
                Ok(())
            },
        ),
        "--seen TOKEN",
    ),
    flip(
        "expiry",
        AllowanceExpired,
        IssuerKey,
        "an allowance that ended 30 days before",
        |b| {
            let now = b.old().1.time.unix();
            let from = now
                .checked_sub(60 * DAY)
                .ok_or("its payment is too close to 1970")?;
            b.allowance.set(7, number(from));
            b.allowance.set(8, number(now.saturating_sub(30 * DAY)));
            Ok(())
        },
    ),
    flip(
        "not-yet",
        AllowanceNotValidYet,
        IssuerKey,
        "an allowance that begins in 30 days",
        |b| {
            let now = b.old().1.time.unix();
            b.allowance.set(7, plus(now, 30 * DAY)?);
            b.allowance.set(8, plus(now, 60 * DAY)?);
            Ok(())
        },
    ),
    flip(
        "cap",
        OverCap,
        IssuerKey,
        "a cap one minor unit under the amount",
        |b| {
            let cap = b.old().1.amount.minor_units().saturating_sub(1);
            if cap == 0 {
                return Err("it pays the smallest amount, and no cap is under that");
            }
            b.allowance.set(5, number(cap));
            Ok(())
        },
    ),
    flip(
        "category",
        CategoryClosed,
        IssuerKey,
        "an allowance for another trade",
        |b| {
            b.allowance
                .set(12, Item::List(vec![Item::Uint(9_999)]).encode());
            Ok(())
        },
    ),
    flip(
        "currency",
        IssuerSuspended,
        IssuerKey,
        "a currency that the issuer does not have",
        |b| {
            b.allowance.set(3, number(NO_CURRENCY));
            Ok(())
        },
    ),
    flip(
        "protection",
        KeyProtectionTooWeak,
        IssuerKey,
        "a key in software, where a minted bundle wants hardware",
        |b| {
            b.allowance.set(9, number(0));
            Ok(())
        },
    ),
    beside(
        flip(
            "status-index",
            AllowanceRevoked,
            IssuerKey,
            "index 666, which minted status lists revoke",
            |b| {
                b.allowance.set(11, number(REVOKED));
                Ok(())
            },
        ),
        "--status of the set",
    ),
    flip(
        "device-key",
        BadPaymentSignature,
        IssuerKey,
        "an allowance for another phone's key",
        |b| {
            // The public key of the stranger is in no token: this point of the curve is the generator's.
            b.allowance.set(2, Item::Bytes(GENERATOR.to_vec()).encode());
            Ok(())
        },
    ),
    flip(
        "signature",
        BadPaymentSignature,
        Nothing,
        "one bit of the payment's signature",
        |b| {
            b.payment_signature = Hand::Flip;
            Ok(())
        },
    ),
    flip(
        "signer",
        BadPaymentSignature,
        Nothing,
        "the payment signed by a stranger",
        |b| {
            b.payment_signature = Hand::Of(Role::Stranger);
            Ok(())
        },
    ),
    flip(
        "allowance-signature",
        BadAllowanceSignature,
        Nothing,
        "one bit of the allowance's signature",
        |b| {
            b.allowance_signature = Hand::Flip;
            Ok(())
        },
    ),
    flip(
        "allowance-signer",
        BadAllowanceSignature,
        Nothing,
        "the allowance signed by a stranger in the issuer's name",
        |b| {
            b.allowance_signature = Hand::Of(Role::Stranger);
            Ok(())
        },
    ),
    flip(
        "issuer",
        UnknownIssuer,
        Nothing,
        "an issuer that the bundle does not list",
        |b| {
            let id = b
                .token
                .allowance
                .key_id()
                .ok_or("its allowance names no key")?;
            let [first, rest @ ..] = id.0;
            let mut other = vec![first ^ 1];
            other.extend(rest);
            let mut header = vec![0xa2, 0x01, 0x26, 0x04, 0x48];
            header.extend(other);
            b.allowance.header = header;
            Ok(())
        },
    ),
    flip(
        "type",
        Unsupported,
        Nothing,
        "a message type that nobody knows",
        |b| {
            b.kind = 9;
            Ok(())
        },
    ),
    flip(
        "enumeration",
        Unsupported,
        Nothing,
        "a key protection that nobody knows",
        |b| {
            b.allowance.set(9, number(3));
            Ok(())
        },
    ),
    flip(
        "zero-amount",
        Malformed,
        Nothing,
        "a payment of nothing",
        |b| {
            b.payment.set(2, number(0));
            Ok(())
        },
    ),
    flip(
        "zero-sequence",
        Malformed,
        Nothing,
        "a payment numbered 0",
        |b| {
            b.payment.set(1, number(0));
            Ok(())
        },
    ),
    flip("zero-signature", Malformed, Nothing, "r and s are 0", |b| {
        b.payment_signature = Hand::Zero;
        Ok(())
    }),
    flip(
        "algorithm",
        Malformed,
        Nothing,
        "another algorithm in the header",
        |b| {
            b.payment.header = vec![0xa1, 0x01, 0x27];
            Ok(())
        },
    ),
    flip(
        "missing-key",
        Malformed,
        Nothing,
        "a payment without its time",
        |b| {
            b.payment.remove(6);
            Ok(())
        },
    ),
    flip(
        "extra-key",
        Malformed,
        Nothing,
        "a payment with a key 99",
        |b| {
            b.payment.set(99, number(1));
            Ok(())
        },
    ),
    flip("duplicate-key", Malformed, Nothing, "the time twice", |b| {
        let last = b
            .payment
            .entries
            .last()
            .cloned()
            .ok_or("its payment is empty")?;
        b.payment.entries.push(last);
        Ok(())
    }),
    flip("unsorted", Malformed, Nothing, "keys that descend", |b| {
        b.payment.entries.reverse();
        Ok(())
    }),
    flip(
        "longer",
        Malformed,
        Nothing,
        "a sequence not in its shortest form",
        |b| {
            let sequence = number(u64::from(b.old().1.sequence.get()));
            b.payment.set(1, cbor::longer(&sequence).ok_or(TOO_LARGE)?);
            Ok(())
        },
    ),
    flip(
        "indefinite",
        Malformed,
        Nothing,
        "a map of indefinite length",
        |b| {
            b.payment.payload = Some(cbor::indefinite_map(&b.payment.entries));
            Ok(())
        },
    ),
    flip("float", Malformed, Nothing, "the amount as a float", |b| {
        b.payment.set(2, vec![0xfa, 0x46, 0x44, 0x18, 0x00]);
        Ok(())
    }),
    flip(
        "wrong-type",
        Malformed,
        Nothing,
        "the amount as text",
        |b| {
            b.payment.set(2, Item::Text("125.50".into()).encode());
            Ok(())
        },
    ),
    flip("tag", Malformed, Nothing, "the payment in tag 18", |b| {
        b.elements = |mut elements| {
            if let Some(payment) = elements.last_mut() {
                payment.insert(0, 0xd2);
            }
            elements
        };
        Ok(())
    }),
    flip(
        "swapped",
        Malformed,
        Nothing,
        "the payment before the allowance",
        |b| {
            b.elements = |mut elements| {
                elements.reverse();
                elements
            };
            Ok(())
        },
    ),
    flip(
        "no-payment",
        Malformed,
        Nothing,
        "the allowance alone",
        |b| {
            b.elements = |mut elements| {
                elements.truncate(1);
                elements
            };
            Ok(())
        },
    ),
    flip(
        "too-long",
        Malformed,
        Nothing,
        "a token of over 4096 bytes",
        |b| {
            let filled = (0..64).map(|key| (key, Item::Bytes(vec![0x5a; 64])));
            b.allowance.set(15, Item::Map(filled.collect()).encode());
            Ok(())
        },
    ),
    flip(
        "truncated",
        Malformed,
        Nothing,
        "without its last byte",
        |b| {
            b.whole = |mut bytes| {
                bytes.pop();
                bytes
            };
            Ok(())
        },
    ),
    flip("trailing", Malformed, Nothing, "a byte after it", |b| {
        b.whole = |mut bytes| {
            bytes.push(0);
            bytes
        };
        Ok(())
    }),
];

/// The generator of P-256, compressed: a public key that fits no key of a story.
const GENERATOR: [u8; 33] = [
    0x03, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40,
    0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2,
    0x96,
];
