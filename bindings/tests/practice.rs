//! An app team tests its screens for every reason code without a till and without a phone: magic amounts, torn taps, replays,
//! clones, time that passes. The wallet and the till are the real ones.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "steps of the tests below"
)]

mod common;

use std::collections::BTreeSet;
use std::sync::Arc;

use common::{DKK, Town, agrees, block_on, kroner, pays, reviews};
use skilling_ffi::online::CallProblem;
use skilling_ffi::simulator::{PhoneAnswer, PhoneDoes, SimulatedPhone, SimulatedShop, TornTap};
use skilling_ffi::software::{software_key_vault, software_terminal_keys};
use skilling_ffi::terminal::{
    Outcome, ReceiptOutcome, ReceiptRefusal, RenewalResult, Sale, TapControl, TapEnd, TapReport,
    TerminalConfig,
};
use skilling_ffi::values::Money;
use skilling_ffi::wallet::{BankState, EventKind, MomentKind, Reviewed, Stage, WalletConfig, Want};
use skilling_ffi::{CoreError, Reason, Terminal, Wallet, reasons, wallet_reason};

/// Magic, over what needs no authentication and under what an allowance lets pay at once.
fn magic(code: u32) -> Money {
    Money {
        minor_units: 39_000 + u64::from(code),
        currency: DKK,
    }
}

fn practice_wallet(town: &Town) -> Arc<Wallet> {
    let simulator = &town.simulator;
    let config = WalletConfig {
        folder: town.path("wallet"),
        roots: simulator.roots().unwrap(),
        patience_millis: None,
        largest_command_data: None,
        port_patience_millis: None,
    };
    let wallet = Wallet::open(
        config,
        simulator.device_keys(town.path("keys")).unwrap(),
        software_key_vault(town.path("vault")).unwrap(),
        Arc::clone(simulator)
            .rollback_guard(town.path("guard"))
            .unwrap(),
        Some(Arc::clone(simulator).clock().unwrap()),
    )
    .unwrap();
    wallet.set_in_front(true).unwrap();
    let code = simulator.enrolment_code().unwrap();
    block_on(wallet.enrol(Arc::clone(&town.server), code)).unwrap();
    wants(town, &wallet, kroner(100_000)).unwrap();
    wallet
}

/// The code why nothing was granted, if nothing was.
fn wants(town: &Town, wallet: &Wallet, limit: Money) -> Result<(), Reason> {
    let bank = wallet.banks().unwrap()[0].number;
    let want = Want {
        limit,
        categories: None,
    };
    let report = block_on(wallet.sync(Arc::clone(&town.server), bank, Some(want))).unwrap();
    if let Some(failure) = report.failure {
        return match failure.problem {
            CallProblem::Status {
                reason: Some(reason),
                ..
            } => Err(reason),
            other => panic!("{other:?}"),
        };
    }
    match report.not_granted.first() {
        Some(why) => Err(why.reason.clone().unwrap()),
        None => Ok(()),
    }
}

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

/// One purchase of the practice wallet; the code that its person sees, 0 for paid.
fn buys(wallet: &Wallet, shop: &SimulatedShop, amount: Money) -> u32 {
    let request = shop.asks(amount, Some("Till 1, 17".into())).unwrap();
    let shown = paid_for(wallet, shop, &request);
    shop.done().unwrap();
    match shown {
        Ok(()) => 0,
        Err(code) => code,
    }
}

