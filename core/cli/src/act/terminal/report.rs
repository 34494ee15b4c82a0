//! `skilling terminal receipts` and `totals`: what the store holds.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value as Json, json};
use skilling_protocol::objects::{Payment, PaymentState};
use skilling_protocol::values::{ObjectId, Time};
use skilling_terminal::{DepositState, StoredPayment, Total, Totals as OfCurrency};

use super::accept::{answered, outcome_name};
use super::till::{Till, failed};
use crate::act::{argument, picture};
use crate::look::words::time::{self, Calendar};
use crate::output::{FAINT, HEADING, Output, paint};
use crate::status::{Failure, Status};

/// List payments, newest first, or show one receipt again.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  skilling terminal receipts --home till
  skilling terminal receipts --home till 77be... -o receipt.png")]
pub(super) struct Receipts {
    /// The payment whose receipt is shown again, 64 hex digits.
    #[arg(value_parser = argument::id::<Payment>)]
    payment: Option<ObjectId<Payment>>,
    /// At most so many.
    #[arg(long, value_name = "N", default_value_t = 50)]
    most: u32,
    /// Write the receipt: .png, .svg, .txt or .hex; anything else holds the message itself.
    #[arg(long, short, value_name = "FILE", requires = "payment")]
    output: Option<PathBuf>,
}

impl Receipts {
    pub(super) fn run(self, till: &Till, output: Output) -> Result<Status, Failure> {
        if let Some(id) = &self.payment {
            let receipt = till.terminal.receipt(id).map_err(failed)?;
            if output.json {
                output.value(&answered(&receipt, true))?;
            }
            picture::show(&receipt.receipt, self.output.as_deref(), output)?;
            return Ok(Status::Good);
        }
        let payments = till.terminal.payments(None, self.most).map_err(failed)?;
        if output.json {
            let list: Vec<Json> = payments.iter().map(value).collect();
            output.value(&json!({"payments": list}))?;
        } else {
            let lines: Result<Vec<String>, Failure> =
                payments.iter().map(|it| line(till, it)).collect();
            output.text(&lines?.concat())?;
        }
        Ok(Status::Good)
    }
}

fn value(it: &StoredPayment) -> Json {
    json!({
        "payment_id": it.payment.to_string(),
        "allowance_id": it.allowance.to_string(),
        "request_id": it.request.map(|it| it.to_string()),
        "amount": it.amount.minor_units(),
        "currency": it.currency.numeric(),
        "outcome": it.outcome.map(outcome_name),
        "at": it.at.map(Time::unix),
        "deposit": deposit_name(it.deposit),
    })
}

fn line(till: &Till, it: &StoredPayment) -> Result<String, Failure> {
    let calendar = Calendar::new(till.clock.now(), None)?;
    let at = it.at.and_then(|at| calendar.absolute(at));
    Ok(format!(
        "{:<20}  {:>14}  {:<9} {:<10}  {}\n",
        at.unwrap_or_default(),
        till.money(it.amount, it.currency)?,
        it.outcome.map_or("evidence", outcome_name),
        deposit_name(it.deposit),
        paint(FAINT, it.payment),
    ))
}

fn deposit_name(state: DepositState) -> &'static str {
    match state {
        DepositState::None => "none",
        DepositState::Due => "due",
        DepositState::Answered(PaymentState::Pending) => "pending",
        DepositState::Answered(PaymentState::Paid) => "paid",
        DepositState::Answered(PaymentState::GivenBack) => "given_back",
        DepositState::Answered(PaymentState::Disputed) => "disputed",
        DepositState::Answered(PaymentState::Refused) => "refused",
    }
}

/// The last second that calendars show.
const YEAR_9999: u64 = 253_402_300_799;

/// What a stretch of time came to, by currency: every till of the store together.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  skilling terminal totals --home till --from 2026-09-24T00:00:00+02:00 --until 2026-09-25T00:00:00+02:00")]
pub(super) struct Totals {
    /// From this time on; from the beginning otherwise.
    #[arg(long, value_name = "T", value_parser = time::parse)]
    from: Option<Time>,
    /// To before this time; to the end otherwise.
    #[arg(long, value_name = "T", value_parser = time::parse)]
    until: Option<Time>,
}

impl Totals {
    pub(super) fn run(self, till: &Till, output: Output) -> Result<Status, Failure> {
        let from = self.from.unwrap_or_default();
        let until = self.until.map_or_else(|| Time::from_unix(YEAR_9999), Ok);
        let until = until.unwrap_or_default();
        let totals = till.terminal.totals(from, until).map_err(failed)?;
        if output.json {
            let list: Vec<Json> = totals.iter().map(totals_value).collect();
            output.value(&json!({"totals": list}))?;
        } else {
            output.text(&totals_text(till, &totals)?)?;
        }
        Ok(Status::Good)
    }
}

fn totals_value(it: &OfCurrency) -> Json {
    let total = |it: Total| json!({"count": it.count, "amount": it.amount.minor_units()});
    json!({
        "currency": it.currency.numeric(),
        "accepted": total(it.accepted),
        "voided": total(it.voided),
        "declined": total(it.declined),
        "to_deposit": total(it.to_deposit),
    })
}

fn totals_text(till: &Till, totals: &[OfCurrency]) -> Result<String, Failure> {
    let mut text = String::new();
    for it in totals {
        let _ = writeln!(
            text,
            "{}",
            paint(HEADING, crate::look::words::money::code(it.currency))
        );
        for (what, total) in [
            ("accepted", it.accepted),
            ("voided", it.voided),
            ("declined", it.declined),
            ("to deposit", it.to_deposit),
        ] {
            let amount = till.money(total.amount, it.currency)?;
            let _ = writeln!(text, "  {what:<12} {:>4}  {amount:>14}", total.count);
        }
    }
    if text.is_empty() {
        text.push_str("no payments\n");
    }
    Ok(text)
}
