//! What the bank and the acquirer decide: customers, merchants, revocations, disputes, deadlines. All of it works beside
//! a running server: same database, keys in files.

use skilling_platform::random;
use skilling_protocol::objects::Merchant;
use skilling_protocol::signed::Signed;
use skilling_protocol::values::{
    Amount, Country, Currency, Mcc, MerchantId, MerchantName, PublicKey, Seconds, TerminalId, Uuid,
};

use super::Server;
use crate::acquirer::{Holder, certificate, new_merchant_id};
use crate::error::Error;
use crate::issuer::Desk;
use crate::settle::Standing;
use crate::store::{
    Account, AllowanceId, AllowanceStanding, CodeRow, CustomerId, CustomerRow, Funding, FundsRow,
    PaymentId, StoreError, TerminalRow, Tier, Transfer, Tx,
};
use crate::verify::digest;

/// Answers are kept for 30 days at least.
const ANSWERS_KEPT: Seconds = Seconds::days(45);
/// Allowances settled in one transaction.
const DUE_AT_A_TIME: u32 = 500;
/// Letters of an enrolment code that nobody takes for another: 32 of them, 5 bits each.
const CODE_LETTERS: &[u8; 32] = b"23456789abcdefghijkmnpqrstuvwxyz";
const CODE_LENGTH: usize = 26;

/// A customer who was added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCustomer {
    /// For people and ledgers.
    pub customer: CustomerId,
    /// Enrols one phone: its UTF-8 bytes are field 5 of the enrolment. Secret; stored as a digest only.
    pub enrolment_code: String,
}

/// A merchant to be added.
#[derive(Debug, Clone)]
pub struct NewMerchant<'a> {
    /// Shown to payers, with the place.
    pub name: &'a str,
    /// Merchant category.
    pub mcc: Mcc,
    /// ISO 3166-1 alpha-2.
    pub country: Country,
    /// The key of its first terminal.
    pub terminal_key: PublicKey,
}

/// A merchant's terminal and its certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedMerchant {
    /// Unique within the acquirer.
    pub id: MerchantId,
    /// Which till.
    pub terminal_id: TerminalId,
    /// The certificate.
    pub certificate: Signed<Merchant>,
}

impl Server {
    /// Adds a customer with an account in one currency. Held: `amount` is paid in; risk: `amount` is the line.
    ///
    /// # Errors
    /// No such tier, or the store.
    pub fn add_customer(
        &self,
        name: &str,
        currency: Currency,
        funding: Funding,
        amount: Amount,
        tier: Option<&str>,
    ) -> Result<NewCustomer, Error> {
        self.issuer_role()?;
        let customer = Uuid(*uuid::Uuid::new_v4().as_bytes());
        let tier = tier.unwrap_or(super::STANDARD_TIER);
        let code = self.transact(|tx| {
            tx.tier(tier)?.ok_or(Error::Unknown("tier"))?;
            tx.put_customer(&CustomerRow {
                id: customer,
                name: name.to_owned(),
                tier: tier.to_owned(),
                blocked: false,
            })?;
            self.open_account(tx, customer, currency, funding, amount)?;
            new_code(tx, customer)
        })?;
        Ok(NewCustomer {
            customer,
            enrolment_code: code,
        })
    }

    /// Gives a customer an account in one more currency, or pays in or changes the line of one they have.
    ///
    /// # Errors
    /// No such customer, or the account is funded in the other way.
    pub fn add_account(
        &self,
        customer: CustomerId,
        currency: Currency,
        funding: Funding,
        amount: Amount,
    ) -> Result<(), Error> {
        self.transact(|tx| {
            tx.customer(customer)?.ok_or(Error::Unknown("customer"))?;
            self.open_account(tx, customer, currency, funding, amount)
        })
    }

    fn open_account(
        &self,
        tx: &mut dyn Tx,
        customer: CustomerId,
        currency: Currency,
        funding: Funding,
        amount: Amount,
    ) -> Result<(), Error> {
        if let Some(known) = tx.funds(customer, currency)?
            && known.funding != funding
        {
            return Err(Error::NotNow("the account is funded in the other way"));
        }
        let line = match funding {
            Funding::Held => Amount::ZERO,
            Funding::Risk => amount,
        };
        tx.put_funds(&FundsRow {
            customer,
            currency,
            funding,
            line,
        })?;
        if funding == Funding::Held && !amount.is_zero() {
            tx.transfer(&Transfer {
                currency,
                from: Account::Suspense(None),
                to: Account::Customer(customer),
                amount,
                why: "deposit",
                about: None,
                at: self.now(),
            })?;
        }
        Ok(())
    }

