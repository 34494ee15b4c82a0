//! `skilling verify`: every rule of protocol section 6 on a token, as the terminal that made the request would run them.

mod batch;
mod case;
mod judge;
mod junit;
mod report;

use clap::Args;
use skilling_protocol::message::MessageType;
use skilling_protocol::values::Time;

use super::input::{self, Found};
use super::trust;
use super::words::time::{self, Calendar};
use crate::output::Output;
use crate::status::{Failure, Status};
use case::{Inputs, Known};

const EXAMPLE: &str = "Examples:
  skilling verify token.png --request request.png --trust bundle.cbor --root root.hex \\
      --status list.cbor --now now
  skilling verify token.cbor --request request.cbor --trust bundle.cbor --root 02ab... \\
      --seen earlier.cbor --now 2026-09-24T12:00:00Z --json
  skilling verify --batch mutants/*.cbor --request request.cbor --trust bundle.cbor \\
      --root root.hex --now now --junit report.xml

A file of --batch holds tokens, all checked against the same request; or JSON with
\"cases\", each with its own token, request, trust, root, status, seen, outage, now
(hex and Unix seconds) and the code that is expected.";

/// Check a token as a terminal would that made the request: every rule in order.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Verify {
    /// The token: a file, - or the text itself.
    #[arg(required_unless_present = "batch", conflicts_with = "batch")]
    token: Option<String>,
    /// The payment request that the terminal made.
    #[arg(long, value_name = "R")]
    request: Option<String>,
    /// The trust bundle that the terminal holds.
    #[arg(long, value_name = "B")]
    trust: Option<String>,
    /// A root key as 66 hex digits, or a file with it; up to three.
    #[arg(long, value_name = "KEY")]
    root: Vec<String>,
    /// A status list message; one that is not acceptable is ignored.
    #[arg(long, value_name = "S")]
    status: Vec<String>,
    /// A token seen before: evidence for rules 9, 24 and 25.
    #[arg(long, value_name = "TOKEN")]
    seen: Vec<String>,
    /// An outage bulletin; one that is not acceptable is ignored.
    #[arg(long, value_name = "O")]
    outage: Option<String>,
    /// The terminal's clock: RFC 3339, Unix seconds, or now.
    #[arg(long, value_name = "T", value_parser = time::parse)]
    now: Option<Time>,
    /// Check the tokens or cases of many files.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    batch: Vec<String>,
    /// Write the results of the batch as JUnit XML.
    #[arg(long, value_name = "OUT", requires = "batch")]
    junit: Option<String>,
}

impl Verify {
    pub(crate) fn run(self, output: Output) -> Result<Status, Failure> {
        if self.token.is_none() {
            return batch::run(&self, output);
        }
        let known = Known::from_inputs(&self.inputs(output)?, output)?;
        let argument = self.token.as_deref().unwrap_or_default();
        let token = trust::load(argument, MessageType::PaymentToken, output)?;
        let judgement = judge::judge(&token, &known);
        if output.json {
            output.value(&judgement.json())?;
        } else {
            let calendar = Calendar::new(known.now, None)?;
            output.text(&judgement.text(known.bundle.as_deref(), &calendar))?;
        }
        Ok(judgement.status())
    }

    /// Reads what the options name.
    fn inputs(&self, output: Output) -> Result<Inputs, Failure> {
        let needed = |value: &Option<String>, option| {
            value.clone().ok_or_else(|| {
                Failure::usage(format!("{option} is needed; see skilling verify --help"))
            })
        };
        let request = needed(&self.request, "--request R")?;
        let now = self
            .now
            .ok_or_else(|| Failure::usage("--now T is needed: RFC 3339, Unix seconds, or now"))?;
        let roots = trust::roots(&self.root)?;
        let bundle = self.trust.as_deref().ok_or_else(|| {
            Failure::undecided("without a trust bundle nothing can be decided: give --trust B")
        })?;
        Ok(Inputs {
            roots,
            trust: trust::load(bundle, MessageType::TrustBundle, output)?,
            request: trust::load(&request, MessageType::PaymentRequest, output)?,
            status: all(&self.status, output)?,
            seen: all(&self.seen, output)?,
            outage: match &self.outage {
                Some(argument) => Some(trust::load(argument, MessageType::Outage, output)?),
                None => None,
            },
            now,
        })
    }
}

/// Every message of every argument.
fn all(arguments: &[String], output: Output) -> Result<Vec<Found>, Failure> {
    let mut found = Vec::new();
    for argument in arguments {
        found.extend(input::load(argument, output)?.found);
    }
    Ok(found)
}
