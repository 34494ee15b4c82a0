//! A phone pays a till over the exported surface: by code, by tap, across a restart, from two threads.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "steps of the tests below"
)]

mod common;

use std::collections::BTreeSet;
use std::sync::Arc;

use common::{DKK, Town, agrees, asks, block_on, kroner, pays, reviews};
use skilling_ffi::ports::{ApduResponse, Transceiver, TransceiverError};
use skilling_ffi::qr::{FrameReader, FrameResult, qr_message, qr_modules, qr_text};
use skilling_ffi::software::software_terminal_keys;
use skilling_ffi::terminal::{Outcome, TapControl, TapEnd, TerminalConfig, TerminalEventKind};
use skilling_ffi::values::Money;
use skilling_ffi::wallet::{EventKind, Reviewed, Stage, SyncReason};
use skilling_ffi::{CoreError, Terminal, Wallet};

#[test]
fn by_code_from_request_to_settled_and_everybody_is_told() {
    let town = Town::new();
    let (phone, till) = (town.phone(&town.parts()), town.till());
    let request = asks(&till, kroner(80));
    let view = reviews(&phone, &request.bytes).view().unwrap();
    assert_eq!(view.merchant, "Netto Torvegade, Aarhus");
    assert_eq!(view.pays.unwrap().remaining_after, kroner(920));
    let token = pays(&phone, &request.bytes).unwrap();
    phone.presented(token.payment_id.clone()).unwrap();

    let text = qr_text(token.bytes.clone()).unwrap();
    assert_eq!(qr_message(text.clone()).unwrap(), token.bytes);
    let outcome = till.accept_text(text, Some(request.request_id)).unwrap();
    let Outcome::Accepted {
        answered,
        completes_sale: true,
    } = outcome
    else {
        panic!("{outcome:?}");
    };
    let taken = phone.take_receipt(answered.receipt).unwrap();
    assert_eq!(taken.stage, Stage::Accepted);

    let offline = till.offline_status().unwrap();
    assert_eq!(offline.offline_payments_count, 1);
    assert_eq!(offline.offline_payment_amounts_by_currency, [kroner(80)]);
    assert!(offline.requires_upload && offline.stored_at.is_some());
    let report = block_on(till.deposit(Arc::clone(&town.server))).unwrap();
    assert_eq!((report.paid, report.still_due), (1, 0));
    assert!(!till.offline_status().unwrap().requires_upload);
    let bank = phone.banks().unwrap()[0].number;
    block_on(phone.sync(Arc::clone(&town.server), bank, None)).unwrap();
    assert_eq!(phone.stage(token.payment_id).unwrap(), Stage::Settled);

    let told = phone.events(0, 200).unwrap();
    let kinds: Vec<_> = told.iter().map(|event| &event.kind).collect();
    assert!(
        matches!(
            kinds[..],
            [
                EventKind::AllowanceGranted { .. },
                EventKind::PaymentPresented { .. },
                EventKind::PaymentAccepted { .. },
                EventKind::PaymentSettled { .. },
            ]
        ),
        "{kinds:?}"
    );
    phone.acknowledge(told[3].id).unwrap();
    assert_eq!(phone.events(0, 200).unwrap(), []);
    let told = till.events(0, 200).unwrap();
    assert!(matches!(
        told[0].kind,
        TerminalEventKind::PaymentAccepted { .. }
    ));
    assert!(matches!(
        told[1].kind,
        TerminalEventKind::PaymentSettled { .. }
    ));

    for report in [phone.diagnostics(), till.diagnostics()] {
        let report = report.unwrap().report;
        for private in ["Netto", "80", "8000", "920", "Till 1", &answered.payment_id] {
            assert!(!report.contains(private), "{private} in {report}");
        }
    }
}

/// The phone as the till's reader has it in its field.
struct Field(Arc<Wallet>);

impl Transceiver for Field {
    fn transceive(&self, command: Vec<u8>) -> Result<ApduResponse, TransceiverError> {
        let bytes = self.0.process_apdu(command).unwrap();
        Ok(ApduResponse { bytes })
    }
}

