//! A till's app whose keys or reader fail, lie, hang or panic: told as what it was, nothing decided, and the next sale works.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "steps of the tests below"
)]

mod common;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use common::{Town, asks, block_on, kroner, pays};
use skilling_ffi::conformance::{check_transceiver, check_wall_clock};
use skilling_ffi::ports::{
    ApduResponse, Port, PortProblem, SignatureBytes, TerminalKeyList, TerminalKeys,
    TerminalKeysError, TerminalPublicKey, Transceiver, TransceiverError,
};
use skilling_ffi::software::software_terminal_keys;
use skilling_ffi::terminal::{Outcome, RenewalResult, TapControl, TapEnd, TerminalConfig};
use skilling_ffi::{CoreError, Terminal};

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrong {
    Nothing,
    Throws,
    Faults,
    LostItsKey,
    ShortSignature,
    Hangs,
    Panics,
    HangsThenPanics,
}

type Now = Arc<Mutex<Wrong>>;

fn now(wrong: &Now) -> Wrong {
    *wrong.lock().unwrap()
}

fn hangs_as_long(wrong: &Now) {
    while matches!(now(wrong), Wrong::Hangs | Wrong::HangsThenPanics) {
        std::thread::sleep(Duration::from_millis(10));
    }
}

struct Keys {
    inner: Arc<dyn TerminalKeys>,
    wrong: Now,
}

impl TerminalKeys for Keys {
    fn list(&self) -> Result<TerminalKeyList, TerminalKeysError> {
        self.inner.list()
    }

    fn create(&self) -> Result<TerminalPublicKey, TerminalKeysError> {
        self.inner.create()
    }

    fn sign(
        &self,
        key: TerminalPublicKey,
        message: Vec<u8>,
    ) -> Result<SignatureBytes, TerminalKeysError> {
        let mut signed = self.inner.sign(key, message)?;
        match now(&self.wrong) {
            Wrong::Nothing => {}
            Wrong::Throws => return Err(TerminalKeysError::Undeclared),
            Wrong::Faults => return Err(TerminalKeysError::Fault { code: 7 }),
            Wrong::LostItsKey => return Err(TerminalKeysError::NoSuchKey),
            Wrong::ShortSignature => signed.bytes.truncate(63),
            Wrong::Hangs => hangs_as_long(&self.wrong),
            Wrong::Panics => panic!("the app's own fault"),
            Wrong::HangsThenPanics => {
                hangs_as_long(&self.wrong);
                panic!("the app's own fault, long after anybody waited for it");
            }
        }
        Ok(signed)
    }
}

fn till_with(town: &Town, wrong: &Now) -> Arc<Terminal> {
    let config = TerminalConfig {
        store_path: town.path("till.db"),
        roots: town.simulator.roots().unwrap(),
        port_patience_millis: Some(3_000),
    };
    let keys = Keys {
        inner: software_terminal_keys(town.path("till-keys")).unwrap(),
        wrong: Arc::clone(wrong),
    };
    let till = Terminal::open(config, Arc::new(keys), None).unwrap();
    let key = till.create_key().unwrap();
    block_on(till.refresh(Arc::clone(&town.server))).unwrap();
    let certificate = town.simulator.certificate(key, "Kiosk".to_owned()).unwrap();
    till.take_certificate(certificate).unwrap();
    till
}

#[test]
fn a_tills_key_that_fails_in_any_way_is_told_as_what_it_was_and_decides_nothing() {
    let town = Town::new();
    let wallet = town.phone(&town.parts());
    let wrong = Now::new(Mutex::new(Wrong::Nothing));
    let till = till_with(&town, &wrong);
    for (goes, problem) in [
        (Wrong::Throws, PortProblem::Undeclared),
        (Wrong::Faults, PortProblem::Fault { code: 7 }),
        (Wrong::LostItsKey, PortProblem::ContractBroken),
        (Wrong::ShortSignature, PortProblem::WrongShape),
        (Wrong::Panics, PortProblem::Undeclared),
        (Wrong::Hangs, PortProblem::TooLate),
        (Wrong::HangsThenPanics, PortProblem::TooLate),
    ] {
        let sale = asks(&till, kroner(20));
        let token = pays(&wallet, &sale.bytes).unwrap().bytes;
        *wrong.lock().unwrap() = goes;
        let Err(CoreError::PortFailed {
            info,
            port: Port::TerminalKeys,
            problem: found,
        }) = till.accept(token.clone(), None)
        else {
            panic!("{goes:?} went through");
        };
        assert_eq!(found, problem, "{goes:?}");
        assert!(!info.action.is_empty());
        *wrong.lock().unwrap() = Wrong::Nothing;
        // A call that hung has returned by now, or does in a moment.
        let outcome = (0..500).find_map(|_| {
            let outcome = till.accept(token.clone(), None);
            if outcome.is_err() {
                std::thread::sleep(Duration::from_millis(20));
            }
            outcome.ok()
        });
        assert!(
            matches!(outcome, Some(Outcome::Accepted { .. })),
            "{goes:?}: {outcome:?}"
        );
    }
}

/// A reader that does one thing wrong at its third command.
struct Reader {
    inner: Arc<dyn Transceiver>,
    wrong: Now,
    commands: Mutex<u32>,
}

