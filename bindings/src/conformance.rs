//! Contract suites: does an app's implementation of a port keep its contract? Run them on a real device for real implementations,
//! and in tests for stand-ins. Each throws `PortFailed` with the first MUST that is broken in its `detail`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use skilling_link::apdu::AID;
use skilling_protocol::crypto::{DefaultVerifier, Verifier as _};
use skilling_protocol::values::Signature;
use skilling_wallet::conformance::{self, Broken};
use skilling_wallet::ports as core;

use crate::CoreError;
use crate::error::info;
use crate::ports::{
    DeviceKeys, HostGuard, HostKeys, HostTransport, HostVault, KeyVault, Patience, Port,
    PortProblem, RollbackGuard, TerminalKeys, TerminalKeysError, TerminalPublicKey, Transceiver,
    Transport, WallClock,
};
use crate::values::public_key;

const AGAIN: &str = "Correct the implementation and run the suite again.";

fn broken(port: Port, must: &str) -> CoreError {
    CoreError::PortFailed {
        info: info(
            &format!("port.{}.contract_broken", port.name()),
            format!("{}: {must}", port.title()),
            AGAIN,
        ),
        port,
        problem: PortProblem::ContractBroken,
    }
}

fn of(port: Port) -> impl FnOnce(Broken) -> CoreError {
    move |it| broken(port, it.broken)
}

fn must(port: Port, holds: bool, words: &str) -> Result<(), CoreError> {
    if holds {
        Ok(())
    } else {
        Err(broken(port, words))
    }
}

/// Runs keys through their contract: makes two, signs, deletes them. A person, or their stand-in, must agree when asked.
/// Off the main thread.
///
/// # Errors
/// `PortFailed` with the MUST that is broken.
#[uniffi::export]
pub async fn check_device_keys(keys: Arc<dyn DeviceKeys>) -> Result<(), CoreError> {
    let keys = HostKeys::new(keys, Patience::USUAL)?;
    conformance::device_keys(&keys)
        .await
        .map_err(of(Port::DeviceKeys))
}

/// Runs a vault through its contract. `reopened` is the same vault made anew, as after a restart. Off the main thread.
///
/// # Errors
/// `PortFailed` with the MUST that is broken.
#[uniffi::export]
pub fn check_key_vault(
    vault: Arc<dyn KeyVault>,
    reopened: Arc<dyn KeyVault>,
) -> Result<(), CoreError> {
    let next = in_turn(vault, reopened);
    conformance::key_vault(&|| -> Box<dyn core::KeyVault> {
        Box::new(HostVault::new(next(), Patience::USUAL))
    })
    .map_err(of(Port::KeyVault))
}

/// Runs an **unused** guard through its contract. `reopened` is the same guard made anew, as after a restart. It keeps a mark
/// afterwards: use one of another name than the wallet's. Off the main thread.
///
/// # Errors
/// `PortFailed` with the MUST that is broken.
#[uniffi::export]
pub fn check_rollback_guard(
    guard: Arc<dyn RollbackGuard>,
    reopened: Arc<dyn RollbackGuard>,
) -> Result<(), CoreError> {
    let next = in_turn(guard, reopened);
    conformance::rollback_guard(&|| -> Box<dyn core::RollbackGuard> {
        Box::new(HostGuard::new(next(), Patience::USUAL))
    })
    .map_err(of(Port::RollbackGuard))
}

/// The one first, the other and the one by turns after that.
fn in_turn<T: ?Sized>(one: Arc<T>, other: Arc<T>) -> impl Fn() -> Arc<T> {
    let is_other = AtomicBool::new(false);
    move || {
        if is_other.fetch_not(Ordering::SeqCst) {
            Arc::clone(&other)
        } else {
            Arc::clone(&one)
        }
    }
}

/// Runs a transport through its contract against a server of this system: answers of any status come back as answers. Off the main thread.
///
/// # Errors
/// `PortFailed` with the MUST that is broken.
#[uniffi::export]
pub async fn check_transport(transport: Arc<dyn Transport>) -> Result<(), CoreError> {
    use skilling_platform::transport::{HttpRequest, Transport as _};
    let host = HostTransport {
        foreign: transport,
        patience: Patience::USUAL,
    };
    let nothing = host.send(HttpRequest::get("/v1/no-such-path")).await;
    let status = nothing.map(|answer| answer.status);
    must(
        Port::Transport,
        status == Ok(404),
        "a path that does not exist is an answer with status 404, not an error",
    )?;
    let nonce = host.send(HttpRequest::post("/v1/nonce", &[])).await;
    let nonce = nonce.map(|answer| (answer.status, answer.body.len()));
    must(
        Port::Transport,
        nonce == Ok((200, 34)),
        "an empty POST is sent, and the body of its answer comes back unchanged",
    )
}

