//! `skilling wallet history`: payments, newest first, and what became of one of them.

use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use serde_json::{Value as Json, json};
use skilling_protocol::objects::{Outcome, Payment};
use skilling_protocol::values::{ObjectId, Time};
use skilling_wallet::Stage;
use skilling_wallet::history::{Entry, Event, Moment, Search};

use super::phone::{self, Phone};
use super::sync::state_name;
use crate::act::argument;
use crate::escape::shown;
use crate::look::words::time::{self, Calendar};
use crate::output::{FAINT, Output, paint};
use crate::status::{Failure, Status};

/// List payments, newest first, or everything that happened to one.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  skilling wallet history --home asta --merchant netto --from 2026-09-01T00:00:00Z
  skilling wallet history --home asta 77be...")]
pub(super) struct History {
    /// One payment, 64 hex digits.
    #[arg(value_parser = argument::id::<Payment>)]
    payment: Option<ObjectId<Payment>>,
    /// From this time on.
    #[arg(long, value_name = "T", value_parser = time::parse)]
    from: Option<Time>,
    /// To before this time.
    #[arg(long, value_name = "T", value_parser = time::parse)]
    until: Option<Time>,
    /// Part of the merchant's name.
    #[arg(long, value_name = "TEXT")]
    merchant: Option<String>,
    /// Where the payment stands.
    #[arg(long, value_enum)]
    stage: Option<At>,
    /// At most so many.
    #[arg(long, value_name = "N", default_value_t = 50)]
    most: u32,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum At {
    Committed,
    Presented,
    Unconfirmed,
    Accepted,
    Voided,
    Declined,
    Settled,
    GivenBack,
}

impl From<At> for Stage {
    fn from(at: At) -> Self {
        match at {
            At::Committed => Self::Committed,
            At::Presented => Self::Presented,
            At::Unconfirmed => Self::Unconfirmed,
            At::Accepted => Self::Accepted,
            At::Voided => Self::Voided,
            At::Declined => Self::Declined,
            At::Settled => Self::Settled,
            At::GivenBack => Self::GivenBack,
        }
    }
}

impl History {
    pub(super) fn run(self, phone: &Phone, output: Output) -> Result<Status, Failure> {
        if let Some(id) = &self.payment {
            let moments = phone.wallet.timeline(id).map_err(phone::failed)?;
            tell_moments(phone, &moments, output)?;
            return Ok(Status::Good);
        }
        let entries = self.entries(phone)?;
        if output.json {
            let list: Vec<Json> = entries.iter().map(value).collect();
            output.value(&json!({"payments": list}))?;
        } else {
            let lines: Result<Vec<String>, Failure> =
                entries.iter().map(|it| line(phone, it)).collect();
            output.text(&lines?.concat())?;
        }
        Ok(Status::Good)
    }

    fn entries(&self, phone: &Phone) -> Result<Vec<Entry>, Failure> {
        let search = Search {
            from: self.from,
            until: self.until,
            merchant: self.merchant.clone(),
            stage: self.stage.map(Stage::from),
            bank: None,
        };
        let most = usize::try_from(self.most).unwrap_or(usize::MAX);
        let (mut entries, mut after) = (Vec::new(), None);
        while entries.len() < most {
            let page = phone.wallet.history(&search, after, self.most);
            let page = page.map_err(phone::failed)?;
            entries.extend(page.entries);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        entries.truncate(most);
        Ok(entries)
    }
}

fn value(it: &Entry) -> Json {
    json!({
        "payment_id": it.id.to_string(),
        "time": it.time.unix(),
        "amount": it.amount.minor_units(),
        "currency": it.currency.numeric(),
        "merchant": it.merchant,
        "reference": it.reference,
        "stage": it.stage.name(),
        "bank": it.bank.map(state_name),
    })
}

fn line(phone: &Phone, it: &Entry) -> Result<String, Failure> {
    let calendar = Calendar::new(phone.clock.now(), None)?;
    Ok(format!(
        "{:<20}  {:>14}  {:<11} {}  {}\n",
        calendar.absolute(it.time).unwrap_or_default(),
        phone.money(it.amount, it.currency)?,
        it.stage.name(),
        shown(&it.merchant),
        paint(FAINT, it.id),
    ))
}

fn tell_moments(phone: &Phone, moments: &[Moment], output: Output) -> Result<(), Failure> {
    if output.json {
        let list = moments
            .iter()
            .map(|it| json!({"time": it.time.unix(), "event": event_name(it.event)}));
        return output.value(&json!({"moments": list.collect::<Vec<_>>()}));
    }
    let calendar = Calendar::new(phone.clock.now(), None)?;
    let mut text = String::new();
    for it in moments {
        let at = calendar.absolute(it.time).unwrap_or_default();
        let _ = writeln!(text, "{at:<20}  {}", event_name(it.event));
    }
    output.text(&text)
}

fn event_name(event: Event) -> String {
    match event {
        Event::Signed => "signed".into(),
        Event::Receipt(Outcome::Accepted) => "receipt: accepted".into(),
        Event::Receipt(Outcome::Voided) => "receipt: voided".into(),
        Event::Receipt(Outcome::Declined { code }) => format!("receipt: declined ({code})"),
        Event::Bank(state) => format!("bank: {}", state_name(state)),
    }
}
