//! `skilling wallet sync`: says what was spent, hears what was paid, and gets allowances.

use std::fmt::Write as _;

use clap::Args;
use serde_json::{Value as Json, json};
use skilling_protocol::objects::PaymentState;
use skilling_protocol::values::Currency;
use skilling_wallet::sync::{Problem, SyncReport, Want};

use super::phone::{self, Phone};
use crate::act::{argument, network};
use crate::look::words::money;
use crate::output::Output;
use crate::status::{Failure, Status};

/// Fetch what the scheme publishes, report payments to the bank, hear what became of them, and ask for an allowance.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  skilling wallet sync --home asta --want 2000 --currency DKK
  skilling wallet sync --home asta")]
pub(super) struct Sync {
    /// Ask for an allowance of this amount; the bank may grant less.
    #[arg(long, value_name = "AMOUNT", requires = "currency")]
    want: Option<String>,
    /// Of the allowance, like DKK or 208.
    #[arg(long, value_parser = argument::currency, requires = "want")]
    currency: Option<Currency>,
    /// Replace allowances that end soon or are spent.
    #[arg(long, conflicts_with = "want")]
    renew: bool,
    /// Where the bank answers from now on.
    #[arg(long, value_name = "URL", value_parser = network::url)]
    server: Option<String>,
}

impl Sync {
    pub(super) fn run(self, mut phone: Phone, output: Output) -> Result<Status, Failure> {
        if let Some(server) = &self.server {
            phone.settings.server.clone_from(server);
            phone.keep_settings()?;
        }
        let transport = network::transport(&phone.settings.server)?;
        let refreshed = network::run(async {
            let refreshed = phone.wallet.refresh(&transport).await;
            refreshed.map_err(|error| phone.failed(error))
        })?;
        match &refreshed.failed {
            Some(it) if matches!(it.problem, Problem::NoAnswer(_)) => {
                return Err(phone.offline(it));
            }
            Some(it) => output.warn(format_args!(
                "not everything was fetched: {}",
                phone.offline(it)
            )),
            None => {}
        }
        let report = run(&phone, self.want(&phone)?, self.renew)?;
        if output.json {
            let mut value = value(&report);
            value["trust_bundle_new"] = json!(refreshed.is_bundle_new);
            output.value(&value)?;
        } else {
            output.text(&words(&phone, &report)?)?;
            for due in phone.wallet.renewal_due().map_err(phone::failed)? {
                output.note(format_args!(
                    "allowance {} should be replaced: skilling wallet sync --renew",
                    due.allowance
                ));
            }
        }
        finish(&phone, &report)
    }

    fn want(&self, phone: &Phone) -> Result<Option<Want>, Failure> {
        let (Some(text), Some(currency)) = (&self.want, self.currency) else {
            return Ok(None);
        };
        Ok(Some(Want {
            currency,
            limit: argument::payable(text, phone.decimals(currency)?)?,
            categories: None,
        }))
    }
}

/// One run of calls to the bank.
pub(super) fn run(phone: &Phone, want: Option<Want>, renew: bool) -> Result<SyncReport, Failure> {
    let banks = phone.wallet.banks().map_err(phone::failed)?;
    let bank = banks.last().ok_or_else(|| {
        Failure::undecided("this wallet is enrolled at no bank: run skilling wallet enrol")
    })?;
    let transport = network::transport(&phone.settings.server)?;
    network::run(async {
        let synced = if renew {
            phone.wallet.renew(&transport, bank.id).await
        } else {
            phone.wallet.sync(&transport, bank.id, want).await
        };
        synced.map_err(|error| phone.failed(error))
    })
}

/// The status of a run whose results have been told.
pub(super) fn finish(phone: &Phone, report: &SyncReport) -> Result<Status, Failure> {
    if let Some(problem) = &report.failed {
        return Err(phone.offline(problem));
    }
    if report.not_granted.is_empty() {
        Ok(Status::Good)
    } else {
        Ok(Status::Refused)
    }
}

pub(super) fn value(report: &SyncReport) -> Json {
    let payments = report
        .payments
        .iter()
        .map(|(id, state)| json!({"payment_id": id.to_string(), "state": state_name(*state)}));
    let not_granted = report.not_granted.iter().map(|it| {
        let reason = it.why.reason();
        json!({
            "currency": it.currency.numeric(),
            "code": reason.map(|it| it.code()),
            "reason": reason.map(|it| it.name()),
            "why": it.why.words(),
        })
    });
    json!({
        "calls": report.calls,
        "payments": payments.collect::<Vec<_>>(),
        "granted": report.granted.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "not_granted": not_granted.collect::<Vec<_>>(),
    })
}

pub(super) fn words(phone: &Phone, report: &SyncReport) -> Result<String, Failure> {
    let mut text = String::new();
    for (id, state) in &report.payments {
        let _ = writeln!(text, "payment {id}: {}", state_name(*state));
    }
    let held = phone.wallet.allowances().map_err(phone::failed)?;
    for it in held.iter().filter(|it| report.granted.contains(&it.id)) {
        let limit = phone.money(it.limit, it.currency)?;
        let cap = phone.money(it.cap, it.currency)?;
        let _ = writeln!(
            text,
            "granted {limit}, at most {cap} a payment: allowance {}",
            it.id
        );
    }
    for it in &report.not_granted {
        let _ = writeln!(
            text,
            "nothing granted in {}: {}",
            money::code(it.currency),
            it.why.words()
        );
    }
    if text.is_empty() && report.failed.is_none() {
        text.push_str("the bank knows everything\n");
    }
    Ok(text)
}

pub(super) fn state_name(state: PaymentState) -> &'static str {
    match state {
        PaymentState::Pending => "pending",
        PaymentState::Paid => "paid",
        PaymentState::GivenBack => "given_back",
        PaymentState::Disputed => "disputed",
        PaymentState::Refused => "refused",
    }
}
