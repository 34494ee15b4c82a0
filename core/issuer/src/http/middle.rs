//! Around every call: request id, rate limit, time-out, one line of log, counters. Nothing personal is logged: no
//! address, no key, no body.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use skilling_protocol::reason::Reason;

use super::problem::Problem;
use crate::server::Server;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Rate limit and time-out, for the calls of sync.md.
pub(super) async fn limited(
    State(server): State<Arc<Server>>,
    request: Request,
    next: Next,
) -> Response {
    let client = client(&request, server.limits.behind_proxy);
    if !server.limits.take(client, Instant::now()) {
        return Problem::too_many().into_response();
    }
    let Some(_place) = server.limits.enter() else {
        return Problem::from(Reason::ServerBusy).into_response();
    };
    let answered = tokio::time::timeout(server.limits.timeout, next.run(request)).await;
    answered.unwrap_or_else(|_| Problem::from(Reason::ServerBusy).into_response())
}

/// Request id, log and counters, for everything.
pub(super) async fn observed(
    State(server): State<Arc<Server>>,
    request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let id = request_id(&request);
    let method = request.method().clone();
    let path = request.extensions().get::<MatchedPath>();
    let path = path.map_or("unmatched", MatchedPath::as_str).to_owned();
    let mut response = next.run(request).await;
    let status = response.status().as_u16();
    server.metrics.count(&path, status);
    let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(request_id = %id, %method, path, status, milliseconds, "call");
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

fn client(request: &Request, behind_proxy: bool) -> Option<IpAddr> {
    if behind_proxy {
        let forwarded = request
            .headers()
            .get_all("x-forwarded-for")
            .iter()
            .next_back()?;
        let last = forwarded.to_str().ok()?.rsplit(',').next()?;
        return last.trim().parse().ok();
    }
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    peer.map(|ConnectInfo(address)| address.ip())
}

/// The client's own id if it is harmless, else a new one.
fn request_id(request: &Request) -> String {
    let sent = request.headers().get(&REQUEST_ID);
    let sent = sent.and_then(|it| it.to_str().ok()).filter(|it| {
        (1..=64).contains(&it.len()) && it.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    });
    sent.map_or_else(|| uuid::Uuid::new_v4().to_string(), str::to_owned)
}
