//! The online side: enrolment, sync, renewal, closing, fetching.

use std::sync::Arc;

use skilling_protocol::values::{Categories, Mcc};
use skilling_wallet::sync as core;

use super::show::BankState;
use super::{Wallet, show::AllowanceView};
use crate::CoreError;
use crate::online::CallFailure;
use crate::ports::{HostTransport, Transport};
use crate::reason::Reason;
use crate::values::{Money, currency, hex, id, seconds};

/// A bank this phone is enrolled at.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Bank {
    /// Stable; means nothing elsewhere.
    pub number: i64,
    /// In the trust bundle; `None` if it stands there no more.
    pub name: Option<String>,
    /// Hex of the key that signed its last answer.
    pub issuer_key: String,
    /// By the bank's clock, Unix seconds.
    pub enrolled_at: Option<i64>,
    /// By the bank's clock, Unix seconds; `None` before the first sync.
    pub synced_at: Option<i64>,
    /// A call was sent and no answer came: sync repeats it.
    pub is_call_open: bool,
}

/// An allowance that is wanted.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Want {
    /// The most in all; the bank may grant less.
    pub limit: Money,
    /// Only these ISO 18245 categories; `None`: any.
    pub categories: Option<Vec<u32>>,
}

impl Want {
    fn of(want: &core::Want) -> Self {
        let categories = want.categories.as_ref();
        Self {
            limit: Money::of(want.limit, want.currency),
            categories: categories.map(|list| {
                list.as_slice()
                    .iter()
                    .map(|mcc| mcc.code().into())
                    .collect()
            }),
        }
    }

    fn parts(self) -> Result<core::Want, CoreError> {
        let (limit, currency) = self.limit.parts()?;
        let mcc = |code: u32| Mcc::new(u16::try_from(code).unwrap_or(u16::MAX));
        let categories = self.categories.map(|codes| {
            let codes: Result<Vec<Mcc>, _> = codes.into_iter().map(mcc).collect();
            codes.and_then(Categories::new)
        });
        let categories = categories.transpose();
        Ok(core::Want {
            currency,
            limit,
            categories: categories.map_err(CoreError::bounds("categories"))?,
        })
    }
}

/// What the bank said of a payment.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct PaymentNews {
    /// Which.
    pub payment_id: String,
    /// What.
    pub state: BankState,
}

/// A want that came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct NotGranted {
    /// ISO 4217 numeric.
    pub currency: u32,
    /// The bank's code; `None` where what it sent is not what was asked for.
    pub reason: Option<Reason>,
    /// What to tell the person, in English.
    pub payer_words: String,
}

/// What a run of syncs brought.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SyncReport {
    /// Calls that were answered.
    pub calls: u32,
    /// What the bank said, payment by payment.
    pub payments: Vec<PaymentNews>,
    /// Ids of allowances that came.
    pub granted: Vec<String>,
    /// Wants that the bank answered with no.
    pub not_granted: Vec<NotGranted>,
    /// Why the run ended early, if it did. What was done before it stands.
    pub failure: Option<CallFailure>,
}

impl From<core::SyncReport> for SyncReport {
    fn from(report: core::SyncReport) -> Self {
        let payments = report
            .payments
            .into_iter()
            .map(|(payment, state)| PaymentNews {
                payment_id: payment.to_string(),
                state: state.into(),
            });
        let not_granted = report.not_granted.into_iter().map(|it| NotGranted {
            currency: it.currency.numeric().into(),
            reason: match it.why {
                core::WhyNot::Bank { code } => Some(Reason::of_code(code)),
                core::WhyNot::Unsuitable => None,
            },
            payer_words: it.why.words().to_owned(),
        });
        Self {
            calls: report.calls,
            payments: payments.collect(),
            granted: report.granted.iter().map(ToString::to_string).collect(),
            not_granted: not_granted.collect(),
            failure: report.failed.map(CallFailure::from),
        }
    }
}

/// What a refresh brought.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct RefreshReport {
    /// A newer bundle is held.
    pub is_bundle_new: bool,
    /// ISO 4217 numeric codes with a newer outage bulletin.
    pub outages: Vec<u32>,
    /// Why the rest was not fetched.
    pub failure: Option<CallFailure>,
}

/// Why an allowance should be followed by another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum RenewalReason {
    /// Under 14 days are left, or none.
    Ending,
    /// Under a tenth of the limit is left, or no payment.
    Spent,
    /// Its key is gone.
    KeyGone,
}

/// What to ask for.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct RenewalDue {
    /// The allowance that ends.
    pub allowance_id: String,
    /// Whom to ask; `None` where it is not known.
    pub bank: Option<i64>,
    /// Why.
    pub why: RenewalReason,
    /// The same once more.
    pub want: Want,
}

#[uniffi::export]
impl Wallet {
    /// The banks this phone is enrolled at. Reads.
    ///
    /// # Errors
    /// `Storage`, `ShutDown`.
    pub fn banks(&self) -> Result<Vec<Bank>, CoreError> {
        let banks = self.core()?.banks()?;
        let view = |bank: skilling_wallet::sync::Bank| Bank {
            number: bank.id.number(),
            name: bank.name,
            issuer_key: hex(bank.issuer_key.as_bytes()),
            enrolled_at: bank.enrolled_at.map(seconds),
            synced_at: bank.synced_at.map(seconds),
            is_call_open: bank.is_call_open,
        };
        Ok(banks.into_iter().map(view).collect())
    }