impl Transceiver for Reader {
    fn transceive(&self, command: Vec<u8>) -> Result<ApduResponse, TransceiverError> {
        let number = {
            let mut commands = self.commands.lock().unwrap();
            *commands += 1;
            *commands
        };
        let answer = self.inner.transceive(command)?;
        if number != 3 {
            return Ok(answer);
        }
        match now(&self.wrong) {
            Wrong::Throws => Err(TransceiverError::Undeclared),
            Wrong::Faults => Err(TransceiverError::LinkLost),
            Wrong::ShortSignature => Ok(ApduResponse { bytes: vec![0x90] }),
            Wrong::LostItsKey => Ok(ApduResponse {
                bytes: vec![0; 70_000],
            }),
            Wrong::Panics => panic!("the app's own fault"),
            Wrong::Hangs => {
                hangs_as_long(&self.wrong);
                Ok(answer)
            }
            Wrong::Nothing | Wrong::HangsThenPanics => Ok(answer),
        }
    }
}

#[test]
fn a_reader_that_fails_in_any_way_tears_the_tap_and_the_next_one_settles_it() {
    let town = Town::new();
    let wrong = Now::new(Mutex::new(Wrong::Nothing));
    let till = till_with(&town, &wrong);
    let phone = Arc::clone(&town.simulator)
        .phone(Arc::clone(&till))
        .unwrap();
    for (goes, problem) in [
        (Wrong::Faults, None),
        (Wrong::Throws, Some("port.transceiver.undeclared")),
        (Wrong::Panics, Some("port.transceiver.undeclared")),
        (Wrong::LostItsKey, Some("port.transceiver.wrong_shape")),
        (Wrong::ShortSignature, None),
        (Wrong::Hangs, Some("port.transceiver.too_late")),
    ] {
        let sale = asks(&till, kroner(20)).request_id;
        let taps = |goes| {
            *wrong.lock().unwrap() = goes;
            let reader = Reader {
                inner: Arc::clone(&phone).in_field(None).unwrap(),
                wrong: Arc::clone(&wrong),
                commands: Mutex::new(0),
            };
            let control = TapControl::create().unwrap();
            let report = till.tap(Arc::new(reader), Some(sale.clone()), control, Some(0));
            *wrong.lock().unwrap() = Wrong::Nothing;
            report.unwrap()
        };
        // The keys are right throughout: only the reader looks at the third command.
        let torn = taps(goes);
        assert_ne!(torn.end, TapEnd::Done, "{goes:?}");
        let told = torn.problem.map(|it| it.code);
        assert_eq!(told.as_deref(), problem, "{goes:?}");
        let again = taps(Wrong::Nothing);
        assert_eq!(again.end, TapEnd::Done, "{goes:?}");
        let settled = again.settled.into_iter().map(|it| it.outcome);
        let mut outcomes = torn.sale.into_iter().chain(again.sale).chain(settled);
        assert!(
            outcomes.any(|it| matches!(it, Outcome::Accepted { .. } | Outcome::Again { .. })),
            "{goes:?}"
        );
    }
}

#[test]
fn the_contract_of_readers_and_clocks_is_passed_and_broken() {
    let town = Town::new();
    let wrong = Now::new(Mutex::new(Wrong::Nothing));
    let till = till_with(&town, &wrong);
    let phone = Arc::clone(&town.simulator).phone(till).unwrap();
    let in_field = || Arc::clone(&phone).in_field(None).unwrap();
    check_transceiver(in_field()).unwrap();
    for goes in [Wrong::ShortSignature, Wrong::Throws, Wrong::Faults] {
        *wrong.lock().unwrap() = goes;
        let reader = Reader {
            inner: in_field(),
            wrong: Arc::clone(&wrong),
            commands: Mutex::new(0),
        };
        let error = check_transceiver(Arc::new(reader)).unwrap_err();
        assert!(
            matches!(
                &error,
                CoreError::PortFailed {
                    port: Port::Transceiver,
                    ..
                }
            ),
            "{error:?}"
        );
    }
    check_wall_clock(Arc::clone(&town.simulator).clock().unwrap()).unwrap();
}

#[test]
fn a_till_whose_renewals_fail_keeps_one_key_for_the_next_and_can_be_opened_again() {
    let town = Town::new();
    let till = till_with(&town, &Now::new(Mutex::new(Wrong::Nothing)));
    let keys = software_terminal_keys(town.path("till-keys")).unwrap();
    let count = || keys.list().unwrap().keys.len();
    town.simulator.set_network(false).unwrap();
    for _ in 0..3 {
        let renewed = block_on(till.renew(Arc::clone(&town.server), true)).unwrap();
        assert!(matches!(renewed, RenewalResult::Failed { .. }));
        assert_eq!(count(), 2);
    }
    town.simulator.set_network(true).unwrap();
    let renewed = block_on(till.renew(Arc::clone(&town.server), true)).unwrap();
    assert!(matches!(renewed, RenewalResult::Until { .. }));
    assert_eq!(count(), 2);

    // Each of these makes another, as many as a till may list.
    while count() < 64 {
        till.create_key().unwrap();
    }
    let refused = till.create_key().unwrap_err();
    assert!(
        matches!(refused, CoreError::InvalidArgument { .. }),
        "{refused}"
    );
    assert_eq!(count(), 64);
    till.shut_down().unwrap();
    let config = TerminalConfig {
        store_path: town.path("till.db"),
        roots: town.simulator.roots().unwrap(),
        port_patience_millis: None,
    };
    Terminal::open(config, keys, None).unwrap();
}
