//! The till is real, the phone is simulated.

use super::wallet::practice_wallet;
use super::*;

fn practice_till(town: &Town) -> Arc<Terminal> {
    let simulator = &town.simulator;
    let config = TerminalConfig {
        store_path: town.path("till.db"),
        roots: simulator.roots().unwrap(),
        port_patience_millis: None,
    };
    let keys = software_terminal_keys(town.path("till-keys")).unwrap();
    let clock = Arc::clone(simulator).clock().unwrap();
    let till = Terminal::open(config, keys, Some(clock)).unwrap();
    let key = till.create_key().unwrap();
    block_on(till.refresh(Arc::clone(&town.server))).unwrap();
    let certificate = simulator.certificate(key, "Practice Till".into()).unwrap();
    till.take_certificate(certificate).unwrap();
    till
}

fn asks(till: &Terminal, amount: Money) -> skilling_ffi::terminal::OpenRequest {
    till.request(Sale {
        amount,
        reference: None,
        answer_within_seconds: None,
    })
    .unwrap()
}

/// What the till shows for a code.
fn shown(outcome: &Outcome) -> u32 {
    match outcome {
        Outcome::Accepted { .. } => 0,
        Outcome::Declined { answered } => match &answered.outcome {
            ReceiptOutcome::Declined { reason } => reason.code,
            other => panic!("{other:?}"),
        },
        Outcome::Refused { reason, .. } => reason.code,
        other => panic!("{other:?}"),
    }
}

fn sells(till: &Terminal, phone: &SimulatedPhone, amount: Money) -> u32 {
    let request = asks(till, amount);
    let code = match phone.answer(request.bytes, None).unwrap() {
        PhoneAnswer::Token { bytes } => {
            shown(&till.accept(bytes, Some(request.request_id)).unwrap())
        }
        PhoneAnswer::Refusal { reason } => reason.code,
        PhoneAnswer::Waiting => panic!("it waits"),
    };
    phone.done().unwrap();
    code
}

#[test]
fn a_tills_screens_show_every_code_and_accept_afterwards() {
    let town = Town::new();
    let till = practice_till(&town);
    let phone = Arc::clone(&town.simulator)
        .phone(Arc::clone(&till))
        .unwrap();
    assert_eq!(sells(&till, &phone, kroner(11)), 0);
    for info in reasons().unwrap() {
        let code = match info.code {
            0 => continue,
            50..=64 => {
                town.simulator.set_server_problem(Some(info.code)).unwrap();
                let report = block_on(till.refresh(Arc::clone(&town.server))).unwrap();
                town.simulator.set_server_problem(None).unwrap();
                match &report.failures[0].failure.problem {
                    CallProblem::Status {
                        reason: Some(reason),
                        ..
                    } => reason.code,
                    other => panic!("{other:?}"),
                }
            }
            _ => sells(&till, &phone, magic(info.code)),
        };
        assert_eq!(code, info.code, "{}", info.name);
        assert_eq!(sells(&till, &phone, kroner(12)), 0, "after {}", info.name);
    }
}

