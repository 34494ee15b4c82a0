//! The rules in order over one case: those of the protocol crate, and around them the ones that belong to its caller.

use skilling_protocol::crypto::DefaultVerifier;
use skilling_protocol::message::{Expected as _, Token};
use skilling_protocol::reason::Reason;
use skilling_protocol::rules::{self, Check, CheckOutcome, KnownRequest, Measured, Situation};
use skilling_protocol::values::{Amount, Currency, Time};

use super::case::Known;
use crate::look::input::Found;

/// Rules 3 to 25 in the order of protocol section 6, as the protocol crate reports them.
const AFTER_DECODING: [Reason; 25] = [
    Reason::TrustExpired,
    Reason::UnknownIssuer,
    Reason::IssuerSuspended,
    Reason::BadAllowanceSignature,
    Reason::AllowanceNotValidYet,
    Reason::AllowanceExpired,
    Reason::AllowanceRevoked,
    Reason::BadPaymentSignature,
    Reason::UnknownRequest,
    Reason::RequestAlreadyPaid,
    Reason::RequestExpired,
    Reason::MerchantMismatch,
    Reason::CurrencyMismatch,
    Reason::OutageRequired,
    Reason::AmountMismatch,
    Reason::ClockSkew,
    Reason::OverCap,
    Reason::OverLimit,
    Reason::OverCount,
    Reason::CategoryClosed,
    Reason::UserAuthRequired,
    Reason::KeyProtectionTooWeak,
    Reason::OverExposure,
    Reason::ConflictingPayment,
    Reason::InconsistentHistory,
];

/// What came of one token.
#[derive(Debug, Clone)]
pub(super) struct Judgement {
    /// Accepted, or the first rule that failed.
    pub(super) reason: Reason,
    /// Hex, where it can be known.
    pub(super) payment_id: Option<String>,
    /// Of the allowance, to show amounts in.
    pub(super) currency: Option<Currency>,
    /// Every rule in order.
    pub(super) checks: Vec<Row>,
}

/// One rule's result.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) rule: Reason,
    /// `None` where it was skipped.
    pub(super) passed: Option<bool>,
    /// Why it was skipped, or what exactly is wrong.
    pub(super) why: Option<String>,
    pub(super) measured: Measured,
}

impl Row {
    fn new(rule: Reason, passed: Option<bool>, why: Option<String>) -> Self {
        Self {
            rule,
            passed,
            why,
            measured: Measured::Nothing,
        }
    }
}

impl From<&Check> for Row {
    fn from(check: &Check) -> Self {
        let (passed, why) = match check.outcome {
            CheckOutcome::Passed => (Some(true), None),
            CheckOutcome::Failed => (Some(false), under_its_limit(check)),
            CheckOutcome::Skipped(why) => (None, Some(why.to_owned())),
        };
        Self {
            rule: check.rule,
            passed,
            why,
            measured: check.measured,
        }
    }
}