    /// Enrols this phone at the bank behind `transport` with the code that the bank gave the customer; gives the bank's number. After
    /// an answer that never came, the same code sends the same bytes again. Reads and writes between calls: poll it off the main
    /// thread.
    ///
    /// # Errors
    /// `Online`, `Refused` with 53, `PortFailed`, `LockedOut`, `Storage`.
    pub async fn enrol(
        &self,
        transport: Arc<dyn Transport>,
        code: String,
    ) -> Result<i64, CoreError> {
        let (core, transport) = (self.on_time()?, self.host(transport));
        Ok(core.enrol(&transport, &code).await?.number())
    }

    /// Syncs with one bank: evidence goes there, what it says is applied, an allowance is asked for if one is wanted. Safe at any
    /// time; a call of an earlier run that was not answered is repeated first. Off the main thread.
    ///
    /// # Errors
    /// `NotFound`, `PortFailed`, `Storage`. A server that does not answer is no error: see [`SyncReport::failure`].
    pub async fn sync(
        &self,
        transport: Arc<dyn Transport>,
        bank: i64,
        want: Option<Want>,
    ) -> Result<SyncReport, CoreError> {
        let (core, transport) = (self.on_time()?, self.host(transport));
        let want = want.map(Want::parts).transpose()?;
        let bank = core::BankId::from_number(bank);
        Ok(core.sync(&transport, bank, want).await?.into())
    }

    /// Fetches trust bundle and outage bulletins. Off the main thread.
    ///
    /// # Errors
    /// `Storage`. A server that does not answer is no error: see [`RefreshReport::failure`].
    pub async fn refresh(&self, transport: Arc<dyn Transport>) -> Result<RefreshReport, CoreError> {
        let (core, transport) = (self.on_time()?, self.host(transport));
        let refreshed = core.refresh(&transport).await?;
        let outages = refreshed.outages.iter();
        Ok(RefreshReport {
            is_bundle_new: refreshed.is_bundle_new,
            outages: outages.map(|it| it.numeric().into()).collect(),
            failure: refreshed.failed.map(CallFailure::from),
        })
    }

    /// Allowances that end soon or are spent and have no successor yet. Reads.
    ///
    /// # Errors
    /// `Storage`.
    pub fn renewal_due(&self) -> Result<Vec<RenewalDue>, CoreError> {
        let due = self.on_time()?.renewal_due()?;
        let view = |it: core::Renewal| RenewalDue {
            allowance_id: it.allowance.to_string(),
            bank: it.bank.map(core::BankId::number),
            why: match it.why {
                core::RenewalReason::Ending => RenewalReason::Ending,
                core::RenewalReason::Spent => RenewalReason::Spent,
                core::RenewalReason::KeyGone => RenewalReason::KeyGone,
            },
            want: Want::of(&it.want),
        };
        Ok(due.into_iter().map(view).collect())
    }

    /// Renews what is due at this bank. Off the main thread.
    ///
    /// # Errors
    /// As [`Self::sync`].
    pub async fn renew(
        &self,
        transport: Arc<dyn Transport>,
        bank: i64,
    ) -> Result<SyncReport, CoreError> {
        let (core, transport) = (self.on_time()?, self.host(transport));
        let bank = core::BankId::from_number(bank);
        Ok(core.renew(&transport, bank).await?.into())
    }

    /// Closes an allowance for good; the next sync says so and the bank gives back what is not spent. Durable before its key is
    /// deleted. Off the main thread.
    ///
    /// # Errors
    /// `NotFound`, `InvalidArgument`, `PortFailed`, `Storage`.
    pub async fn close_allowance(&self, allowance_id: String) -> Result<(), CoreError> {
        let allowance = id(&allowance_id, "allowance_id")?;
        let core = self.on_time()?;
        Ok(core.close(&allowance).await?)
    }

    /// Takes a trust bundle (message 4) from wherever it comes; only a pinned root's signature counts. True if it is newer. Writes.
    ///
    /// # Errors
    /// `Malformed`, `NotTrusted`, `Outdated`, `Storage`.
    pub fn take_bundle(&self, message_bytes: Vec<u8>) -> Result<bool, CoreError> {
        Ok(self.on_time()?.take_bundle(&message_bytes)?)
    }

    /// Takes an outage bulletin (message 8), from a poster or a till. True if it is newer. Writes.
    ///
    /// # Errors
    /// `Malformed`, `NotTrusted`, `Storage`.
    pub fn take_outage(&self, message_bytes: Vec<u8>) -> Result<bool, CoreError> {
        Ok(self.on_time()?.take_outage(&message_bytes)?)
    }

    /// The allowances of one currency that are open, for choosing what to arm. Reads memory, once it has its turn.
    ///
    /// # Errors
    /// `InvalidArgument`, `ShutDown`.
    pub fn allowances_in(&self, currency: u32) -> Result<Vec<AllowanceView>, CoreError> {
        let wanted = self::currency(currency)?;
        let held = self.core()?.allowances()?;
        let open = held.iter().filter(|held| {
            held.currency == wanted && held.state == skilling_wallet::AllowanceState::Open
        });
        Ok(open.map(AllowanceView::from).collect())
    }
}

impl Wallet {
    fn host(&self, foreign: Arc<dyn Transport>) -> HostTransport {
        HostTransport {
            foreign,
            patience: self.patience,
        }
    }
}
