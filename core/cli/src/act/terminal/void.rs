//! `skilling terminal void`: takes an accepted payment back, whole and for good.

use std::path::PathBuf;

use clap::Args;
use skilling_protocol::objects::Payment;
use skilling_protocol::values::ObjectId;

use super::accept;
use super::till::{Till, failed};
use crate::act::{argument, picture};
use crate::output::{NOTICE, Output, paint};
use crate::status::{Failure, Status};

/// Void an accepted payment: the amount goes back to the payer, whose phone reads the new receipt.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  skilling terminal void --home till 77be... -o void.png")]
pub(super) struct Void {
    /// The id of the payment, 64 hex digits.
    #[arg(value_parser = argument::id::<Payment>)]
    payment: ObjectId<Payment>,
    /// Write the receipt: .png, .svg, .txt or .hex; anything else holds the message itself.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Void {
    pub(super) fn run(self, till: &Till, output: Output) -> Result<Status, Failure> {
        let voided = till.terminal.void(&self.payment).map_err(failed)?;
        if output.json {
            output.value(&accept::answered(&voided, false))?;
        } else {
            let amount = till.money(voided.amount, voided.currency)?;
            output.text(&format!("{}  {amount}\n", paint(NOTICE, "VOIDED")))?;
        }
        picture::show(&voided.receipt, self.output.as_deref(), output)?;
        Ok(Status::Good)
    }
}
