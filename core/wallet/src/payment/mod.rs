//! One payment, from the request to the bank's answer (protocol section 5).
//!
//! ```text
//! reviewed --> authorised --> committed --> presented --> accepted --> settled
//!    |             |              |             |             |
//!    +-------------+--> abandoned +-------------+             +--> voided       the amount comes back
//!                                               +--> declined                   the amount comes back
//!                                               +--> unconfirmed --> settled, or given back, at a later sync
//! ```
//!
//! - *reviewed*: a [`Review`]; nothing is kept of it.
//! - *authorised*: the payer agreed, the signing operation waits for at most 60 seconds, in memory alone.
//! - *committed*: number, amount, signature, check of the own signature, row: one transaction, one fsync. Then the rollback
//!   guard advances, then the token leaves. A crash before the fsync frees number and amount, because nothing had left.
//! - *presented*: handed to the NFC stack or drawn. Whether it arrived is not known: asked again with the same request, the
//!   same bytes go out.
//! - Receipts lead to *accepted*, *voided* and *declined*; the bank's answer at a sync to *settled* and *given back*.
//!
//! # On opening
//!
//! `recover` brings whatever was under way when the wallet was closed, killed or lost power to a state:
//!
//! ```text
//! reviewed, authorised     --> nothing: no row, no number, no amount; the payer owes nothing
//! committed, presented     --> unconfirmed: spent; the same request gets the same bytes
//! accepted and later       --> as they are
//! ```
//!
//! A guard that is one behind because of a kill between commit and advance was brought level before.

mod choose;
mod commit;
mod consent;
mod receipt;
mod recent;
mod recovery;
mod repeat;
mod review;
mod stage;

pub use choose::Paying;
pub(crate) use commit::Order;
pub use commit::PaymentToken;
pub(crate) use consent::{Act, Acts};
pub use consent::{Armed, Authorised};
pub(crate) use receipt::ReceiptFit;
pub(crate) use recent::Recent;
pub(crate) use recovery::recover;
pub(crate) use repeat::{Answered, request_id};
pub use review::{Review, Reviewed, Warning};
pub use stage::Stage;
