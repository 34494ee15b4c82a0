//! What wallet, terminal and issuer all need of the machine below them, each behind a small port:
//! the time ([`clock`]), the network ([`transport`], [`retry`]), a database file ([`sqlite`]), randomness ([`random`])
//! and keys kept in files ([`keys`]).
//!
//! Roles never import each other; what several of them need of the machine stands here once. Everything is thread-safe.

pub mod clock;
#[cfg(feature = "http")]
mod http;
pub mod keys;
pub mod random;
pub mod retry;
pub mod sqlite;
pub mod transport;

#[cfg(feature = "http")]
pub use http::HttpTransport;
