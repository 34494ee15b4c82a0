//! The issuer: everything that belongs to allowances, inside one transaction of the store.
//!
//! [`Desk`] is one call's view: the transaction, the time, the issuer's key and what the scheme has published.

mod books;
mod deadline;
mod enrol;
mod evidence;
mod grant;
mod nonce;
mod proofs;
mod status;
mod sync;

pub(crate) use enrol::{EnrolCall, enrol};
pub(crate) use evidence::Side;
pub(crate) use nonce::issue as issue_nonce;
pub(crate) use status::{Published, init as init_status, is_due, publish as publish_status};
pub(crate) use sync::{Synchronise, sync};

use skilling_protocol::crypto::SoftwareKey;
use skilling_protocol::values::{StatusUri, Time};

use crate::scheme::TrustHistory;
use crate::store::Tx;

/// The issuer at work in one transaction.
pub(crate) struct Desk<'a> {
    pub(crate) tx: &'a mut dyn Tx,
    pub(crate) now: Time,
    pub(crate) history: &'a TrustHistory,
    pub(crate) issuer: &'a IssuerRole,
}

/// The issuer's key and where its status list is published.
#[derive(Debug)]
pub(crate) struct IssuerRole {
    pub(crate) key: SoftwareKey,
    pub(crate) status_uri: StatusUri,
}