#[test]
fn by_tap_armed_beforehand_and_voided_afterwards() {
    let town = Town::new();
    let (phone, till) = (town.phone(&town.parts()), town.till());
    let allowance = phone.allowances_in(DKK).unwrap()[0].id.clone();
    block_on(phone.arm(allowance, kroner(100))).unwrap();
    let sale = asks(&till, kroner(45)).request_id;
    let control = TapControl::create().unwrap();
    let field = Arc::new(Field(Arc::clone(&phone)));
    let report = till.tap(field, Some(sale), control, Some(20_000)).unwrap();
    phone.deactivated().unwrap();
    assert_eq!((report.end, report.problem), (TapEnd::Done, None));
    let Some(Outcome::Accepted { answered, .. }) = report.sale else {
        panic!("{:?}", report.sale);
    };
    assert_eq!(
        phone.stage(answered.payment_id.clone()).unwrap(),
        Stage::Accepted
    );
    let voided = till.void_payment(answered.payment_id).unwrap();
    let taken = phone.take_receipt(voided.receipt).unwrap();
    assert_eq!(taken.stage, Stage::Voided);
    assert_eq!(phone.allowances().unwrap()[0].remaining, kroner(1_000));
}

#[test]
fn an_allowance_that_is_nearly_spent_and_a_void_are_told_until_acknowledged() {
    let town = Town::new();
    let (parts, till) = (town.parts(), town.till());
    let phone = town.phone(&parts);
    let token = pays(&phone, &asks(&till, kroner(950)).bytes).unwrap();
    // A till without a fresh status list would refuse so much; this one has been online.
    let outcome = till.accept(token.bytes, None).unwrap();
    assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
    let voided = till.void_payment(token.payment_id).unwrap();
    phone.take_receipt(voided.receipt).unwrap();
    let told = phone.events(0, 200).unwrap();
    let low = |kind: &EventKind| matches!(kind, EventKind::AllowanceLow { remaining, .. } if *remaining == kroner(50));
    let sync = |kind: &EventKind| {
        matches!(
            kind,
            EventKind::SyncNeeded {
                reason: SyncReason::AllowanceLow
            }
        )
    };
    let void = |kind: &EventKind| matches!(kind, EventKind::PaymentVoided { amount, .. } if *amount == kroner(950));
    let is_told = |what: &dyn Fn(&EventKind) -> bool| told.iter().any(|it| what(&it.kind));
    assert!(
        is_told(&low) && is_told(&sync) && is_told(&void),
        "{told:?}"
    );
    // Until it is acknowledged, also by another process.
    phone.shut_down().unwrap();
    let phone = town.open(&parts).unwrap();
    assert_eq!(phone.events(0, 200).unwrap()[..told.len()], told);
    phone.acknowledge(i64::MAX).unwrap();
    phone.shut_down().unwrap();
    assert_eq!(town.open(&parts).unwrap().events(0, 200).unwrap(), []);
    let told = till.events(0, 200).unwrap();
    assert!(matches!(
        told[1].kind,
        TerminalEventKind::PaymentVoided { .. }
    ));
}

#[test]
fn the_app_is_killed_after_it_paid_and_gives_the_same_token_again() {
    let town = Town::new();
    let (parts, till) = (town.parts(), town.till());
    let phone = town.phone(&parts);
    let request = asks(&till, kroner(10));
    let consent = agrees(&phone, &asks(&till, kroner(5)).bytes).unwrap();
    let token = pays(&phone, &request.bytes).unwrap();
    let told = phone.events(0, 200).unwrap();
    phone.shut_down().unwrap();
    assert!(matches!(
        phone.review(request.bytes.clone()),
        Err(CoreError::ShutDown { .. })
    ));
    let phone = town.open(&parts).unwrap();
    // Again what nobody acknowledged, and that the token may have left.
    let again = phone.events(0, 200).unwrap();
    assert_eq!(again[..told.len()], told);
    let [last] = &again[told.len()..] else {
        panic!("{again:?}");
    };
    let EventKind::PaymentPresented { payment_id, amount } = &last.kind else {
        panic!("{last:?}");
    };
    assert_eq!((payment_id, *amount), (&token.payment_id, kroner(10)));
    let Reviewed::Answered { token: again } = phone.review(request.bytes).unwrap() else {
        panic!("it was forgotten");
    };
    assert_eq!(again.bytes, token.bytes);
    // What was agreed to and not paid is gone with the process, and nothing is owed for it.
    assert!(matches!(
        phone.pay(consent),
        Err(CoreError::ConsentPassed { .. })
    ));
    assert_eq!(phone.allowances().unwrap()[0].spent, kroner(10));
}