fn paid_for(wallet: &Wallet, shop: &SimulatedShop, request: &[u8]) -> Result<(), u32> {
    let code_of = |error: CoreError| {
        // Nothing that could stand in a log of somebody else's is personal.
        let said = format!("{error:?} {error}");
        for private in ["Shop", "Aarhus", "39", "Till 1, 17"] {
            assert!(!said.contains(private), "{private} in {said}");
        }
        let reason = wallet_reason(error.info().code.clone()).unwrap();
        reason.unwrap_or_else(|| panic!("{error}")).code
    };
    let review = match wallet.review(request.to_vec()).map_err(code_of)? {
        Reviewed::New { review } => review,
        Reviewed::Answered { .. } => panic!("answered before"),
    };
    let agreed = block_on(wallet.agree(review)).map_err(code_of)?;
    let token = wallet.pay(agreed).map_err(code_of)?;
    let receipt = shop.answers(token.bytes).unwrap();
    let taken = wallet.take_receipt(receipt).unwrap();
    let last = wallet.timeline(taken.payment_id).unwrap().pop().unwrap();
    match last.kind {
        MomentKind::Accepted => Ok(()),
        MomentKind::Declined { reason } => Err(reason.code),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_wallets_screens_show_every_code_and_pay_afterwards() {
    let town = Town::new();
    let wallet = practice_wallet(&town);
    let shop = Arc::clone(&town.simulator)
        .shop(Arc::clone(&wallet))
        .unwrap();
    assert_eq!(buys(&wallet, &shop, kroner(11)), 0);
    let mut seen = BTreeSet::from([0]);
    for info in reasons().unwrap() {
        let code = match info.code {
            0 => continue,
            50..=64 => {
                let refused = wants(&town, &wallet, magic(info.code));
                // What is still on its way is answered at the next sync.
                let bank = wallet.banks().unwrap()[0].number;
                block_on(wallet.sync(Arc::clone(&town.server), bank, None)).unwrap();
                refused.expect_err(&info.name).code
            }
            _ => buys(&wallet, &shop, magic(info.code)),
        };
        assert_eq!(code, info.code, "{}", info.name);
        seen.insert(code);
        let plain = kroner(12 + u64::from(info.code));
        assert_eq!(buys(&wallet, &shop, plain), 0, "after {}", info.name);
    }
    assert_eq!(seen.len(), reasons().unwrap().len());
    let told = wallet.events(0, 200).unwrap();
    let fraud =
        |it: &&skilling_ffi::wallet::WalletEvent| matches!(it.kind, EventKind::FraudNotice { .. });
    assert_eq!(told.iter().filter(fraud).count(), 3);
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
fn a_wallet_practises_taps_torn_anywhere_and_pays_once() {
    let town = Town::new();
    let wallet = practice_wallet(&town);
    let shop = Arc::clone(&town.simulator)
        .shop(Arc::clone(&wallet))
        .unwrap();
    let mut amount = 20;
    for number in 1.. {
        for torn in [
            TornTap::BeforeCommand { number },
            TornTap::AfterCommand { number },
        ] {
            amount += 1;
            let before = wallet.allowances().unwrap()[0].spent;
            let request = shop.asks(kroner(amount), None).unwrap();
            // The payer agrees beforehand, as after a code was scanned.
            agrees(&wallet, &request).unwrap();
            let first = shop.taps(request.clone(), Some(torn)).unwrap();
            let is_over = first.end == TapEnd::Done;
            if !is_over {
                let again = shop.taps(request, None).unwrap();
                assert_eq!(again.end, TapEnd::Done, "{torn:?}: {again:?}");
            }
            let spent = wallet.allowances().unwrap()[0].spent;
            assert_eq!(
                spent.minor_units - before.minor_units,
                kroner(amount).minor_units,
                "{torn:?}"
            );
            let events = wallet.events(0, 200).unwrap();
            let told = &events.last().unwrap().kind;
            assert!(
                matches!(told, EventKind::PaymentAccepted { .. }),
                "{torn:?}: {told:?}"
            );
            wallet.acknowledge(i64::MAX).unwrap();
            if is_over {
                assert!(number > 3, "a tap has more commands than that");
                return;
            }
        }
    }
}

#[test]
fn a_wallet_practises_a_refused_tap_a_replay_a_poster_and_a_void() {
    let town = Town::new();
    let wallet = practice_wallet(&town);
    let shop = Arc::clone(&town.simulator)
        .shop(Arc::clone(&wallet))
        .unwrap();
    let request = shop.asks(magic(44), None).unwrap();
    let tap = shop.taps(request, None).unwrap();
    assert_eq!(tap.refusal.unwrap().code, 44);
    let request = shop.asks(kroner(5), None).unwrap();
    assert_eq!(
        shop.taps(request.clone(), None).unwrap().end,
        TapEnd::StillWaiting
    );
    wallet
        .decline(reviews(&wallet, &wallet.asked().unwrap().unwrap()))
        .unwrap();
    assert_eq!(shop.taps(request, None).unwrap().refusal.unwrap().code, 40);

    let poster = shop.asks_by_poster(DKK, Some("Stall 7".into())).unwrap();
    let review = wallet
        .enter_amount(reviews(&wallet, &poster), kroner(6))
        .unwrap();
    let agreed = block_on(wallet.agree(review)).unwrap();
    let token = wallet.pay(agreed).unwrap();
    let receipt = shop.answers(token.bytes.clone()).unwrap();
    assert_eq!(
        wallet.take_receipt(receipt.clone()).unwrap().stage,
        Stage::Accepted
    );
    // A replay gets the same receipt.
    assert_eq!(shop.answers(token.bytes.clone()).unwrap(), receipt);
    let voided = shop.voids(token.bytes).unwrap();
    assert_eq!(wallet.take_receipt(voided).unwrap().stage, Stage::Voided);
}

#[test]
fn a_wallet_practises_outages_lost_networks_time_and_its_bank() {
    let town = Town::new();
    let (simulator, server) = (&town.simulator, &town.server);
    let wallet = practice_wallet(&town);
    let shop = Arc::clone(simulator).shop(Arc::clone(&wallet)).unwrap();
    let reason = || wallet.forecast().unwrap()[0].undeclared.reason.code;

    // Day 31: bundle and allowance have expired. A declared outage prolongs them, its end ends that.
    simulator.pass_time(31 * 86_400).unwrap();
    assert_eq!(buys(&wallet, &shop, kroner(10)), 3);
    assert!(
        wallet
            .take_outage(simulator.declare_outage(DKK, 14).unwrap())
            .unwrap()
    );
    assert_eq!(buys(&wallet, &shop, kroner(10)), 0);
    assert!(
        wallet
            .take_outage(simulator.end_outage(DKK).unwrap())
            .unwrap()
    );
    assert_eq!(buys(&wallet, &shop, kroner(11)), 3);

    // Without a network nothing helps; with it a refresh and a renewal do.
    let bank = wallet.banks().unwrap()[0].number;
    simulator.set_network(false).unwrap();
    let failed = block_on(wallet.sync(Arc::clone(server), bank, None)).unwrap();
    assert_eq!(failed.failure.unwrap().problem, CallProblem::Unreachable);
    simulator.set_network(true).unwrap();
    block_on(wallet.refresh(Arc::clone(server))).unwrap();
    assert_eq!(reason(), 8);
    wants(&town, &wallet, kroner(1_000)).unwrap();
    assert_eq!(buys(&wallet, &shop, kroner(12)), 0);

    // The phone's clock is set back, and right again.
    simulator.set_clock_ahead(-86_400).unwrap();
    assert_eq!(buys(&wallet, &shop, kroner(13)), 42);
    simulator.set_clock_ahead(0).unwrap();
    assert_eq!(buys(&wallet, &shop, kroner(13)), 0);

    // A dispute is told at the next sync.
    let request = shop.asks(kroner(14), None).unwrap();
    let token = pays(&wallet, &request).unwrap();
    wallet
        .take_receipt(shop.answers(token.bytes).unwrap())
        .unwrap();
    block_on(wallet.sync(Arc::clone(server), bank, None)).unwrap();
    simulator.dispute(token.payment_id.clone()).unwrap();
    block_on(wallet.sync(Arc::clone(server), bank, None)).unwrap();
    let last = wallet.timeline(token.payment_id).unwrap().pop().unwrap();
    assert!(matches!(
        last.kind,
        MomentKind::Bank {
            state: BankState::Disputed
        }
    ));
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
