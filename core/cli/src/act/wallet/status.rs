//! `skilling wallet status`: what the wallet holds.

use std::fmt::Write as _;

use clap::Args;
use serde_json::{Value as Json, json};
use skilling_wallet::{AllowanceState, AllowanceView};

use super::phone::{self, Phone};
use crate::escape::shown;
use crate::look::words::money;
use crate::look::words::time::{Calendar, Sense};
use crate::output::{BAD, FAINT, HEADING, Output, paint};
use crate::status::{Failure, Status};

/// The bank, the allowances and what is left of them.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  skilling wallet status --home asta")]
pub(super) struct StatusCommand {}

impl StatusCommand {
    pub(super) fn run(self, phone: &Phone, output: Output) -> Result<Status, Failure> {
        if output.json {
            output.value(&value(phone)?)?;
        } else {
            output.text(&text(phone)?)?;
        }
        Ok(Status::Good)
    }
}

fn value(phone: &Phone) -> Result<Json, Failure> {
    let wallet = &phone.wallet;
    let allowances = wallet.allowances().map_err(phone::failed)?;
    let banks = wallet.banks().map_err(phone::failed)?;
    let outages = wallet.outage_serials().map_err(phone::failed)?;
    Ok(json!({
        "trust_version": wallet.bundle_version().map_err(phone::failed)?,
        "banks": banks.iter().map(|it| json!({
            "name": it.name,
            "issuer_key_id": it.issuer_key.key_id().to_string(),
            "link_key": it.link_key.to_string(),
            "enrolled_at": it.enrolled_at.map(|it| it.unix()),
            "synced_at": it.synced_at.map(|it| it.unix()),
            "call_open": it.is_call_open,
        })).collect::<Vec<_>>(),
        "allowances": allowances.iter().map(allowance).collect::<Vec<_>>(),
        "outages": outages.iter().map(|(currency, serial)| json!({
            "currency": currency.numeric(),
            "serial": serial,
        })).collect::<Vec<_>>(),
    }))
}

fn allowance(it: &AllowanceView) -> Json {
    // What no longer pays has nothing left, whatever was not spent of it.
    let remaining = match it.state {
        AllowanceState::Open => it.remaining.minor_units(),
        _ => 0,
    };
    json!({
        "allowance_id": it.id.to_string(),
        "id": uuid::Uuid::from_bytes(*it.uuid.as_bytes()).to_string(),
        "currency": it.currency.numeric(),
        "limit": it.limit.minor_units(),
        "cap": it.cap.minor_units(),
        "spent": it.spent.minor_units(),
        "released": it.released.minor_units(),
        "remaining": remaining,
        "reserved": it.reserved.map(|it| it.minor_units()),
        "last_sequence": it.last_sequence,
        "max_payments": it.max_payments,
        "valid_until": it.valid_until.unix(),
        "state": state(it.state),
    })
}

fn state(state: AllowanceState) -> &'static str {
    match state {
        AllowanceState::Open => "open",
        AllowanceState::Closed => "closed",
        AllowanceState::Lost => "lost",
        AllowanceState::KeyGone => "key_gone",
    }
}

fn text(phone: &Phone) -> Result<String, Failure> {
    let wallet = &phone.wallet;
    let calendar = Calendar::new(phone.clock.now(), None)?;
    let mut text = String::new();
    for bank in wallet.banks().map_err(phone::failed)? {
        let name = bank
            .name
            .unwrap_or_else(|| bank.issuer_key.key_id().to_string());
        let synced = bank.synced_at.map(|at| calendar.show(at, Sense::Moment));
        let synced = synced.unwrap_or_else(|| "never".into());
        let _ = writeln!(text, "{}, synced {synced}", paint(HEADING, shown(&name)));
    }
    for it in wallet.allowances().map_err(phone::failed)? {
        let decimals = phone.decimals(it.currency)?;
        let amount = |amount| money::amount(amount, it.currency, decimals);
        let _ = if it.state == AllowanceState::Open {
            let payments = it.max_payments.saturating_sub(it.last_sequence);
            writeln!(
                text,
                "  {} of {} left, at most {} a payment, {payments} payments, valid until {}",
                paint(HEADING, amount(it.remaining)),
                amount(it.limit),
                amount(it.cap),
                calendar.show(it.valid_until, Sense::End),
            )
        } else {
            writeln!(
                text,
                "  {}: an allowance of {} that no longer pays",
                paint(BAD, state(it.state)),
                amount(it.limit)
            )
        };
        let _ = writeln!(text, "  {}", paint(FAINT, format!("allowance {}", it.id)));
    }
    if text.is_empty() {
        text.push_str("enrolled at no bank yet\n");
    }
    Ok(text)
}
