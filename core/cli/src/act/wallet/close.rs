//! `skilling wallet close`: gives allowances back to the bank.

use clap::Args;
use serde_json::json;
use skilling_protocol::objects::Allowance;
use skilling_protocol::values::ObjectId;
use skilling_wallet::AllowanceState;

use super::phone::{self, Phone};
use super::sync;
use crate::act::{argument, network};
use crate::output::Output;
use crate::status::{Failure, Status};

/// Close allowances for good: they never pay again, and the bank gives back what is not spent.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  skilling wallet close --home asta")]
pub(super) struct Close {
    /// The id of the allowance, 64 hex digits; every open one otherwise.
    #[arg(value_parser = argument::id::<Allowance>)]
    allowance: Option<ObjectId<Allowance>>,
}

impl Close {
    pub(super) fn run(self, phone: &Phone, output: Output) -> Result<Status, Failure> {
        let held = phone.wallet.allowances().map_err(phone::failed)?;
        let open = held.iter().filter(|it| it.state == AllowanceState::Open);
        let closing: Vec<_> = match self.allowance {
            Some(id) => vec![id],
            None => open.map(|it| it.id).collect(),
        };
        network::run(async {
            for id in &closing {
                let closed = phone.wallet.close(id).await;
                closed.map_err(|error| phone.failed(error))?;
            }
            Ok(())
        })?;
        let report = sync::run(phone, None, false)?;
        if output.json {
            output.value(&json!({
                "closed": closing.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "sync": sync::value(&report),
            }))?;
        } else {
            let lines = closing.iter().map(|id| format!("closed {id}\n"));
            output.text(&lines.collect::<String>())?;
            output.text(&sync::words(phone, &report)?)?;
        }
        sync::finish(phone, &report)
    }
}
