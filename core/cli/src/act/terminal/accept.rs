//! `skilling terminal accept`: decides on the token that a phone shows, and gives the receipt.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value as Json, json};
use skilling_protocol::message::MessageType;
use skilling_protocol::objects::{Outcome as Said, Payment};
use skilling_protocol::reason::Reason;
use skilling_protocol::rules::{Check, CheckOutcome};
use skilling_protocol::values::ObjectId;
use skilling_terminal::{Answered, Outcome};

use super::till::{Till, failed};
use crate::act::{argument, letters, person, picture};
use crate::look::words::time::Calendar;
use crate::output::{BAD, GOOD, NOTICE, Output, paint};
use crate::status::{Failure, Status};

/// Accept or refuse a token: a picture, a file, - or the text itself.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  skilling terminal accept --home till token.png -o receipt.png
  skilling terminal accept --home till token.png --confirm 80        (after a printed code)

A token that was accepted before ends with status 0 too: ALREADY ACCEPTED, and with --json \"again\": true. It completes no
other sale: a script hands over goods only where \"again\" is false.")]
pub(super) struct Accept {
    /// The token.
    token: String,
    /// Write the receipt: .png, .svg, .txt or .hex; anything else holds the message itself.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// After a printed code: this is the amount that the customer owes.
    #[arg(long, value_name = "AMOUNT", conflicts_with = "reject")]
    confirm: Option<String>,
    /// After a printed code: the amount is wrong; the payer has it back.
    #[arg(long)]
    reject: bool,
}

impl Accept {
    pub(super) fn run(self, till: &Till, output: Output) -> Result<Status, Failure> {
        let token = letters::one(&self.token, MessageType::PaymentToken, output)?;
        let mut outcome = till.terminal.accept(&token).map_err(failed)?;
        if let Outcome::ConfirmAmount {
            amount, currency, ..
        } = outcome
        {
            let owed = match &self.confirm {
                Some(text) => Some(argument::amount(text, till.decimals(currency)?)?),
                None if self.reject => None,
                None => ask(&till.money(amount, currency)?)?.then_some(amount),
            };
            outcome = match owed {
                Some(owed) => till.terminal.confirm(&token, owed),
                None => till.terminal.reject(&token),
            }
            .map_err(failed)?;
        }
        tell(till, &token, &outcome, output)?;
        if let Some(receipt) = outcome.receipt() {
            picture::show(receipt, self.output.as_deref(), output)?;
        }
        Ok(status(&outcome))
    }
}

fn tell(till: &Till, token: &[u8], outcome: &Outcome, output: Output) -> Result<(), Failure> {
    if output.json {
        return output.value(&value(outcome));
    }
    // Another kind of message is no matter of versions: somebody read the wrong code.
    let mistaken = letters::mistaken(token, MessageType::PaymentToken);
    match (outcome, mistaken) {
        (Outcome::Refused { .. }, Some(text)) => {
            output.text(&format!("{}  {text}\n", paint(BAD, "NOT PAID")))
        }
        _ => output.text(&words(till, outcome)?),
    }
}

/// Whether the customer owes what they typed.
fn ask(amount: &str) -> Result<bool, Failure> {
    person::agrees(&format!("The customer typed {amount}. Is that right?")).ok_or_else(|| {
        Failure::undecided(format!(
            "the customer typed {amount}: give --confirm with what they owe, or --reject"
        ))
    })
}

fn status(outcome: &Outcome) -> Status {
    match outcome {
        Outcome::Accepted(_) => Status::Good,
        Outcome::Again(it) if it.outcome == Said::Accepted => Status::Good,
        Outcome::ConfirmAmount { .. } => Status::Undecided,
        _ => Status::Refused,
    }
}

/// For the cashier.
pub(super) fn words(till: &Till, outcome: &Outcome) -> Result<String, Failure> {
    let calendar = Calendar::new(till.clock.now(), None)?;
    let text = match outcome {
        Outcome::Accepted(it) => {
            let amount = till.money(it.amount, it.currency)?;
            format!(
                "{}  {amount}\npayment  {}\n",
                paint(GOOD, "PAID"),
                it.payment
            )
        }
        Outcome::Again(it) => {
            let at = calendar.absolute(it.at).unwrap_or_default();
            let said = format!("ALREADY {}", outcome_name(it.outcome).to_uppercase());
            format!(
                "{}  at {at}: this completes no other sale\npayment  {}\n",
                paint(NOTICE, said),
                it.payment
            )
        }
        Outcome::Declined(_) | Outcome::Refused { .. } | Outcome::ConfirmAmount { .. } => {
            let reason = outcome.reason();
            format!(
                "{}  {} {}: {}\n{}\n",
                paint(BAD, "NOT PAID"),
                reason.code(),
                reason.name(),
                reason.cashier(),
                reason.action()
            )
        }
    };
    Ok(text)
}

/// For programs.
pub(super) fn value(outcome: &Outcome) -> Json {
    match outcome {
        Outcome::Accepted(it) => answered(it, false),
        Outcome::Again(it) => answered(it, true),
        Outcome::Declined(it) => answered(it, false),
        Outcome::Refused {
            reason,
            payment,
            checks,
        } => refused("refused", *reason, payment.as_ref(), checks),
        Outcome::ConfirmAmount { payment, .. } => {
            refused("confirm_amount", Reason::AmountMismatch, Some(payment), &[])
        }
    }
}

/// A payment that has a receipt.
pub(super) fn answered(it: &Answered, again: bool) -> Json {
    json!({
        "outcome": outcome_name(it.outcome),
        "code": it.reason().code(),
        "reason": it.reason().name(),
        "again": again,
        "payment_id": it.payment.to_string(),
        "request_id": it.request.map(|it| it.to_string()),
        "amount": it.amount.minor_units(),
        "currency": it.currency.numeric(),
        "at": it.at.unix(),
        "receipt": hex::encode(&it.receipt),
        "checks": checks(&it.checks),
    })
}

fn refused(
    outcome: &str,
    reason: Reason,
    payment: Option<&ObjectId<Payment>>,
    rules: &[Check],
) -> Json {
    let mut json = json!({
        "outcome": outcome,
        "code": reason.code(),
        "reason": reason.name(),
        "checks": checks(rules),
    });
    if let Some(id) = payment {
        json["payment_id"] = json!(id.to_string());
    }
    json
}

fn checks(checks: &[Check]) -> Vec<Json> {
    let passed = |outcome| match outcome {
        CheckOutcome::Passed => Some(true),
        CheckOutcome::Failed => Some(false),
        _ => None,
    };
    checks
        .iter()
        .map(|it| {
            json!({
                "code": it.rule.code(),
                "name": it.rule.name(),
                "passed": passed(it.outcome),
            })
        })
        .collect()
}

/// `accepted`, `voided` or `declined`.
pub(super) fn outcome_name(outcome: Said) -> &'static str {
    match outcome {
        Said::Accepted => "accepted",
        Said::Voided => "voided",
        Said::Declined { .. } => "declined",
    }
}
