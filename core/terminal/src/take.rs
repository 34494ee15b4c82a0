//! Taking what others signed: bundles, status lists, outage bulletins, certificates, proofs. From a file, a poster's
//! code, a phone or a server alike: what counts is the signature.

use skilling_protocol::error::{DecodeError, Rule};
use skilling_protocol::fraud;
use skilling_protocol::message::{Expected as _, Message, MessageType, Token, is_bundle_of};
use skilling_protocol::objects::{Merchant, Outage, TrustBundle};
use skilling_protocol::signed::Signed;
use skilling_protocol::status_list::{StatusList, StatusListError};
use skilling_protocol::values::{PublicKey, Seconds};

use crate::error::TerminalError;
use crate::store;
use crate::terminal::{Terminal, VERIFIER, Work};

/// What was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// Which kind of message.
    pub kind: MessageType,
    /// False: what was held already is as new or newer, and stays.
    pub is_new: bool,
}

impl Terminal {
    /// Takes a trust bundle (4), status list (5), fraud proof (6), outage bulletin (8) or merchant certificate (17), once its
    /// signature is verified. What is older than what is held changes nothing. All tills of the store have it at once.
    ///
    /// # Errors
    /// [`TerminalError::Malformed`] (also a bundle with an enumeration value of a later version),
    /// [`TerminalError::UnknownRoot`], [`TerminalError::StatusList`], [`TerminalError::NoProof`],
    /// [`TerminalError::UnknownAcquirer`], [`TerminalError::NoTrustBundle`], or the store's.
    pub fn take(&self, message: &[u8]) -> Result<Taken, TerminalError> {
        let kind = MessageType::of(message)?;
        if kind == MessageType::TrustBundle && !is_bundle_of(message, &self.roots, &VERIFIER)? {
            return Err(TerminalError::UnknownRoot);
        }
        let decoded = Message::decode(message)?;
        let is_new = self.change(|work| match decoded {
            Message::TrustBundle(bundle) => take_bundle(work, *bundle, &self.roots),
            Message::Outage(outage) => take_outage(work, outage, &self.roots),
            Message::StatusList(cwt) => take_status_list(work, &cwt),
            Message::FraudProof(tokens) => take_proof(work, &tokens),
            Message::Renewed(merchant) => take_certificate(work, merchant),
            _ => Err(TerminalError::Malformed(DecodeError {
                rule: Rule::UnexpectedMessageType,
                offset: 1,
                field: "message type",
            })),
        })?;
        Ok(Taken { kind, is_new })
    }

    /// Takes a merchant certificate that came as the bare object, as an acquirer hands it out at installation.
    ///
    /// # Errors
    /// As [`Self::take`].
    pub fn take_certificate(&self, object: &[u8]) -> Result<Taken, TerminalError> {
        self.take(&Signed::<Merchant>::decode(object)?.encode())
    }
}

fn take_bundle(
    work: &Work<'_>,
    signed: Signed<TrustBundle>,
    roots: &[PublicKey],
) -> Result<bool, TerminalError> {
    let bundle = signed
        .verify_with_any((), roots, &VERIFIER)
        .map_err(|_| TerminalError::UnknownRoot)?;
    let held = work.trust.bundle.as_ref();
    if held.is_some_and(|held| held.version >= bundle.version) {
        return Ok(false);
    }
    store::trust::put_bundle(&work.tx, &bundle.signed().encode())?;
    Ok(true)
}

fn take_outage(
    work: &Work<'_>,
    signed: Signed<Outage>,
    roots: &[PublicKey],
) -> Result<bool, TerminalError> {
    let outage = signed
        .verify_with_any((), roots, &VERIFIER)
        .map_err(|_| TerminalError::UnknownRoot)?;
    let held = work.trust.outage(outage.currency);
    if held.is_some_and(|held| held.serial >= outage.serial) {
        return Ok(false);
    }
    store::trust::put_outage(&work.tx, outage.currency, &outage.signed().encode())?;
    Ok(true)
}

fn take_status_list(work: &Work<'_>, cwt: &[u8]) -> Result<bool, TerminalError> {
    let trust = work.trust;
    let bundle = trust.bundle.as_ref().ok_or(TerminalError::NoTrustBundle)?;
    let list = StatusList::verify(cwt, &bundle.issuers, &VERIFIER)?;
    let issuer = bundle.issuers.iter().find(|it| list.is_of(it));
    let issuer = issuer.ok_or(StatusListError::NoSuchIssuer)?;
    // The smallest skew, so that a list that is taken is no list from the future for any currency.
    let skews = issuer.currencies.iter().filter_map(|it| trust.policy(*it));
    let skew = skews.map(|it| it.skew).min().unwrap_or(Seconds(0));
    if list.is_from_the_future(work.now, skew) {
        let why = "issued in the future by this terminal's clock";
        return Err(StatusListError::NotAcceptable(why).into());
    }
    let held = trust.status_lists.iter().find(|it| it.is_of(issuer));
    if held.is_some_and(|held| !held.is_replaced_by(&list)) {
        return Ok(false);
    }
    store::trust::put_status_list(&work.tx, &issuer.key, cwt)?;
    Ok(true)
}

fn take_proof(work: &Work<'_>, tokens: &(Token, Token)) -> Result<bool, TerminalError> {
    let bundle = work.trust.bundle.as_ref();
    let bundle = bundle.ok_or(TerminalError::NoTrustBundle)?;
    let proof = fraud::prove(&tokens.0, &tokens.1, bundle, &VERIFIER)?;
    let pay_key = &proof.allowance.pay_key;
    let known = store::payments::is_convicted(&work.tx, pay_key)?;
    store::payments::keep_proof(&work.tx, pay_key, &tokens.encode())?;
    Ok(!known)
}

fn take_certificate(work: &Work<'_>, signed: Signed<Merchant>) -> Result<bool, TerminalError> {
    let bundle = work.trust.bundle.as_ref();
    let bundle = bundle.ok_or(TerminalError::NoTrustBundle)?;
    let key_id = signed.key_id().ok_or(TerminalError::UnknownAcquirer)?;
    for acquirer in bundle.acquirers_with(key_id) {
        if !acquirer.is_active(work.now) {
            continue;
        }
        if let Ok(merchant) = signed.clone().verify((), &acquirer.key, &VERIFIER) {
            let held = work.trust.certificates.iter();
            let known = held.clone().any(|it| it.merchant.id() == merchant.id());
            store::trust::put_certificate(&work.tx, &merchant, &acquirer.key)?;
            return Ok(!known);
        }
    }
    Err(TerminalError::UnknownAcquirer)
}
