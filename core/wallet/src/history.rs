//! History for people: payments newest first, a page at a time, by date, merchant and state; and what became of one of them.
//!
//! A page costs the same however long the history is: it looks at a bounded number of payments and says where the next begins.
//! Merchants' names are sealed, so a search for one opens what it looks at.

use skilling_protocol::message::Expected;
use skilling_protocol::objects::{Outcome, Payment, PaymentState, Receipt};
use skilling_protocol::signed::Signed;
use skilling_protocol::values::{Amount, Currency, ObjectId, Time};

use crate::error::WalletError;
use crate::payment::Stage;
use crate::store::{Below, Listed, Store, StoreError, Through};
use crate::wallet::Wallet;

/// The longest page.
pub const LONGEST_PAGE: u32 = 200;
/// How many payments one page looks at.
const LOOKED_AT: u32 = 1_000;

/// What is looked for. Empty: everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// Signed at or after this.
    pub from: Option<Time>,
    /// Signed before this.
    pub until: Option<Time>,
    /// Part of the merchant's name, in any case.
    pub merchant: Option<String>,
    /// Where the wallet has it.
    pub stage: Option<Stage>,
    /// What the bank last said of it.
    pub bank: Option<PaymentState>,
}

/// Where a page ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageEnd(Below);

impl PageEnd {
    /// For keeping it outside; the two numbers mean nothing there.
    #[must_use]
    pub const fn parts(self) -> (i64, i64) {
        (self.0.time, self.0.row)
    }

    /// From [`Self::parts`]. Other numbers lead to another page, never to harm.
    #[must_use]
    pub const fn from_parts(time: i64, row: i64) -> Self {
        Self(Below { time, row })
    }
}

/// One payment of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub id: ObjectId<Payment>,
    /// When it was signed, by the phone's clock.
    pub time: Time,
    /// What was paid.
    pub amount: Amount,
    /// Its currency.
    pub currency: Currency,
    /// The merchant's name with the place. One line, as text of the merchant.
    pub merchant: String,
    /// The till's number for it.
    pub reference: Option<String>,
    /// Where the wallet has it.
    pub stage: Stage,
    /// What the bank last said of it.
    pub bank: Option<PaymentState>,
}

/// A page of the history.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Newest first. May be fewer than asked for, even none, while there are more.
    pub entries: Vec<Entry>,
    /// Hand this in for the next page; `None`: that was all.
    pub next: Option<PageEnd>,
}

/// Something that happened to a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// By the clock of whoever says it: phone, terminal or bank.
    pub time: Time,
    /// What.
    pub event: Event,
}

/// What can happen to a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The phone signed it.
    Signed,
    /// The terminal gave a receipt.
    Receipt(Outcome),
    /// The bank said this of it.
    Bank(PaymentState),
}

impl Search {
    fn through(&self) -> Through {
        match (self.stage, self.bank) {
            (_, Some(PaymentState::Disputed | PaymentState::Refused)) => Through::Contested,
            (Some(Stage::Voided | Stage::Declined | Stage::GivenBack), _) => Through::Undone,
            _ => Through::All,
        }
    }

    fn fits(&self, listed: &Listed) -> bool {
        self.stage.is_none_or(|stage| stage == listed.stage)
            && (self.bank.is_none() || self.bank == listed.bank)
    }
}

impl Wallet {
    /// A page of at most `most` payments (1 to [`LONGEST_PAGE`]), newest first, after the page that ended at `after`. Payments
    /// made since do not move the pages.
    ///
    /// # Errors
    /// Storage.
    pub fn history(
        &self,
        search: &Search,
        after: Option<PageEnd>,
        most: u32,
    ) -> Result<Page, WalletError> {
        let most = usize::try_from(most.clamp(1, LONGEST_PAGE)).unwrap_or(1);
        let needle = search.merchant.as_ref().map(|text| text.to_lowercase());
        let inner = self.turn()?;
        let store = &inner.store;
        let from = search.from.unwrap_or_default();
        let below = after.map(|end| end.0);
        let listed = store.listed(search.through(), from, search.until, below, LOOKED_AT)?;
        let is_rest = listed.len() < usize::try_from(LOOKED_AT).unwrap_or(usize::MAX);
        let mut page = Page::default();
        for one in &listed {
            // There is one more that was not looked at.
            if page.entries.len() == most {
                return Ok(page);
            }
            page.next = Some(PageEnd(one.below()));
            if !search.fits(one) {
                continue;
            }
            let entry = entry(store, one)?;
            let is_found = needle
                .as_ref()
                .is_none_or(|needle| entry.merchant.to_lowercase().contains(needle));
            if is_found {
                page.entries.push(entry);
            }
        }
        if is_rest {
            page.next = None;
        }
        Ok(page)
    }

    /// Everything that happened to one payment, oldest first.
    ///
    /// # Errors
    /// [`WalletError::NoSuchPayment`], storage.
    pub fn timeline(&self, payment: &ObjectId<Payment>) -> Result<Vec<Moment>, WalletError> {
        let inner = self.turn()?;
        let found = inner.store.payment(payment)?;
        let found = found.ok_or(WalletError::NoSuchPayment)?;
        let mut moments = Vec::new();
        for message in inner.store.receipts_of(found.row)? {
            let receipt = <Signed<Receipt> as Expected>::decode(&message)
                .map_err(|_| StoreError::Damaged("receipt"))?;
            let receipt = receipt.unverified();
            moments.push(Moment {
                time: receipt.time,
                event: Event::Receipt(receipt.outcome),
            });
        }
        for (time, said) in inner.store.settlements_of(found.row)? {
            moments.push(Moment {
                time,
                event: Event::Bank(said),
            });
        }
        moments.sort_by_key(|moment| moment.time);
        // Other clocks may be behind; nothing happened before it was signed.
        let signed = Moment {
            time: found.time,
            event: Event::Signed,
        };
        moments.insert(0, signed);
        Ok(moments)
    }
}

fn entry(store: &Store, listed: &Listed) -> Result<Entry, StoreError> {
    let (merchant, reference) = store.merchant_of(listed.row)?;
    Ok(Entry {
        id: listed.id,
        time: listed.time,
        amount: listed.amount,
        currency: listed.currency,
        merchant,
        reference,
        stage: listed.stage,
        bank: listed.bank,
    })
}
