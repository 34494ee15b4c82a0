//! Payments of the last minutes that nobody has answered: paying the same again is asked about first (protocol section 5).

use std::collections::VecDeque;

use skilling_protocol::objects::Payment;
use skilling_protocol::values::{Amount, Currency, MerchantId, ObjectId, Seconds, Time};

const WINDOW: Seconds = Seconds(600);
const MOST: usize = 64;
/// At most this many tokens go out in one tap: three repeated ones and the sale's.
const SESSION: usize = 4;

/// One of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unanswered {
    pub(crate) row: i64,
    pub(crate) merchant: MerchantId,
    pub(crate) currency: Currency,
    pub(crate) amount: Amount,
    pub(crate) time: Time,
}

/// Those of the last ten minutes, oldest first, and the rows that receipts changed lately: a till that lost the answer gives the
/// same receipt again.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    unanswered: VecDeque<Unanswered>,
    receipted: VecDeque<i64>,
    presented: VecDeque<ObjectId<Payment>>,
}

impl Recent {
    pub(crate) fn is_recent(time: Time, now: Time) -> bool {
        now <= time.plus(WINDOW)
    }

    pub(crate) fn committed(&mut self, payment: Unanswered) {
        if self.unanswered.len() >= MOST {
            self.unanswered.pop_front();
        }
        self.unanswered.push_back(payment);
    }

    pub(crate) fn presented(&mut self, payment: ObjectId<Payment>) {
        self.presented.retain(|it| *it != payment);
        if self.presented.len() >= SESSION {
            self.presented.pop_front();
        }
        self.presented.push_back(payment);
    }

    /// What was presented lately, newest first.
    pub(crate) fn session(&self) -> impl Iterator<Item = &ObjectId<Payment>> {
        self.presented.iter().rev()
    }

    pub(crate) fn answered(&mut self, row: i64) {
        self.unanswered.retain(|it| it.row != row);
        self.receipted.retain(|it| *it != row);
        if self.receipted.len() >= 8 {
            self.receipted.pop_front();
        }
        self.receipted.push_back(row);
    }

    /// The bank has said what became of it.
    pub(crate) fn settled(&mut self, row: i64) {
        self.unanswered.retain(|it| it.row != row);
    }

    pub(crate) fn receipted(&self) -> impl Iterator<Item = i64> {
        self.receipted.iter().rev().copied()
    }

    /// An unanswered payment of the same amount to the same merchant.
    pub(crate) fn same(
        &self,
        merchant: MerchantId,
        currency: Currency,
        amount: Amount,
        now: Time,
    ) -> Option<&Unanswered> {
        self.unanswered.iter().rev().find(|it| {
            it.merchant == merchant
                && it.currency == currency
                && it.amount == amount
                && Self::is_recent(it.time, now)
        })
    }
}
