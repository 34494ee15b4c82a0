//! `skilling issuer suspend`, `outage` and `trust`: what the scheme decides and publishes.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;
use skilling_protocol::message::Expected;
use skilling_protocol::objects::Outage;
use skilling_protocol::signed::Signed;
use skilling_protocol::values::{Currency, Seconds, Time};

use super::{Bank, failed};
use crate::act::{argument, picture};
use crate::look::trust;
use crate::look::words::time;
use crate::output::Output;
use crate::status::Failure;

/// Suspend this issuer, or another participant, in the next trust bundle.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  skilling issuer suspend --home bank
  skilling issuer suspend --home bank --lift
  skilling issuer suspend --home bank --acquirer 02ab...")]
pub(super) struct Suspend {
    /// The public key of another issuer of the scheme.
    #[arg(long, value_name = "KEY", conflicts_with = "acquirer")]
    issuer: Option<String>,
    /// The public key of an acquirer of the scheme.
    #[arg(long, value_name = "KEY")]
    acquirer: Option<String>,
    /// Let it take part again.
    #[arg(long)]
    lift: bool,
}

impl Suspend {
    pub(super) fn run(self, bank: &Bank, output: Output) -> Result<(), Failure> {
        let (suspended, scheme) = (!self.lift, bank.server.scheme());
        match (&self.issuer, &self.acquirer) {
            (Some(key), _) => scheme.suspend_issuer(&trust::key(key)?, suspended),
            (None, Some(key)) => scheme.suspend_acquirer(&trust::key(key)?, suspended),
            (None, None) => bank.server.suspend(suspended),
        }
        .map_err(failed)?;
        let (version, _) = scheme.trust_bundle().map_err(failed)?;
        if output.json {
            return output.value(&json!({"suspended": suspended, "trust_version": version}));
        }
        let what = if suspended {
            "suspended"
        } else {
            "active again"
        };
        output.text(&format!("{what} from trust bundle {version} on\n"))
    }
}

/// Outage bulletins.
#[derive(Debug, Args)]
#[command(after_help = OUTAGE_EXAMPLE)]
pub(super) struct OutageCommand {
    #[command(subcommand)]
    command: OutageAct,
}

const OUTAGE_EXAMPLE: &str = "Example:
  skilling issuer outage declare --home bank --currency DKK --for 7d --extension 7d -o poster.png
  skilling terminal take --home till poster.png";

#[derive(Debug, Subcommand)]
enum OutageAct {
    /// Declare an outage: a signed bulletin that lengthens what expires meanwhile.
    #[command(after_help = OUTAGE_EXAMPLE)]
    Declare(Declare),
}

#[derive(Debug, Args)]
struct Declare {
    /// For payments in this currency.
    #[arg(long, value_parser = argument::currency)]
    currency: Currency,
    /// When it begins; now otherwise.
    #[arg(long, value_name = "T", value_parser = time::parse)]
    from: Option<Time>,
    /// When it ends.
    #[arg(long, value_name = "T", value_parser = time::parse, conflicts_with = "length")]
    until: Option<Time>,
    /// How long it lasts, like 7d.
    #[arg(long = "for", id = "length", value_name = "LENGTH", value_parser = argument::seconds,
          required_unless_present = "until")]
    length: Option<Seconds>,
    /// By how much what expires is lengthened: at most 14d.
    #[arg(long, value_name = "LENGTH", value_parser = argument::seconds)]
    extension: Seconds,
    /// Write the bulletin: .png or .svg for a poster, anything else for the message.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl OutageCommand {
    pub(super) fn run(self, bank: &Bank, output: Output) -> Result<(), Failure> {
        let OutageAct::Declare(it) = self.command;
        let from = it.from.unwrap_or_else(|| bank.clock.now());
        let until = it
            .until
            .unwrap_or_else(|| from.plus(it.length.unwrap_or_default()));
        let message = bank
            .server
            .scheme()
            .declare_outage(it.currency, from, until, it.extension)
            .map_err(failed)?;
        let serial = <Signed<Outage> as Expected>::decode(&message)
            .map_err(|error| Failure::file(error.to_string()))?
            .unverified()
            .serial;
        if output.json {
            output.value(&json!({"serial": serial, "outage": hex::encode(&message)}))?;
        } else {
            output.text(&format!("bulletin {serial} is published\n"))?;
        }
        picture::show(&message, it.output.as_deref(), output)
    }
}

/// Write the trust bundle in force to a file, for terminals and wallets without a network.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  skilling issuer trust --home bank -o bundle.cbor
  skilling terminal take --home till bundle.cbor")]
pub(super) struct Trust {
    /// The file.
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
}

impl Trust {
    pub(super) fn run(self, bank: &Bank, output: Output) -> Result<(), Failure> {
        let (version, message) = bank.server.scheme().trust_bundle().map_err(failed)?;
        picture::show(&message, Some(&self.output), output)?;
        if output.json {
            output.value(&json!({"version": version, "bytes": message.len()}))
        } else {
            output.text(&format!(
                "trust bundle {version}, {} bytes\n",
                message.len()
            ))
        }
    }
}
