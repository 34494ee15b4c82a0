//! The history: payments page by page, and what happened to each.

use skilling_protocol::objects::Outcome;
use skilling_wallet::history;

use super::show::BankState;
use super::{Stage, Wallet};
use crate::CoreError;
use crate::reason::Reason;
use crate::values::{Money, id, seconds, time};

/// What is looked for. Everything `None`: all of it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct HistorySearch {
    /// Unix seconds, inclusive.
    pub from: Option<i64>,
    /// Unix seconds, exclusive.
    pub until: Option<i64>,
    /// Part of the merchant's name, in any case.
    pub merchant: Option<String>,
    /// Where the wallet has it.
    pub stage: Option<Stage>,
    /// What the bank last said.
    pub bank: Option<BankState>,
}

/// Where a page ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct HistoryCursor {
    /// Means nothing outside.
    pub time: i64,
    /// Means nothing outside.
    pub row: i64,
}

/// One payment.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct HistoryEntry {
    /// Of the payment.
    pub payment_id: String,
    /// By the phone's clock, Unix seconds.
    pub time: i64,
    /// What was paid.
    pub amount: Money,
    /// The merchant's name with the place.
    pub merchant: String,
    /// The till's number for it.
    pub reference: Option<String>,
    /// Where the wallet has it.
    pub stage: Stage,
    /// What the bank last said.
    pub bank: Option<BankState>,
}

/// A page of the history.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct HistoryPage {
    /// Newest first; may be fewer than asked for, even none, while there are more.
    pub entries: Vec<HistoryEntry>,
    /// Hand this in for the next page; `None`: that was all.
    pub next: Option<HistoryCursor>,
}

/// What happened to a payment.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum MomentKind {
    /// The phone signed it.
    Signed,
    /// The till accepted it.
    Accepted,
    /// The till took it back.
    Voided,
    /// The till refused it.
    Declined {
        /// Why.
        reason: Reason,
    },
    /// The bank said this of it.
    Bank {
        /// What.
        state: BankState,
    },
}

/// Something that happened to a payment.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Moment {
    /// By the clock of whoever says it, Unix seconds.
    pub time: i64,
    /// What.
    pub kind: MomentKind,
}

#[uniffi::export]
impl Wallet {
    /// A page of at most `most` payments (1 to 200), newest first, after the page that ended at `after`. Reads: a page costs the same
    /// however long the history is.
    ///
    /// # Errors
    /// `InvalidArgument`, `Storage`.
    pub fn history(
        &self,
        search: HistorySearch,
        after: Option<HistoryCursor>,
        most: u32,
    ) -> Result<HistoryPage, CoreError> {
        let moment = |at: Option<i64>, name: &str| at.map(|at| time(at, name)).transpose();
        let search = history::Search {
            from: moment(search.from, "from")?,
            until: moment(search.until, "until")?,
            merchant: search.merchant,
            stage: search.stage.map(Into::into),
            bank: search.bank.map(Into::into),
        };
        let after = after.map(|it| history::PageEnd::from_parts(it.time, it.row));
        let page = self.core()?.history(&search, after, most)?;
        let next = page.next.map(history::PageEnd::parts);
        Ok(HistoryPage {
            entries: page.entries.into_iter().map(entry).collect(),
            next: next.map(|(time, row)| HistoryCursor { time, row }),
        })
    }

    /// Everything that happened to one payment, oldest first. Reads.
    ///
    /// # Errors
    /// `NotFound`, `InvalidArgument`, `Storage`.
    pub fn timeline(&self, payment_id: String) -> Result<Vec<Moment>, CoreError> {
        let payment = id(&payment_id, "payment_id")?;
        let moments = self.core()?.timeline(&payment)?;
        Ok(moments.into_iter().map(moment).collect())
    }
}

fn entry(it: history::Entry) -> HistoryEntry {
    HistoryEntry {
        payment_id: it.id.to_string(),
        time: seconds(it.time),
        amount: Money::of(it.amount, it.currency),
        merchant: it.merchant,
        reference: it.reference,
        stage: it.stage.into(),
        bank: it.bank.map(Into::into),
    }
}

fn moment(it: history::Moment) -> Moment {
    let kind = match it.event {
        history::Event::Signed => MomentKind::Signed,
        history::Event::Receipt(Outcome::Accepted) => MomentKind::Accepted,
        history::Event::Receipt(Outcome::Voided) => MomentKind::Voided,
        history::Event::Receipt(Outcome::Declined { code }) => MomentKind::Declined {
            reason: Reason::of_code(code),
        },
        history::Event::Bank(state) => MomentKind::Bank {
            state: state.into(),
        },
    };
    Moment {
        time: seconds(it.time),
        kind,
    }
}
