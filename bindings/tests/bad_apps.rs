//! Apps whose callbacks throw, lie about lengths, or never answer: a typed error, the state intact, and the next payment works.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "steps of the tests below"
)]

mod common;

use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use common::{Parts, Town, agrees, asks, block_on, kroner, pays};
use skilling_ffi::conformance::{
    check_device_keys, check_key_vault, check_rollback_guard, check_terminal_keys,
};
use skilling_ffi::ports::{
    AuthorizedOperation, DeviceKeys, DeviceKeysError, DeviceKeysInfo, GeneratedDeviceKey,
    GuardMark, HttpAnswer, HttpCall, KeptMark, KeyUse, Port, PortProblem, Prompt, RollbackGuard,
    RollbackGuardError, SignatureBytes, Transport, TransportPortError,
};
use skilling_ffi::software::{software_key_vault, software_rollback_guard, software_terminal_keys};
use skilling_ffi::wallet::Stage;
use skilling_ffi::{CoreError, check_version, inspect::inspect, signature_from_der};

/// What the app does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrong {
    Nothing,
    Throws,
    Faults,
    ShortSignature,
    NoSignature,
    Hangs,
}

/// Keys that do one thing wrong, for as long as the test says.
struct Keys {
    inner: Arc<dyn DeviceKeys>,
    wrong: Mutex<Wrong>,
}

impl Keys {
    fn now(&self) -> Wrong {
        *self.wrong.lock().unwrap()
    }

    fn becomes(&self, wrong: Wrong) {
        *self.wrong.lock().unwrap() = wrong;
    }
}

#[async_trait]
impl DeviceKeys for Keys {
    fn describe(&self) -> Result<DeviceKeysInfo, DeviceKeysError> {
        self.inner.describe()
    }

    async fn generate(
        &self,
        alias: String,
        usage: KeyUse,
        nonce: Vec<u8>,
    ) -> Result<GeneratedDeviceKey, DeviceKeysError> {
        self.inner.generate(alias, usage, nonce).await
    }

    async fn authorize(
        &self,
        alias: String,
        prompt: Option<Prompt>,
    ) -> Result<AuthorizedOperation, DeviceKeysError> {
        self.inner.authorize(alias, prompt).await
    }

    fn sign(
        &self,
        alias: String,
        operation: AuthorizedOperation,
        message: Vec<u8>,
    ) -> Result<SignatureBytes, DeviceKeysError> {
        let signed = self.inner.sign(alias, operation, message)?;
        match self.now() {
            Wrong::Nothing => Ok(signed),
            Wrong::Throws => Err(DeviceKeysError::Undeclared),
            Wrong::Faults => Err(DeviceKeysError::Fault { code: -1_000 }),
            Wrong::ShortSignature => Ok(SignatureBytes {
                bytes: signed.bytes[..63].to_vec(),
            }),
            Wrong::NoSignature => Ok(SignatureBytes { bytes: vec![1; 64] }),
            Wrong::Hangs => {
                while self.now() == Wrong::Hangs {
                    std::thread::sleep(Duration::from_millis(10));
                }
                Ok(signed)
            }
        }
    }

    async fn delete_key(&self, alias: String) -> Result<(), DeviceKeysError> {
        self.inner.delete_key(alias).await
    }
}

fn with_keys(parts: &Parts) -> (Arc<Keys>, Parts) {
    let keys = Arc::new(Keys {
        inner: Arc::clone(&parts.keys),
        wrong: Mutex::new(Wrong::Nothing),
    });
    let parts = Parts {
        keys: keys.clone(),
        ..parts.clone()
    };
    (keys, parts)
}

#[test]
fn keys_that_fail_in_any_way_spend_nothing_and_the_next_payment_works() {
    let town = Town::new();
    let (keys, parts) = with_keys(&town.parts());
    let (phone, till) = (town.phone(&parts), town.till());
    let before = phone.allowances().unwrap();
    for (wrong, problem) in [
        (Wrong::Throws, PortProblem::Undeclared),
        (Wrong::Faults, PortProblem::Fault { code: -1_000 }),
        (Wrong::ShortSignature, PortProblem::WrongShape),
        (Wrong::NoSignature, PortProblem::WrongShape),
        (Wrong::Hangs, PortProblem::TooLate),
    ] {
        let request = asks(&till, kroner(20)).bytes;
        let agreed = agrees(&phone, &request).unwrap();
        keys.becomes(wrong);
        let Err(CoreError::PortFailed {
            info,
            port: Port::DeviceKeys,
            problem: found,
        }) = phone.pay(agreed)
        else {
            panic!("{wrong:?} went through");
        };
        assert_eq!(found, problem);
        assert!(info.code.starts_with("port.device_keys."), "{info:?}");
        assert_eq!(phone.allowances().unwrap(), before);
        keys.becomes(Wrong::Nothing);
    }
    // The call that hung has returned by now, or does in a moment.
    let paid = (0..500).find_map(|_| {
        let paid = pays(&phone, &asks(&till, kroner(20)).bytes);
        if paid.is_err() {
            std::thread::sleep(Duration::from_millis(20));
        }
        paid.ok()
    });
    let token = paid.expect("the wallet never recovered");
    assert_eq!(phone.stage(token.payment_id).unwrap(), Stage::Committed);
}

