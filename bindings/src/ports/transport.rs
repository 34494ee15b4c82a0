//! One HTTP call to a bank's or acquirer's server.

use std::sync::Arc;

use async_trait::async_trait;
use skilling_platform::transport as core;
use skilling_platform::transport::{
    HttpRequest, HttpResponse, LARGEST_ANSWER, Method, TransportError,
};

use super::{Patience, within};

/// GET or POST.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum HttpMethod {
    /// Fetch.
    Get,
    /// Call.
    Post,
}

/// One call.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct HttpCall {
    /// GET or POST.
    pub method: HttpMethod,
    /// From the root of the server, such as `/v1/sync`.
    pub path: String,
    /// `application/cbor`; empty for GET and for some POSTs.
    pub body: Vec<u8>,
    /// To be sent as If-None-Match.
    pub etag: Option<String>,
}

/// An answer, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct HttpAnswer {
    /// HTTP status, 100 to 599.
    pub status: u32,
    /// At most 16 MiB and 16 bytes: stop reading there and throw `TooLong`.
    pub body: Vec<u8>,
    /// Retry-After in seconds, if given.
    pub retry_after_seconds: Option<u32>,
    /// ETag, if given.
    pub etag: Option<String>,
}

/// No answer came. Whether the call arrived is unknown: the core sends the same bytes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum TransportPortError {
    /// No connection, or it broke.
    #[error("unreachable")]
    Unreachable,
    /// No answer in time.
    #[error("timed out")]
    TimedOut,
    /// The answer is longer than any may be.
    #[error("too long")]
    TooLong,
    /// Whatever was thrown and is not declared here: taken as unreachable.
    #[error("undeclared")]
    Undeclared,
}

impl From<uniffi::UnexpectedUniFFICallbackError> for TransportPortError {
    fn from(_: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Undeclared
    }
}

/// Sends calls to one server: TLS 1.3 (1.2 where a platform has no 1.3), time-outs of its own, no retries, no redirects.
#[uniffi::export(with_foreign)]
#[async_trait]
pub trait Transport: Send + Sync {
    /// Sends `call` and waits for the answer, at most 3 minutes.
    async fn send(&self, call: HttpCall) -> Result<HttpAnswer, TransportPortError>;
}

/// The app's HTTP stack as the core sees it.
pub(crate) struct HostTransport {
    pub(crate) foreign: Arc<dyn Transport>,
    pub(crate) patience: Patience,
}

#[async_trait]
impl core::Transport for HostTransport {
    async fn send(&self, request: HttpRequest<'_>) -> Result<HttpResponse, TransportError> {
        let call = HttpCall {
            method: match request.method {
                Method::Get => HttpMethod::Get,
                Method::Post => HttpMethod::Post,
            },
            path: request.path.to_owned(),
            body: request.body.to_vec(),
            etag: request.etag.map(str::to_owned),
        };
        let answer = within(self.patience.person, self.foreign.send(call)).await;
        let answer =
            answer
                .map_err(|_| TransportError::TimedOut)?
                .map_err(|error| match error {
                    TransportPortError::Unreachable | TransportPortError::Undeclared => {
                        TransportError::Unreachable
                    }
                    TransportPortError::TimedOut => TransportError::TimedOut,
                    TransportPortError::TooLong => TransportError::TooLong,
                })?;
        if answer.body.len() > LARGEST_ANSWER {
            return Err(TransportError::TooLong);
        }
        Ok(HttpResponse {
            // Not a status: as if the server had failed.
            status: u16::try_from(answer.status).unwrap_or(599),
            body: answer.body,
            retry_after: answer.retry_after_seconds,
            etag: answer.etag.filter(|etag| etag.len() <= 256),
        })
    }
}
