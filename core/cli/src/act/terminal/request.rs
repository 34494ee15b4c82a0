//! `skilling terminal request`: what the customer is to pay, drawn as a code.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use skilling_protocol::values::{Currency, Reference, Seconds};
use skilling_terminal::{OpenRequest, Sale, USUAL_ANSWER_TIME};

use super::till::{Till, failed};
use crate::act::{argument, picture};
use crate::look::words::money;
use crate::output::Output;
use crate::status::{Failure, Status};

/// Ask for a payment: draws the QR code, or writes it to a file.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  skilling terminal request --home till 125.50 -o request.png
  skilling terminal request --home till --static --reference \"Stall 4\" -o poster.png")]
pub(super) struct RequestCommand {
    /// The amount, like 125.50.
    #[arg(required_unless_present = "printed")]
    amount: Option<String>,
    /// The till's own currency otherwise.
    #[arg(long, value_parser = argument::currency)]
    currency: Option<Currency>,
    /// A till or receipt number: nothing about goods or persons.
    #[arg(long, value_parser = reference)]
    reference: Option<Reference>,
    /// How long it may be answered.
    #[arg(long, value_name = "LENGTH", value_parser = argument::seconds)]
    answer_within: Option<Seconds>,
    /// A code to be printed: the payer types the amount, the cashier confirms it.
    #[arg(long = "static", id = "printed", conflicts_with_all = ["amount", "answer_within"])]
    printed: bool,
    /// .png, .svg, .txt or .hex; anything else holds the message itself.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// A label that names nothing about goods or persons.
pub(super) fn reference(text: &str) -> Result<Reference, String> {
    Reference::new(text).map_err(|error| error.to_string())
}

impl RequestCommand {
    pub(super) fn run(self, till: &Till, output: Output) -> Result<Status, Failure> {
        let currency = till.currency(self.currency);
        let request = match &self.amount {
            None => till.terminal.static_request(currency, self.reference),
            Some(text) => till.terminal.request(&Sale {
                amount: argument::payable(text, till.decimals(currency)?)?,
                currency,
                reference: self.reference,
                answer_within: self.answer_within.unwrap_or(USUAL_ANSWER_TIME),
            }),
        }
        .map_err(failed)?;
        picture::show(&request.message, self.output.as_deref(), output)?;
        tell(till, &request, output)?;
        Ok(Status::Good)
    }
}

fn tell(till: &Till, open: &OpenRequest, output: Output) -> Result<(), Failure> {
    let request = &open.request;
    let amount = request.amounted.as_ref();
    if output.json {
        return output.value(&json!({
            "request_id": open.id.to_string(),
            "amount": amount.map(|it| it.amount.minor_units()),
            "currency": request.currency.numeric(),
            "made_at": request.made_at.unix(),
            "answer_before": amount.map(|it| it.answer_before.unix()),
            "reference": request.reference.as_ref().map(Reference::as_str),
            "offline_since": request.offline_since.map(|it| it.unix()),
            "message": hex::encode(&open.message),
            "text": picture::text(&open.message),
        }));
    }
    let what = match amount {
        Some(it) => till.money(it.amount, request.currency)?,
        None => format!(
            "an amount in {} that the payer types",
            money::code(request.currency)
        ),
    };
    output.text(&format!("asks for {what}\nrequest  {}\n", open.id))
}
