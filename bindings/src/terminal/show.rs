//! What the till shows: totals, stored payments, what can be accepted, offline status.

use skilling_protocol::values::Time;
use skilling_terminal as core;

use super::Terminal;
use super::sale::ReceiptOutcome;
use crate::CoreError;
use crate::reason::Reason;
use crate::values::{Money, currency, hex, id, seconds, time};
use crate::wallet::{BankState, PolicyView};

/// How many payments, and how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct AmountCount {
    /// Payments.
    pub count: u64,
    /// Their sum.
    pub amount: Money,
}

/// What one currency came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct TerminalTotals {
    /// ISO 4217 numeric.
    pub currency: u32,
    /// Accepted and not voided since.
    pub accepted: AmountCount,
    /// Accepted then, voided since.
    pub voided: AmountCount,
    /// Declined with a receipt.
    pub declined: AmountCount,
    /// Of the accepted: not confirmed by the acquirer yet.
    pub to_deposit: AmountCount,
}

/// Where the deposit of a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum DepositState {
    /// Nothing to deposit: no receipt was given.
    None,
    /// The acquirer has not confirmed the latest receipt yet.
    Due,
    /// The acquirer's last word.
    Answered {
        /// What.
        state: BankState,
    },
}

/// A payment's offline side, in the words of terminal SDKs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct OfflineDetails {
    /// When it was stored here, Unix seconds; `None` for one that is kept as evidence only.
    pub stored_at: Option<i64>,
    /// It waits for a network: [`Terminal::deposit`].
    pub requires_upload: bool,
}

/// A stored payment.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct StoredPayment {
    /// Pass the last one's to [`Terminal::payments`] for the next page.
    pub cursor: i64,
    /// The payment.
    pub payment_id: String,
    /// Under which allowance.
    pub allowance_id: String,
    /// What it answered.
    pub request_id: Option<String>,
    /// How much.
    pub amount: Money,
    /// What the latest receipt says; `None` where none was owed.
    pub outcome: Option<ReceiptOutcome>,
    /// Where its deposit stands.
    pub deposit: DepositState,
    /// The same for those who know terminal SDKs.
    pub offline_details: OfflineDetails,
}

/// The till's offline payments, in the words of terminal SDKs.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct OfflineStatus {
    /// Since when calls to servers bring no answer, Unix seconds; `None`: online.
    pub offline_since: Option<i64>,
    /// Accepted and not confirmed by the acquirer.
    pub offline_payments_count: u64,
    /// Their sums, one a currency.
    pub offline_payment_amounts_by_currency: Vec<Money>,
    /// When the oldest of them was stored, Unix seconds.
    pub stored_at: Option<i64>,
    /// Something waits for a network, receipts of voids and refusals too.
    pub requires_upload: bool,
}

/// How far "yes" reaches.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Headroom {
    /// The most for one payment now.
    pub largest: Money,
    /// The most where the payer's key asks for no authentication.
    pub largest_unauthenticated: Money,
    /// Until when nothing the till holds runs out, Unix seconds.
    pub until: i64,
    /// What runs out then.
    pub ends_by: Reason,
}

/// Whether a payment could be accepted now, as far as the till alone can know.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct AcceptanceAnswer {
    /// It can: `headroom` is there. It cannot: `reasons` are.
    pub can_accept: bool,
    /// Every reason why not.
    pub reasons: Vec<Reason>,
    /// How far "yes" reaches.
    pub headroom: Option<Headroom>,
}

/// The certificate that new requests are made under.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct CertificateView {
    /// The merchant's name with the place.
    pub merchant: String,
    /// Hex.
    pub merchant_id: String,
    /// Hex.
    pub terminal_id: String,
    /// ISO 18245.
    pub category: u32,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Unix seconds, exclusive.
    pub valid_until: i64,
}

#[uniffi::export]
impl Terminal {
    /// Whether an amount could be accepted now, with every reason why not. Reads.
    ///
    /// # Errors
    /// `InvalidArgument`, `Storage`.
    pub fn can_accept(&self, amount: Money) -> Result<AcceptanceAnswer, CoreError> {
        let (amount, currency) = amount.parts()?;
        Ok(match self.core()?.can_accept(amount, currency)? {
            core::Answer::Yes(room) => AcceptanceAnswer {
                can_accept: true,
                reasons: Vec::new(),
                headroom: Some(Headroom {
                    largest: Money::of(room.largest, currency),
                    largest_unauthenticated: Money::of(room.largest_unauthenticated, currency),
                    until: seconds(room.until),
                    ends_by: room.ends_by.into(),
                }),
            },
            core::Answer::No(reasons) => AcceptanceAnswer {
                can_accept: false,
                reasons: reasons.into_iter().map(Reason::from).collect(),
                headroom: None,
            },
        })
    }

