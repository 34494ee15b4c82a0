//! Errors as RFC 9457 problem documents, and the page each of them links to. Words come from the registry of codes.

use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use skilling_protocol::reason::Reason;

/// What a client waits before it asks again, plus a random 0 to 100 %.
const RETRY_AFTER_SECONDS: u32 = 5;
const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// A problem document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Problem {
    reason: Reason,
    status: StatusCode,
    retry_after: Option<u32>,
}

impl From<Reason> for Problem {
    fn from(reason: Reason) -> Self {
        let status = reason.http_status().unwrap_or(500);
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self {
            reason,
            status,
            retry_after: (reason == Reason::ServerBusy).then_some(RETRY_AFTER_SECONDS),
        }
    }
}

impl Problem {
    /// One client calls too often.
    pub(super) fn too_many() -> Self {
        Self {
            reason: Reason::ServerBusy,
            status: StatusCode::TOO_MANY_REQUESTS,
            retry_after: Some(1),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let reason = self.reason;
        let document = serde_json::json!({
            "type": format!("/problems/{}", reason.code()),
            "title": reason.developer(),
            "status": self.status.as_u16(),
            "detail": reason.action(),
            "code": reason.code(),
            "name": reason.name(),
        });
        let mut response = (self.status, document.to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, PROBLEM_JSON);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// `GET /problems/{code}`: what happened, who bears it, what the app should do.
pub(super) async fn page(Path(code): Path<String>) -> Response {
    let reason = code.parse().ok().and_then(Reason::from_code);
    let reason = reason.or_else(|| Reason::from_name(&code));
    let Some(reason) = reason else {
        return (StatusCode::NOT_FOUND, "No such code.\n").into_response();
    };
    // Every text is the program's own: nothing of the request is in the page.
    Html(format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{code} {name}</title></head><body>\n\
         <h1>{code} {name}</h1>\n<h2>What happened</h2>\n<p>{developer}</p>\n<p>{payer}</p>\n\
         <h2>Who bears it</h2>\n<p>{bearer}</p>\n<h2>What the app should do</h2>\n<p>{action}</p>\n\
         <p>Defined in {section}.</p>\n</body></html>\n",
        code = reason.code(),
        name = reason.name(),
        developer = escaped(reason.developer()),
        payer = escaped(reason.payer()),
        bearer = bearer(reason),
        action = escaped(reason.action()),
        section = escaped(reason.section()),
    ))
    .into_response()
}

fn bearer(reason: Reason) -> &'static str {
    match reason.code() {
        0 => "The issuer pays the merchant and recovers from the payer.",
        24 | 25 => {
            "The issuer pays every token that a terminal accepted, and recovers from the payer. The refused one costs nobody anything."
        }
        1..=49 => {
            "Nobody: nothing was paid. At deposit a payment that fails this rule is refused, and the acquirer answers for its terminal."
        }
        50..=59 => "Nobody: the call changed nothing and may be repeated.",
        _ => "Nobody: no money was reserved. Allowances granted before keep their money.",
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
