//! `skilling terminal can-accept`: may this till sell offline now?

use std::fmt::Write as _;

use clap::Args;
use serde_json::json;
use skilling_protocol::values::Currency;
use skilling_terminal::Answer;

use super::till::{Till, failed};
use crate::act::argument;
use crate::look::words::time::{Calendar, Sense};
use crate::output::{BAD, GOOD, Output, paint};
use crate::status::{Failure, Status};

/// Whether a payment of an amount could be accepted now, how much at most and until when, or every reason why not.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  skilling terminal can-accept --home till 500")]
pub(super) struct CanAccept {
    /// The amount, like 125.50.
    amount: String,
    /// The till's own currency otherwise.
    #[arg(long, value_parser = argument::currency)]
    currency: Option<Currency>,
}

impl CanAccept {
    pub(super) fn run(self, till: &Till, output: Output) -> Result<Status, Failure> {
        let currency = till.currency(self.currency);
        let amount = argument::payable(&self.amount, till.decimals(currency)?)?;
        match till.terminal.can_accept(amount, currency).map_err(failed)? {
            Answer::Yes(room) => {
                if output.json {
                    output.value(&json!({
                        "can_accept": true,
                        "largest": room.largest.minor_units(),
                        "largest_unauthenticated": room.largest_unauthenticated.minor_units(),
                        "currency": currency.numeric(),
                        "until": room.until.unix(),
                        "ends_by": {"code": room.ends_by.code(), "name": room.ends_by.name()},
                    }))?;
                } else {
                    let calendar = Calendar::new(till.clock.now(), None)?;
                    output.text(&format!(
                        "{}  at most {} ({} without authentication)\nuntil {}, then: {}\n",
                        paint(GOOD, "YES"),
                        till.money(room.largest, currency)?,
                        till.money(room.largest_unauthenticated, currency)?,
                        calendar.show(room.until, Sense::End),
                        room.ends_by.name(),
                    ))?;
                }
                Ok(Status::Good)
            }
            Answer::No(reasons) => {
                if output.json {
                    let list = reasons.iter();
                    let list = list.map(|it| json!({"code": it.code(), "name": it.name()}));
                    output.value(&json!({
                        "can_accept": false,
                        "reasons": list.collect::<Vec<_>>(),
                    }))?;
                } else {
                    let mut text = format!("{}\n", paint(BAD, "NO"));
                    for it in &reasons {
                        let _ = writeln!(text, "{} {}: {}", it.code(), it.name(), it.cashier());
                        let _ = writeln!(text, "   {}", it.action());
                    }
                    output.text(&text)?;
                }
                Ok(Status::Refused)
            }
        }
    }
}