/// Every rule of section 6 on one token.
pub(super) fn judge(token: &Found, known: &Known) -> Judgement {
    let last = known.memory.last_acceptance;
    let last = last.and_then(|last| Time::from_unix(last).ok());
    let clock = rules::terminal_clock_holds(known.now, known.bundle.as_ref(), last);
    if !clock {
        let skipped = [Reason::Malformed, Reason::Unsupported];
        let first = Row::new(
            Reason::TerminalClock,
            Some(false),
            Some("the clock is before the bundle's \"issued\", or over 300 s before the last acceptance".into()),
        );
        let rest = skipped.into_iter().chain(AFTER_DECODING);
        return stopped(
            Reason::TerminalClock,
            vec![first],
            rest,
            "the clock is wrong",
        );
    }
    let mut checks = vec![Row::new(Reason::TerminalClock, Some(true), None)];
    let token = match decode(token) {
        Ok(token) => token,
        Err((reason, why)) => {
            let passed = |rule| Some(reason != rule);
            match reason {
                Reason::Unsupported => {
                    checks.push(Row::new(Reason::Malformed, Some(true), None));
                    checks.push(Row::new(reason, passed(Reason::Unsupported), Some(why)));
                }
                _ => {
                    checks.push(Row::new(reason, passed(Reason::Malformed), Some(why)));
                    let skipped = Some("the token is malformed".into());
                    checks.push(Row::new(Reason::Unsupported, None, skipped));
                }
            }
            return stopped(reason, checks, AFTER_DECODING, "the token cannot be read");
        }
    };
    checks.push(Row::new(Reason::Malformed, Some(true), None));
    if !rules::version_holds(known.bundle.as_ref()) {
        let why = Some("the bundle accepts only newer versions of the protocol".into());
        checks.push(Row::new(Reason::Unsupported, Some(false), why));
        let why = "nothing follows from an unsupported token";
        return stopped(Reason::Unsupported, checks, AFTER_DECODING, why);
    }
    checks.push(Row::new(Reason::Unsupported, Some(true), None));
    decided(&token, known, checks)
}

fn decode(token: &Found) -> Result<Token, (Reason, String)> {
    match token {
        Found::Message(bytes) => {
            Token::decode(bytes).map_err(|error| (error.reason(), error.to_string()))
        }
        Found::Broken(breach) => Err((
            if breach.is_unsupported {
                Reason::Unsupported
            } else {
                Reason::Malformed
            },
            breach.detail.clone(),
        )),
    }
}

fn decided(token: &Token, known: &Known, mut checks: Vec<Row>) -> Judgement {
    let allowance = token.allowance.unverified();
    let request_id = known.request.request.id(known.request.merchant.id(()));
    let answers_it = token.payment.unverified().request_id == request_id;
    let history = known.history(token.allowance_id());
    let situation = Situation {
        now: known.now,
        bundle: known.bundle.as_ref(),
        outage: known
            .outage
            .as_ref()
            .filter(|outage| outage.currency == allowance.currency),
        status_lists: &known.status,
        request: answers_it.then_some(KnownRequest {
            request: known.request.request.unverified(),
            merchant: known.request.merchant.unverified(),
            is_paid: known.memory.request_paid,
            is_cancelled: known.memory.request_cancelled,
        }),
        known_allowance: None,
        accepted_total: Amount::new(known.memory.accepted_total).unwrap_or(Amount::MAX),
        is_convicted: known.convicts(&allowance.pay_key),
        history: &history,
    };
    let verdict = rules::check(token, &situation, &DefaultVerifier::default());
    checks.extend(verdict.checks().iter().map(Row::from));
    checks.push(storage());
    let failed = checks.iter().find(|row| row.passed == Some(false));
    Judgement {
        reason: failed.map_or(Reason::Accepted, |row| row.rule),
        payment_id: Some(token.payment_id().to_string()),
        currency: Some(allowance.currency),
        checks,
    }
}

fn stopped(
    reason: Reason,
    mut checks: Vec<Row>,
    rest: impl IntoIterator<Item = Reason>,
    why: &str,
) -> Judgement {
    let skipped = rest
        .into_iter()
        .map(|rule| Row::new(rule, None, Some(why.to_owned())));
    checks.extend(skipped);
    checks.push(storage());
    Judgement {
        reason,
        payment_id: None,
        currency: None,
        checks,
    }
}

/// A total can break its rule from below, too; then the two numbers alone would look as if it had held.
fn under_its_limit(check: &Check) -> Option<String> {
    match check.measured {
        Measured::Amount(spent, limit) if check.rule == Reason::OverLimit && spent <= limit => {
            Some("does not fit amount and released".into())
        }
        _ => None,
    }
}

fn storage() -> Row {
    let why = Some("nothing is stored here".into());
    Row::new(Reason::StorageFailed, None, why)
}