    /// A code for one more phone of a customer: a new one, or the successor of a lost one.
    ///
    /// # Errors
    /// No such customer.
    pub fn new_enrolment_code(&self, customer: CustomerId) -> Result<String, Error> {
        self.transact(|tx| {
            tx.customer(customer)?.ok_or(Error::Unknown("customer"))?;
            new_code(tx, customer)
        })
    }

    /// Grants nothing more to a customer, or grants again.
    ///
    /// # Errors
    /// No such customer.
    pub fn block_customer(&self, customer: CustomerId, blocked: bool) -> Result<(), Error> {
        self.transact(|tx| {
            let row = tx.customer(customer)?.ok_or(Error::Unknown("customer"))?;
            Ok(tx.put_customer(&CustomerRow { blocked, ..row })?)
        })
    }

    /// Adds or changes a tier.
    ///
    /// # Errors
    /// The store.
    pub fn put_tier(&self, tier: &Tier) -> Result<(), Error> {
        self.transact(|tx| Ok(tx.put_tier(tier)?))
    }

    /// The customer's phones are lost: their allowances are revoked and wait for their deadlines, and the phones get no
    /// more grants. Answers how many allowances it stopped.
    ///
    /// # Errors
    /// The store.
    pub fn report_lost(&self, customer: CustomerId) -> Result<usize, Error> {
        self.at_desk(|desk| {
            let mut stopped = 0;
            for mut link in desk.tx.links_of(customer)? {
                link.blocked = true;
                desk.tx.put_link(&link)?;
                for mut row in desk.tx.allowances_of(&link.key)? {
                    if row.standing == AllowanceStanding::Open {
                        row.standing = AllowanceStanding::Lost;
                        desk.tx.put_allowance(&row)?;
                        desk.revoke(&mut row)?;
                        stopped += 1;
                    }
                }
            }
            Ok(stopped)
        })
    }

    /// Sets the status bit of an allowance, for good. What was accepted under it is paid all the same.
    ///
    /// # Errors
    /// No such allowance.
    pub fn revoke(&self, allowance: AllowanceId) -> Result<(), Error> {
        self.at_desk(|desk| {
            let mut row = desk
                .tx
                .allowance(allowance)?
                .ok_or(Error::Unknown("allowance"))?;
            desk.revoke(&mut row)
        })
    }

    /// Suspends this home's own issuer in the bundle, or lets it take part again.
    ///
    /// # Errors
    /// Not listed, or no issuer role.
    pub fn suspend(&self, suspended: bool) -> Result<(), Error> {
        let key = self.issuer_role()?.key_public();
        self.scheme.suspend_issuer(&key, suspended)
    }

    /// The bank disputes a payment: a paid one is taken back until the dispute ends. Halts the deadline.
    ///
    /// # Errors
    /// No such payment, or it is neither pending nor paid.
    pub fn dispute(&self, payment: PaymentId) -> Result<(), Error> {
        self.decide(payment, Standing::Disputed, |standing| {
            matches!(standing, Standing::Pending | Standing::Paid)
        })
    }

    /// Ends a dispute: the merchant is paid, or the payer has it again.
    ///
    /// # Errors
    /// No such payment, or it is not disputed.
    pub fn end_dispute(&self, payment: PaymentId, pay: bool) -> Result<(), Error> {
        let standing = if pay {
            Standing::Paid
        } else {
            Standing::Lapsed
        };
        self.decide(payment, standing, |it| it == Standing::Disputed)
    }

    fn decide(
        &self,
        payment: PaymentId,
        standing: Standing,
        fits: fn(Standing) -> bool,
    ) -> Result<(), Error> {
        self.at_desk(|desk| {
            let payment = desk.tx.payment(payment)?.ok_or(Error::Unknown("payment"))?;
            if !fits(payment.standing) {
                return Err(Error::NotNow("the payment is not in a state for that"));
            }
            let mut row = desk
                .tx
                .allowance(payment.allowance)?
                .ok_or(Error::Store(StoreError::Damaged))?;
            let before = Some(payment.standing);
            desk.stand(&mut row, payment, before, standing)?;
            desk.settle_if_due(&mut row)?;
            Ok(())
        })
    }

