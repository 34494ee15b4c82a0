//! Allowances are wanted, granted or not, closed, followed by others, and lost with a phone that was restored.

use super::*;

#[test]
fn a_refused_grant_is_said_in_words_and_its_key_is_deleted() {
    let (_, bank, phone, id, _) = online();
    let before = key_files(&phone);
    for code in 60..=64 {
        bank.refuses(code);
        let report = sync(&phone, &bank, id, want(5_000));
        assert!(report.granted.is_empty());
        let refused = &report.not_granted[0];
        assert_eq!(refused.why, WhyNot::Bank { code });
        assert_eq!(
            refused.why.words(),
            Reason::from_code(code).unwrap().payer()
        );
        assert_eq!(key_files(&phone), before);
    }
    bank.refuses(0);
    assert_eq!(sync(&phone, &bank, id, want(5_000)).granted.len(), 1);
}

#[test]
fn a_grant_that_is_not_what_was_asked_for_is_not_taken_and_the_bank_is_told() {
    let (_, bank, phone, id, first) = online();
    bank.changes_grants(|allowance| allowance.limit = amount(5_001));
    let report = sync(&phone, &bank, id, want(5_000));
    assert_eq!(report.not_granted[0].why, WhyNot::Unsuitable);
    let held: Vec<_> = phone.wallet().allowances().unwrap();
    assert_eq!((held.len(), held[0].id), (1, first));
    let told = bank.calls(SYNC).pop().unwrap();
    let told = SyncCall::decode(&told).unwrap();
    let lost = told.sync.unverified().statements.iter();
    assert_eq!(lost.filter(|it| it.state == Stated::Lost).count(), 1);
}

#[test]
fn a_closed_allowance_is_stated_closed_and_pays_nothing() {
    let (scheme, bank, mut phone, id, allowance) = online();
    let till = scheme.till(1);
    phone.pays(&till.asks(1_000)).unwrap();
    let before = key_files(&phone);
    block_on(phone.wallet().close(&allowance)).unwrap();
    assert_eq!(key_files(&phone), before - 1);
    assert!(phone.pays(&till.asks(1_000)).is_err());
    phone.reopen();
    assert!(phone.pays(&till.asks(1_000)).is_err());
    assert_eq!(sync(&phone, &bank, id, None).failed, None);
    assert_eq!(bank.state(allowance), Stated::Closed);
    assert_eq!(bank.spent(allowance), amount(1_000));
    assert!(phone.wallet().allowances().unwrap().is_empty());
    assert!(matches!(
        block_on(phone.wallet().close(&allowance)),
        Err(WalletError::NoSuchAllowance)
    ));
}

#[test]
fn an_allowance_that_ends_soon_is_renewed_before_it_is_closed() {
    let (scheme, bank, phone, id, first) = online();
    assert!(phone.wallet().renewal_due().unwrap().is_empty());
    scheme.clock.advance(Seconds::days(16));
    assert!(phone.wallet().renewal_due().unwrap().is_empty());
    scheme.clock.advance(Seconds(1));
    let due = phone.wallet().renewal_due().unwrap();
    assert_eq!(
        (due[0].allowance, due[0].why),
        (first, RenewalReason::Ending)
    );
    assert_eq!(due[0].bank, Some(id));

    // A bank that says no takes nothing away.
    bank.refuses(60);
    let report = block_on(phone.wallet().renew(&bank, id)).unwrap();
    assert_eq!(report.not_granted.len(), 1);
    assert_eq!(
        phone.wallet().allowances().unwrap()[0].state,
        AllowanceState::Open
    );
    bank.refuses(0);
    let report = block_on(phone.wallet().renew(&bank, id)).unwrap();
    assert_eq!(report.granted.len(), 1);
    assert_eq!(bank.state(first), Stated::Closed);
    let held = phone.wallet().allowances().unwrap();
    assert_eq!((held.len(), held[0].id), (1, report.granted[0]));
    assert!(phone.wallet().renewal_due().unwrap().is_empty());
}