/// Runs a clock through its contract. Off the main thread.
///
/// # Errors
/// `PortFailed` with the MUST that is broken.
#[uniffi::export]
pub fn check_wall_clock(clock: Arc<dyn WallClock>) -> Result<(), CoreError> {
    let read = || {
        let reading = clock.now().map(|reading| reading.unix_seconds);
        reading.map_err(|_| CoreError::port(Port::WallClock, PortProblem::Undeclared))
    };
    let (first, second) = (read()?, read()?);
    must(
        Port::WallClock,
        first > 1_600_000_000 && first < 10_000_000_000,
        "a clock says whole seconds since 1970",
    )?;
    must(
        Port::WallClock,
        second >= first && second - first < 60,
        "two readings in a row are not far apart and not backwards",
    )
}

/// Runs a till's keys through their contract. Makes two keys that stay: use a store of another name than the till's. Off the main thread.
///
/// # Errors
/// `PortFailed` with the MUST that is broken.
#[uniffi::export]
pub fn check_terminal_keys(keys: Arc<dyn TerminalKeys>) -> Result<(), CoreError> {
    const MESSAGE: &[u8] = b"conformance";
    let port = Port::TerminalKeys;
    let (one, other) = (keys.create()?, keys.create()?);
    let point = |name: &TerminalPublicKey| {
        public_key(&name.bytes).ok_or_else(|| broken(port, "a key is a point of P-256"))
    };
    let (first, second) = (point(&one)?, point(&other)?);
    must(port, first != second, "every key made is another")?;
    let listed = keys.list()?.keys;
    let listed: Vec<_> = listed.iter().map(point).collect::<Result<_, _>>()?;
    must(
        port,
        listed.contains(&first) && listed.contains(&second),
        "keys that were made are listed",
    )?;
    for (name, key) in [(one, first), (other, second)] {
        let signed = keys.sign(name, MESSAGE.to_vec())?;
        let signature = Signature::from_bytes(&signed.bytes);
        let signature = signature.map_err(|_| broken(port, "a signature is 64 bytes r || s"))?;
        let verified = DefaultVerifier {}.verify(&key, MESSAGE, &signature);
        must(port, verified.is_ok(), "a signature verifies under its key")?;
    }
    let unknown = TerminalPublicKey { bytes: vec![2; 33] };
    must(
        port,
        keys.sign(unknown, MESSAGE.to_vec()) == Err(TerminalKeysError::NoSuchKey),
        "an unknown key is NoSuchKey",
    )
}

/// Runs a reader through its contract, with a phone in front of it whose wallet is in front, or a simulated one. Pays nothing.
/// Off the main thread.
///
/// # Errors
/// `PortFailed` with the MUST that is broken.
#[uniffi::export]
pub fn check_transceiver(transceiver: Arc<dyn Transceiver>) -> Result<(), CoreError> {
    const SELECT: [u8; 5] = [0x00, 0xA4, 0x04, 0x00, 7];
    const REPEAT: [u8; 5] = [0x80, 0x40, 0x01, 0x00, 255];
    let port = Port::Transceiver;
    let send = |command: &[u8]| {
        let answer = transceiver.transceive(command.to_vec());
        let answer = answer.map_err(|_| broken(port, "a phone in the field is no lost link"))?;
        let is_whole = (2..=65_538).contains(&answer.bytes.len());
        must(port, is_whole, "a response has its two status bytes")?;
        Ok::<_, CoreError>(answer.bytes)
    };
    let select = [&SELECT[..], &AID, &[0]].concat();
    let first = send(&select)?;
    must(
        port,
        first.len() > 2 && first.ends_with(&[0x90, 0x00]),
        "data and status of a response come back together (is the wallet in front?)",
    )?;
    must(
        port,
        send(&[0x80, 0x00, 0x00, 0x00])? == [0x6D, 0x00],
        "an error's status comes back as a response",
    )?;
    must(
        port,
        send(&select)? == first,
        "each command gets its own response, unchanged",
    )?;
    send(&[&REPEAT[..], &[0; 255], &[0]].concat()).map(|_| ())
}
