//! Who signed what is in a message, for the kinds that no till and no wallet decides on: receipts, proofs, evidence, calls and their
//! answers. Expiry and suspension do not matter here: what was signed, was signed.

use skilling_protocol::fraud;
use skilling_protocol::message::{
    DepositCall, Evidence, Expected, PaymentRequest, RenewalCall, SyncAnswer, SyncCall, Token,
};
use skilling_protocol::objects::{
    Allowance, Deposited, Enrolled, Enrolment, Merchant, Receipt, Request,
};
use skilling_protocol::reason::Reason as Core;
use skilling_protocol::signed::{Object, Signed, Verified};
use skilling_protocol::values::{KeyId, ObjectId, PublicKey};

use super::verify::{Given, VERIFIER, not_trusted};
use crate::CoreError;

/// `Err`: what is wrong with it.
type Signature<T> = Result<T, Core>;

impl Given {
    /// A receipt names its payment by a digest alone, so the token must be given; and it is worth what the till's certificate is, so that
    /// and the request are verified first: whoever brings a receipt brings those too.
    pub(super) fn receipt(&self, receipt: &Signed<Receipt>) -> Result<Core, CoreError> {
        let request = self.request.as_ref();
        let request = request.ok_or_else(|| missing("request", "what was paid, for a receipt"))?;
        if self.seen.is_empty() {
            return Err(missing("seen", "the token that it is for, for a receipt"));
        }
        let (id, key) = match self.asked(request) {
            Ok(it) => it,
            Err(reason) => return Ok(reason),
        };
        let mut tokens = self.seen.iter();
        let fits = tokens.any(|token| {
            token.payment.unverified().request_id == id && is_receipt_of(receipt, token, &key)
        });
        if fits {
            Ok(Core::Accepted)
        } else {
            Err(not_trusted(
                "not signed by the request's till for a payment that is given and answers it",
            ))
        }
    }

    /// Which request it is, and the key of the till that made it, once an acquirer vouches for that till.
    fn asked(&self, request: &PaymentRequest) -> Signature<(ObjectId<Request>, PublicKey)> {
        let merchant = self.certificate(&request.merchant)?;
        let key = merchant.terminal_key;
        let request = request.request.clone();
        let request = request
            .verify(merchant.id(), &key, &VERIFIER)
            .map_err(|_| Core::BadRequestSignature)?;
        Ok((request.id(), key))
    }

    pub(super) fn proof(&self, tokens: &(Token, Token)) -> Result<(), CoreError> {
        let bundle = self.bundle.as_ref();
        let bundle = bundle.ok_or_else(|| missing("bundle", "the issuer's key, for a proof"))?;
        fraud::prove(&tokens.0, &tokens.1, bundle, &VERIFIER)
            .map(|_| ())
            .map_err(|error| not_trusted(&error.to_string()))
    }

    pub(super) fn evidence(&self, evidence: &Evidence) -> Signature<()> {
        let (id, key) = self.asked(&evidence.request)?;
        let token = &evidence.token;
        demand(
            token.payment.unverified().request_id == id,
            Core::UnknownRequest,
        )?;
        let allowance = self.allowance(&token.allowance)?;
        let payment = token.payment.clone();
        payment
            .verify(allowance.id(), &allowance.pay_key, &VERIFIER)
            .map_err(|_| Core::BadPaymentSignature)?;
        let mut receipts = evidence.receipts.iter();
        let all = receipts.all(|receipt| is_receipt_of(receipt, token, &key));
        demand(all, Core::BadCallSignature)
    }

    pub(super) fn enrolment(call: &Signed<Enrolment>) -> Signature<()> {
        by(call, (), &call.unverified().link_key)
    }

    pub(super) fn sync(&self, call: &SyncCall) -> Signature<()> {
        by(&call.sync, (), &call.sync.unverified().link_key)?;
        call.evidence.iter().try_for_each(|it| self.evidence(it))
    }

    pub(super) fn deposit(&self, call: &DepositCall) -> Signature<()> {
        let merchant = self.certificate(&call.merchant)?;
        by(&call.deposit, merchant.id(), &merchant.terminal_key)?;
        call.evidence.iter().try_for_each(|it| self.evidence(it))
    }

    pub(super) fn renewal(&self, call: &RenewalCall) -> Signature<()> {
        let merchant = self.certificate(&call.merchant)?;
        by(&call.renewal, merchant.id(), &merchant.terminal_key)
    }

