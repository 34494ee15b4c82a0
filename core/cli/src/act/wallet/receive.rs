//! `skilling wallet receipt` and `take`: what tills and posters show.

use std::fmt::Write as _;

use clap::Args;
use serde_json::json;
use skilling_protocol::message::MessageType;

use super::phone::{self, Phone};
use crate::act::letters;
use crate::output::Output;
use crate::status::{Failure, Status};

/// Take the receipt that the till shows.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  skilling wallet receipt --home asta receipt.png")]
pub(super) struct Receipt {
    /// The receipt: a picture, a file, - or the text itself.
    receipt: String,
}

impl Receipt {
    pub(super) fn run(self, phone: &Phone, output: Output) -> Result<Status, Failure> {
        let message = letters::one(&self.receipt, MessageType::Receipt, output)?;
        letters::expect(&message, MessageType::Receipt)?;
        let taken = phone.wallet.take_receipt(&message);
        let (payment, stage) = taken.map_err(phone::failed)?;
        if output.json {
            output.value(&json!({"payment_id": payment.to_string(), "stage": stage.name()}))?;
        } else {
            output.text(&format!("{}  payment {payment}\n", stage.name()))?;
        }
        Ok(Status::Good)
    }
}

/// Take trust bundles and outage bulletins from files or a poster's picture.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  skilling wallet take --home asta bundle.cbor poster.png")]
pub(super) struct Take {
    /// Files, pictures, - or the text itself.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
}

impl Take {
    pub(super) fn run(self, phone: &Phone, output: Output) -> Result<Status, Failure> {
        let (mut lines, mut values) = (String::new(), Vec::new());
        for file in &self.files {
            for message in letters::all(file, output)? {
                let (kind, is_new) = take(phone, &message)?;
                let state = if is_new { "new" } else { "as held already" };
                let _ = writeln!(lines, "{}: {state}", kind.name());
                values.push(json!({"kind": kind.name(), "new": is_new}));
            }
        }
        if output.json {
            output.value(&json!({"taken": values}))?;
        } else {
            output.text(&lines)?;
        }
        Ok(Status::Good)
    }
}

fn take(phone: &Phone, message: &[u8]) -> Result<(MessageType, bool), Failure> {
    let is =
        |kind: MessageType| skilling_link::message_type(message) == Some(u64::from(kind.number()));
    let (kind, taken) = if is(MessageType::Outage) {
        (MessageType::Outage, phone.wallet.take_outage(message))
    } else if is(MessageType::Receipt) {
        return Err(Failure::usage(
            "this is a receipt: give it to skilling wallet receipt",
        ));
    } else {
        letters::expect(message, MessageType::TrustBundle)?;
        (MessageType::TrustBundle, phone.wallet.take_bundle(message))
    };
    Ok((kind, taken.map_err(phone::failed)?))
}
