//! What a wallet checks of a payment request before anyone is asked anything (protocol section 5, Order), and what an
//! issuer or acquirer checks of one in evidence. Nothing here depends on an allowance.

use super::offline::extension_in_force;
use crate::crypto::Verifier;
use crate::message::PaymentRequest;
use crate::objects::{Merchant, Outage, Policy, Request, TrustBundle};
use crate::reason::Reason;
use crate::signed::Verified;
use crate::values::{Amount, Currency, PublicKey, Seconds, Time};

/// What the wallet knows when a request comes in.
#[derive(Debug, Clone, Copy)]
pub struct RequestContext<'a> {
    /// The wallet's clock.
    pub now: Time,
    /// The latest time signed by a root or an issuer that the wallet has seen.
    pub high_water_mark: Time,
    /// The bundle held.
    pub bundle: Option<&'a Verified<TrustBundle>>,
    /// The outage with the highest serial known of the request's currency.
    pub outage: Option<&'a Verified<Outage>>,
}

/// A request whose certificate and signature were verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedRequest {
    /// The certificate.
    pub merchant: Verified<Merchant>,
    /// The request.
    pub request: Verified<Request>,
    /// The acquirer key that signed the certificate.
    pub acquirer_key: PublicKey,
}

/// Signatures only: the certificate under a key of the bundle's acquirers, the request under the certificate's key.
/// Validity, suspension and times are the caller's.
///
/// # Errors
/// `UnknownAcquirer` (46), `MerchantCertificate` (44) or `BadRequestSignature` (45).
pub fn verify_payment_request(
    message: &PaymentRequest,
    bundle: &TrustBundle,
    verifier: &(impl Verifier + ?Sized),
) -> Result<VerifiedRequest, Reason> {
    verify_in_order(message, bundle, verifier, |_| Ok(()))
}

/// The certificate's signature, what `certificate` says of it, and only then the request's signature.
fn verify_in_order(
    message: &PaymentRequest,
    bundle: &TrustBundle,
    verifier: &(impl Verifier + ?Sized),
    certificate: impl Fn(&Merchant) -> Result<(), Reason>,
) -> Result<VerifiedRequest, Reason> {
    let id = message.merchant.key_id().ok_or(Reason::UnknownAcquirer)?;
    let mut known = false;
    for acquirer in bundle.acquirers_with(id) {
        known = true;
        let Ok(merchant) = message.merchant.clone().verify((), &acquirer.key, verifier) else {
            continue;
        };
        certificate(&merchant)?;
        let request = message
            .request
            .clone()
            .verify(merchant.id(), &merchant.terminal_key, verifier)
            .map_err(|_| Reason::BadRequestSignature)?;
        return Ok(VerifiedRequest {
            merchant,
            request,
            acquirer_key: acquirer.key,
        });
    }
    Err(if known {
        Reason::MerchantCertificate
    } else {
        Reason::UnknownAcquirer
    })
}

/// Everything section 5 demands of a request before an allowance is looked at.
///
/// # Errors
/// The code to refuse with: 3, 2 (the bundle accepts version 1 no more), 42, 46, 44, 45, 16, 12, 14, 27, 17 or 20.
pub fn check_request(
    message: &PaymentRequest,
    context: &RequestContext<'_>,
    verifier: &(impl Verifier + ?Sized),
) -> Result<VerifiedRequest, Reason> {
    let bundle = check_bundle(message.request.unverified().currency, context)?;
    let verified = verify_with_active_acquirer(message, bundle, context, verifier)?;
    check_verified(&verified, bundle, context)?;
    Ok(verified)
}

/// [`check_request`] for a request that passed it earlier: everything but the signatures, which do not change while the
/// acquirer key that signed stands active in the bundle.
///
/// # Errors
/// As [`check_request`], without 44 for a signature and 45.
pub fn check_request_again(
    verified: &VerifiedRequest,
    context: &RequestContext<'_>,
) -> Result<(), Reason> {
    let bundle = check_bundle(verified.request.currency, context)?;
    demand(
        is_active(&verified.acquirer_key, bundle, context.now),
        Reason::UnknownAcquirer,
    )?;
    check_verified(verified, bundle, context)
}

