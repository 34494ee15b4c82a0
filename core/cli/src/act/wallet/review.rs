//! `skilling wallet review`: everything the payer must see before they agree.

use std::fmt::Write as _;

use clap::Args;
use serde_json::{Value as Json, json};
use skilling_protocol::message::MessageType;
use skilling_protocol::values::{Reference, Time};
use skilling_wallet::{Review, Reviewed, Warning};

use super::phone::{self, Phone};
use crate::act::{argument, letters};
use crate::escape::shown;
use crate::look::words::time::{Calendar, Sense};
use crate::look::words::{mcc, money};
use crate::output::{BAD, HEADING, NOTICE, Output, paint};
use crate::status::{Failure, Status};

/// Look at a payment request: who asks for how much, and which allowance would pay. Nothing is signed.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  skilling wallet review --home asta request.png")]
pub(super) struct ReviewCommand {
    /// The request: a picture, a file, - or the text itself.
    request: String,
    /// For a printed code: the amount, like 80.
    #[arg(long)]
    amount: Option<String>,
}

impl ReviewCommand {
    pub(super) fn run(self, phone: &Phone, output: Output) -> Result<Status, Failure> {
        let message = letters::one(&self.request, MessageType::PaymentRequest, output)?;
        letters::expect(&message, MessageType::PaymentRequest)?;
        let reviewed = match phone.wallet.review(&message) {
            Ok(reviewed) => reviewed,
            Err(error) => return phone::refused(error, output),
        };
        let Reviewed::New(review) = reviewed else {
            if output.json {
                output.value(&json!({"answered": true}))?;
            } else {
                output.text("answered before: pay gives the same token again\n")?;
            }
            return Ok(Status::Good);
        };
        let review = match with_amount(phone, *review, self.amount.as_deref())? {
            Ok(review) => review,
            Err(error) => return phone::refused(error, output),
        };
        if output.json {
            output.value(&value(&review))?;
        } else {
            output.text(&text(phone, &review)?)?;
        }
        Ok(match (&review.pays, review.amount) {
            (Err(_), Some(_)) => Status::Refused,
            _ => Status::Good,
        })
    }
}

/// The review with the amount that the payer typed, where the request has none.
pub(super) fn with_amount(
    phone: &Phone,
    review: Review,
    typed: Option<&str>,
) -> Result<Result<Review, skilling_wallet::WalletError>, Failure> {
    let Some(text) = typed else {
        return Ok(Ok(review));
    };
    let amount = argument::payable(text, review.decimals)?;
    Ok(phone.wallet.enter_amount(&review, amount))
}

pub(super) fn value(review: &Review) -> Json {
    let mut json = json!({
        "answered": false,
        "merchant": review.merchant().as_str(),
        "mcc": review.mcc().code(),
        "country": review.country().as_str(),
        "amount": review.amount.map(|it| it.minor_units()),
        "currency": review.currency().numeric(),
        "reference": review.reference().map(Reference::as_str),
        "offline_since": review.offline_since().map(Time::unix),
        "answer_before": review.answer_before().map(Time::unix),
        "request_id": review.request_id().to_string(),
        "warnings": review.warnings.iter().map(|it| warning(*it).0).collect::<Vec<_>>(),
    });
    match &review.pays {
        Ok(paying) => {
            json["pays"] = json!({
                "allowance_id": paying.allowance.to_string(),
                "remaining_after": paying.remaining_after.minor_units(),
                "payments_after": paying.payments_after,
            });
        }
        Err(_) if review.amount.is_none() => {}
        Err(reason) => json["refused"] = phone::refusal(*reason),
    }
    json
}

pub(super) fn text(phone: &Phone, review: &Review) -> Result<String, Failure> {
    let calendar = Calendar::new(phone.clock.now(), None)?;
    let (currency, decimals) = (review.currency(), review.decimals);
    let mut text = format!(
        "{}\n  {}, {}\n",
        paint(HEADING, shown(review.merchant().as_str())),
        mcc::shown(review.mcc()),
        review.country().as_str()
    );
    let _ = match review.amount {
        Some(amount) => writeln!(
            text,
            "  {}",
            paint(HEADING, money::amount(amount, currency, decimals))
        ),
        None => writeln!(
            text,
            "  an amount in {} that you type: --amount",
            money::code(currency)
        ),
    };
    if let Some(reference) = review.reference() {
        let _ = writeln!(text, "  reference {}", shown(reference.as_str()));
    }
    if let Some(end) = review.answer_before() {
        let _ = writeln!(text, "  answer before {}", calendar.show(end, Sense::End));
    }
    if let Some(since) = review.offline_since() {
        let _ = writeln!(
            text,
            "  the till is offline since {}",
            calendar.show(since, Sense::Moment)
        );
    }
    match &review.pays {
        Ok(paying) => {
            let rest = money::amount(paying.remaining_after, currency, decimals);
            let _ = writeln!(
                text,
                "  leaves {rest} and {} payments",
                paying.payments_after
            );
        }
        Err(_) if review.amount.is_none() => {}
        Err(reason) => {
            let _ = writeln!(
                text,
                "  {} {}",
                paint(BAD, format!("{} {}", reason.code(), reason.name())),
                phone::words(*reason)
            );
        }
    }
    for it in &review.warnings {
        let _ = writeln!(text, "  {}", paint(NOTICE, warning(*it).1));
    }
    Ok(text)
}

/// For programs and for people.
fn warning(warning: Warning) -> (&'static str, &'static str) {
    match warning {
        Warning::SameAgain { .. } => (
            "same_again",
            "the same amount went to this merchant a moment ago, unanswered: agreeing pays a second time",
        ),
        _ => (
            "unknown",
            "there is something to notice: update this program",
        ),
    }
}
