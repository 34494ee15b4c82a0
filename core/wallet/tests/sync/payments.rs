//! Evidence goes to the bank, and what it says of payments comes back.

use super::*;

#[test]
fn what_the_bank_says_settles_payments() {
    let (scheme, bank, phone, id, _) = online();
    let till = scheme.till(1);
    let pay = |minor| phone.pays(&till.asks(minor)).unwrap().payment;
    let (paid, torn, burnt, disputed) = (pay(1_000), pay(2_000), pay(3_000), pay(4_000));
    phone
        .wallet()
        .take_receipt(&till.receipt(paid, Outcome::Accepted))
        .unwrap();
    let report = sync(&phone, &bank, id, None);
    assert_eq!(report.calls, 1);
    assert_eq!(report.payments.len(), 4);
    let stage = |payment| phone.wallet().stage(&payment).unwrap();
    assert_eq!(stage(paid), Stage::Settled);
    assert_eq!(bank.knows(torn), Some(PaymentState::Pending));
    assert!(stage(torn).is_unanswered());
    let left = phone.wallet().allowances().unwrap()[0].remaining;
    assert_eq!(left, amount(90_000));

    // A deposit, a deadline, a complaint: told at the next sync, without the evidence being sent again.
    bank.decides(burnt, PaymentState::Paid);
    bank.decides(torn, PaymentState::GivenBack);
    bank.decides(disputed, PaymentState::Disputed);
    let report = sync(&phone, &bank, id, None);
    assert_eq!(report.payments.len(), 3);
    let call = SyncCall::decode(&bank.calls(SYNC).pop().unwrap()).unwrap();
    assert!(call.evidence.is_empty());
    assert_eq!(stage(burnt), Stage::Settled);
    assert_eq!(stage(torn), Stage::GivenBack);
    assert!(stage(disputed).is_unanswered());
    // What was given back may be spent again; once.
    let left = || phone.wallet().allowances().unwrap()[0].remaining;
    assert_eq!(left(), amount(92_000));
    bank.decides(torn, PaymentState::GivenBack);
    sync(&phone, &bank, id, None);
    assert_eq!(left(), amount(92_000));
    phone
        .wallet()
        .take_receipt(&till.receipt(torn, Outcome::Voided))
        .ok();
    assert_eq!(left(), amount(92_000));
}

#[test]
fn a_receipt_that_comes_after_the_evidence_is_sent_with_the_next() {
    let (scheme, bank, phone, id, _) = online();
    let till = scheme.till(1);
    let paid = phone.pays(&till.asks(1_000)).unwrap().payment;
    sync(&phone, &bank, id, None);
    assert_eq!(bank.knows(paid), Some(PaymentState::Pending));
    phone
        .wallet()
        .take_receipt(&till.receipt(paid, Outcome::Voided))
        .unwrap();
    let report = sync(&phone, &bank, id, None);
    assert_eq!(report.payments, [(paid, PaymentState::GivenBack)]);
    assert_eq!(phone.wallet().stage(&paid).unwrap(), Stage::Voided);
    assert_eq!(
        phone.wallet().allowances().unwrap()[0].remaining,
        amount(100_000)
    );

    // A receipt that comes while the call is under way is not taken for sent.
    let paid = phone.pays(&till.asks(1_000)).unwrap().payment;
    bank.next(SYNC, Fault::LosesAnswer);
    sync(&phone, &bank, id, None);
    phone
        .wallet()
        .take_receipt(&till.receipt(paid, Outcome::Accepted))
        .unwrap();
    sync(&phone, &bank, id, None);
    sync(&phone, &bank, id, None);
    assert_eq!(bank.knows(paid), Some(PaymentState::Paid));
    assert_eq!(phone.wallet().stage(&paid).unwrap(), Stage::Settled);
}

#[test]
fn a_phone_without_screen_lock_sends_its_evidence_and_says_what_it_lacks() {
    let (scheme, bank, phone, id, _) = online();
    let paid = phone.pays(&scheme.till(1).asks(1_000)).unwrap().payment;
    phone.keys.answer(Answer::NoScreenLock);
    let wanted = block_on(phone.wallet().sync(&bank, id, want(5_000)));
    assert!(matches!(wanted, Err(WalletError::NoScreenLock)));
    assert_eq!(bank.knows(paid), Some(PaymentState::Pending));
    assert_eq!(bank.grants(), 1);
    phone.keys.answer(Answer::Agree);
    assert_eq!(sync(&phone, &bank, id, want(5_000)).granted.len(), 1);
}

#[test]
fn more_evidence_than_the_bank_takes_at_once_goes_in_several_calls_with_the_wish_in_the_last() {
    let (scheme, bank, phone, id, _) = online();
    let till = scheme.till(1);
    for _ in 0..12 {
        phone.pays(&till.asks(1_000)).unwrap();
    }
    bank.takes_at_most(6_000);
    let before = bank.calls(SYNC).len();
    let report = sync(&phone, &bank, id, want(5_000));
    assert_eq!(report.failed, None);
    assert_eq!(report.payments.len(), 12);
    assert_eq!(report.granted.len(), 1);
    assert!(report.calls >= 2, "{}", report.calls);
    let calls = bank.calls(SYNC);
    let taken: Vec<_> = calls[before..]
        .iter()
        .filter(|it| it.len() <= 6_000)
        .collect();
    let wants: Vec<bool> = taken
        .iter()
        .map(|body| {
            SyncCall::decode(body)
                .unwrap()
                .sync
                .unverified()
                .wanted
                .is_some()
        })
        .collect();
    assert_eq!(wants.iter().filter(|it| **it).count(), 1);
    assert_eq!(wants.last(), Some(&true));
}
