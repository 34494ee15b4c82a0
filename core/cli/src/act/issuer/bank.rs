//! `skilling issuer revoke` and `dispute`: what a bank decides about one allowance or one payment.

use clap::{Args, ValueEnum};
use serde_json::json;
use skilling_issuer::{AllowanceId, PaymentId};

use super::{Bank, failed};
use crate::act::argument;
use crate::output::Output;
use crate::status::Failure;

/// Set the status bit of an allowance, for good. What was accepted under it is paid all the same.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  skilling issuer revoke --home bank 9f2a...")]
pub(super) struct Revoke {
    /// The id of the allowance, 64 hex digits.
    #[arg(value_parser = argument::id::<skilling_protocol::objects::Allowance>)]
    allowance: AllowanceId,
}

impl Revoke {
    pub(super) fn run(self, bank: &Bank, output: Output) -> Result<(), Failure> {
        bank.server.revoke(self.allowance).map_err(failed)?;
        if output.json {
            output.value(&json!({"revoked": self.allowance.to_string()}))
        } else {
            output.text("revoked; terminals learn it with their next status list\n")
        }
    }
}

/// Dispute a payment, or end a dispute.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  skilling issuer dispute --home bank 77be...
  skilling issuer dispute --home bank 77be... --end pay")]
pub(super) struct Dispute {
    /// The id of the payment, 64 hex digits.
    #[arg(value_parser = argument::id::<skilling_protocol::objects::Payment>)]
    payment: PaymentId,
    /// End the dispute: the merchant is paid, or the payer has the amount back.
    #[arg(long, value_enum, value_name = "HOW")]
    end: Option<End>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum End {
    Pay,
    GiveBack,
}

impl Dispute {
    pub(super) fn run(self, bank: &Bank, output: Output) -> Result<(), Failure> {
        let state = match self.end {
            None => {
                bank.server.dispute(self.payment).map_err(failed)?;
                "disputed"
            }
            Some(end) => {
                let pay = end == End::Pay;
                bank.server.end_dispute(self.payment, pay).map_err(failed)?;
                if pay { "paid" } else { "given_back" }
            }
        };
        if output.json {
            output.value(&json!({"payment_id": self.payment.to_string(), "state": state}))
        } else {
            output.text(&format!("{} is {state}\n", self.payment))
        }
    }
}
