//! What the rules say of a message, from what is given alone.

use skilling_protocol::crypto::DefaultVerifier;
use skilling_protocol::fraud::PastPayment;
use skilling_protocol::message::{Expected, Message, MessageType, PaymentRequest, Token};
use skilling_protocol::objects::{Outage, TrustBundle};
use skilling_protocol::reason::Reason as Core;
use skilling_protocol::rules::{
    KnownRequest, RequestContext, Situation, check, check_request, terminal_clock_holds,
    version_holds,
};
use skilling_protocol::signed::{Object, Signed, Verified};
use skilling_protocol::status_list::StatusList;
use skilling_protocol::values::{Amount, Currency, PublicKey, Time};

use super::{TillMemory, Verification, VerifyContext};
use crate::CoreError;
use crate::error::info;
use crate::terminal::CheckView;
use crate::values::{roots, time};

pub(super) const VERIFIER: DefaultVerifier = DefaultVerifier {};

/// What is given, verified.
pub(super) struct Given {
    now: Time,
    roots: Vec<PublicKey>,
    pub(super) bundle: Option<Verified<TrustBundle>>,
    outages: Vec<Verified<Outage>>,
    status: Vec<StatusList>,
    pub(super) request: Option<PaymentRequest>,
    pub(super) seen: Vec<Token>,
    memory: Memory,
    pub(super) call: Option<Vec<u8>>,
}

/// What a till remembers, in the core's types.
#[derive(Default)]
struct Memory {
    last_acceptance: Option<Time>,
    accepted_total: Amount,
    is_convicted: bool,
    is_request_paid: bool,
    is_request_cancelled: bool,
}

impl Memory {
    fn new(told: &TillMemory) -> Result<Self, CoreError> {
        let last = told.last_acceptance;
        Ok(Self {
            last_acceptance: last.map(|it| time(it, "last_acceptance")).transpose()?,
            accepted_total: Amount::new(told.accepted_total)
                .map_err(|_| CoreError::argument("accepted_total", "more than any amount"))?,
            is_convicted: told.is_convicted,
            is_request_paid: told.is_request_paid,
            is_request_cancelled: told.is_request_cancelled,
        })
    }
}

pub(super) fn run(message: &[u8], context: VerifyContext) -> Result<Verification, CoreError> {
    let given = Given::new(context)?;
    let decoded = Message::decode(message)?;
    let kind = decoded.kind().name().to_owned();
    let (reason, checks) = match decoded {
        Message::PaymentToken(token) => given.token(&token),
        Message::PaymentRequest(request) => (given.request(&request), Vec::new()),
        Message::TrustBundle(it) => (given.by_root(*it)?, Vec::new()),
        Message::Outage(it) => (given.by_root(it)?, Vec::new()),
        other => (given.signatures(&other)?, Vec::new()),
    };
    Ok(Verification {
        kind,
        reason: reason.into(),
        checks,
    })
}

pub(super) fn shown_as_token(
    bytes: &[u8],
    context: VerifyContext,
) -> Result<Verification, CoreError> {
    let given = Given::new(context)?;
    let (reason, checks) = match Token::decode(bytes) {
        Ok(token) => given.token(&token),
        Err(error) => (error.reason(), Vec::new()),
    };
    Ok(Verification {
        kind: MessageType::PaymentToken.name().to_owned(),
        reason: reason.into(),
        checks,
    })
}

impl Given {
    /// Of what nobody decides on.
    fn signatures(&self, message: &Message) -> Result<Core, CoreError> {
        let signed = match message {
            Message::StatusList(cwt) => return self.status_list(cwt),
            Message::Receipt(it) => return self.receipt(it),
            Message::FraudProof(it) => return self.proof(it).map(|()| Core::Accepted),
            Message::Enrolled(it) => return self.enrolled(it).map(|()| Core::Accepted),
            Message::Synced(it) => return self.synced(it).map(|()| Core::Accepted),
            Message::Deposited(it) => return self.deposited(it).map(|()| Core::Accepted),
            Message::Evidence(it) => self.evidence(it),
            Message::Enrolment(it) => Self::enrolment(it),
            Message::Sync(it) => self.sync(it),
            Message::Deposit(it) => self.deposit(it),
            Message::Renewal(it) => self.renewal(it),
            Message::Renewed(it) => self.certificate(it).map(|_| ()),
            _ => {
                return Err(CoreError::argument(
                    "message_bytes",
                    "nobody signs a refusal: nothing vouches for it",
                ));
            }
        };
        Ok(signed.err().unwrap_or(Core::Accepted))
    }

    fn status_list(&self, cwt: &[u8]) -> Result<Core, CoreError> {
        verified_list(cwt, self.bundle.as_ref()).map(|_| Core::Accepted)
    }

