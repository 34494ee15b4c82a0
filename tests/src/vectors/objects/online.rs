//! The objects of sync.md.

use serde_json::Value;
use skilling_protocol::objects::{
    AttestationKind, Deposit, Deposited, Enrolled, Enrolment, PaymentState, Renewal, Statement,
    Sync, Synced, Wanted,
};
use skilling_protocol::values::{Amount, Currency, Digest, IdempotencyId, Nonce, ObjectId};

use super::super::raw::{bytes, map, uint, uints};
use super::cases::*;
use crate::kit;

pub(super) fn enrolment() -> Vec<Value> {
    let honest = Enrolment {
        nonce: Nonce([1; 32]),
        link_key: skilling_protocol::crypto::Signer::public_key(&kit::pay()),
        kind: AttestationKind::None,
        attestation: Vec::new(),
        customer_proof: b"code".to_vec(),
    };
    let answer = cases_of("enrolled", |cases| {
        let parent = ObjectId::from_digest(Digest([2; 32]));
        let raw = of(
            Enrolled {
                time: kit::time(kit::NOW),
            },
            parent,
        );
        cases.shape(&raw, &[]);
        cases.time(&raw, 1, "time");
    });
    let mut found = cases_of("enrolment", |cases| {
        let raw = of(honest, ());
        cases.shape(&raw, &[]);
        cases.length(&raw, 1, "nonce", 32);
        cases.key(&raw, 2);
        cases.each(
            &raw,
            3,
            &[
                ("attestation kind 2", uint(2), OK),
                ("attestation kind 3", uint(3), UNSUPPORTED),
            ],
        );
        cases.each(
            &raw,
            4,
            &[
                ("attestation of 16384 bytes", bytes(16_384), OK),
                ("attestation of 16385 bytes", bytes(16_385), MALFORMED),
            ],
        );
        cases.each(
            &raw,
            5,
            &[
                ("customer proof of 2048 bytes", bytes(2_048), OK),
                ("customer proof of 2049 bytes", bytes(2_049), MALFORMED),
                ("customer proof of no bytes", bytes(0), MALFORMED),
            ],
        );
    });
    found.extend(answer);
    found
}

pub(super) fn sync() -> Vec<Value> {
    cases_of("sync", |cases| {
        let key = skilling_protocol::crypto::Signer::public_key(&kit::pay());
        let honest = Sync {
            idempotency_id: IdempotencyId([1; 16]),
            nonce: Nonce([2; 32]),
            time: kit::time(kit::NOW),
            bundle_version: 7,
            statements: vec![Statement {
                allowance: ObjectId::from_digest(Digest([3; 32])),
                last_sequence: 4,
                spent: kit::amount(500),
                released: Amount::ZERO,
                state: skilling_protocol::objects::AllowanceState::Open,
            }],
            wanted: Some(Wanted {
                currency: Currency::DKK,
                limit: kit::amount(200_000),
                pay_key: key,
                attestation: Vec::new(),
                categories: None,
            }),
            link_key: key,
        };
        let raw = of(honest, ());
        cases.shape(&raw, &[6]);
        cases.length(&raw, 1, "idempotency id", 16);
        cases.length(&raw, 2, "nonce", 32);
        cases.time(&raw, 3, "time");
        cases.uint32(&raw, 4, "bundle version");
        cases.add("no statements", &raw.clone().with(5, uints(&[])), OK);
        let statement = |state: u64| {
            let entries = [
                (1, bytes(32)),
                (2, uint(1)),
                (3, uint(1)),
                (4, uint(0)),
                (5, uint(state)),
            ];
            raw.clone().with(5, [vec![0x81], map(&entries)].concat())
        };
        for (name, change, result) in [
            ("wanted: attestation of 16384 bytes", (4, bytes(16_384)), OK),
            (
                "wanted: attestation of 16385 bytes",
                (4, bytes(16_385)),
                MALFORMED,
            ),
            ("wanted: currency 1000", (1, uint(1_000)), MALFORMED),
            ("wanted: limit over 2^53 - 1", (2, uint(MAX + 1)), MALFORMED),
            ("wanted: one category", (5, uints(&[5411])), OK),
            ("wanted: no category", (5, uints(&[])), MALFORMED),
            ("wanted: key 6", (6, uint(0)), MALFORMED),
        ] {
            let mut wanted = inside(&raw.entries[&6], 0);
            wanted.insert(change.0, change.1);
            let wanted: Vec<_> = wanted.into_iter().collect();
            cases.add(name, &raw.clone().with(6, map(&wanted)), result);
        }
        cases.add("statement lost", &statement(2), OK);
        cases.add("statement state 3", &statement(3), UNSUPPORTED);
        cases.key(&raw, 7);
    })
}

