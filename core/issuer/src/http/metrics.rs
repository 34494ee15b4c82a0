//! `/metrics` in Prometheus' text format, the money first.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::error::Error;
use crate::server::{Server, blocking};

/// Ages of pending payments: up to so many days, by name.
const AGES: [(u64, &str); 4] = [(1, "1d"), (7, "7d"), (30, "30d"), (u64::MAX, "older")];
const DAY: u64 = 86_400;

/// Calls answered since the program began, by route and status.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    calls: Mutex<BTreeMap<(String, u16), u64>>,
}

impl Metrics {
    /// Counts a call. Routes are patterns, so there are few.
    pub(super) fn count(&self, path: &str, status: u16) {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let count = calls.entry((path.to_owned(), status)).or_default();
        *count = count.saturating_add(1);
    }

    fn write(&self, out: &mut String) {
        head(
            out,
            "skilling_calls_total",
            "counter",
            "Calls answered, by route and status.",
        );
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        for ((path, status), count) in calls.iter() {
            line(
                out,
                &format!("skilling_calls_total{{path=\"{path}\",status=\"{status}\"}} {count}"),
            );
        }
    }
}

/// `GET /metrics`.
pub(super) async fn page(State(server): State<Arc<Server>>) -> Response {
    match blocking(move || text(&server)).await {
        Ok(text) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response(),
        Err(_) => axum::http::StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

fn text(server: &Server) -> Result<String, Error> {
    let report = server.report()?;
    let mut out = String::new();
    let gauges = [
        (
            "skilling_reserved_minor_units",
            "customer_reserve",
            1,
            "Set aside for allowances.",
        ),
        (
            "skilling_outstanding_minor_units",
            "merchant_payable",
            1,
            "Owed to merchants.",
        ),
        (
            "skilling_risk_minor_units",
            "bank_risk",
            -1,
            "Put up by the bank.",
        ),
        (
            "skilling_payer_owes_minor_units",
            "payer_owes",
            -1,
            "Owed by payers beyond their reserve.",
        ),
    ];
    for (name, account, sign, help) in gauges {
        head(&mut out, name, "gauge", help);
        for it in &report.currencies {
            let balance = it.accounts.get(account).copied().unwrap_or(0);
            let value = balance.saturating_mul(sign);
            line(
                &mut out,
                &format!("{name}{{currency=\"{:03}\"}} {value}", it.currency),
            );
        }
    }
    pending(&mut out, server, &report);
    proofs(&mut out, server)?;
    head(
        &mut out,
        "skilling_ledger_sum_minor_units",
        "gauge",
        "Zero, or the books are wrong.",
    );
    for it in &report.currencies {
        line(
            &mut out,
            &format!(
                "skilling_ledger_sum_minor_units{{currency=\"{:03}\"}} {}",
                it.currency, it.sum
            ),
        );
    }
    server.metrics.write(&mut out);
    Ok(out)
}

fn pending(out: &mut String, server: &Server, report: &crate::server::Report) {
    let now = server.now().unix();
    let mut found: BTreeMap<(u16, usize), (u64, u64)> = BTreeMap::new();
    for it in &report.pending {
        let days = now.saturating_sub(it.since) / DAY;
        let age = AGES
            .iter()
            .position(|(most, _)| days < *most)
            .unwrap_or(AGES.len() - 1);
        let entry = found.entry((it.currency, age)).or_default();
        *entry = (entry.0.saturating_add(1), entry.1.saturating_add(it.amount));
    }
    head(
        out,
        "skilling_pending_payments",
        "gauge",
        "Payments nobody has claimed, by age.",
    );
    for ((currency, age), (count, _)) in &found {
        line(
            out,
            &format!(
                "skilling_pending_payments{{currency=\"{currency:03}\",age=\"{}\"}} {count}",
                AGES[*age].1
            ),
        );
    }
    head(
        out,
        "skilling_pending_minor_units",
        "gauge",
        "Their amounts, by age.",
    );
    for ((currency, age), (_, amount)) in &found {
        line(
            out,
            &format!(
                "skilling_pending_minor_units{{currency=\"{currency:03}\",age=\"{}\"}} {amount}",
                AGES[*age].1
            ),
        );
    }
}

fn proofs(out: &mut String, server: &Server) -> Result<(), Error> {
    let mut counts: BTreeMap<u16, u64> = BTreeMap::new();
    for row in server.transact(|tx| Ok(tx.proofs()?))? {
        *counts.entry(row.currency.numeric()).or_default() += 1;
    }
    head(out, "skilling_fraud_proofs", "gauge", "Fraud proofs kept.");
    for (currency, count) in counts {
        line(
            out,
            &format!("skilling_fraud_proofs{{currency=\"{currency:03}\"}} {count}"),
        );
    }
    Ok(())
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    line(out, &format!("# HELP {name} {help}"));
    line(out, &format!("# TYPE {name} {kind}"));
}

fn line(out: &mut String, text: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{text}");
}
