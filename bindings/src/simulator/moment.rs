//! What a magic amount does to a device for a moment, so that its own rules give the code: a bundle of the scheme that says
//! something else, a wrong clock, a store that somebody else holds. It is put right afterwards, by a newer bundle and the right time.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use skilling_protocol::objects::TrustBundle;
use skilling_protocol::reason::Reason;
use skilling_protocol::values::{Amount, Categories, Currency, KeyProtection, Mcc, Seconds};
use skilling_wallet::software::Answer;

use super::{Simulator, papers};
use crate::{CoreError, Terminal, Wallet};

/// A day: more than any rule tolerates.
const CLOCK_BEHIND: i64 = -86_400;

/// Whose rules shall give the code.
pub(super) enum Device {
    Till(Arc<Terminal>),
    Phone(Arc<Wallet>),
}

impl Device {
    fn take_bundle(&self, bundle: Vec<u8>) -> Result<(), CoreError> {
        match self {
            Self::Till(till) => till.take(bundle).map(|_| ()),
            Self::Phone(wallet) => wallet.take_bundle(bundle).map(|_| ()),
        }
    }
}

/// What is to be put right, until it is.
#[derive(Default)]
pub(super) struct Arranged(Mutex<Option<Moment>>);

#[derive(Default)]
struct Moment {
    is_bundle_changed: bool,
    /// Held: whoever else writes is told that the store is busy.
    store: Option<Connection>,
}

impl Arranged {
    fn keep(&self, moment: Moment) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(moment);
    }

    /// Nothing is locked while a device takes a bundle: it may wait for a tap that is under way.
    fn take(&self) -> Option<Moment> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Simulator {
    /// Makes `device` give `code` by its own rules, where its state decides that; otherwise changes nothing.
    pub(super) fn arrange(
        &self,
        device: &Device,
        code: Reason,
        arranged: &Arranged,
    ) -> Result<(), CoreError> {
        let moment = self.begin(device, code)?;
        arranged.keep(moment);
        Ok(())
    }

    fn begin(&self, device: &Device, code: Reason) -> Result<Moment, CoreError> {
        let mut moment = Moment::default();
        if let Some(change) = bundle_change(code) {
            device.take_bundle(self.next_bundle(change)?)?;
            moment.is_bundle_changed = true;
        }
        match (code, device) {
            (Reason::TerminalClock, Device::Till(_))
            | (Reason::HighWaterMark, Device::Phone(_)) => {
                self.offsets.moment.store(CLOCK_BEHIND, Ordering::SeqCst);
            }
            (Reason::StorageFailed, Device::Till(till)) => {
                moment.store = Some(held(&till.store_path)?);
            }
            (Reason::AllowanceRevoked, Device::Till(till)) => {
                till.take(self.signed_status_list()?)?;
            }
            (Reason::PayerRefused, Device::Phone(_)) => self.person(Answer::Refuse),
            (Reason::WalletBusy, Device::Phone(_)) => self.person(Answer::LockedOut),
            (Reason::WalletStorageFailed, Device::Phone(_)) => {
                self.books().does_guard_fail = true;
            }
            _ => {}
        }
        Ok(moment)
    }

    /// Puts right what [`Self::arrange`] changed. What could not be, because the device has no room for a newer bundle, is
    /// tried again the next time.
    pub(super) fn put_right(&self, device: &Device, arranged: &Arranged) -> Result<(), CoreError> {
        let Some(mut moment) = arranged.take() else {
            return Ok(());
        };
        let done = self.end(device, &mut moment);
        if done.is_err() {
            arranged.keep(moment);
        }
        done
    }

    fn end(&self, device: &Device, moment: &mut Moment) -> Result<(), CoreError> {
        moment.store = None;
        self.offsets.moment.store(0, Ordering::SeqCst);
        self.person(Answer::Agree);
        self.books().does_guard_fail = false;
        if moment.is_bundle_changed {
            device.take_bundle(self.next_bundle(|_| {})?)?;
        }
        Ok(())
    }

    fn person(&self, answer: Answer) {
        for keys in &self.books().people {
            keys.answer(answer);
        }
    }

    fn next_bundle(&self, change: fn(&mut TrustBundle)) -> Result<Vec<u8>, CoreError> {
        {
            let mut books = self.books();
            books.bundle_version = books.bundle_version.saturating_add(1);
        }
        let mut bundle = self.bundle_now()?;
        change(&mut bundle);
        self.sign_bundle(bundle)
    }
}

/// The bundle under which a rule is broken whatever is paid.
fn bundle_change(code: Reason) -> Option<fn(&mut TrustBundle)> {
    Some(match code {
        Reason::Unsupported => |it| it.lowest_protocol = Some(2),
        Reason::TrustExpired => |it| it.expires = it.issued.plus(Seconds(1)),
        Reason::IssuerSuspended => |it| it.issuers.iter_mut().for_each(|it| it.suspended = true),
        // The bank may issue in it, and the scheme has no policy for it.
        Reason::CurrencyMismatch => |it| {
            for issuer in &mut it.issuers {
                issuer
                    .currencies
                    .extend(Currency::new(papers::OTHER_CURRENCY));
            }
        },
        Reason::OverCap => |it| policies(it, |it| it.max_payment = least()),
        Reason::CategoryClosed => |it| {
            policies(it, |it| {
                it.categories = Mcc::new(papers::OTHER_MCC)
                    .and_then(|other| Categories::new(vec![other]))
                    .ok();
            });
        },
        Reason::UserAuthRequired => |it| {
            policies(it, |it| it.max_unauthenticated = least());
        },
        // To a wallet that is an allowance that cannot pay.
        Reason::KeyProtectionTooWeak | Reason::NoAllowance => |it| {
            policies(it, |it| {
                it.min_key_protection = KeyProtection::SecureElement;
            });
        },
        Reason::OverExposure => |it| {
            policies(it, |it| {
                it.max_exposure = least();
            });
        },
        Reason::OutageRequired => |it| policies(it, |it| it.outage_only = true),
        _ => return None,
    })
}

fn least() -> Amount {
    Amount::new(1).unwrap_or_default()
}

fn policies(bundle: &mut TrustBundle, change: impl Fn(&mut skilling_protocol::objects::Policy)) {
    bundle.policies.iter_mut().for_each(|it| change(&mut it.1));
}

/// A second connection that holds the store's one place to write.
fn held(path: &str) -> Result<Connection, CoreError> {
    let hold = || {
        let store = Connection::open(path)?;
        store.execute_batch("BEGIN IMMEDIATE")?;
        Ok(store)
    };
    hold().map_err(|error: rusqlite::Error| skilling_terminal::TerminalError::from(error).into())
}
