//! The trust bundle and its entries.

use serde_json::Value;
use skilling_protocol::signed::Object;

use super::super::raw::{Raw, bytes, map, text, uint, uints};
use super::cases::*;
use crate::kit;

pub(super) fn trust_bundle() -> Vec<Value> {
    cases_of("trust_bundle", |cases| {
        let raw = of(kit::bundle(), ());
        cases.shape(&raw, &[]);
        cases.extensions(&raw);
        cases.uint32(&raw, 1, "version");
        cases.time(&raw, 2, "issued");
        cases.time(&raw, 3, "expires");
        cases.add("no issuers", &raw.clone().with(4, uints(&[])), OK);
        cases.add("no acquirers", &raw.clone().with(5, uints(&[])), OK);
        cases.add("no policies", &raw.clone().with(6, map(&[])), OK);
        cases.uint32(&raw, 7, "lowest protocol");
        bundle_with(
            cases,
            "an issuer twice",
            |it| it.issuers.push(it.issuers[0].clone()),
            MALFORMED,
        );
        bundle_with(
            cases,
            "an acquirer twice",
            |it| it.acquirers.push(it.acquirers[0].clone()),
            MALFORMED,
        );
        issuer_entry(cases, &raw);
        acquirer_entry(cases, &raw);
        policy_entry(cases, &raw);
    })
}

/// A bundle that breaks a rule across its entries cannot be made by the encoder, so its lists are doubled by hand.
fn bundle_with(
    cases: &mut Cases,
    name: &str,
    change: impl FnOnce(&mut skilling_protocol::objects::TrustBundle),
    result: &str,
) {
    let mut bundle = kit::bundle();
    change(&mut bundle);
    let mut writer = skilling_protocol::cbor::Writer::new();
    bundle.write(&mut writer);
    let context = "skilling/v1/trust-bundle";
    let signed = crate::vectors::raw::sign_payload(
        context,
        None,
        true,
        &writer.into_bytes(),
        &kit::issuer(),
    );
    cases.add_bytes(name, &signed, result);
}

fn issuer_entry(cases: &mut Cases, raw: &Raw) {
    let honest = inside(&raw.entries[&4], 1);
    let with = |key: u64, value: Option<Vec<u8>>| {
        let mut entry = honest.clone();
        match value {
            Some(value) => entry.insert(key, value),
            None => entry.remove(&key),
        };
        let entries: Vec<_> = entry.into_iter().collect();
        raw.clone().with(4, [vec![0x81], map(&entries)].concat())
    };
    for key in honest.keys() {
        cases.add(
            &format!("issuer without key {key}"),
            &with(*key, None),
            MALFORMED,
        );
    }
    cases.add("issuer with key 8", &with(8, Some(uint(0))), MALFORMED);
    cases.add(
        "issuer's currency 1000",
        &with(3, Some(uints(&[208, 1_000]))),
        MALFORMED,
    );
    cases.add(
        "issuer suspended 2, and an acquirer without keys",
        &with(6, Some(uint(2))).with(5, [vec![0x81], map(&[])].concat()),
        MALFORMED,
    );
    cases.add(
        "issuer without currencies",
        &with(3, Some(uints(&[]))),
        MALFORMED,
    );
    cases.add(
        "issuer's currencies not ascending",
        &with(3, Some(uints(&[752, 208]))),
        MALFORMED,
    );
    cases.add("issuer suspended 2", &with(6, Some(uint(2))), UNSUPPORTED);
    cases.add(
        "issuer URI of 200 bytes",
        &with(7, Some(text(&"u".repeat(200)))),
        OK,
    );
    cases.add(
        "issuer URI of 201 bytes",
        &with(7, Some(text(&"u".repeat(201)))),
        MALFORMED,
    );
    cases.add("issuer URI empty", &with(7, Some(text(""))), MALFORMED);
    cases.add(
        "issuer name of 41 bytes",
        &with(2, Some(text(&"n".repeat(41)))),
        MALFORMED,
    );
}

