//! `skilling verify`: every rule of protocol section 6 on a token, as the terminal that made the request would run them.

mod batch;
mod case;
mod judge;
mod report;

use clap::Args;
use skilling_protocol::message::MessageType;
use skilling_protocol::reason::Reason;
use skilling_protocol::values::Time;

use super::input::{self, Found};
use super::page::{self, Heading, Part};
use super::trust;
use super::view::{Manner, View};
use super::words::time::{self, Calendar};
use crate::escape::shown;
use crate::output::Output;
use crate::status::{Failure, Status};
use case::{Inputs, Known};
use judge::Judgement;

const EXAMPLE: &str = "Examples:
  skilling verify token.png --request request.png --trust bundle.cbor --root root.hex \\
      --status list.cbor --now now
  skilling verify token.cbor --request request.cbor --trust bundle.cbor --root 02ab... \\
      --seen earlier.cbor --now 2026-09-24T12:00:00Z --json
  skilling verify token.cbor --request request.cbor --trust bundle.cbor --root root.hex \\
      --now now --html ticket.html
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
    /// Show times in this zone: an IANA name or an offset like +02:00.
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true)]
    tz: Option<String>,
    /// Also write one page to attach to a ticket: every rule, the token and its bytes.
    #[arg(long, value_name = "FILE", conflicts_with = "batch")]
    html: Option<String>,
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
        let view = View::of(&token);
        let calendar = Calendar::new(known.now, self.tz.as_deref())?;
        if let Some(path) = &self.html {
            let page = page_of(argument, &judgement, &view, &known, calendar.clone());
            page::write(path, &page, output)?;
        }
        if output.json {
            output.value(&judgement.json())?;
            return Ok(judgement.status());
        }
        let mut text = judgement.text(known.bundle.as_deref(), &calendar);
        if let View::Broken(broken) = &view {
            text.push('\n');
            text.push_str(&broken.diagnosis(&shown(argument), false));
        }
        output.text(&text)?;
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

fn page_of(
    argument: &str,
    judgement: &Judgement,
    view: &View,
    known: &Known,
    calendar: Calendar,
) -> String {
    let reason = judgement.reason;
    let verdict = format!("{} {} {reason}", judgement.outcome(), reason.code());
    let said = [
        ("payer", reason.payer()),
        ("cashier", reason.cashier()),
        ("developer", reason.developer()),
        ("what to do", reason.action()),
    ];
    let id = judgement
        .payment_id
        .iter()
        .map(|id| format!("payment id: {id}"));
    let lines = said.iter().map(|(whom, words)| format!("{whom}: {words}"));
    let heading = Heading {
        title: format!("skilling verify: {}", shown(argument)),
        verdict: Some((reason == Reason::Accepted, verdict)),
        lines: lines.chain(id).collect(),
        checks: judgement.checks(known.bundle.as_deref(), &calendar),
    };
    let name = shown(argument);
    let manner = Manner {
        trust: known.bundle.as_deref().cloned(),
        ..Manner::plain(calendar)
    };
    page::page(&heading, &[Part { name, view }], &manner)
}

/// The code that a case of a batch gets; nothing is printed.
///
/// # Errors
/// It is no case, or its request is none that a terminal made.
pub(crate) fn verdict(case: serde_json::Value) -> Result<Reason, Failure> {
    batch::verdict(case).map(|judgement| judgement.reason)
}

/// Every message of every argument.
fn all(arguments: &[String], output: Output) -> Result<Vec<Found>, Failure> {
    let mut found = Vec::new();
    for argument in arguments {
        found.extend(input::load(argument, output)?.found);
    }
    Ok(found)
}
