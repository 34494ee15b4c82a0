//! Whatever bytes come in: a message to the byte, or a typed error with an offset inside them. Never a panic, and nothing
//! is taken that would not be written the same.

#![allow(clippy::unwrap_used)]

use std::sync::LazyLock;

use proptest::prelude::*;
use skilling_protocol::crypto::{P256Verifier, Signer as _};
use skilling_protocol::message::{
    Expected as _, Message, encode_refusal, encode_status_list, is_bundle_of,
};
use skilling_protocol::signed::Signed;
use skilling_protocol::status_list;
use skilling_tests::{kit, vectors};

/// One honest message of many kinds to start from.
static HONEST: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let (token, request) = kit::honest_token();
    vec![
        token,
        request.encode(),
        Signed::sign(kit::bundle(), (), &kit::root())
            .unwrap()
            .encode(),
        Signed::sign(kit::outage(), (), &kit::root())
            .unwrap()
            .encode(),
        encode_status_list(&kit::status_list(&[1, 2], kit::NOW)),
        encode_refusal(41),
    ]
});

fn encoded(message: &Message) -> Vec<u8> {
    match message {
        Message::Refusal(code) => encode_refusal(*code),
        Message::PaymentRequest(it) => it.encode(),
        Message::PaymentToken(it) => it.encode(),
        Message::Receipt(it) => it.encode(),
        Message::TrustBundle(it) => it.encode(),
        Message::StatusList(it) => encode_status_list(it),
        Message::FraudProof(it) => it.encode(),
        Message::Evidence(it) => it.encode(),
        Message::Outage(it) => it.encode(),
        Message::Enrolment(it) => it.encode(),
        Message::Enrolled(it) => it.encode(),
        Message::Sync(it) => it.encode(),
        Message::Synced(it) => it.encode(),
        Message::Deposit(it) => it.encode(),
        Message::Deposited(it) => it.encode(),
        Message::Renewal(it) => it.encode(),
        Message::Renewed(it) => it.encode(),
    }
}

fn taken_to_the_byte_or_refused(bytes: &[u8]) -> Result<(), TestCaseError> {
    match Message::decode(bytes) {
        Ok(message) => prop_assert_eq!(encoded(&message), bytes),
        Err(error) => prop_assert!(error.offset <= bytes.len()),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn random_bytes(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        taken_to_the_byte_or_refused(&bytes)?;
        let _ = status_list::inspect(&bytes);
    }

    #[test]
    fn an_honest_message_with_bytes_changed_lost_or_added(
        which in 0_usize..6,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..3), 1..4),
    ) {
        let mut bytes = HONEST[which].clone();
        for (index, value, how) in changes {
            if bytes.is_empty() { break }
            let at = index.index(bytes.len());
            match how {
                0 => bytes[at] = value,
                1 => { bytes.remove(at); }
                _ => bytes.insert(at, value),
            }
        }
        taken_to_the_byte_or_refused(&bytes)?;
    }
}

#[test]
fn an_honest_message_cut_anywhere_is_refused() {
    for message in &*HONEST {
        assert_eq!(encoded(&Message::decode(message).unwrap()), *message);
        for end in 0..message.len() {
            assert!(Message::decode(&message[..end]).is_err());
        }
    }
}

#[test]
fn a_strangers_bundle_is_not_unpacked() {
    let bundle = kit::bundle();
    let signed = |key| Signed::sign(bundle.clone(), (), &key).unwrap().encode();
    let roots = [kit::root().public_key()];
    let is_ours = |bytes: &[u8]| is_bundle_of(bytes, &roots, &P256Verifier);
    assert_eq!(is_ours(&signed(kit::root())), Ok(true));
    assert_eq!(is_ours(&signed(kit::stranger())), Ok(false));
    // What stands inside is only looked at once the signature holds: a map that is none changes nothing.
    let payload = [0xff; 100];
    let none = vectors::raw::sign_payload(
        "skilling/v1/trust-bundle",
        None,
        true,
        &payload,
        &kit::stranger(),
    );
    let mut message = vec![0x82, 4, 0x58, u8::try_from(none.len()).unwrap()];
    message.extend(none);
    assert_eq!(is_ours(&message), Ok(false));
    let (token, _) = kit::honest_token();
    assert!(is_ours(&token).is_err());
}