fn acquirer_entry(cases: &mut Cases, raw: &Raw) {
    let honest = inside(&raw.entries[&5], 1);
    let with = |key: u64, value: Option<Vec<u8>>| {
        let mut entry = honest.clone();
        match value {
            Some(value) => entry.insert(key, value),
            None => entry.remove(&key),
        };
        let entries: Vec<_> = entry.into_iter().collect();
        raw.clone().with(5, [vec![0x81], map(&entries)].concat())
    };
    for key in honest.keys() {
        cases.add(
            &format!("acquirer without key {key}"),
            &with(*key, None),
            MALFORMED,
        );
    }
    cases.add(
        "acquirer with key 3",
        &with(3, Some(uints(&[208]))),
        MALFORMED,
    );
    cases.add("acquirer suspended", &with(6, Some(uint(1))), OK);
    cases.add("acquirer suspended 2", &with(6, Some(uint(2))), UNSUPPORTED);
    cases.add(
        "acquirer name of 41 bytes",
        &with(2, Some(text(&"n".repeat(41)))),
        MALFORMED,
    );
    let extension = |length| with(15, Some(map(&[(1, bytes(length))])));
    cases.add("acquirer with an extension", &extension(64), OK);
    cases.add(
        "acquirer with an extension of 65 bytes",
        &extension(65),
        MALFORMED,
    );
}

fn policy_entry(cases: &mut Cases, raw: &Raw) {
    // Map of two currencies: the first value starts after the map head and a three-byte key.
    let honest = inside(&raw.entries[&6], 3);
    let with = |key: u64, value: Option<Vec<u8>>| {
        let mut entry = honest.clone();
        match value {
            Some(value) => entry.insert(key, value),
            None => entry.remove(&key),
        };
        let entries: Vec<_> = entry.into_iter().collect();
        raw.clone().with(6, map(&[(208, map(&entries))]))
    };
    for key in honest.keys() {
        let result = if *key == 7 { OK } else { MALFORMED };
        cases.add(
            &format!("policy without key {key}"),
            &with(*key, None),
            result,
        );
    }
    cases.add("policy with key 11", &with(11, Some(uint(0))), MALFORMED);
    cases.add(
        "policy key protection 3",
        &with(3, Some(uint(3))),
        UNSUPPORTED,
    );
    for (key, what) in [(1, "the most"), (2, "the most without authentication")] {
        cases.add(
            &format!("policy {what} over 2^53 - 1"),
            &with(key, Some(uint(MAX + 1))),
            MALFORMED,
        );
        cases.add(&format!("policy {what} 0"), &with(key, Some(uint(0))), OK);
    }
    for (key, what) in [(5, "age of status lists"), (9, "deposit window")] {
        let (most, over) = (Some(uint(MAX32)), Some(uint(MAX32 + 1)));
        cases.add(&format!("policy {what} 2^32 - 1"), &with(key, most), OK);
        cases.add(&format!("policy {what} 2^32"), &with(key, over), MALFORMED);
    }
    cases.add(
        "policy skew 2^32",
        &with(4, Some(uint(MAX32 + 1))),
        MALFORMED,
    );
    cases.add("policy exposure 0", &with(6, Some(uint(0))), MALFORMED);
    cases.add("policy exposure 1", &with(6, Some(uint(1))), OK);
    cases.add(
        "policy without a category in its list",
        &with(7, Some(uints(&[]))),
        MALFORMED,
    );
    cases.add("policy outage only 2", &with(8, Some(uint(2))), UNSUPPORTED);
    cases.add("policy of 4 decimals", &with(10, Some(uint(4))), OK);
    cases.add(
        "policy of 5 decimals",
        &with(10, Some(uint(5))),
        UNSUPPORTED,
    );
    let currency = raw.clone().with(
        6,
        map(&[(1_000, map(&honest.into_iter().collect::<Vec<_>>()))]),
    );
    cases.add("policy of currency 1000", &currency, MALFORMED);
}