#[test]
fn a_till_that_could_not_be_put_right_is_put_right_the_next_time() {
    let town = Town::new();
    let till = practice_till(&town);
    let phone = Arc::clone(&town.simulator)
        .phone(Arc::clone(&till))
        .unwrap();
    let request = asks(&till, magic(17));
    let PhoneAnswer::Token { bytes } = phone.answer(request.bytes, None).unwrap() else {
        panic!("no token");
    };
    assert_eq!(shown(&till.accept(bytes, None).unwrap()), 17);

    // Somebody else writes: the till cannot take the newer bundle.
    let other = rusqlite::Connection::open(town.path("till.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let said = phone.done();
    assert!(matches!(said, Err(CoreError::Busy { .. })), "{said:?}");
    drop(other);
    assert_eq!(sells(&till, &phone, kroner(12)), 0);
}

fn taps(
    till: &Arc<Terminal>,
    phone: &Arc<SimulatedPhone>,
    sale: &str,
    torn: Option<TornTap>,
) -> TapReport {
    let field = Arc::clone(phone).in_field(torn).unwrap();
    let control = TapControl::create().unwrap();
    till.tap(field, Some(sale.to_owned()), control, Some(0))
        .unwrap()
}

#[test]
fn a_till_practises_taps_torn_anywhere_and_is_paid_once() {
    let town = Town::new();
    let till = practice_till(&town);
    let phone = Arc::clone(&town.simulator)
        .phone(Arc::clone(&till))
        .unwrap();
    let mut paid = 0;
    for number in 1.. {
        for torn in [
            TornTap::BeforeCommand { number },
            TornTap::AfterCommand { number },
        ] {
            let sale = asks(&till, kroner(20)).request_id;
            let first = taps(&till, &phone, &sale, Some(torn));
            paid += 1;
            if first.end == TapEnd::Done {
                let totals = till.totals(0, i64::from(u32::MAX)).unwrap();
                assert_eq!(totals[0].accepted.count, paid);
                assert!(number > 3, "a tap has more commands than that");
                return;
            }
            let again = taps(&till, &phone, &sale, None);
            assert_eq!(again.end, TapEnd::Done, "{torn:?}: {again:?}");
            let done = first.sale.or(again.sale);
            let settled = again.settled.into_iter().map(|it| it.outcome);
            let accepted = done
                .into_iter()
                .chain(settled)
                .any(|it| matches!(it, Outcome::Accepted { .. } | Outcome::Again { .. }));
            assert!(accepted, "{torn:?}");
            assert_eq!(phone.receipt().unwrap(), Some(ReceiptOutcome::Accepted));
        }
    }
}

#[test]
fn a_till_practises_on_phones_that_cheat_refuse_or_dawdle() {
    let town = Town::new();
    let till = practice_till(&town);
    let phone = Arc::clone(&town.simulator)
        .phone(Arc::clone(&till))
        .unwrap();
    assert_eq!(sells(&till, &phone, kroner(10)), 0);
    for (does, code) in [
        (PhoneDoes::PaysWithRevokedKey, 9),
        (PhoneDoes::PaysAsClone, 24),
        (PhoneDoes::PaysWrongAmount, 15),
    ] {
        phone.set_does(does).unwrap();
        let sale = asks(&till, kroner(30)).request_id;
        let report = taps(&till, &phone, &sale, None);
        assert_eq!(shown(&report.sale.unwrap()), code, "{does:?}");
        let receipt = phone.receipt().unwrap().unwrap();
        assert!(matches!(receipt, ReceiptOutcome::Declined { .. }));
    }
    assert_eq!(till.fraud_proofs().unwrap().len(), 1);

    phone.set_does(PhoneDoes::Pays).unwrap();
    assert_eq!(sells(&till, &phone, kroner(10)), 0);
    phone.set_does(PhoneDoes::PaysWithOldToken).unwrap();
    let request = asks(&till, kroner(30));
    let PhoneAnswer::Token { bytes } = phone.answer(request.bytes, None).unwrap() else {
        panic!("no token");
    };
    let outcome = till.accept(bytes, Some(request.request_id)).unwrap();
    assert!(matches!(outcome, Outcome::Again { .. }), "{outcome:?}");

    phone.set_does(PhoneDoes::Refuses { code: 40 }).unwrap();
    let report = taps(&till, &phone, &asks(&till, kroner(31)).request_id, None);
    assert_eq!(report.refusal.unwrap().code, 40);
    phone.set_does(PhoneDoes::Waits).unwrap();
    let report = taps(&till, &phone, &asks(&till, kroner(32)).request_id, None);
    assert_eq!((report.end, report.sale), (TapEnd::StillWaiting, None));
    phone.set_does(PhoneDoes::TakesNoReceipt).unwrap();
    let report = taps(&till, &phone, &asks(&till, kroner(33)).request_id, None);
    assert_eq!(shown(&report.sale.clone().unwrap()), 0);
    assert_eq!(report.receipt_refused, Some(ReceiptRefusal::FitsNone));
    // The code on the till's screen brings it all the same.
    let Some(Outcome::Accepted { answered, .. }) = report.sale else {
        panic!("not accepted");
    };
    assert_eq!(
        phone.take_receipt(answered.receipt).unwrap(),
        ReceiptOutcome::Accepted
    );
}

#[test]
fn a_till_practises_a_printed_code_a_void_a_deposit_and_a_renewal() {
    let town = Town::new();
    let till = practice_till(&town);
    let phone = Arc::clone(&town.simulator)
        .phone(Arc::clone(&till))
        .unwrap();
    let printed = till.static_request(DKK, None).unwrap();
    let answer = phone.answer(printed.bytes, Some(kroner(42))).unwrap();
    let PhoneAnswer::Token { bytes } = answer else {
        panic!("{answer:?}");
    };
    let asked = till.accept(bytes.clone(), None).unwrap();
    assert!(matches!(asked, Outcome::ConfirmAmount { amount, .. } if amount == kroner(42)));
    let Outcome::Accepted { answered, .. } = till.confirm(bytes, kroner(42)).unwrap() else {
        panic!("not accepted");
    };
    let voided = till.void_payment(answered.payment_id).unwrap();
    assert_eq!(
        phone.take_receipt(voided.receipt).unwrap(),
        ReceiptOutcome::Voided
    );
    assert_eq!(sells(&till, &phone, kroner(43)), 0);
    let report = block_on(till.deposit(Arc::clone(&town.server))).unwrap();
    assert_eq!((report.paid, report.given_back), (1, 1));

    let until = till.certificate().unwrap().valid_until;
    town.simulator.pass_time(80 * 86_400).unwrap();
    assert!(till.is_renewal_due().unwrap());
    block_on(till.refresh(Arc::clone(&town.server))).unwrap();
    let renewed = block_on(till.renew(Arc::clone(&town.server), true)).unwrap();
    assert!(
        matches!(renewed, RenewalResult::Until { valid_until } if valid_until > until),
        "{renewed:?}"
    );
    assert_eq!(sells(&till, &phone, kroner(44)), 0);
}

#[test]
fn a_revoked_allowance_is_refused_by_a_till_that_has_the_list() {
    let town = Town::new();
    let (wallet, till) = (practice_wallet(&town), practice_till(&town));
    let sells = |amount| {
        let token = pays(&wallet, &asks(&till, amount).bytes).unwrap();
        shown(&till.accept(token.bytes, None).unwrap())
    };
    assert_eq!(sells(kroner(10)), 0);
    let allowance = wallet.allowances().unwrap()[0].id.clone();
    town.simulator.revoke(allowance).unwrap();
    assert_eq!(sells(kroner(11)), 0, "before the till has the list");
    town.simulator.pass_time(1).unwrap();
    assert!(
        till.take(town.simulator.status_list().unwrap())
            .unwrap()
            .is_new
    );
    assert_eq!(sells(kroner(12)), 9);
    let unknown = town.simulator.revoke("00".repeat(32));
    assert!(matches!(unknown, Err(CoreError::NotFound { .. })));
}
