//! Fraud proofs: two tokens that an honest wallet never signs both (protocol section 7).

use crate::crypto::Verifier;
use crate::message::Token;
use crate::objects::{Allowance, Payment, Sequence, TrustBundle};
use crate::rules::Conflict;
use crate::signed::Verified;
use crate::values::{Amount, ObjectId, PublicKey};

/// What rules 24 and 25 look at of one payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastPayment {
    /// Its id.
    pub id: ObjectId<Payment>,
    /// Its number.
    pub sequence: Sequence,
    /// Its amount.
    pub amount: Amount,
    /// Its `spent`.
    pub spent: Amount,
    /// Its `released`.
    pub released: Amount,
}

impl PastPayment {
    /// From a verified payment.
    #[must_use]
    pub fn of(payment: &Verified<Payment>) -> Self {
        Self {
            id: payment.id(),
            sequence: payment.sequence,
            amount: payment.amount,
            spent: payment.spent,
            released: payment.released,
        }
    }

    /// What the two, **under one allowance**, convict of (rules 24 and 25). The order of the two does not matter.
    #[must_use]
    pub fn conflict_with(&self, other: &Self) -> Option<Conflict> {
        if self.id == other.id {
            return None;
        }
        if self.sequence == other.sequence {
            return Some(Conflict::ConflictingPayment);
        }
        let (a, b) = if self.sequence < other.sequence {
            (self, other)
        } else {
            (other, self)
        };
        // A sum past the largest amount is more than any `spent` can be.
        let least = a.spent.checked_add(b.amount);
        let went_down = least.is_none_or(|least| b.spent < least) || b.released < a.released;
        went_down.then_some(Conflict::InconsistentHistory)
    }
}

/// Two tokens that convict: signatures verified, conflict seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FraudProof {
    /// What they convict of.
    pub conflict: Conflict,
    /// Under which allowance.
    pub allowance: Verified<Allowance>,
    /// The issuer whose key signed it.
    pub issuer_key: PublicKey,
    /// The two payments, in the order given.
    pub payments: (Verified<Payment>, Verified<Payment>),
}

/// Why two tokens prove nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoProof {
    /// No issuer key with that id: it cannot be decided.
    #[error("the bundle has no issuer key with the allowance's key id")]
    UnknownIssuer,
    /// The allowance's signature does not verify.
    #[error("an allowance's signature does not verify")]
    BadAllowance,
    /// A payment's signature does not verify under the allowance's pay key.
    #[error("a payment's signature does not verify under the allowance's pay key")]
    BadPayment,
    /// They are under two allowances.
    #[error("the tokens are under different allowances")]
    DifferentAllowances,
    /// Twice the same payment, whatever the signatures.
    #[error("both tokens are the same payment")]
    SamePayment,
    /// An honest wallet could have signed both.
    #[error("an honest wallet can have signed both")]
    Consistent,
}

/// Checks two tokens with the issuer keys of `bundle`. Its expiry and an issuer's suspension or validity do not
/// matter here: what was signed, was signed.
///
/// # Errors
/// Why they prove nothing.
pub fn prove(
    a: &Token,
    b: &Token,
    bundle: &Verified<TrustBundle>,
    verifier: &(impl Verifier + ?Sized),
) -> Result<FraudProof, NoProof> {
    if a.allowance_id() != b.allowance_id() {
        return Err(NoProof::DifferentAllowances);
    }
    let (allowance, issuer_key) = verify_allowance(a, bundle, verifier)?;
    // The same id may come with another signature, which must hold too.
    verify_allowance(b, bundle, verifier)?;
    let verify = |token: &Token| {
        token
            .payment
            .clone()
            .verify(allowance.id(), &allowance.pay_key, verifier)
            .map_err(|_| NoProof::BadPayment)
    };
    let payments = (verify(a)?, verify(b)?);
    let (first, second) = (PastPayment::of(&payments.0), PastPayment::of(&payments.1));
    if first.id == second.id {
        return Err(NoProof::SamePayment);
    }
    let conflict = first.conflict_with(&second).ok_or(NoProof::Consistent)?;
    Ok(FraudProof {
        conflict,
        allowance,
        issuer_key,
        payments,
    })
}

fn verify_allowance(
    token: &Token,
    bundle: &Verified<TrustBundle>,
    verifier: &(impl Verifier + ?Sized),
) -> Result<(Verified<Allowance>, PublicKey), NoProof> {
    let id = token.allowance.key_id().ok_or(NoProof::UnknownIssuer)?;
    let mut known = false;
    for issuer in bundle.issuers_with(id) {
        known = true;
        if let Ok(allowance) = token.allowance.clone().verify((), &issuer.key, verifier) {
            return Ok((allowance, issuer.key));
        }
    }
    Err(if known {
        NoProof::BadAllowance
    } else {
        NoProof::UnknownIssuer
    })
}