    /// The till's offline payments. Reads.
    ///
    /// # Errors
    /// `Storage`.
    pub fn offline_status(&self) -> Result<OfflineStatus, CoreError> {
        let core = self.core()?;
        let waiting = core.waiting()?;
        Ok(OfflineStatus {
            offline_since: core.offline_since()?.map(seconds),
            offline_payments_count: waiting.accepted.iter().map(|it| it.1.count).sum(),
            offline_payment_amounts_by_currency: waiting
                .accepted
                .iter()
                .map(|(currency, total)| Money::of(total.amount, *currency))
                .collect(),
            stored_at: waiting.oldest.map(seconds),
            requires_upload: waiting.receipts > 0,
        })
    }

    /// Declares the till offline from now on, or online, by hand. Writes.
    ///
    /// # Errors
    /// `Storage`.
    pub fn declare_offline(&self, is_offline: bool) -> Result<(), CoreError> {
        Ok(self.core()?.declare_offline(is_offline)?)
    }

    /// Totals by currency of what was first answered from `from` to before `until`, Unix seconds. Reads.
    ///
    /// # Errors
    /// `InvalidArgument`, `Storage`.
    pub fn totals(&self, from: i64, until: i64) -> Result<Vec<TerminalTotals>, CoreError> {
        let (from, until) = (time(from, "from")?, time(until, "until")?);
        let totals = self.core()?.totals(from, until)?;
        Ok(totals.iter().map(TerminalTotals::from).collect())
    }

    /// Stored payments, newest first: at most `most` (1 to 200) of those before `before`, or the newest. Reads.
    ///
    /// # Errors
    /// `Storage`.
    pub fn payments(
        &self,
        before: Option<i64>,
        most: u32,
    ) -> Result<Vec<StoredPayment>, CoreError> {
        let before = before.map(core::Cursor::from_number);
        let stored = self.core()?.payments(before, most.clamp(1, 200))?;
        Ok(stored.into_iter().map(StoredPayment::from).collect())
    }

    /// One stored payment. Reads.
    ///
    /// # Errors
    /// `NotFound`, `InvalidArgument`, `Storage`.
    pub fn payment(&self, payment_id: String) -> Result<StoredPayment, CoreError> {
        let payment = id(&payment_id, "payment_id")?;
        Ok(self.core()?.payment(&payment)?.into())
    }

    /// The certificate that new requests are made under. Reads.
    ///
    /// # Errors
    /// `TillNotReady`, `Storage`.
    pub fn certificate(&self) -> Result<CertificateView, CoreError> {
        let it = self.core()?.certificate()?;
        Ok(CertificateView {
            merchant: it.name.to_string(),
            merchant_id: hex(it.id.as_bytes()),
            terminal_id: hex(it.terminal_id.as_bytes()),
            category: it.mcc.code().into(),
            country: it.country.as_str().to_owned(),
            valid_until: seconds(it.valid_until),
        })
    }

    /// The scheme's policy for a currency; `None` without a bundle, or where it lists none. Reads.
    ///
    /// # Errors
    /// `InvalidArgument`, `Storage`.
    pub fn policy(&self, currency: u32) -> Result<Option<PolicyView>, CoreError> {
        let currency = self::currency(currency)?;
        let policy = self.core()?.policy(currency)?;
        Ok(policy.map(|policy| PolicyView::of(&policy, currency)))
    }

    /// Fraud proofs held (messages of type 6), oldest first, at most 200. Reads.
    ///
    /// # Errors
    /// `Storage`.
    pub fn fraud_proofs(&self) -> Result<Vec<Vec<u8>>, CoreError> {
        let proofs = self.core()?.proofs(None, 200)?;
        Ok(proofs.into_iter().map(|(_, proof)| proof).collect())
    }
}

impl From<&core::Totals> for TerminalTotals {
    fn from(it: &core::Totals) -> Self {
        let sum = |total: core::Total| AmountCount {
            count: total.count,
            amount: Money::of(total.amount, it.currency),
        };
        Self {
            currency: it.currency.numeric().into(),
            accepted: sum(it.accepted),
            voided: sum(it.voided),
            declined: sum(it.declined),
            to_deposit: sum(it.to_deposit),
        }
    }
}

impl From<core::StoredPayment> for StoredPayment {
    fn from(it: core::StoredPayment) -> Self {
        let stored_at = it.at.map(|at: Time| seconds(at));
        Self {
            cursor: it.cursor.number(),
            payment_id: it.payment.to_string(),
            allowance_id: it.allowance.to_string(),
            request_id: it.request.map(|id| id.to_string()),
            amount: Money::of(it.amount, it.currency),
            outcome: it.outcome.map(ReceiptOutcome::from),
            deposit: match it.deposit {
                core::DepositState::None => DepositState::None,
                core::DepositState::Due => DepositState::Due,
                core::DepositState::Answered(state) => DepositState::Answered {
                    state: state.into(),
                },
            },
            offline_details: OfflineDetails {
                stored_at,
                requires_upload: it.deposit == core::DepositState::Due,
            },
        }
    }
}
