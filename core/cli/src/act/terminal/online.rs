//! `skilling terminal sync` and `deposit`: everything a till does with the network.

use std::fmt::Write as _;

use clap::Args;
use serde_json::{Value as Json, json};
use skilling_terminal::{DepositReport, Failed, Problem, Refreshed, Renewed, TerminalError};

use super::goods;
use super::till::{Till, failed};
use crate::act::network;
use crate::output::Output;
use crate::status::{Failure, Status};

/// Fetch trust bundle, status lists and bulletins, renew the certificate when it is due, and deposit.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  skilling terminal sync --home till")]
pub(super) struct Sync {
    /// Where the acquirer answers from now on.
    #[arg(long, visible_alias = "server", value_name = "URL", value_parser = network::url)]
    acquirer: Option<String>,
}

impl Sync {
    pub(super) fn run(self, mut till: Till, output: Output) -> Result<Status, Failure> {
        if let Some(acquirer) = self.acquirer {
            till.settings.acquirer = acquirer;
            till.keep_settings()?;
        }
        let till = &till;
        let refreshed = refresh(till)?;
        let renewed = renew(till)?;
        let deposited = deposit(till)?;
        if output.json {
            let taken = refreshed.taken.iter();
            output.value(&json!({
                "taken": taken.map(|it| json!({"kind": it.kind.name(), "new": it.is_new})).collect::<Vec<_>>(),
                "certificate_valid_until": renewed,
                "deposit": value(&deposited),
            }))?;
        } else {
            let mut text = String::new();
            for taken in &refreshed.taken {
                let _ = writeln!(text, "{}", goods::line(*taken));
            }
            if refreshed.taken.is_empty() && refreshed.failed.is_empty() {
                text.push_str("nothing new to fetch\n");
            }
            if renewed.is_some() {
                text.push_str("the certificate was renewed\n");
            }
            text.push_str(&words(&deposited));
            output.text(&text)?;
        }
        match refreshed.failed.first() {
            Some((path, failed)) => {
                output.warn(format_args!("{path}: {}", till.offline(failed)));
                Ok(till.offline(failed).status)
            }
            None => Ok(Status::Good),
        }
    }
}

/// Deposit everything that the acquirer has not confirmed.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  skilling terminal deposit --home till --json")]
pub(super) struct Deposit {}

impl Deposit {
    pub(super) fn run(self, till: &Till, output: Output) -> Result<Status, Failure> {
        let report = deposit(till)?;
        if output.json {
            output.value(&value(&report))?;
        } else {
            output.text(&words(&report))?;
        }
        Ok(Status::Good)
    }
}

/// Fetches what is new. A server that does not answer is a failure here; one path that brings nothing is not.
pub(super) fn refresh(till: &Till) -> Result<Refreshed, Failure> {
    let transport = network::transport(&till.settings.acquirer)?;
    let work = till.terminal.refresh(&transport);
    let refreshed = network::run(async { work.await.map_err(failed) })?;
    let silent = |failed: &&Failed| matches!(failed.problem, Problem::NoAnswer(_));
    let mut problems = refreshed.failed.iter().map(|(_, failed)| failed);
    match problems.find(silent) {
        Some(failed) => Err(till.offline(failed)),
        None => Ok(refreshed),
    }
}

/// Until when the certificate is valid now, if it was renewed.
fn renew(till: &Till) -> Result<Option<u64>, Failure> {
    match till.terminal.renewal_is_due() {
        Ok(true) => {}
        Ok(false) | Err(TerminalError::NoCertificate) => return Ok(None),
        Err(error) => return Err(failed(error)),
    }
    let transport = network::transport(&till.settings.acquirer)?;
    let work = till.terminal.renew(&transport, None);
    match network::run(async { work.await.map_err(failed) })? {
        Renewed::Until(until) => Ok(Some(until.unix())),
        Renewed::Failed(problem) => Err(till.offline(&problem)),
    }
}

fn deposit(till: &Till) -> Result<DepositReport, Failure> {
    let transport = network::transport(&till.settings.acquirer)?;
    let work = till.terminal.deposit(&transport);
    let report = network::run(async { work.await.map_err(failed) })?;
    match &report.failed {
        Some(problem) => Err(till.offline(problem)),
        None => Ok(report),
    }
}

fn value(report: &DepositReport) -> Json {
    json!({
        "paid": report.paid,
        "given_back": report.given_back,
        "pending": report.pending,
        "disputed": report.disputed,
        "refused": report.refused,
        "still_due": report.still_due,
    })
}

fn words(report: &DepositReport) -> String {
    let counts = [
        (report.paid, "paid"),
        (report.given_back, "given back"),
        (report.pending, "pending"),
        (report.disputed, "disputed"),
        (report.refused, "refused"),
    ];
    let said: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    if said.is_empty() {
        return "nothing to deposit\n".into();
    }
    format!(
        "deposited: {}; still due: {}\n",
        said.join(", "),
        report.still_due
    )
}
