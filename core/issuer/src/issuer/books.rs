//! The issuer's bookkeeping: what the reserve of an allowance must be, and the movements that make it so.

use skilling_protocol::values::{Amount, Currency, Digest};

use super::Desk;
use crate::error::Error;
use crate::settle::{self, Phase, Standing};
use crate::store::{
    Account, AllowanceRow, AllowanceStanding, CustomerId, Funding, FundsRow, PaymentRow, Transfer,
    signed,
};

impl Desk<'_> {
    pub(super) fn book(
        &mut self,
        currency: Currency,
        (from, to): (Account, Account),
        amount: Amount,
        why: &'static str,
        about: Digest,
    ) -> Result<(), Error> {
        if amount.is_zero() {
            return Ok(());
        }
        Ok(self.tx.transfer(&Transfer {
            currency,
            from,
            to,
            amount,
            why,
            about: Some(about),
            at: self.now,
        })?)
    }

    /// What an account holds; nothing where it is below zero.
    pub(super) fn held(&mut self, account: Account, currency: Currency) -> Result<Amount, Error> {
        let balance = self.tx.balance(account, currency)?;
        Ok(u64::try_from(balance)
            .ok()
            .and_then(|it| Amount::new(it).ok())
            .unwrap_or_default())
    }

    /// What a customer could still have reserved.
    pub(super) fn available(&mut self, funds: &FundsRow) -> Result<Amount, Error> {
        match funds.funding {
            Funding::Held => self.held(Account::Customer(funds.customer), funds.currency),
            Funding::Risk => {
                let out = self
                    .tx
                    .balance(Account::Risk(funds.customer), funds.currency)?;
                let left = signed(funds.line).saturating_add(out);
                let left = u64::try_from(left).unwrap_or(0);
                Ok(Amount::new(left).unwrap_or_default())
            }
        }
    }

    /// Whether account or line covers `amount` now.
    pub(super) fn covers(&mut self, row: &AllowanceRow, amount: Amount) -> Result<bool, Error> {
        let Some(funds) = self.tx.funds(row.customer, row.currency)? else {
            return Ok(false);
        };
        Ok(self.available(&funds)? >= amount)
    }

    /// Account or risk to reserve.
    pub(super) fn fund(&mut self, row: &AllowanceRow, amount: Amount) -> Result<(), Error> {
        let accounts = (source(row.funding, row.customer), Account::Reserve(row.id));
        self.book(row.currency, accounts, amount, "grant", row.id.digest())
    }

    /// Reserve to payable; what is lacking, the payer owes.
    pub(super) fn pay(&mut self, row: &AllowanceRow, payment: &PaymentRow) -> Result<(), Error> {
        let payable = Account::Payable(payment.acquirer, payment.merchant);
        let reserve = Account::Reserve(row.id);
        let there = self.held(reserve, row.currency)?.min(payment.amount);
        let lacking = payment.amount.saturating_sub(there);
        let about = payment.id.digest();
        self.book(row.currency, (reserve, payable), there, "paid", about)?;
        let owes = Account::Owes(row.id);
        self.book(row.currency, (owes, payable), lacking, "paid", about)
    }

    /// The same back: first what the payer owes, then the reserve.
    pub(super) fn reverse(
        &mut self,
        row: &AllowanceRow,
        payment: &PaymentRow,
    ) -> Result<(), Error> {
        let payable = Account::Payable(payment.acquirer, payment.merchant);
        let owes = Account::Owes(row.id);
        let owed = self.tx.balance(owes, row.currency)?.unsigned_abs();
        let owed = Amount::new(owed).unwrap_or_default().min(payment.amount);
        let rest = payment.amount.saturating_sub(owed);
        let about = payment.id.digest();
        self.book(row.currency, (payable, owes), owed, "reversed", about)?;
        let reserve = Account::Reserve(row.id);
        self.book(row.currency, (payable, reserve), rest, "reversed", about)
    }

    /// Gives back to account or risk whatever the reserve holds beyond what it must (sync.md, "Reserve").
    pub(super) fn trim(&mut self, row: &AllowanceRow) -> Result<Amount, Error> {
        let payments = self.tx.payments_of(row.id)?;
        let must = settle::reserve(
            phase(row),
            row.limit,
            row.greatest_spent,
            total(&payments, |it| it == Standing::Paid),
            total(&payments, |it| {
                matches!(it, Standing::Released | Standing::Lapsed)
            }),
        );
        let reserve = Account::Reserve(row.id);
        let there = self.held(reserve, row.currency)?;
        let accounts = (reserve, source(row.funding, row.customer));
        let surplus = there.saturating_sub(must);
        self.book(row.currency, accounts, surplus, "released", row.id.digest())?;
        Ok(there.min(must))
    }
}

fn source(funding: Funding, customer: CustomerId) -> Account {
    match funding {
        Funding::Held => Account::Customer(customer),
        Funding::Risk => Account::Risk(customer),
    }
}

fn phase(row: &AllowanceRow) -> Phase {
    match (row.settled, row.standing) {
        (true, _) => Phase::Over,
        (false, AllowanceStanding::Closed) => Phase::Closed,
        (false, AllowanceStanding::Open | AllowanceStanding::Lost) => Phase::Open,
    }
}

fn total(payments: &[PaymentRow], counts: impl Fn(Standing) -> bool) -> Amount {
    let counted = payments.iter().filter(|it| counts(it.standing));
    counted.fold(Amount::ZERO, |sum, it| {
        sum.checked_add(it.amount).unwrap_or(Amount::MAX)
    })
}
