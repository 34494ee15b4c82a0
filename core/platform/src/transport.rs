//! The transport port: one HTTP call to an issuer or acquirer (sync.md).

use async_trait::async_trait;

/// Bodies over this are not read: no answer of sync.md but a bundle or status list is longer than 1 MiB, and those
/// are at most 16 MiB and an array head.
pub const LARGEST_ANSWER: usize = (16 << 20) + 16;

/// HTTP methods of sync.md.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Fetch.
    Get,
    /// Call.
    Post,
}

/// One call.
#[derive(Debug, Clone, Copy)]
pub struct HttpRequest<'a> {
    /// GET or POST.
    pub method: Method,
    /// Path from the root, starting with `/v1/`.
    pub path: &'a str,
    /// `application/cbor`; empty for GET.
    pub body: &'a [u8],
    /// Sent as If-None-Match.
    pub etag: Option<&'a str>,
}

impl<'a> HttpRequest<'a> {
    /// A GET.
    #[must_use]
    pub fn get(path: &'a str) -> Self {
        Self {
            method: Method::Get,
            path,
            body: &[],
            etag: None,
        }
    }

    /// A POST of CBOR.
    #[must_use]
    pub fn post(path: &'a str, body: &'a [u8]) -> Self {
        Self {
            method: Method::Post,
            path,
            body,
            etag: None,
        }
    }
}

/// An answer, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpResponse {
    /// HTTP status.
    pub status: u16,
    /// The body, at most [`LARGEST_ANSWER`] bytes.
    pub body: Vec<u8>,
    /// Retry-After in seconds, if given.
    pub retry_after: Option<u32>,
    /// ETag, if given.
    pub etag: Option<String>,
}

/// Of an RFC 9457 problem, what this protocol adds to it.
#[derive(serde::Deserialize)]
struct Problem {
    code: Option<u32>,
}

impl HttpResponse {
    /// The member `code` of an RFC 9457 problem, if the body is one.
    #[must_use]
    pub fn problem_code(&self) -> Option<u32> {
        let problem: Problem = serde_json::from_slice(&self.body).ok()?;
        problem.code
    }
}

/// No answer came. Whether the call arrived is unknown: the same bytes are sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// No connection, or it broke.
    #[error("no connection to the server; the same call is repeated later")]
    Unreachable,
    /// No answer in time.
    #[error("the server did not answer in time; the same call is repeated later")]
    TimedOut,
    /// The answer is longer than any answer may be.
    #[error("the answer is too long")]
    TooLong,
}

/// Sends one call. Implementations use TLS 1.3 in production (1.2 where a platform has no 1.3), time-outs of their
/// own, no retries (those belong to the caller), and follow no redirects. Callable from any thread.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Sends `request` and waits for the answer.
    ///
    /// # Errors
    /// No answer came.
    async fn send(&self, request: HttpRequest<'_>) -> Result<HttpResponse, TransportError>;
}
