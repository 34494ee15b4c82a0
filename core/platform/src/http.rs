//! The reference transport, on reqwest: for the command line, servers and tests. Phones bring their own.

use std::time::{Duration, SystemTime};

use async_trait::async_trait;

use crate::transport::{
    HttpRequest, HttpResponse, LARGEST_ANSWER, Method, Transport, TransportError,
};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// HTTP to one server. Cheap to clone; connections are shared.
#[derive(Debug, Clone)]
pub struct HttpTransport {
    client: reqwest::Client,
    base: String,
}

impl HttpTransport {
    /// `base` is the server's address, as in `https://bank.example` or `http://127.0.0.1:8080`.
    ///
    /// # Errors
    /// The TLS library cannot start.
    pub fn new(base: &str) -> Result<Self, TransportError> {
        let client = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(CALL_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|_| TransportError::Unreachable)?;
        Ok(Self {
            client,
            base: base.trim_end_matches('/').to_owned(),
        })
    }
}

#[async_trait]
impl Transport for HttpTransport {
    async fn send(&self, request: HttpRequest<'_>) -> Result<HttpResponse, TransportError> {
        let url = format!("{}{}", self.base, request.path);
        let mut call = match request.method {
            Method::Get => self.client.get(url),
            Method::Post => self
                .client
                .post(url)
                .header("content-type", "application/cbor")
                .body(request.body.to_vec()),
        };
        if let Some(etag) = request.etag {
            call = call.header("if-none-match", etag);
        }
        let mut answer = call.send().await.map_err(|error| no_answer(&error))?;
        let header = |name: &str| {
            let value = answer.headers().get(name)?.to_str().ok()?;
            Some(value.to_owned())
        };
        let retry_after = header("retry-after").and_then(|it| seconds(&it, header("date")));
        let etag = header("etag");
        let status = answer.status().as_u16();
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| no_answer(&error))? {
            if body.len().saturating_add(chunk.len()) > LARGEST_ANSWER {
                return Err(TransportError::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(HttpResponse {
            status,
            body,
            retry_after,
            etag,
        })
    }
}

/// Retry-After (RFC 9110 section 10.2.3): seconds, or a date, which counts from the server's own `Date`: our clock may be wrong.
fn seconds(retry_after: &str, date: Option<String>) -> Option<u32> {
    if let Ok(seconds) = retry_after.parse() {
        return Some(seconds);
    }
    let until = httpdate::parse_http_date(retry_after).ok()?;
    let now = date.and_then(|date| httpdate::parse_http_date(&date).ok());
    let wait = until.duration_since(now.unwrap_or_else(SystemTime::now));
    Some(u32::try_from(wait.unwrap_or_default().as_secs()).unwrap_or(u32::MAX))
}

fn no_answer(error: &reqwest::Error) -> TransportError {
    if error.is_timeout() {
        TransportError::TimedOut
    } else {
        TransportError::Unreachable
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_says_when_to_come_back_in_seconds_or_by_a_date() {
        let date = |text: &str| Some(text.to_owned());
        let noon = "Mon, 01 Jun 2026 12:00:00 GMT";
        assert_eq!(seconds("120", None), Some(120));
        assert_eq!(
            seconds("Mon, 01 Jun 2026 12:02:00 GMT", date(noon)),
            Some(120)
        );
        assert_eq!(
            seconds(noon, date("Mon, 01 Jun 2026 12:00:01 GMT")),
            Some(0)
        );
        // Without a date of its own the server means ours.
        let soon = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(86_400));
        assert!(seconds(&soon, None).is_some_and(|it| it > 80_000 && it <= 86_400));
        for nothing in ["", "-1", "soon", "Mon, 99 Jun 2026 12:00:00 GMT"] {
            assert_eq!(seconds(nothing, None), None, "{nothing}");
        }
    }
}
