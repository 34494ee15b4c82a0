//! The network of the acting commands: HTTP to one server, and words for when it does not answer.

use std::time::Duration;

use skilling_platform::HttpTransport;
use skilling_platform::transport::TransportError;
use skilling_protocol::reason::Reason;
use tokio::signal::unix::{SignalKind, signal};

use crate::escape::shown;
use crate::status::Failure;

/// Where a test bank is, unless told otherwise.
pub(crate) const USUAL_URL: &str = "http://127.0.0.1:8460";

/// Runs something asynchronous to its end.
///
/// # Errors
/// The system gives no runtime, or the work's own.
pub(crate) fn run<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::file(format!("the program cannot start: {error}")))?
        .block_on(work)
}

/// Ends with ctrl-C or SIGTERM, both caught from the call on.
///
/// # Errors
/// The system gives no signals.
pub(crate) fn stopped() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminated.recv() => {}
            _ = interrupted.recv() => {}
        }
    })
}

/// Checks the address of a server.
pub(crate) fn url(text: &str) -> Result<String, String> {
    let host = text
        .strip_prefix("http://")
        .or_else(|| text.strip_prefix("https://"))
        .and_then(|rest| rest.split(['/', '?', '#']).next());
    match host {
        Some(host) if !host.is_empty() => Ok(text.trim_end_matches('/').to_owned()),
        _ => Err("give the address of a server, like http://127.0.0.1:8460".into()),
    }
}

/// The way to a server.
///
/// # Errors
/// The TLS library cannot start.
pub(crate) fn transport(url: &str) -> Result<HttpTransport, Failure> {
    HttpTransport::new(url).map_err(|error| unanswered(url, error))
}

/// No answer came.
pub(crate) fn unanswered(url: &str, error: TransportError) -> Failure {
    let (url, later) = (
        shown(url),
        "Nothing is lost: give the same command again later",
    );
    Failure::file(match error {
        TransportError::Unreachable => {
            format!("there is no connection to {url}: is the server running? {later}")
        }
        TransportError::TimedOut => format!("{url} did not answer in time. {later}"),
        TransportError::TooLong => {
            format!("{url} gave an answer that is too long: is it the right server?")
        }
    })
}

/// The server answered with an error; `words` are those of the registry for whoever gave the command.
pub(crate) fn answered(
    status: u16,
    code: Option<u32>,
    again_after: Duration,
    words: fn(Reason) -> &'static str,
) -> Failure {
    let again = format!(
        "give the same command again in {} s",
        again_after.as_secs().max(1)
    );
    let reason = code.and_then(Reason::from_code);
    match (status, reason) {
        (429 | 503, _) => Failure::file(format!("the server is busy: {again}")),
        (500.., _) => Failure::file(format!("the server failed ({status}): {again}")),
        // A command given again fetches a new nonce.
        (_, Some(Reason::Nonce)) => Failure::refused(format!("the call took too long: {again}")),
        (_, Some(it)) => Failure::refused(format!(
            "the server refused ({status}): {} {}",
            words(it),
            it.action()
        )),
        (_, None) => Failure::refused(format!(
            "the server refused ({status}): is the address right?"
        )),
    }
}
