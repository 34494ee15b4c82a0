//! A newcomer enrols.

use super::*;

#[test]
fn a_newcomer_enrols_gets_an_allowance_and_pays() {
    let (scheme, bank, phone, _, _) = online();
    let till = scheme.till(1);
    assert_eq!(
        phone.wallet().banks().unwrap()[0].name.as_deref(),
        Some("Bank")
    );
    assert_eq!(phone.wallet().bundle_version().unwrap(), 1);
    phone.pays(&till.asks(1_000)).unwrap();
    assert_eq!(bank.grants(), 1);
}

#[test]
fn a_wrong_code_is_said_in_words_and_leaves_nothing() {
    let scheme = Scheme::new();
    let (bank, phone) = (Bank::of(&scheme), scheme.empty_phone());
    let error = block_on(phone.wallet().enrol(&bank, "wrong")).unwrap_err();
    let WalletError::Online(failed) = error else {
        panic!("{error}");
    };
    assert_eq!(failed.problem.reason(), Some(Reason::Customer));
    assert_eq!(failed.again_after, None);
    assert_eq!(key_files(&phone), 0);
    block_on(phone.wallet().enrol(&bank, "A1B2")).unwrap();
    assert_eq!(key_files(&phone), 1);
}

#[test]
fn an_enrolment_whose_answer_is_lost_is_repeated_byte_for_byte_after_a_restart() {
    let scheme = Scheme::new();
    let (bank, mut phone) = (Bank::of(&scheme), scheme.empty_phone());
    bank.next("/v1/enrol", Fault::LosesAnswer);
    assert!(block_on(phone.wallet().enrol(&bank, "A1B2")).is_err());
    assert!(phone.wallet().banks().unwrap().is_empty());
    phone.reopen();
    block_on(phone.wallet().enrol(&bank, "A1B2")).unwrap();
    let calls = bank.calls("/v1/enrol");
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0], calls[1]);
}

#[test]
fn only_an_issuer_of_the_bundle_may_answer_an_enrolment() {
    let scheme = Scheme::new();
    let (bank, phone) = (Bank::of(&scheme), scheme.empty_phone());
    bank.next("/v1/enrol", Fault::SignsWith(Box::new(common::key(77))));
    assert!(block_on(phone.wallet().enrol(&bank, "A1B2")).is_err());
    assert!(phone.wallet().banks().unwrap().is_empty());
    assert!(block_on(phone.wallet().enrol(&bank, "A1B2")).is_ok());
}