    fn new(context: VerifyContext) -> Result<Self, CoreError> {
        let roots = roots(&context.roots)?;
        let bundle = context
            .bundle
            .map(|bytes| signed_by_root::<TrustBundle>(&bytes, &roots))
            .transpose()?;
        let outages = context.outages.iter();
        let outages = outages.map(|bytes| signed_by_root::<Outage>(bytes, &roots));
        let status = context.status_lists.iter();
        let status = status.map(|bytes| status_list(bytes, bundle.as_ref()));
        let seen = context.seen.iter().map(|bytes| Token::decode(bytes));
        let memory = context.memory.as_ref().map(Memory::new).transpose()?;
        Ok(Self {
            now: time(context.now, "now")?,
            outages: outages.collect::<Result<_, _>>()?,
            status: status.collect::<Result<_, _>>()?,
            request: context
                .request
                .map(|bytes| PaymentRequest::decode(&bytes))
                .transpose()?,
            seen: seen.collect::<Result<_, _>>()?,
            memory: memory.unwrap_or_default(),
            call: context.call,
            roots,
            bundle,
        })
    }

    fn outage(&self, currency: Currency) -> Option<&Verified<Outage>> {
        let of_currency = self.outages.iter().filter(|it| it.currency == currency);
        of_currency.max_by_key(|it| it.serial)
    }

    fn token(&self, token: &Token) -> (Core, Vec<CheckView>) {
        let (bundle, memory) = (self.bundle.as_ref(), &self.memory);
        if !terminal_clock_holds(self.now, bundle, memory.last_acceptance) {
            return (Core::TerminalClock, Vec::new());
        }
        if !version_holds(bundle) {
            return (Core::Unsupported, Vec::new());
        }
        let history = self.history(token);
        let request = self.request.as_ref().filter(|request| {
            let id = request.request.id(request.merchant.id(()));
            token.payment.unverified().request_id == id
        });
        let situation = Situation {
            now: self.now,
            bundle,
            outage: self.outage(token.allowance.unverified().currency),
            status_lists: &self.status,
            request: request.map(|it| KnownRequest {
                request: it.request.unverified(),
                merchant: it.merchant.unverified(),
                is_paid: memory.is_request_paid,
                is_cancelled: memory.is_request_cancelled,
            }),
            known_allowance: None,
            accepted_total: memory.accepted_total,
            is_convicted: memory.is_convicted,
            history: &history,
        };
        let verdict = check(token, &situation, &VERIFIER);
        let checks = verdict.checks().iter().map(CheckView::from);
        (verdict.reason(), checks.collect())
    }

    /// What the payer signed before under the same allowance; what they did not sign says nothing.
    fn history(&self, token: &Token) -> Vec<PastPayment> {
        let (id, pay_key) = (token.allowance_id(), token.allowance.unverified().pay_key);
        let seen = self.seen.iter().filter(|seen| seen.allowance_id() == id);
        seen.filter_map(|seen| seen.payment.clone().verify(id, &pay_key, &VERIFIER).ok())
            .map(|payment| PastPayment::of(&payment))
            .collect()
    }

    fn request(&self, request: &PaymentRequest) -> Core {
        let context = RequestContext {
            now: self.now,
            high_water_mark: Time::default(),
            bundle: self.bundle.as_ref(),
            outage: self.outage(request.request.unverified().currency),
        };
        check_request(request, &context, &VERIFIER).map_or_else(|reason| reason, |_| Core::Accepted)
    }

    /// Expired or not: what the roots signed.
    fn by_root<T: Object<Parent = ()>>(&self, signed: Signed<T>) -> Result<Core, CoreError> {
        signed
            .verify_with_any((), &self.roots, &VERIFIER)
            .map(|_| Core::Accepted)
            .map_err(|_| not_trusted("signed by none of the roots"))
    }
}

fn signed_by_root<T>(bytes: &[u8], roots: &[PublicKey]) -> Result<Verified<T>, CoreError>
where
    T: Object<Parent = ()>,
    Signed<T>: Expected,
{
    <Signed<T> as Expected>::decode(bytes)?
        .verify_with_any((), roots, &VERIFIER)
        .map_err(|_| not_trusted("signed by none of the roots"))
}

fn status_list(
    bytes: &[u8],
    bundle: Option<&Verified<TrustBundle>>,
) -> Result<StatusList, CoreError> {
    let cwt = skilling_protocol::message::decode_status_list(bytes)?;
    verified_list(&cwt, bundle)
}

fn verified_list(
    cwt: &[u8],
    bundle: Option<&Verified<TrustBundle>>,
) -> Result<StatusList, CoreError> {
    let issuers = bundle.into_iter().flat_map(|bundle| &bundle.issuers);
    StatusList::verify(cwt, issuers, &VERIFIER)
        .map_err(|_| not_trusted("a status list of no issuer in the bundle"))
}

pub(super) fn not_trusted(detail: &str) -> CoreError {
    CoreError::NotTrusted {
        info: info(
            "inspect.not_trusted",
            detail,
            "Give it the roots and the bundle it belongs to.",
        ),
    }
}
