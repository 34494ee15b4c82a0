//! Renewal: a terminal known here gets its next certificate, under the same key or a new one.

use skilling_protocol::crypto::DefaultVerifier;
use skilling_protocol::message::{Expected as _, RenewalCall};
use skilling_protocol::objects::{Merchant, Renewal};
use skilling_protocol::reason::Reason;
use skilling_protocol::signed::Verified;
use skilling_protocol::values::{Digest, Time};

use super::AcquirerRole;
use super::merchants::{Holder, certificate};
use crate::calls::{Answered, CallId};
use crate::error::Error;
use crate::store::{TerminalRow, Tx};
use crate::verify::digest;

/// A renewal whose certificate and signature hold.
pub(crate) struct RenewCall {
    merchant: Verified<Merchant>,
    renewal: Verified<Renewal>,
    body: Digest,
}

impl RenewCall {
    /// Decodes and verifies: needs no store.
    pub(crate) fn read(body: &[u8], role: &AcquirerRole) -> Result<Self, Reason> {
        let call = RenewalCall::decode(body).map_err(|it| it.reason())?;
        let verifier = DefaultVerifier::default();
        let untrusted = |_| Reason::TerminalNotTrusted;
        let key = role.key_public();
        let merchant = call
            .merchant
            .verify((), &key, &verifier)
            .map_err(untrusted)?;
        let renewal = call
            .renewal
            .verify(merchant.id(), &merchant.terminal_key, &verifier)
            .map_err(untrusted)?;
        Ok(Self {
            merchant,
            renewal,
            body: digest(body),
        })
    }
}

/// Answers a renewal.
pub(crate) fn renew(
    tx: &mut dyn Tx,
    call: &RenewCall,
    role: &AcquirerRole,
    now: Time,
) -> Result<Answered, Error> {
    let held = &call.merchant;
    let call_id = CallId {
        scope: "renew",
        key: held.terminal_key.as_bytes(),
        id: call.renewal.idempotency_id.as_bytes(),
        body: call.body,
    };
    if let Some(answered) = call_id.answered_before(tx)? {
        return Ok(answered);
    }
    // A key that another took over renews nothing: who has stolen it cannot come back with it.
    let known = tx.terminal(&held.terminal_key)?;
    let Some(mut terminal) = known.filter(|it| it.replaced_by.is_none()) else {
        return Ok(Err(Reason::TerminalNotTrusted));
    };
    let new_key = call.renewal.new_terminal_key.unwrap_or(held.terminal_key);
    let holder = Holder {
        merchant: held.id,
        name: &held.name,
        mcc: held.mcc,
        country: held.country,
        terminal_id: held.terminal_id,
        terminal_key: new_key,
    };
    let signed = certificate(role, &holder, now)?;
    if new_key == held.terminal_key {
        terminal.certificate = signed.to_bytes();
    } else {
        if tx.terminal(&new_key)?.is_some() {
            return Ok(Err(Reason::TerminalNotTrusted));
        }
        tx.put_terminal(&TerminalRow {
            key: new_key,
            certificate: signed.to_bytes(),
            ..terminal.clone()
        })?;
        terminal.replaced_by = Some(new_key);
    }
    tx.put_terminal(&terminal)?;
    let answer = signed.encode();
    call_id.keep(tx, &answer, now)?;
    Ok(Ok(answer))
}
