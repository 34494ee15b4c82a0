//! One token and everything a terminal would know when it comes in.

use skilling_protocol::crypto::DefaultVerifier;
use skilling_protocol::fraud::PastPayment;
use skilling_protocol::message::{PaymentRequest, Token};
use skilling_protocol::objects::{Allowance, Outage, TrustBundle};
use skilling_protocol::signed::Verified;
use skilling_protocol::status_list::StatusList;
use skilling_protocol::values::{ObjectId, PublicKey, Time};

use crate::look::input::Found;
use crate::look::trust::{self, Roots};
use crate::output::Output;
use crate::status::Failure;

/// What the inputs of one check hold, before anything is decided.
#[derive(Debug, Clone)]
pub(super) struct Inputs {
    pub(super) roots: Roots,
    pub(super) trust: Found,
    pub(super) request: Found,
    pub(super) status: Vec<Found>,
    pub(super) seen: Vec<Found>,
    pub(super) outage: Option<Found>,
    pub(super) now: Time,
}

/// The inputs, decoded and verified as far as they must be.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) now: Time,
    /// `None` where it is malformed or a stranger's: code 3.
    pub(super) bundle: Option<Verified<TrustBundle>>,
    pub(super) request: PaymentRequest,
    pub(super) status: Vec<StatusList>,
    pub(super) outage: Option<Verified<Outage>>,
    pub(super) seen: Vec<Seen>,
    pub(super) memory: Memory,
}

/// What a terminal remembers beside tokens. On the command line nothing counts as accepted or answered; a case of a
/// batch may say otherwise.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Memory {
    /// Unix seconds (rule 29).
    pub(super) last_acceptance: Option<u64>,
    /// Minor units, from this allowance, net of voids (rule 23).
    pub(super) accepted_total: u64,
    /// A fraud proof under this pay key is held (rule 9).
    pub(super) convicted: bool,
    /// Another payment was accepted for the request (rule 28).
    pub(super) request_paid: bool,
    /// Rule 12.
    pub(super) request_cancelled: bool,
}

/// A token seen before whose two signatures hold.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) allowance: ObjectId<Allowance>,
    pub(super) pay_key: PublicKey,
    pub(super) payment: PastPayment,
}

impl Known {
    /// Decodes and verifies; what is as if absent is warned of.
    ///
    /// # Errors
    /// A request that this terminal cannot have made (2).
    pub(super) fn from_inputs(inputs: &Inputs, output: Output) -> Result<Self, Failure> {
        let bundle = match trust::bundle(&inputs.trust, &inputs.roots) {
            Ok(bundle) => Some(bundle),
            Err(error) => {
                output.warn(format_args!("{error}: as if there were none"));
                None
            }
        };
        let request = request(&inputs.request, bundle.as_ref(), output)?;
        let kept = |what: &str, result: Result<_, String>| {
            result
                .inspect_err(|why| output.warn(format_args!("{what} was ignored: {why}")))
                .ok()
        };
        let status = inputs.status.iter().filter_map(|found| {
            let list = trust::status_list(found, bundle.as_ref());
            list.inspect_err(|why| output.warn(format_args!("a status list was ignored: {why}")))
                .ok()
        });
        let status = status.collect();
        let outage = inputs
            .outage
            .as_ref()
            .and_then(|found| kept("the outage bulletin", trust::outage(found, &inputs.roots)));
        let seen = inputs.seen.iter().filter_map(|found| {
            seen(found, bundle.as_ref())
                .inspect_err(|why| {
                    output.warn(format_args!("a token seen before is no evidence: {why}"));
                })
                .ok()
        });
        let seen = seen.collect();
        Ok(Self {
            now: inputs.now,
            bundle,
            request,
            status,
            outage,
            seen,
            memory: Memory::default(),
        })
    }

    /// Whether a proof is held, or two tokens seen before convict each other under this pay key (rule 9).
    pub(super) fn convicts(&self, pay_key: &PublicKey) -> bool {
        if self.memory.convicted {
            return true;
        }
        let of_key: Vec<&Seen> = self
            .seen
            .iter()
            .filter(|it| it.pay_key == *pay_key)
            .collect();
        of_key.iter().enumerate().any(|(index, a)| {
            of_key.iter().skip(index.saturating_add(1)).any(|b| {
                a.allowance == b.allowance && a.payment.conflict_with(&b.payment).is_some()
            })
        })
    }

    /// What was seen under one allowance (rules 24 and 25).
    pub(super) fn history(&self, allowance: ObjectId<Allowance>) -> Vec<PastPayment> {
        let under = self.seen.iter().filter(|it| it.allowance == allowance);
        under.map(|it| it.payment).collect()
    }
}

/// A request with a bad signature in it was made by no terminal: there is nothing to play through.
fn request(
    found: &Found,
    bundle: Option<&Verified<TrustBundle>>,
    output: Output,
) -> Result<PaymentRequest, Failure> {
    let message: PaymentRequest = trust::decode(found).map_err(|why| {
        let why = trust::diagnosed(found, "the request").unwrap_or(why);
        Failure::usage(format!("the request cannot be decoded: {why}"))
    })?;
    let verifier = DefaultVerifier::default();
    if let Some((bundle, id)) = bundle.zip(message.merchant.key_id()) {
        let keys: Vec<&PublicKey> = bundle.acquirers_with(id).map(|it| &it.key).collect();
        if keys.is_empty() {
            output.warn("the bundle has no acquirer key for the request's certificate");
        } else if message
            .merchant
            .clone()
            .verify_with_any((), keys, &verifier)
            .is_err()
        {
            return Err(Failure::usage(
                "the signature of the request's merchant certificate does not verify",
            ));
        }
    } else {
        output.warn("without a trust bundle the request's certificate was not checked");
    }
    let terminal_key = &message.merchant.unverified().terminal_key;
    message
        .request
        .clone()
        .verify(message.merchant.id(()), terminal_key, &verifier)
        .map_err(|_| Failure::usage("the request's signature does not verify"))?;
    Ok(message)
}

/// What fails 1, 2, 4, 6 or 10 is no evidence.
fn seen(found: &Found, bundle: Option<&Verified<TrustBundle>>) -> Result<Seen, String> {
    let token: Token = trust::decode(found)?;
    let bundle = bundle.ok_or("there is no trust bundle")?;
    let id = token.allowance.key_id().ok_or("it names no issuer key")?;
    let verifier = DefaultVerifier::default();
    let keys: Vec<&PublicKey> = bundle.issuers_with(id).map(|it| &it.key).collect();
    if keys.is_empty() {
        return Err("the bundle does not know its issuer".into());
    }
    let allowance = token
        .allowance
        .verify_with_any((), keys, &verifier)
        .map_err(|_| "its allowance's signature does not verify")?;
    let payment = token
        .payment
        .verify(allowance.id(), &allowance.pay_key, &verifier)
        .map_err(|_| "its payment's signature does not verify")?;
    Ok(Seen {
        allowance: allowance.id(),
        pay_key: allowance.pay_key,
        payment: PastPayment::of(&payment),
    })
}
