//! Whether the program lives, and whether it is ready: what is not, and why.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use skilling_protocol::values::Seconds;

use crate::error::Error;
use crate::server::{Server, blocking};

/// A bundle that ends sooner leaves phones and tills too little time.
const LEAST_BUNDLE_LEFT: Seconds = Seconds::days(9);

/// `GET /livez`.
pub(super) async fn live() -> &'static str {
    "alive\n"
}

/// `GET /readyz`: every check with its result.
pub(super) async fn ready(State(server): State<Arc<Server>>) -> Response {
    let checks = blocking(move || Ok(checks(&server))).await;
    let checks = checks.unwrap_or_else(|error| vec![("program", Err(error.to_string()))]);
    let ready = checks.iter().all(|(_, result)| result.is_ok());
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let checks: Vec<Value> = checks
        .into_iter()
        .map(|(name, result)| match result {
            Ok(()) => json!({"name": name, "ready": true}),
            Err(why) => json!({"name": name, "ready": false, "why": why}),
        })
        .collect();
    (status, Json(json!({"ready": ready, "checks": checks}))).into_response()
}

type Check = (&'static str, Result<(), String>);

fn checks(server: &Server) -> Vec<Check> {
    let said = |result: Result<(), Error>| result.map_err(|error| error.to_string());
    let mut checks = vec![
        (
            "store",
            said(server.transact(|tx| Ok(tx.status_head()?)).map(drop)),
        ),
        ("trust_bundle", said(bundle(server))),
        ("books", said(books(server))),
    ];
    if server.issuer.is_some() {
        checks.push(("issuer_listed", said(issuer_listed(server))));
        checks.push(("status_list", said(server.publish_status().map(drop))));
    }
    if server.acquirer.is_some() {
        checks.push(("acquirer_listed", said(acquirer_listed(server))));
    }
    checks
}

fn bundle(server: &Server) -> Result<(), Error> {
    server.scheme().trust_bundle()?;
    let history = server.scheme().history()?;
    let bundle = history.latest().ok_or(Error::Unknown("bundle"))?;
    if server.now() < bundle.issued {
        return Err(Error::NotNow("the clock is before the bundle's issue"));
    }
    if server.now().plus(LEAST_BUNDLE_LEFT) >= bundle.expires {
        return Err(Error::NotNow("the bundle ends within 9 days"));
    }
    Ok(())
}

/// The balances sum to zero in every currency.
fn books(server: &Server) -> Result<(), Error> {
    let report = server.report()?;
    let balanced =
        |it: &crate::CurrencyReport| it.sum == 0 && it.accounts.values().sum::<i64>() == 0;
    if report.currencies.iter().all(balanced) {
        Ok(())
    } else {
        Err(Error::NotNow(
            "the balances of a currency do not sum to zero",
        ))
    }
}

fn issuer_listed(server: &Server) -> Result<(), Error> {
    let (history, key) = (server.scheme().history()?, server.issuer_key());
    let bundle = history.latest().ok_or(Error::Unknown("bundle"))?;
    let entry = bundle.issuers.iter().find(|it| Some(it.key) == key);
    match entry {
        None => Err(Error::NotNow("the issuer is not listed in the bundle")),
        Some(it) if it.suspended => Err(Error::NotNow("the issuer is suspended")),
        Some(_) => Ok(()),
    }
}

fn acquirer_listed(server: &Server) -> Result<(), Error> {
    let (history, key) = (server.scheme().history()?, server.acquirer_key());
    let bundle = history.latest().ok_or(Error::Unknown("bundle"))?;
    let entry = bundle.acquirers.iter().find(|it| Some(it.key) == key);
    match entry.filter(|it| it.is_active(server.now())) {
        None => Err(Error::NotNow("the acquirer is not active in the bundle")),
        Some(_) => Ok(()),
    }
}
