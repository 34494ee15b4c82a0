//! Calls that get lost, come late, or are answered by a bank that is busy, wrong or somebody else.

use super::*;

#[test]
fn a_lost_answer_brings_the_same_bytes_again_and_one_grant() {
    let (_, bank, phone, id, _) = online();
    bank.next(SYNC, Fault::LosesAnswer);
    let report = sync(&phone, &bank, id, want(50_000));
    assert!(matches!(
        report.failed.unwrap().problem,
        Problem::NoAnswer(_)
    ));
    assert!(report.granted.is_empty());
    assert!(phone.wallet().banks().unwrap()[0].is_call_open);

    let report = sync(&phone, &bank, id, want(50_000));
    assert_eq!(report.granted.len(), 1);
    assert_eq!(bank.grants(), 2);
    let calls = bank.calls(SYNC);
    assert_eq!(calls[1], calls[2]);
    assert_eq!(calls.len(), 3);
    assert_eq!(phone.wallet().allowances().unwrap().len(), 2);
}

#[test]
fn killed_between_sending_and_hearing_the_same_bytes_go_out_after_the_restart() {
    let (scheme, bank, mut phone, id, _) = online();
    let till = scheme.till(1);
    let paid = phone.pays(&till.asks(1_000)).unwrap();
    phone
        .wallet()
        .take_receipt(&till.receipt(paid.payment, Outcome::Accepted))
        .unwrap();
    bank.next(SYNC, Fault::LosesAnswer);
    sync(&phone, &bank, id, want(50_000));
    assert_eq!(
        phone.wallet().stage(&paid.payment).unwrap(),
        Stage::Accepted
    );
    phone.reopen();

    let report = sync(&phone, &bank, id, None);
    assert_eq!(report.payments, [(paid.payment, PaymentState::Paid)]);
    assert_eq!(report.granted.len(), 1);
    let calls = bank.calls(SYNC);
    assert_eq!(calls[1], calls[2]);
    assert_eq!(phone.wallet().stage(&paid.payment).unwrap(), Stage::Settled);
    assert_eq!(bank.grants(), 2);
    phone.reopen();
    assert_eq!(phone.wallet().stage(&paid.payment).unwrap(), Stage::Settled);
}

#[test]
fn an_expired_nonce_is_fetched_anew_and_the_grant_gets_a_key_attested_under_it() {
    let (_, bank, phone, id, _) = online();
    bank.forgets_nonces();
    let report = sync(&phone, &bank, id, want(50_000));
    assert_eq!(report.failed, None);
    assert_eq!(report.granted.len(), 1);
    let calls: Vec<SyncCall> = bank.calls(SYNC)[1..]
        .iter()
        .map(|body| SyncCall::decode(body).unwrap())
        .collect();
    let (refused, taken) = (calls[0].sync.unverified(), calls[1].sync.unverified());
    assert_ne!(refused.nonce, taken.nonce);
    assert_ne!(refused.idempotency_id, taken.idempotency_id);
    let key = |sync: &skilling_protocol::objects::Sync| sync.wanted.as_ref().unwrap().pay_key;
    assert_ne!(key(refused), key(taken));
    // Link key and two pay keys: the one of the refused call is deleted.
    assert_eq!(key_files(&phone), 3);
}

#[test]
fn a_nonce_is_kept_for_ten_minutes_and_not_longer() {
    let (scheme, bank, phone, id, _) = online();
    let fetched = bank.calls("/v1/nonce").len();
    sync(&phone, &bank, id, None);
    assert_eq!(bank.calls("/v1/nonce").len(), fetched);
    scheme.clock.advance(Seconds(601));
    let sent = bank.calls(SYNC).len();
    assert_eq!(sync(&phone, &bank, id, None).failed, None);
    assert_eq!(bank.calls("/v1/nonce").len(), fetched + 1);
    // Known to be over without asking.
    assert_eq!(bank.calls(SYNC).len(), sent + 1);
}

#[test]
fn a_busy_bank_says_how_long_to_wait_and_the_same_bytes_follow() {
    let (_, bank, phone, id, _) = online();
    bank.next(SYNC, Fault::Says(503, 55, Some(120)));
    let failed = sync(&phone, &bank, id, None).failed.unwrap();
    assert_eq!(failed.problem.reason(), Some(Reason::ServerBusy));
    let wait = failed.again_after.unwrap();
    assert!(wait >= Duration::from_secs(120) && wait <= Duration::from_secs(240));
    assert!(failed.to_string().contains("try again in"));
    assert_eq!(sync(&phone, &bank, id, None).failed, None);
    let calls = bank.calls(SYNC);
    assert_eq!(calls[1], calls[2]);
}

#[test]
fn a_loop_waits_as_told_until_the_bank_answers() {
    let (_, bank, phone, id, _) = online();
    for fault in [
        Fault::LosesRequest,
        Fault::Says(429, 55, Some(30)),
        Fault::LosesAnswer,
    ] {
        bank.next(SYNC, fault);
    }
    let mut waits = Vec::new();
    let report = block_on(
        phone
            .wallet()
            .sync_until_answered(&bank, id, want(9_000), |wait| {
                waits.push(wait);
                async { true }
            }),
    )
    .unwrap();
    assert_eq!(report.failed, None);
    assert_eq!(report.granted.len(), 1);
    assert_eq!(waits.len(), 3);
    assert!(waits[1] >= Duration::from_secs(30));
    assert!(waits[2] >= Duration::from_secs(4));
    assert_eq!(bank.grants(), 2);
}

#[test]
fn an_idempotency_id_that_was_used_is_replaced() {
    let (_, bank, phone, id, _) = online();
    bank.next(SYNC, Fault::Says(409, 51, None));
    let report = sync(&phone, &bank, id, want(5_000));
    assert_eq!((report.failed, report.granted.len()), (None, 1));
    let calls = bank.calls(SYNC);
    assert_ne!(calls[1], calls[2]);
}

#[test]
fn a_bank_that_does_not_know_the_phone_ends_the_run_with_what_to_do() {
    let (_, bank, phone, id, _) = online();
    bank.forgets_links();
    let failed = sync(&phone, &bank, id, None).failed.unwrap();
    assert_eq!(failed.problem.reason(), Some(Reason::UnknownLinkKey));
    assert_eq!(failed.again_after, None);
    assert_eq!(failed.action(), Reason::UnknownLinkKey.action());
    assert_eq!(
        phone.wallet().allowances().unwrap()[0].state,
        AllowanceState::Open
    );
}

#[test]
fn an_answer_that_the_bank_did_not_sign_changes_nothing() {
    let (scheme, bank, phone, id, _) = online();
    let till = scheme.till(1);
    let paid = phone.pays(&till.asks(1_000)).unwrap();
    bank.decides(paid.payment, PaymentState::Paid);
    bank.next(SYNC, Fault::SignsWith(Box::new(scheme.acquirer.clone())));
    let report = sync(&phone, &bank, id, want(5_000));
    assert_eq!(report.failed.unwrap().problem, Problem::BadAnswer);
    assert_eq!((report.calls, report.granted.len()), (0, 0));
    assert_eq!(
        phone.wallet().stage(&paid.payment).unwrap(),
        Stage::Committed
    );
}