    /// Acts on every deadline that has passed, publishes bundle and status list anew where they are old, and forgets
    /// what need not be kept. Answers how many allowances it settled. Calls act on deadlines by themselves too.
    ///
    /// # Errors
    /// The store.
    pub fn run_due(&self) -> Result<usize, Error> {
        self.scheme.trust_bundle()?;
        let now = self.now();
        self.transact(|tx| Ok(tx.forget(now, now.minus(ANSWERS_KEPT))?))?;
        if self.issuer.is_none() {
            return Ok(0);
        }
        // A page a transaction: calls go on in between.
        let (mut settled, mut after) = (0, None);
        loop {
            let (page, last) = self.at_desk(|desk| settle_page(desk, after))?;
            settled += page;
            if last.is_none() {
                return Ok(settled);
            }
            after = last;
        }
    }

    /// Adds a merchant with its first terminal.
    ///
    /// # Errors
    /// A name out of bounds, a terminal key known already, no acquirer role.
    pub fn add_merchant(&self, merchant: &NewMerchant<'_>) -> Result<IssuedMerchant, Error> {
        let name = MerchantName::new(merchant.name)?;
        let (id, terminal_id) = new_merchant_id()?;
        self.issue(&Holder {
            merchant: id,
            name: &name,
            mcc: merchant.mcc,
            country: merchant.country,
            terminal_id,
            terminal_key: merchant.terminal_key,
        })
    }

    /// Adds one more terminal to a merchant.
    ///
    /// # Errors
    /// No such merchant, a terminal key known already, no acquirer role.
    pub fn add_terminal(
        &self,
        merchant: MerchantId,
        terminal_key: PublicKey,
    ) -> Result<IssuedMerchant, Error> {
        let known = self.transact(|tx| Ok(tx.terminal_of(merchant)?))?;
        let known = known.ok_or(Error::Unknown("merchant"))?;
        let held = Signed::<Merchant>::decode(&known.certificate)
            .map_err(|_| Error::Store(StoreError::Damaged))?;
        let held = held.unverified();
        let (_, terminal_id) = new_merchant_id()?;
        self.issue(&Holder {
            merchant,
            name: &held.name,
            mcc: held.mcc,
            country: held.country,
            terminal_id,
            terminal_key,
        })
    }

    fn issue(&self, holder: &Holder<'_>) -> Result<IssuedMerchant, Error> {
        let role = self.acquirer_role()?;
        let certificate = certificate(role, holder, self.now())?;
        self.transact(|tx| {
            if tx.terminal(&holder.terminal_key)?.is_some() {
                return Err(Error::Exists("the terminal"));
            }
            Ok(tx.put_terminal(&TerminalRow {
                key: holder.terminal_key,
                merchant: holder.merchant,
                terminal_id: holder.terminal_id,
                certificate: certificate.to_bytes(),
                replaced_by: None,
            })?)
        })?;
        Ok(IssuedMerchant {
            id: holder.merchant,
            terminal_id: holder.terminal_id,
            certificate,
        })
    }
}

/// Settles one page; how many, and the last it looked at.
fn settle_page(
    desk: &mut Desk<'_>,
    after: Option<AllowanceId>,
) -> Result<(usize, Option<AllowanceId>), Error> {
    let rows = desk.tx.allowances_due(desk.now, after, DUE_AT_A_TIME)?;
    let (mut settled, last) = (0, rows.last().map(|it| it.id));
    for mut row in rows {
        settled += usize::from(desk.settle_if_due(&mut row)?);
    }
    Ok((settled, last))
}

fn new_code(tx: &mut dyn Tx, customer: CustomerId) -> Result<String, Error> {
    let bytes: [u8; CODE_LENGTH] = random::bytes()?;
    let letters = bytes
        .iter()
        .map(|byte| CODE_LETTERS[usize::from(byte & 31)]);
    let code: String = letters.map(char::from).collect();
    tx.put_code(&CodeRow {
        digest: digest(code.as_bytes()),
        customer,
        used_by: None,
    })?;
    Ok(code)
}