pub(super) fn synced() -> Vec<Value> {
    cases_of("synced", |cases| {
        let (a, b) = (
            ObjectId::from_digest(Digest([1; 32])),
            ObjectId::from_digest(Digest([2; 32])),
        );
        let honest = Synced {
            time: kit::time(kit::NOW),
            next_nonce: Nonce([9; 32]),
            payments: vec![(a, PaymentState::Paid), (b, PaymentState::Refused)],
            reserved: vec![(ObjectId::from_digest(Digest([1; 32])), kit::amount(5))],
            no_grant: Some(60),
        };
        let reversed = Synced {
            payments: vec![(b, PaymentState::Paid), (a, PaymentState::Paid)],
            ..honest.clone()
        };
        let twice = Synced {
            payments: vec![(a, PaymentState::Paid), (a, PaymentState::Paid)],
            ..honest.clone()
        };
        let parent = ObjectId::from_digest(Digest([7; 32]));
        let raw = of(honest, parent);
        cases.shape(&raw, &[5]);
        cases.time(&raw, 1, "time");
        cases.length(&raw, 2, "next nonce", 32);
        cases.add("payments not ascending", &of(reversed, parent), MALFORMED);
        cases.add("a payment twice", &of(twice, parent), MALFORMED);
        let pair = |state| [vec![0x81, 0x82], bytes(32), uint(state)].concat();
        cases.add("payment state 4", &raw.clone().with(3, pair(4)), OK);
        cases.add(
            "payment state 5",
            &raw.clone().with(3, pair(5)),
            UNSUPPORTED,
        );
        let reserved = |first: u8, second: u8, most: u64| {
            let one =
                |id: u8, amount: u64| [vec![0x82, 0x58, 32], vec![id; 32], uint(amount)].concat();
            raw.clone()
                .with(4, [vec![0x82], one(first, 0), one(second, most)].concat())
        };
        cases.add("reserved ascending", &reserved(1, 2, MAX), OK);
        cases.add("reserved not ascending", &reserved(2, 1, 5), MALFORMED);
        cases.add("reserved twice", &reserved(1, 1, 5), MALFORMED);
        cases.add(
            "reserved over 2^53 - 1",
            &reserved(1, 2, MAX + 1),
            MALFORMED,
        );
        cases.uint32(&raw, 5, "why no grant");
    })
}

pub(super) fn deposit() -> Vec<Value> {
    let parent = ObjectId::from_digest(Digest([7; 32]));
    let mut found = cases_of("deposit", |cases| {
        let honest = Deposit {
            idempotency_id: IdempotencyId([1; 16]),
            time: kit::time(kit::NOW),
            payments: vec![
                ObjectId::from_digest(Digest([1; 32])),
                ObjectId::from_digest(Digest([2; 32])),
            ],
        };
        let raw = of(honest, parent);
        cases.shape(&raw, &[]);
        cases.length(&raw, 1, "idempotency id", 16);
        cases.time(&raw, 2, "time");
        cases.add("no payments", &raw.clone().with(3, uints(&[])), MALFORMED);
        let twice = [vec![0x82], bytes(32), bytes(32)].concat();
        cases.add("a payment twice", &raw.clone().with(3, twice), MALFORMED);
        cases.add(
            "a payment id of 31 bytes",
            &raw.clone().with(3, [vec![0x81], bytes(31)].concat()),
            MALFORMED,
        );
    });
    found.extend(cases_of("deposited", |cases| {
        let honest = Deposited {
            time: kit::time(kit::NOW),
            payments: vec![(ObjectId::from_digest(Digest([1; 32])), PaymentState::Paid)],
        };
        let raw = of(honest, ObjectId::from_digest(Digest([8; 32])));
        cases.shape(&raw, &[]);
        cases.time(&raw, 1, "time");
        let pair = [vec![0x81, 0x82], bytes(32), uint(5)].concat();
        cases.add("payment state 5", &raw.clone().with(2, pair), UNSUPPORTED);
    }));
    found
}

pub(super) fn renewal() -> Vec<Value> {
    cases_of("renewal", |cases| {
        let honest = Renewal {
            idempotency_id: IdempotencyId([1; 16]),
            time: kit::time(kit::NOW),
            new_terminal_key: Some(skilling_protocol::crypto::Signer::public_key(
                &kit::stranger(),
            )),
        };
        let raw = of(honest, ObjectId::from_digest(Digest([7; 32])));
        cases.shape(&raw, &[3]);
        cases.length(&raw, 1, "idempotency id", 16);
        cases.time(&raw, 2, "time");
        cases.key(&raw, 3);
    })
}
