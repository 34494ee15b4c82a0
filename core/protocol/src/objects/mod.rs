//! Every signed object: protocol section 3 and sync.md, one file each.

mod allowance;
mod deposit;
mod enrolment;
mod merchant;
mod outage;
mod payment;
mod receipt;
mod renewal;
mod request;
mod sync;
mod synced;
mod trust_bundle;

pub use allowance::Allowance;
pub use deposit::{Deposit, Deposited};
pub use enrolment::{AttestationKind, Enrolled, Enrolment};
pub use merchant::Merchant;
pub use outage::{MAX_EXTENSION, Outage};
pub use payment::{Payment, Sequence};
pub use receipt::{Outcome, Receipt};
pub use renewal::Renewal;
pub use request::{Amounted, Request};
pub use sync::{AllowanceState, Statement, Sync, Wanted};
pub use synced::{PaymentState, Synced};
pub use trust_bundle::{AcquirerEntry, IssuerEntry, Policy, TrustBundle};
