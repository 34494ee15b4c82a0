//! The terminal: requests, acceptance, the till's durable store, receipts, deposits (protocol sections 4 and 6, sync.md).
//!
//! A [`Terminal`] is one handle on one acceptance store, with the keys of this till. Several tills, processes or
//! threads may share the store; every decision sees all earlier ones. Nothing here waits, sleeps or reads a clock
//! but the one it was given.
//!
//! | what happens at the till | call |
//! |---|---|
//! | installing it | [`keys::create_in`], [`Terminal::open`], [`Terminal::refresh`], [`Terminal::take_certificate`] |
//! | may we sell offline now? | [`Terminal::can_accept`] |
//! | a sale | [`Terminal::request`]: draw [`OpenRequest::message`] as a code, or [`Terminal::tap`] a phone |
//! | the phone's code was read | [`Terminal::accept`]; after a printed code also [`Terminal::confirm`] or [`Terminal::reject`] |
//! | the customer changes their mind | [`Terminal::cancel`] before, [`Terminal::void`] after |
//! | a bulletin on the shop door, a proof, a bundle in a file | [`Terminal::take`] |
//! | the network is there | [`Terminal::refresh`], [`Terminal::renew`], [`Terminal::deposit`] |
//! | end of day | [`Terminal::totals`], [`Terminal::payments`] |
//!
//! # What is durable when
//!
//! A request before it is shown, a decision and its receipt before anyone hears of them, a call to the acquirer before it
//! is sent: each is one transaction, so opening a store after a power cut has nothing to mend. [`fault::POINTS`] names
//! the moments at which that is tested. The same token always gets the same, latest receipt.
//!
//! # What may be shared, and what never is
//!
//! Tills of one shop should share a store, so that a clone that was at one till is refused at the next. Receipts are signed
//! with the key of the request's certificate, so a till sends a token for another till's request there
//! ([`TerminalError::MadeByAnotherTill`]). A printed code belongs to exactly one store. The store is never restored from a
//! backup (protocol section 6): a till that lost its store starts a new one with a new terminal key.
//!
//! # Refusals and errors
//!
//! A payment that is not accepted is an [`Outcome`] with a [`Reason`](skilling_protocol::reason::Reason), which has the words for cashier
//! and payer. A [`TerminalError`] says what the till itself must do. A server that does not answer is neither: see
//! [`Failed`], which says how long to wait.

#![cfg_attr(
    not(test),
    deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

mod accept;
mod deposit;
mod error;
mod events;
pub mod fault;
mod health;
pub mod keys;
mod known;
mod online;
mod outcome;
mod readiness;
mod receipt;
mod refresh;
mod renewal;
mod report;
mod requests;
mod store;
mod take;
mod tap;
mod terminal;
mod trust;
mod void;

pub use deposit::DepositReport;
pub use error::TerminalError;
pub use events::{Event, MOST_EVENTS_AT_ONCE, What};
pub use health::Health;
pub use online::{Failed, Problem};
pub use outcome::{Answered, Cursor, DepositState, Outcome, StoredPayment};
pub use readiness::{Answer, Headroom};
pub use refresh::Refreshed;
pub use renewal::Renewed;
pub use report::{Total, Totals, Waiting};
pub use requests::{OpenRequest, Sale, USUAL_ANSWER_TIME};
pub use store::SCHEMA;
pub use take::Taken;
pub use tap::TapReport;
pub use terminal::Terminal;