/// A guard that gives 31 bytes, or throws.
struct Guard {
    inner: Arc<dyn RollbackGuard>,
    throws: bool,
}

impl RollbackGuard for Guard {
    fn read(&self) -> Result<KeptMark, RollbackGuardError> {
        if self.throws {
            return Err(RollbackGuardError::Undeclared);
        }
        let kept = self.inner.read()?;
        Ok(KeptMark {
            mark: kept.mark.map(|mark| GuardMark {
                digest: mark.digest[..31].to_vec(),
                ..mark
            }),
        })
    }

    fn advance(&self, mark: GuardMark) -> Result<(), RollbackGuardError> {
        self.inner.advance(mark)
    }
}

#[test]
fn a_guard_that_lies_or_throws_opens_nothing_and_loses_nothing() {
    let town = Town::new();
    let parts = town.parts();
    let phone = town.phone(&parts);
    phone.shut_down().unwrap();
    for (throws, problem) in [
        (false, PortProblem::WrongShape),
        (true, PortProblem::Undeclared),
    ] {
        let inner = Arc::clone(&parts.guard);
        let broken = Parts {
            guard: Arc::new(Guard { inner, throws }),
            ..parts.clone()
        };
        let Err(CoreError::PortFailed { problem: found, .. }) = town.open(&broken) else {
            panic!("it was opened");
        };
        assert_eq!(found, problem);
    }
    let phone = town.open(&parts).unwrap();
    pays(&phone, &asks(&town.till(), kroner(20)).bytes).unwrap();
}

/// A network stack that never answers.
struct Silent;

#[async_trait]
impl Transport for Silent {
    async fn send(&self, _: HttpCall) -> Result<HttpAnswer, TransportPortError> {
        std::future::pending().await
    }
}

#[test]
fn a_network_that_never_answers_ends_by_itself_and_the_call_is_repeated() {
    let town = Town::new();
    let phone = town.phone(&town.parts());
    let bank = phone.banks().unwrap()[0].number;
    let report = block_on(phone.sync(Arc::new(Silent), bank, None)).unwrap();
    assert!(report.failure.is_some());
    let report = block_on(phone.sync(Arc::clone(&town.server), bank, None)).unwrap();
    assert_eq!(report.failure, None);
}

#[test]
fn every_contract_suite_passes_what_is_right_and_names_what_is_not() {
    let town = Town::new();
    let (keys, parts) = with_keys(&town.parts());
    block_on(check_device_keys(parts.keys)).unwrap();
    keys.becomes(Wrong::NoSignature);
    let error = block_on(check_device_keys(keys.clone())).unwrap_err();
    let detail = &error.info().detail;
    assert!(detail.contains("signature"), "{detail}");
    let vault = || software_key_vault(town.path("another vault")).unwrap();
    check_key_vault(vault(), vault()).unwrap();
    let guard = || software_rollback_guard(town.path("another guard")).unwrap();
    check_rollback_guard(guard(), guard()).unwrap();
    let used = check_rollback_guard(guard(), guard()).unwrap_err();
    assert!(used.info().detail.contains("unused"), "{used}");
    check_terminal_keys(software_terminal_keys(town.path("more keys")).unwrap()).unwrap();
}

#[test]
fn garbage_is_answered_with_words_and_a_status() {
    let town = Town::new();
    let phone = town.phone(&town.parts());
    for bytes in [
        vec![],
        vec![0xff; 300],
        vec![0x83, 1, 0x40, 0x40],
        vec![0; 70_000],
    ] {
        let error = phone.review(bytes.clone()).err().expect("no request");
        assert!(!error.info().action.is_empty());
        assert!(inspect(bytes.clone()).is_err() || bytes.len() == 4);
        let answer = phone.process_apdu(bytes).unwrap();
        assert!(answer.len() >= 2);
    }
    let error = phone.stage("zz".to_owned()).unwrap_err();
    assert_eq!(error.info().code, "argument.invalid");
}

#[test]
fn a_package_of_another_release_is_told_who_met_whom() {
    check_version(
        "org.skilling:skilling-wallet".to_owned(),
        env!("CARGO_PKG_VERSION").to_owned(),
    )
    .unwrap();
    let error = check_version(
        "org.skilling:skilling-wallet".to_owned(),
        "7.3.1".to_owned(),
    );
    let text = error.unwrap_err().info().detail.clone();
    for part in [
        "org.skilling:skilling-wallet",
        "7.3.1",
        env!("CARGO_PKG_VERSION"),
    ] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn the_signatures_that_key_stores_give_become_64_bytes() {
    let mut der = vec![0x30, 0x45, 0x02, 0x21, 0x00];
    der.extend([0x91; 32]);
    der.extend([0x02, 0x20]);
    der.extend([0x12; 32]);
    let raw = signature_from_der(der.clone()).unwrap().bytes;
    assert_eq!(raw, [[0x91; 32], [0x12; 32]].concat());
    der.push(0);
    assert!(signature_from_der(der).is_err());
}
