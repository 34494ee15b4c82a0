//! Reference issuer, acquirer and scheme: enrolment, grants, sync, deposits, settlement, over HTTP and as a library.
//!
//! - [`Scheme`]: the root key, who takes part, policies; signs trust bundles and outage bulletins.
//! - [`Server`]: one home with an issuer, an acquirer or both. [`Server::serve`] answers the calls of sync.md; its other
//!   methods are what a bank decides, and work beside a running server.
//! - [`settle`]: who is paid, as a pure function. [`store`]: the storage port and its SQLite implementation.
//!
//! Methods block unless they are `async`; everything is thread-safe. Time comes from the clock that is handed in.
//!
//! ```no_run
//! use std::sync::Arc;
//! use skilling_issuer::{Funding, NewMerchant, Scheme, Server, Setup};
//! use skilling_platform::clock::{Clock, SystemClock};
//! use skilling_protocol::values::{Amount, Country, Currency, Mcc, PublicKey};
//!
//! # async fn run(home: &std::path::Path, terminal_key: PublicKey) -> Result<(), Box<dyn std::error::Error>> {
//! let clock: Arc<dyn Clock> = Arc::new(SystemClock);
//! let scheme = Scheme::init(&home.join("scheme"), clock.clone())?;
//! let server = Arc::new(Server::init(home, &scheme, &Setup::new("Nordbanken"), clock.clone())?);
//! println!("wallets and terminals pin {}", scheme.root());
//!
//! let added = server.add_customer("Asta", Currency::DKK, Funding::Held, Amount::new(500_000)?, None)?;
//! println!("enrol with {}", added.enrolment_code);
//! let till = server.add_merchant(&NewMerchant {
//!     name: "Netto Torvegade",
//!     mcc: Mcc::new(5411)?,
//!     country: Country::new("DK")?,
//!     terminal_key,
//! })?;
//! println!("certificate {:?}", till.certificate.to_bytes());
//!
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! println!("listening on {}", listener.local_addr()?);
//! server.clone().serve(listener, async { tokio::signal::ctrl_c().await.unwrap_or_default() }).await?;
//! # Ok(()) }
//! ```

mod acquirer;
mod calls;
mod error;
mod http;
mod issuer;
mod judge;
pub mod scheme;
mod server;
pub mod settle;
pub mod store;
mod verify;

pub use error::Error;
pub use http::Limits;
pub use scheme::Scheme;
pub use server::{
    CurrencyReport, IssuedMerchant, IssuerClaim, NewCustomer, NewMerchant, PayableReport,
    PaymentReport, PendingReport, ProofReport, Report, STANDARD_TIER, Server, Setup,
};
pub use store::{AllowanceId, CustomerId, Funding, PaymentId, Tier};
pub use verify::{
    AttestationVerifier, Attested, CustomerVerifier, EnrolmentCodes, NotAttested, TestAttestation,
};
