//! One mutation: a token taken apart, changed in one place, and put together again.

use skilling_protocol::error::DecodeError;
use skilling_protocol::message::Token;
use skilling_protocol::objects::{Allowance, Payment};
use skilling_protocol::reason::Reason;

use super::draft::{self, Draft};
use super::keys::{Keys, Role};
use super::off::flipped;

/// What a mutation takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    /// Works on every token.
    Nothing,
    /// The pay key: the payment is signed anew.
    PayKey,
    /// The issuer's key and the pay key: both objects are signed anew.
    IssuerKey,
}

/// One mutation.
#[derive(Debug)]
pub(super) struct Flip {
    pub(super) name: &'static str,
    pub(super) reason: Reason,
    pub(super) needs: Needs,
    /// What is changed.
    pub(super) what: &'static str,
    /// What `skilling verify` must be given besides, to see it.
    pub(super) given: Option<&'static str>,
    pub(super) change: fn(&mut Bench<'_>) -> Result<(), &'static str>,
}

/// A token taken apart.
pub(super) struct Bench<'t> {
    pub(super) token: &'t Token,
    pub(super) allowance: Draft,
    pub(super) payment: Draft,
    pub(super) allowance_signature: Hand,
    pub(super) payment_signature: Hand,
    /// Done to the encoded objects, allowance first.
    pub(super) elements: fn(Vec<Vec<u8>>) -> Vec<Vec<u8>>,
    pub(super) kind: u64,
    /// Done to the message last.
    pub(super) whole: fn(Vec<u8>) -> Vec<u8>,
}

/// Who signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hand {
    Keep,
    Flip,
    Zero,
    Of(Role),
}

impl Hand {
    fn sign(self, draft: &Draft, old: &[u8], keys: &Keys) -> Vec<u8> {
        match self {
            Self::Keep => draft.with_signature(old),
            Self::Flip => draft.with_signature(&flipped(old)),
            Self::Zero => draft.with_signature(&[0; 64]),
            Self::Of(role) => draft.sign(keys.key(role)),
        }
    }
}

impl<'t> Bench<'t> {
    fn of(token: &'t Token) -> Result<Self, DecodeError> {
        Ok(Self {
            token,
            allowance: Draft::of(&token.allowance, ())?,
            payment: Draft::of(&token.payment, token.allowance_id())?,
            allowance_signature: Hand::Keep,
            payment_signature: Hand::Keep,
            elements: |elements| elements,
            kind: 2,
            whole: |bytes| bytes,
        })
    }

    pub(super) fn old(&self) -> (&Allowance, &Payment) {
        (
            self.token.allowance.unverified(),
            self.token.payment.unverified(),
        )
    }

    fn assemble(mut self, keys: &Keys) -> Vec<u8> {
        let old = self.token.allowance.signature().as_bytes();
        let allowance = self.allowance_signature.sign(&self.allowance, old, keys);
        self.payment.parent = Some(self.allowance.id());
        let old = self.token.payment.signature().as_bytes();
        let payment = self.payment_signature.sign(&self.payment, old, keys);
        let elements = (self.elements)(vec![allowance, payment]);
        (self.whole)(draft::message(self.kind, &elements))
    }
}

/// The mutant. With `keeps_signature` what is signed changes and its signature does not.
pub(super) fn apply(
    flip: &Flip,
    token: &Token,
    keys: &Keys,
    keeps_signature: bool,
) -> Result<Vec<u8>, String> {
    let mut bench = Bench::of(token).map_err(|error| error.to_string())?;
    (flip.change)(&mut bench)?;
    if !keeps_signature {
        if flip.needs == Needs::IssuerKey {
            bench.allowance_signature = Hand::Of(Role::Issuer);
        }
        if flip.needs != Needs::Nothing {
            bench.payment_signature = Hand::Of(Role::Pay);
        }
    }
    Ok(bench.assemble(keys))
}

/// What comes of it when the signature is kept.
pub(super) fn reason_unsigned(flip: &Flip) -> Option<Reason> {
    match flip.needs {
        Needs::Nothing => None,
        // Rule 5 comes before any signature.
        _ if flip.reason == Reason::IssuerSuspended => Some(flip.reason),
        Needs::PayKey => Some(Reason::BadPaymentSignature),
        Needs::IssuerKey => Some(Reason::BadAllowanceSignature),
    }
}