#[test]
fn a_spent_allowance_is_closed_and_followed_in_one_call() {
    let (scheme, bank, phone, id, first) = online();
    let till = scheme.till(1);
    phone.pays(&till.asks(50_000)).unwrap();
    phone.pays(&till.asks(40_000)).unwrap();
    assert!(phone.wallet().renewal_due().unwrap().is_empty());
    phone.pays(&till.asks(1)).unwrap();
    assert_eq!(
        phone.wallet().renewal_due().unwrap()[0].why,
        RenewalReason::Spent
    );
    let before = bank.calls(SYNC).len();
    let report = block_on(phone.wallet().renew(&bank, id)).unwrap();
    assert_eq!(bank.calls(SYNC).len(), before + 1);
    assert_eq!(report.granted.len(), 1);
    assert_eq!(bank.state(first), Stated::Closed);
}

#[test]
fn a_restored_phone_states_everything_lost_and_gets_a_new_allowance_under_a_new_key() {
    let (scheme, bank, mut phone, id, first) = online();
    let till = scheme.till(1);
    phone.pays(&till.asks(1_000)).unwrap();
    let folder = phone.config.folder.clone();
    let backup = phone.folder.path().join("backup");
    let copy = |from: &std::path::Path, to: &std::path::Path| {
        let _ = fs::remove_dir_all(to);
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    };
    // The backup holds a call that is open; it is answered, and its grant spent, before the backup comes back.
    bank.next(SYNC, Fault::LosesRequest);
    sync(&phone, &bank, id, want(7_000));
    phone.close();
    copy(&folder, &backup);
    phone.reopen();
    let second = sync(&phone, &bank, id, None).granted[0];
    phone.pays(&till.asks(2_000)).unwrap();
    phone.close();
    copy(&backup, &folder);
    phone.reopen();
    assert!(matches!(
        phone.pays(&till.asks(3_000)),
        Err(WalletError::RolledBack)
    ));

    let report = sync(&phone, &bank, id, None);
    assert_eq!(report.failed, None);
    assert_eq!(report.granted.len(), 1);
    assert_eq!(bank.state(first), Stated::Lost);
    assert_eq!(bank.state(second), Stated::Lost);
    assert_eq!(bank.grants(), 3);
    let held = phone.wallet().allowances().unwrap();
    assert_eq!((held.len(), held[0].id), (1, report.granted[0]));
    assert_eq!(held[0].limit, amount(100_000));
    phone.pays(&till.asks(3_000)).unwrap();
    assert_eq!(sync(&phone, &bank, id, None).failed, None);
    assert_eq!(bank.grants(), 3);
}

#[test]
fn a_restored_phone_whose_bank_says_no_is_told_and_not_asked_for_ever() {
    let (scheme, bank, mut phone, id, first) = online();
    phone.close();
    fs::remove_file(phone.folder.path().join("guard")).unwrap();
    phone.reopen();
    bank.refuses(63);
    let report = sync(&phone, &bank, id, None);
    assert_eq!(report.not_granted[0].why, WhyNot::Bank { code: 63 });
    assert_eq!(bank.state(first), Stated::Lost);
    let before = bank.calls(SYNC).len();
    let report = sync(&phone, &bank, id, None);
    assert_eq!((report.failed, report.not_granted.len()), (None, 0));
    assert_eq!(bank.calls(SYNC).len(), before + 1);
    let refused = phone.pays(&scheme.till(1).asks(1_000)).unwrap_err();
    assert_eq!(refused.reason(), Reason::NoAllowance);
}

#[test]
fn an_allowance_past_its_deadline_is_put_away() {
    let (scheme, bank, phone, id, _) = online();
    scheme.clock.advance(Seconds::days(45));
    assert_eq!(sync(&phone, &bank, id, None).failed, None);
    assert!(phone.wallet().allowances().unwrap().is_empty());
    assert_eq!(key_files(&phone), 1);
}