    pub(super) fn enrolled(&self, answer: &Signed<Enrolled>) -> Result<(), CoreError> {
        let call: Signed<Enrolment> = self.call()?;
        answered(answer, call.id(()), &self.issuer_keys())
    }

    /// With its grant, if it has one: of the bank that answers, whose keys the bundle lists under one name.
    pub(super) fn synced(&self, answer: &SyncAnswer) -> Result<(), CoreError> {
        let call: SyncCall = self.call()?;
        let parent = call.sync.id(());
        let issuers = || self.bundle.iter().flat_map(|bundle| &bundle.issuers);
        let bank = issuers().find(|it| answered(&answer.synced, parent, &[it.key]).is_ok());
        let bank = bank.ok_or_else(by_nobody)?;
        let keys: Vec<_> = issuers()
            .filter(|it| it.name == bank.name)
            .map(|it| it.key)
            .collect();
        let grant = answer.allowance.as_ref();
        grant.map_or(Ok(()), |it| answered(it, (), &keys))
    }

    pub(super) fn deposited(&self, answer: &Signed<Deposited>) -> Result<(), CoreError> {
        let call: DepositCall = self.call()?;
        let parent = call.deposit.id(call.merchant.id(()));
        let acquirers = self.bundle.iter().flat_map(|bundle| &bundle.acquirers);
        let keys: Vec<_> = acquirers.map(|it| it.key).collect();
        answered(answer, parent, &keys)
    }

    pub(super) fn certificate(&self, signed: &Signed<Merchant>) -> Signature<Verified<Merchant>> {
        let acquirers = self.bundle.iter().flat_map(|bundle| &bundle.acquirers);
        let keys = acquirers.map(|it| (it.key_id, it.key));
        by_listed(
            signed,
            keys,
            Core::UnknownAcquirer,
            Core::MerchantCertificate,
        )
    }

    fn allowance(&self, signed: &Signed<Allowance>) -> Signature<Verified<Allowance>> {
        let issuers = self.bundle.iter().flat_map(|bundle| &bundle.issuers);
        let keys = issuers.map(|it| (it.key_id, it.key));
        by_listed(
            signed,
            keys,
            Core::UnknownIssuer,
            Core::BadAllowanceSignature,
        )
    }

    fn issuer_keys(&self) -> Vec<PublicKey> {
        let issuers = self.bundle.iter().flat_map(|bundle| &bundle.issuers);
        issuers.map(|it| it.key).collect()
    }

    fn call<T: Expected>(&self) -> Result<T, CoreError> {
        let call = self.call.as_deref();
        let call = call.ok_or_else(|| missing("call", "what it answers, to which it is bound"))?;
        Ok(T::decode(call)?)
    }
}

fn missing(argument: &str, what: &str) -> CoreError {
    CoreError::argument(argument, format!("give {what}"))
}

fn demand(holds: bool, otherwise: Core) -> Signature<()> {
    if holds { Ok(()) } else { Err(otherwise) }
}

fn is_receipt_of(receipt: &Signed<Receipt>, token: &Token, key: &PublicKey) -> bool {
    let receipt = receipt.clone();
    receipt.verify(token.payment_id(), key, &VERIFIER).is_ok()
}

/// What a caller signs with the key that the call or its certificate names.
fn by<T: Object + Clone>(signed: &Signed<T>, parent: T::Parent, key: &PublicKey) -> Signature<()> {
    let verified = signed.clone().verify(parent, key, &VERIFIER);
    verified.map(|_| ()).map_err(|_| Core::BadCallSignature)
}

fn by_listed<T: Object<Parent = ()> + Clone>(
    signed: &Signed<T>,
    keys: impl Iterator<Item = (KeyId, PublicKey)>,
    unknown: Core,
    bad: Core,
) -> Signature<Verified<T>> {
    let named = keys.filter(|(id, _)| signed.key_id() == Some(*id));
    let named: Vec<_> = named.map(|(_, key)| key).collect();
    demand(!named.is_empty(), unknown)?;
    let signed = signed.clone();
    signed
        .verify_with_any((), &named, &VERIFIER)
        .map_err(|_| bad)
}

fn answered<T: Object + Clone>(
    answer: &Signed<T>,
    parent: T::Parent,
    keys: &[PublicKey],
) -> Result<(), CoreError> {
    let verified = answer.clone().verify_with_any(parent, keys, &VERIFIER);
    verified.map(|_| ()).map_err(|_| by_nobody())
}

fn by_nobody() -> CoreError {
    not_trusted("signed by nobody of the bundle for this call")
}
