//! The routes of sync.md. Each handler reads the body within its limit, runs the call, and turns reasons into problems.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use skilling_protocol::reason::Reason;
use skilling_protocol::values::Currency;

use super::problem::Problem;
use crate::acquirer::DepositKind;
use crate::calls::Answered;
use crate::error::Error;
use crate::server::{Server, Taken, blocking};

/// No call's body is longer (sync.md).
const MAX_BODY: usize = 1 << 20;
/// How long a deposit waits for other issuers before its payments are left pending.
const ASK_OTHERS_FOR: Duration = Duration::from_secs(5);
const CBOR: HeaderValue = HeaderValue::from_static("application/cbor");
/// What is published may change at any time, and a revocation is in the next answer: caches revalidate by ETag.
const REVALIDATE: HeaderValue = HeaderValue::from_static("public, no-cache");

type Shared = State<Arc<Server>>;

async fn read(body: Body) -> Result<Vec<u8>, Problem> {
    let bytes = axum::body::to_bytes(body, MAX_BODY).await;
    bytes
        .map(|bytes| bytes.to_vec())
        .map_err(|_| Problem::from(Reason::TooLarge))
}

fn answer(result: Result<Answered, Error>) -> Response {
    match result {
        Ok(Ok(body)) => cbor(body),
        Ok(Err(reason)) => Problem::from(reason).into_response(),
        Err(error) => failed(&error),
    }
}

fn cbor(body: Vec<u8>) -> Response {
    (
        [
            (header::CONTENT_TYPE, CBOR),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ],
        body,
    )
        .into_response()
}

fn failed(error: &Error) -> Response {
    match error {
        // A role this home does not have: the route is not here.
        Error::NotThisRole(_) => StatusCode::NOT_FOUND.into_response(),
        other => Problem::from(Server::reason_of(other)).into_response(),
    }
}

async fn call(
    server: Arc<Server>,
    body: Body,
    work: impl FnOnce(&Server, &[u8]) -> Result<Answered, Error> + Send + 'static,
) -> Response {
    match read(body).await {
        Ok(body) => answer(blocking(move || work(&server, &body)).await),
        Err(problem) => problem.into_response(),
    }
}

pub(super) async fn nonce(State(server): Shared) -> Response {
    answer(blocking(move || server.nonce().map(Ok)).await)
}

pub(super) async fn enrol(State(server): Shared, body: Body) -> Response {
    call(server, body, Server::enrol).await
}

pub(super) async fn sync(State(server): Shared, body: Body) -> Response {
    call(server, body, Server::sync).await
}

pub(super) async fn renew(State(server): Shared, body: Body) -> Response {
    call(server, body, Server::renew).await
}

pub(super) async fn present(State(server): Shared, body: Body) -> Response {
    call(server, body, |server, body| {
        match server.take_deposit(body, DepositKind::Present)? {
            Taken::Answered(answered) => Ok(answered),
            Taken::Waits(call, states) => server.finish_deposit(&call, states),
        }
    })
    .await
}

pub(super) async fn deposit(State(server): Shared, body: Body) -> Response {
    let body = match read(body).await {
        Ok(body) => body,
        Err(problem) => return problem.into_response(),
    };
    let at_work = server.clone();
    let taken = blocking(move || at_work.take_deposit(&body, DepositKind::Deposit)).await;
    match taken {
        Ok(Taken::Answered(answered)) => answer(Ok(answered)),
        Ok(Taken::Waits(call, states)) => {
            ask_others(&server, call.id().digest()).await;
            answer(blocking(move || server.finish_deposit(&call, states)).await)
        }
        Err(error) => failed(&error),
    }
}

/// Who does not answer in time is asked again later; the payments are pending meanwhile.
async fn ask_others(server: &Arc<Server>, deposit: skilling_protocol::values::Digest) {
    let at_work = server.clone();
    let Ok(forwards) = blocking(move || at_work.unanswered_of(deposit)).await else {
        return;
    };
    for forward in forwards {
        let asked = tokio::time::timeout(ASK_OTHERS_FOR, server.present(forward)).await;
        if let Ok(Err(error)) = asked {
            tracing::error!(%error, "an issuer's answer could not be booked");
        }
    }
}

pub(super) async fn trust(State(server): Shared, headers: HeaderMap) -> Response {
    let bundle = blocking(move || server.scheme().trust_bundle()).await;
    cached(
        &headers,
        bundle.map(|(version, body)| Some((version.into(), body))),
    )
}

pub(super) async fn status(
    State(server): Shared,
    Path(list): Path<String>,
    headers: HeaderMap,
) -> Response {
    let list = blocking(move || server.status(&list)).await;
    let list = list.map(|it| it.map(|(issued_at, body)| (issued_at.unix(), body)));
    match list {
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        found => cached(&headers, found),
    }
}

pub(super) async fn outage(
    State(server): Shared,
    Path(currency): Path<String>,
    headers: HeaderMap,
) -> Response {
    let currency = currency.parse().ok().and_then(|it| Currency::new(it).ok());
    let Some(currency) = currency else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let outage = blocking(move || server.scheme().outage(currency)).await;
    cached(
        &headers,
        outage.map(|it| it.map(|(serial, body)| (serial.into(), body))),
    )
}

/// A body with its version as ETag: 304 where the client has it, 204 where there is none.
fn cached(headers: &HeaderMap, found: Result<Option<(u64, Vec<u8>)>, Error>) -> Response {
    let (version, body) = match found {
        Ok(Some(found)) => found,
        Ok(None) => {
            let headers = [(header::CACHE_CONTROL, REVALIDATE)];
            return (StatusCode::NO_CONTENT, headers).into_response();
        }
        Err(error) => return failed(&error),
    };
    let etag = format!("\"{version}\"");
    let held = headers.get_all(header::IF_NONE_MATCH).iter();
    let mut held = held
        .filter_map(|it| it.to_str().ok())
        .flat_map(|it| it.split(','));
    let unchanged = held.any(|it| it.trim().trim_start_matches("W/") == etag);
    let Ok(etag) = HeaderValue::from_str(&etag) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let headers = [
        (header::ETAG, etag),
        (header::CACHE_CONTROL, REVALIDATE),
        (header::CONTENT_TYPE, CBOR),
    ];
    if unchanged {
        (StatusCode::NOT_MODIFIED, headers).into_response()
    } else {
        (headers, body).into_response()
    }
}
