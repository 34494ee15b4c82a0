//! Someone copies the wallet's files, or edits them: names cannot be read, and what was moved does not open.

mod common;

use std::fs;

use common::Scheme;
use skilling_protocol::values::Reference;
use skilling_wallet::{SealError, StoreError, WalletError};

#[test]
fn a_copied_file_shows_no_merchant_no_reference_and_no_message() {
    let scheme = Scheme::new();
    let (mut phone, till) = (scheme.phone(), scheme.till(1));
    let request = till.asks_for(|request| {
        request.reference = Some(Reference::new("Kasse 3 / 4711").unwrap());
        request.amounted = Some(skilling_protocol::objects::Amounted {
            amount: common::amount(1_000),
            answer_before: request
                .made_at
                .plus(skilling_protocol::values::Seconds(180)),
        });
    });
    let token = phone.pays(&request).unwrap();
    let folder = phone.config.folder.clone();
    let mut stored = Vec::new();
    let mut read = || {
        for entry in fs::read_dir(&folder).unwrap() {
            stored.extend(fs::read(entry.unwrap().path()).unwrap());
        }
    };
    read();
    phone.close();
    read();
    let has = |needle: &[u8]| stored.windows(needle.len()).any(|it| it == needle);
    let merchant_key = till.key.clone();
    let key = skilling_protocol::crypto::Signer::public_key(&merchant_key);
    let request_body = &request[request.len() - 64..];
    let payment_body = &token.bytes[token.bytes.len() - 64..];
    for secret in [
        "Torvegade".as_bytes(),
        b"4711",
        key.as_bytes(),
        request_body,
        payment_body,
    ] {
        assert!(!has(secret));
    }
    assert!(has(token.payment.as_bytes()), "the search itself works");
}

#[test]
fn a_sealed_value_moved_to_another_payment_does_not_open() {
    let scheme = Scheme::new();
    let (mut phone, till) = (scheme.phone(), scheme.till(1));
    let requests = [till.asks(1_000), till.asks(2_000)];
    for request in &requests {
        phone.pays(request).unwrap();
    }
    phone.close();
    let db = rusqlite::Connection::open(phone.config.folder.join("wallet.db")).unwrap();
    let moved = "UPDATE payments SET sealed_token = \
                 (SELECT sealed_token FROM payments WHERE row = 2) WHERE row = 1";
    db.execute(moved, []).unwrap();
    drop(db);
    phone.reopen();
    let opened = phone.wallet().review(&requests[0]);
    let does_not_open = StoreError::Seal(SealError::DoesNotOpen);
    assert!(matches!(
        opened,
        Err(WalletError::Storage(error)) if error.to_string() == does_not_open.to_string()
    ));
    phone.wallet().review(&requests[1]).unwrap();
}
