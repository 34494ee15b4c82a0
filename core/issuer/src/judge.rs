//! What evidence is worth: signatures first, then the rules of section 6 that an issuer looks at again (sync.md, "Who is
//! paid"), each at the payment's own time with the bundles and outages of that time.

use skilling_protocol::crypto::Verifier;
use skilling_protocol::message::{Evidence, PaymentRequest};
use skilling_protocol::objects::{Allowance, Payment, Policy};
use skilling_protocol::reason::Reason;
use skilling_protocol::rules::{VerifiedRequest, limit_holds};
use skilling_protocol::signed::Verified;
use skilling_protocol::values::{KeyId, PublicKey, Seconds};

use crate::scheme::TrustHistory;

/// Evidence whose signatures hold and which hangs together.
#[derive(Debug, Clone)]
pub(crate) struct Judged {
    pub(crate) allowance: Verified<Allowance>,
    pub(crate) payment: Verified<Payment>,
    pub(crate) request: VerifiedRequest,
    /// A voided or declined receipt that verifies is in it.
    pub(crate) released: bool,
    /// An accepted receipt that verifies is in it.
    pub(crate) accepted: bool,
    /// The first rule it fails, if any.
    pub(crate) fails: Option<Reason>,
}

impl Judged {
    /// The acquirer whose key signed the certificate.
    pub(crate) fn acquirer(&self) -> KeyId {
        self.request.acquirer_key.key_id()
    }
}

/// Judges evidence under an allowance of `issuer`.
///
/// # Errors
/// The rule whose failure means that nothing follows from the evidence at all: 4, 6, 10 or 11.
pub(crate) fn judge(
    evidence: &Evidence,
    issuer: &PublicKey,
    history: &TrustHistory,
    verifier: &impl Verifier,
) -> Result<Judged, Reason> {
    let signed = evidence.token.allowance.clone();
    if signed.key_id() != Some(issuer.key_id()) {
        return Err(Reason::UnknownIssuer);
    }
    let allowance = signed
        .verify((), issuer, verifier)
        .map_err(|_| Reason::BadAllowanceSignature)?;
    let payment = evidence
        .token
        .payment
        .clone()
        .verify(allowance.id(), &allowance.pay_key, verifier)
        .map_err(|_| Reason::BadPaymentSignature)?;
    let request = verified_request(evidence, history, verifier)?;
    if payment.request_id != request.request.id() {
        return Err(Reason::UnknownRequest);
    }
    let (released, accepted) = receipts(evidence, &payment, &request, verifier);
    let fails = first_failure(&allowance, &payment, &request, history);
    Ok(Judged {
        allowance,
        payment,
        request,
        released,
        accepted,
        fails,
    })
}

/// Certificate and request, under any acquirer that was ever listed.
fn verified_request(
    evidence: &Evidence,
    history: &TrustHistory,
    verifier: &impl Verifier,
) -> Result<VerifiedRequest, Reason> {
    let PaymentRequest { merchant, request } = &evidence.request;
    let keys = history.acquirer_keys().iter();
    let mut named = keys.filter(|key| merchant.key_id() == Some(key.key_id()));
    let found = named.find_map(|key| {
        let merchant = merchant.clone().verify((), key, verifier).ok()?;
        Some((*key, merchant))
    });
    let (acquirer_key, merchant) = found.ok_or(Reason::UnknownRequest)?;
    let request = request
        .clone()
        .verify(merchant.id(), &merchant.terminal_key, verifier)
        .map_err(|_| Reason::UnknownRequest)?;
    Ok(VerifiedRequest {
        merchant,
        request,
        acquirer_key,
    })
}

/// A receipt that does not verify counts as absent.
fn receipts(
    evidence: &Evidence,
    payment: &Verified<Payment>,
    request: &VerifiedRequest,
    verifier: &impl Verifier,
) -> (bool, bool) {
    let key = &request.merchant.terminal_key;
    let outcomes: Vec<_> = evidence
        .receipts
        .iter()
        .filter_map(|it| it.clone().verify(payment.id(), key, verifier).ok())
        .map(|receipt| receipt.outcome)
        .collect();
    let released = outcomes.iter().any(|it| it.releases());
    let accepted = outcomes.iter().any(|it| !it.releases());
    (released, accepted)
}

fn first_failure(
    allowance: &Allowance,
    payment: &Payment,
    request: &VerifiedRequest,
    history: &TrustHistory,
) -> Option<Reason> {
    let extension = history.extension_at(allowance.currency, payment.time);
    let policies: Vec<&Policy> = history
        .bundles_at(payment.time, extension)
        .filter_map(|bundle| bundle.policy(allowance.currency))
        .collect();
    let fixed = by_the_objects_alone(allowance, payment, request, history, extension);
    fixed.or_else(|| {
        // The terminal went by one bundle: one that lets it pass is enough.
        let verdicts = policies
            .iter()
            .map(|policy| by_policy(allowance, payment, request, policy));
        let mut first = Some(Reason::CurrencyMismatch);
        for verdict in verdicts {
            first = verdict;
            if first.is_none() {
                break;
            }
        }
        first
    })
}

fn by_the_objects_alone(
    allowance: &Allowance,
    payment: &Payment,
    request: &VerifiedRequest,
    history: &TrustHistory,
    extension: Seconds,
) -> Option<Reason> {
    let (merchant, asked) = (&request.merchant, &request.request);
    let at_request = history.extension_at(asked.currency, asked.made_at);
    let rules = [
        (
            payment.time < allowance.valid_until.plus(extension),
            Reason::AllowanceExpired,
        ),
        (
            merchant.is_valid_at(asked.made_at, at_request),
            Reason::MerchantCertificate,
        ),
        (payment.merchant_id == merchant.id, Reason::MerchantMismatch),
        (
            asked.currency == allowance.currency,
            Reason::CurrencyMismatch,
        ),
        (
            asked.amount().is_none_or(|it| it == payment.amount),
            Reason::AmountMismatch,
        ),
        (payment.amount <= allowance.cap, Reason::OverCap),
        (limit_holds(payment, allowance.limit), Reason::OverLimit),
        (
            payment.sequence.get() <= allowance.max_payments,
            Reason::OverCount,
        ),
        (allowance.is_open_for(merchant.mcc), Reason::CategoryClosed),
    ];
    first_broken(&rules)
}

fn by_policy(
    allowance: &Allowance,
    payment: &Payment,
    request: &VerifiedRequest,
    policy: &Policy,
) -> Option<Reason> {
    let rules = [
        (
            payment.time.plus(policy.skew) >= allowance.valid_from,
            Reason::AllowanceNotValidYet,
        ),
        (payment.amount <= policy.max_payment, Reason::OverCap),
        (
            policy.is_open_for(request.merchant.mcc),
            Reason::CategoryClosed,
        ),
        (
            allowance.key_protection >= policy.min_key_protection,
            Reason::KeyProtectionTooWeak,
        ),
    ];
    first_broken(&rules)
}

fn first_broken(rules: &[(bool, Reason)]) -> Option<Reason> {
    rules
        .iter()
        .find(|(holds, _)| !holds)
        .map(|(_, rule)| *rule)
}