#[test]
fn a_printed_codes_amount_is_confirmed_in_its_own_currency_alone() {
    let town = Town::new();
    let (phone, till) = (town.phone(&town.parts()), town.till());
    let printed = till.static_request(DKK, None).unwrap();
    let review = reviews(&phone, &printed.bytes);
    let review = phone.enter_amount(review, kroner(30)).unwrap();
    let agreed = block_on(phone.agree(review)).unwrap();
    let token = phone.pay(agreed).unwrap().bytes;
    let swedish = Money {
        currency: 752,
        ..kroner(30)
    };
    let error = till.confirm(token.clone(), swedish).unwrap_err();
    assert!(matches!(error, CoreError::OtherAmount { .. }), "{error}");
    let outcome = till.confirm(token, kroner(30)).unwrap();
    assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
}

#[test]
fn a_tills_diagnostics_say_which_step_of_its_setup_is_missing() {
    let town = Town::new();
    let config = TerminalConfig {
        store_path: town.path("new till.db"),
        roots: town.simulator.roots().unwrap(),
        port_patience_millis: None,
    };
    let keys = software_terminal_keys(town.path("new till's keys")).unwrap();
    let till = Terminal::open(config, keys, None).unwrap();
    till.create_key().unwrap();
    let code = till.certificate().unwrap_err().info().code.clone();
    let report = till.diagnostics().unwrap().report;
    assert!(report.contains(&format!("setup: {code}\n")), "{report}");
}

#[test]
fn two_threads_never_use_one_number_twice() {
    let town = Town::new();
    let (phone, till) = (town.phone(&town.parts()), town.till());
    let requests: Vec<_> = (1..=8).map(|at| asks(&till, kroner(at))).collect();
    let tokens: Vec<_> = std::thread::scope(|scope| {
        let payers: Vec<_> = requests
            .chunks(4)
            .map(|chunk| {
                let phone = &phone;
                let pay = move || {
                    let paid = chunk.iter().map(|it| pays(phone, &it.bytes).unwrap());
                    paid.collect::<Vec<_>>()
                };
                scope.spawn(pay)
            })
            .collect();
        payers
            .into_iter()
            .flat_map(|payer| payer.join().unwrap())
            .collect()
    });
    let ids: BTreeSet<_> = tokens.iter().map(|token| &token.payment_id).collect();
    assert_eq!(ids.len(), 8);
    let held = &phone.allowances().unwrap()[0];
    assert_eq!((held.last_sequence, held.spent), (8, kroner(36)));
    for token in &tokens {
        let outcome = till.accept(token.bytes.clone(), None).unwrap();
        assert!(matches!(outcome, Outcome::Accepted { .. }));
    }
}

#[test]
fn a_code_that_an_app_draws_is_read_from_a_padded_camera_frame() {
    let town = Town::new();
    let message = asks(&town.till(), kroner(12)).bytes;
    let code = qr_modules(message.clone(), Some(900)).unwrap();
    assert_eq!(code.modules.len(), (code.side * code.side) as usize);
    let (pixels, padding) = (4, 13);
    let width = code.side * pixels;
    let mut plane = Vec::new();
    for y in 0..width {
        for x in 0..width {
            let module = (y / pixels) * code.side + x / pixels;
            let is_dark = code.modules[module as usize] == 1;
            plane.push(if is_dark { 20 } else { 230 });
        }
        plane.extend(std::iter::repeat_n(0, padding));
    }
    let reader = FrameReader::create().unwrap();
    let stride = width + padding as u32;
    let read = reader.feed(plane.clone(), width, width, stride).unwrap();
    assert_eq!(read, FrameResult::Message { bytes: message });
    let wrong = reader.feed(plane, width, width * 2, stride);
    assert!(matches!(wrong, Err(CoreError::InvalidArgument { .. })));
}
