//! `skilling wallet forecast`: for how long, and up to what amount, this wallet can pay with nobody online.

use std::fmt::Write as _;

use clap::Args;
use serde_json::{Value as Json, json};
use skilling_protocol::values::Currency;
use skilling_wallet::forecast::{Act, Advice, Coverage, End, Forecast, Stretch};

use super::phone::{self, Phone};
use crate::act::argument;
use crate::look::words::money;
use crate::look::words::time::{Calendar, Sense};
use crate::output::{HEADING, NOTICE, Output, paint};
use crate::status::{Failure, Status};

/// For how long and up to what amount this wallet can pay offline, what ends it, and what to do about it.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  skilling wallet forecast --home asta --currency DKK")]
pub(super) struct ForecastCommand {
    /// This currency only; otherwise every one that the wallet holds an allowance in.
    #[arg(long, value_parser = argument::currency)]
    currency: Option<Currency>,
}

impl ForecastCommand {
    pub(super) fn run(self, phone: &Phone, output: Output) -> Result<Status, Failure> {
        let held = phone.wallet.allowances().map_err(phone::failed)?;
        let mut forecasts = phone.wallet.forecast().map_err(phone::failed)?;
        forecasts.retain(|it| match self.currency {
            Some(currency) => it.currency == currency,
            None => held.iter().any(|held| held.currency == it.currency),
        });
        if output.json {
            let list: Vec<Json> = forecasts.iter().map(value).collect();
            output.value(&json!({"forecasts": list}))?;
            return Ok(Status::Good);
        }
        if forecasts.is_empty() {
            output.text(
                "no allowance: nothing can be paid offline; run skilling wallet sync --want\n",
            )?;
        }
        for it in &forecasts {
            output.text(&text(phone, it)?)?;
        }
        Ok(Status::Good)
    }
}

fn value(it: &Forecast) -> Json {
    json!({
        "currency": it.currency.numeric(),
        "at": it.at.unix(),
        "undeclared": coverage_value(&it.undeclared),
        "declared": it.declared.as_ref().map(coverage_value),
        "advice": it.advice.iter().map(advice_value).collect::<Vec<_>>(),
    })
}

fn coverage_value(it: &Coverage) -> Json {
    let stretch = |it: &Stretch| {
        json!({
            "from": it.from.unix(),
            "until": it.until.unix(),
            "total": it.total.minor_units(),
            "largest": it.largest.minor_units(),
            "payments": it.payments,
        })
    };
    json!({
        "until": it.until().map(|it| it.unix()),
        "stretches": it.stretches.iter().map(stretch).collect::<Vec<_>>(),
        "ends_by": end_name(it.ends_by),
    })
}

fn advice_value(it: &Advice) -> Json {
    let mut json = json!({"act": act_name(it.act), "before": it.before.unix()});
    match it.act {
        Act::SetClock { at_least } => json["at_least"] = json!(at_least.unix()),
        Act::Renew { allowance } => json["allowance_id"] = json!(allowance.to_string()),
        Act::Refresh | Act::Sync | Act::Want => {}
    }
    json
}

fn text(phone: &Phone, it: &Forecast) -> Result<String, Failure> {
    let calendar = Calendar::new(phone.clock.now(), None)?;
    let mut text = format!("{}\n", paint(HEADING, money::code(it.currency)));
    cover(phone, it.currency, &it.undeclared, &calendar, &mut text)?;
    if let Some(declared) = &it.declared {
        let _ = writeln!(text, "  with the outage that is declared:");
        cover(phone, it.currency, declared, &calendar, &mut text)?;
    }
    for advice in &it.advice {
        let joined = if advice.before <= phone.clock.now() {
            "now: it was due"
        } else {
            "before"
        };
        let what = format!(
            "{} {joined} {}",
            advice_words(advice.act),
            calendar.show(advice.before, Sense::Moment)
        );
        let _ = writeln!(text, "  {}", paint(NOTICE, what));
    }
    Ok(text)
}

fn cover(
    phone: &Phone,
    currency: Currency,
    coverage: &Coverage,
    calendar: &Calendar,
    text: &mut String,
) -> Result<(), Failure> {
    for it in &coverage.stretches {
        let _ = writeln!(
            text,
            "  until {}: {} in all, at most {} a payment, {} payments",
            calendar.show(it.until, Sense::End),
            phone.money(it.total, currency)?,
            phone.money(it.largest, currency)?,
            it.payments
        );
    }
    let when = if coverage.stretches.is_empty() {
        "nothing now"
    } else {
        "then nothing"
    };
    let _ = writeln!(text, "  {when}: {}", end_words(coverage.ends_by));
    Ok(())
}

fn end_name(end: End) -> &'static str {
    match end {
        End::NoAllowance => "no_allowance",
        End::Spent => "spent",
        End::PaymentCount => "payment_count",
        End::AllowanceExpiry => "allowance_expiry",
        End::BundleExpiry => "bundle_expiry",
        End::Issuer => "issuer",
        End::Policy => "policy",
        End::Clock => "clock",
        End::RolledBack => "rolled_back",
        End::KeyGone => "key_gone",
    }
}

fn end_words(end: End) -> &'static str {
    match end {
        End::NoAllowance => "there is no allowance",
        End::Spent => "everything is spent",
        End::PaymentCount => "the number of payments is reached",
        End::AllowanceExpiry => "the allowance expires",
        End::BundleExpiry => "the trust bundle expires, or there is none",
        End::Issuer => "the bank takes part no more",
        End::Policy => "the scheme's policy does not admit it",
        End::Clock => "this clock is behind what bank and scheme have signed",
        End::RolledBack => "the store was put back to an older state",
        End::KeyGone => "the key is gone",
    }
}

fn act_name(act: Act) -> &'static str {
    match act {
        Act::SetClock { .. } => "set_clock",
        Act::Refresh => "refresh",
        Act::Sync => "sync",
        Act::Renew { .. } => "renew",
        Act::Want => "want",
    }
}

fn advice_words(act: Act) -> &'static str {
    match act {
        Act::SetClock { .. } => "set the clock",
        Act::Refresh | Act::Sync => "skilling wallet sync",
        Act::Renew { .. } => "skilling wallet sync --renew",
        Act::Want => "skilling wallet sync --want AMOUNT --currency CURRENCY",
    }
}
