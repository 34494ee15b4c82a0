//! `skilling issuer report` and `proofs`: who owes whom, and who was convicted of what.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use skilling_issuer::{ProofReport, Report as Books};
use skilling_protocol::values::{Amount, Currency};

use super::{Bank, failed};
use crate::act::home;
use crate::look::words::money;
use crate::output::{FAINT, HEADING, Output, paint};
use crate::status::Failure;

/// Who owes whom, per currency, and that it sums to zero.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  skilling issuer report --home bank --json")]
pub(super) struct Report {}

impl Report {
    pub(super) fn run(self, bank: &Bank, output: Output) -> Result<(), Failure> {
        let books = bank.server.report().map_err(failed)?;
        if output.json {
            let value = serde_json::to_value(&books);
            return output.value(&value.map_err(|error| Failure::file(error.to_string()))?);
        }
        output.text(&text(&books, bank)?)
    }
}

fn text(books: &Books, bank: &Bank) -> Result<String, Failure> {
    let mut text = String::new();
    let signed = |currency: u16, minor: i64| -> Result<String, Failure> {
        let currency = Currency::new(currency).unwrap_or(Currency::DKK);
        let amount = Amount::new(minor.unsigned_abs()).unwrap_or(Amount::MAX);
        let sign = if minor < 0 { "-" } else { "" };
        let shown = money::amount(amount, currency, bank.decimals(currency)?);
        Ok(format!("{sign}{shown}"))
    };
    for it in &books.currencies {
        let name = Currency::new(it.currency)
            .map(money::code)
            .unwrap_or_default();
        let _ = writeln!(text, "{}", paint(HEADING, name));
        for (account, balance) in &it.accounts {
            let _ = writeln!(
                text,
                "  {account:<18} {:>18}",
                signed(it.currency, *balance)?
            );
        }
        let _ = writeln!(text, "  {:<18} {:>18}", "sum", signed(it.currency, it.sum)?);
    }
    for it in &books.payable {
        let amount = signed(it.currency, it.amount)?;
        let _ = writeln!(text, "owed to merchant {}: {amount}", it.merchant);
    }
    for it in &books.pending {
        let amount = signed(it.currency, i64::try_from(it.amount).unwrap_or(i64::MAX))?;
        let _ = writeln!(
            text,
            "claimed by nobody yet: {amount}, payment {}",
            it.payment_id
        );
    }
    for it in &books.claims {
        let amount = signed(it.currency, i64::try_from(it.amount).unwrap_or(i64::MAX))?;
        let note = if it.suspended {
            ", which is suspended"
        } else {
            ""
        };
        let _ = writeln!(
            text,
            "claimed of issuer {}{note}: {amount}, {}",
            it.issuer, it.state
        );
    }
    if books.currencies.is_empty() {
        let _ = writeln!(text, "{}", paint(FAINT, "no money has moved yet"));
    }
    Ok(text)
}

/// Every proof that a pay key signed what no honest wallet signs.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  skilling issuer proofs --home bank --write proofs
  skilling inspect proofs/*.cbor")]
pub(super) struct Proofs {
    /// Write each proof (message type 6) to a file of this folder.
    #[arg(long, value_name = "DIR")]
    write: Option<PathBuf>,
}

impl Proofs {
    pub(super) fn run(self, bank: &Bank, output: Output) -> Result<(), Failure> {
        let proofs = bank.server.proofs().map_err(failed)?;
        if let Some(folder) = &self.write {
            home::make(folder)?;
            for proof in &proofs {
                let file = folder.join(format!("{}.cbor", proof.payment_ids.join("-")));
                std::fs::write(file, &proof.message)
                    .map_err(|error| Failure::file(format!("cannot write a proof: {error}")))?;
            }
        }
        if output.json {
            return output.value(&json!({"proofs": proofs}));
        }
        if proofs.is_empty() {
            return output.text("no proofs\n");
        }
        output.text(&proofs.iter().map(line).collect::<String>())
    }
}

fn line(proof: &ProofReport) -> String {
    let [first, second] = &proof.payment_ids;
    format!(
        "{}  allowance {}\n  payment {first}\n  payment {second}\n",
        proof.kind, proof.allowance_id
    )
}