/// What comes before the signatures: bundle, version, clock.
fn check_bundle<'a>(
    currency: Currency,
    context: &RequestContext<'a>,
) -> Result<&'a TrustBundle, Reason> {
    let now = context.now;
    let bundle = context.bundle.ok_or(Reason::TrustExpired)?;
    demand(super::version_holds(context.bundle), Reason::Unsupported)?;
    let skew = skew(bundle, currency);
    let extension = extension_in_force(context.outage, now);
    demand(
        now.plus(skew) >= context.high_water_mark,
        Reason::HighWaterMark,
    )?;
    demand(bundle.is_in_force(now, extension), Reason::TrustExpired)?;
    Ok(bundle)
}

/// What comes after them.
fn check_verified(
    verified: &VerifiedRequest,
    bundle: &TrustBundle,
    context: &RequestContext<'_>,
) -> Result<(), Reason> {
    let (now, currency) = (context.now, verified.request.currency);
    let extension = extension_in_force(context.outage, now);
    demand(
        verified.merchant.is_valid_at(now, extension),
        Reason::MerchantCertificate,
    )?;
    check_times(&verified.request, now, skew(bundle, currency))?;
    let policy = bundle.policy(currency).ok_or(Reason::CurrencyMismatch)?;
    check_policy(verified, policy, context)
}

fn skew(bundle: &TrustBundle, currency: Currency) -> Seconds {
    let policy = bundle.policy(currency);
    policy.map_or(Seconds(0), |policy| policy.skew)
}

fn is_active(key: &PublicKey, bundle: &TrustBundle, now: Time) -> bool {
    let mut acquirers = bundle.acquirers.iter();
    acquirers.any(|it| it.key == *key && it.is_active(now))
}

fn demand(holds: bool, otherwise: Reason) -> Result<(), Reason> {
    if holds { Ok(()) } else { Err(otherwise) }
}

fn verify_with_active_acquirer(
    message: &PaymentRequest,
    bundle: &TrustBundle,
    context: &RequestContext<'_>,
    verifier: &(impl Verifier + ?Sized),
) -> Result<VerifiedRequest, Reason> {
    let now = context.now;
    let extension = extension_in_force(context.outage, now);
    let id = message.merchant.key_id().ok_or(Reason::UnknownAcquirer)?;
    // 46 before 44: where nobody active has that id, no signature is looked at.
    demand(
        bundle.acquirers_with(id).any(|it| it.is_active(now)),
        Reason::UnknownAcquirer,
    )?;
    let verified = verify_in_order(message, bundle, verifier, |certificate| {
        demand(
            certificate.is_valid_at(now, extension),
            Reason::MerchantCertificate,
        )
    })?;
    demand(
        is_active(&verified.acquirer_key, bundle, now),
        Reason::UnknownAcquirer,
    )?;
    Ok(verified)
}

fn check_times(request: &Request, now: Time, skew: Seconds) -> Result<(), Reason> {
    let latest = now.plus(skew);
    demand(request.made_at <= latest, Reason::ClockSkew)?;
    match request.answer_before() {
        None => Ok(()),
        Some(end) => {
            demand(
                now.distance(request.made_at) <= u64::from(skew),
                Reason::ClockSkew,
            )?;
            demand(end > now.minus(skew), Reason::RequestExpired)
        }
    }
}

fn check_policy(
    verified: &VerifiedRequest,
    policy: &Policy,
    context: &RequestContext<'_>,
) -> Result<(), Reason> {
    let declared = context
        .outage
        .is_some_and(|outage| outage.is_in_force(context.now));
    let open = !policy.outage_only || verified.request.offline_since.is_some() || declared;
    demand(open, Reason::OutageRequired)?;
    let amount = verified.request.amount().unwrap_or(Amount::ZERO);
    demand(amount <= policy.max_payment, Reason::OverCap)?;
    demand(
        policy.is_open_for(verified.merchant.mcc),
        Reason::CategoryClosed,
    )
}
