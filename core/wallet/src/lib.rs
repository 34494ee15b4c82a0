//! The wallet: allowances, the life of one payment, the sealed store, the rollback guard.
//!
//! # Where to start
//!
//! - [`Wallet::open`] with a [`Config`] and [`Ports`]. One process at a time; a second one waits or is told.
//! - [`Wallet::set_in_front`] when the app comes to the front on an unlocked phone, and when it leaves.
//! - By QR: [`Wallet::review`] what was scanned, show everything in the [`Review`], [`Wallet::enter_amount`] for a printed code,
//!   [`Wallet::agree`] (asks the payer), [`Wallet::pay`] (gives the token), [`Wallet::presented`] once it is drawn,
//!   [`Wallet::take_receipt`].
//! - By NFC: a [`tap::Tap`] answers the card commands; [`Wallet::asked`] is what a reader waits for: review it and agree.
//!   Or beforehand [`Wallet::arm`].
//! - Online: [`Wallet::enrol`] once, [`Wallet::sync`] and [`Wallet::refresh`] whenever there is a network, [`Wallet::renew`] when
//!   [`Wallet::renewal_due`] says so, [`Wallet::close`]. See [`mod@sync`].
//! - To show: [`Wallet::history`], [`Wallet::timeline`], [`Wallet::forecast`].
//! - Trust: [`Wallet::take_bundle`], [`Wallet::take_outage`]. Grants: [`Wallet::new_pay_key`], [`Wallet::take_allowance`].
//! - [`WalletError`] says what the app should do; [`WalletError::reason`] is the code for the other side.
//!
//! A [`Wallet`] may be shared between threads. Its operations are put in order inside; no lock is held while a person is asked.
//! Ports are called from inside and must not call back. Everything that is told to the outside is durable before.

#![cfg_attr(
    not(test),
    deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

pub mod conformance;
mod error;
pub mod events;
pub mod fault;
pub mod forecast;
mod grants;
mod guard;
pub mod health;
pub mod history;
pub mod payment;
pub mod ports;
pub mod software;
mod store;
pub mod sync;
pub mod tap;
mod trust;
mod wallet;

pub use error::WalletError;
pub use grants::{AllowanceView, NewPayKey};
pub use payment::{Authorised, PaymentToken, Review, Reviewed, Stage, Warning};
pub use ports::Ports;
pub use store::{AllowanceState, SealError, StoreError};
pub use wallet::{Config, Wallet};
