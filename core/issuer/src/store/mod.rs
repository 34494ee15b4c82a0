//! The storage port of issuer and acquirer.
//!
//! Every operation names the key it is distributed by, so that the same schema partitions by hash: allowance object id,
//! payment id, link key, terminal key, customer. Nothing here knows an engine. Operations block; calls run where
//! blocking is allowed. One [`Store::transact`] is one database transaction: what it did is durable before it returns,
//! or nothing of it happened.

mod rows;
mod sqlite;

pub use rows::{
    Account, AllowanceId, AllowanceRow, AllowanceStanding, Answer, Claim, CodeRow, CustomerId,
    CustomerRow, Forward, Funding, FundsRow, LinkRow, PaymentId, PaymentRow, Pending, ProofRow,
    StatusHead, TerminalRow, Tier, Transfer,
};
pub use sqlite::SqliteStore;
pub(crate) use sqlite::{categories, categories_to_sql};

use skilling_protocol::values::{
    Amount, Currency, Digest, KeyId, MerchantId, Nonce, PublicKey, Time,
};

/// Why the store did not do it. Nothing of the transaction happened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another writer holds it: try again.
    #[error("the store is busy; try again")]
    Busy,
    /// A rule of the schema forbids it (the ledger's, for instance): a defect of this program.
    #[error("the store refuses a row: {0}")]
    Refused(String),
    /// A stored value cannot be read back.
    #[error("a stored value is damaged")]
    Damaged,
    /// The disk, the file system or the engine.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
}

/// A database of issuer and acquirer. Thread-safe.
pub trait Store: Send + Sync {
    /// Runs `work` in one transaction: committed and durable when it answers `true`, rolled back when `false`.
    ///
    /// # Errors
    /// The transaction could not begin or commit.
    fn transact(&self, work: &mut dyn FnMut(&mut dyn Tx) -> bool) -> Result<(), StoreError>;
}

/// [`Store::transact`] with a value: committed exactly when `work` answers `Ok`.
///
/// # Errors
/// The work's, or the store's.
pub fn run<T, E: From<StoreError>>(
    store: &dyn Store,
    mut work: impl FnMut(&mut dyn Tx) -> Result<T, E>,
) -> Result<T, E> {
    let mut outcome = None;
    store.transact(&mut |tx| outcome.insert(work(tx)).is_ok())?;
    outcome.unwrap_or(Err(StoreError::Damaged.into()))
}

type Stored<T> = Result<T, StoreError>;

/// The operations inside one transaction, by subject. Their methods need no import.
pub trait Tx: Customers + Calls + Allowances + Acquiring + Ledger + Reports {}

impl<T: Customers + Calls + Allowances + Acquiring + Ledger + Reports> Tx for T {}

/// Customers, what they may draw on, and their phones. Every operation fails with [`StoreError`] only.
#[allow(
    clippy::missing_errors_doc,
    reason = "every one fails the same way: StoreError"
)]
pub trait Customers {
    // Keyed by customer.
    /// Adds or replaces a customer.
    fn put_customer(&mut self, customer: &CustomerRow) -> Stored<()>;
    /// One customer.
    fn customer(&mut self, id: CustomerId) -> Stored<Option<CustomerRow>>;
    /// Adds or replaces what a customer may draw on in one currency.
    fn put_funds(&mut self, funds: &FundsRow) -> Stored<()>;
    /// What a customer may draw on in one currency.
    fn funds(&mut self, customer: CustomerId, currency: Currency) -> Stored<Option<FundsRow>>;
    /// Adds or replaces a tier, keyed by its name.
    fn put_tier(&mut self, tier: &Tier) -> Stored<()>;
    /// One tier.
    fn tier(&mut self, name: &str) -> Stored<Option<Tier>>;

    // Keyed by the digest of the code.
    /// Adds or replaces an enrolment code.
    fn put_code(&mut self, code: &CodeRow) -> Stored<()>;
    /// One enrolment code.
    fn code(&mut self, digest: Digest) -> Stored<Option<CodeRow>>;

    // Keyed by link key.
    /// Adds or replaces a phone.
    fn put_link(&mut self, link: &LinkRow) -> Stored<()>;
    /// One phone.
    fn link(&mut self, key: &PublicKey) -> Stored<Option<LinkRow>>;
    /// Every phone of a customer.
    fn links_of(&mut self, customer: CustomerId) -> Stored<Vec<LinkRow>>;
}

/// Nonces and stored answers. Every operation fails with [`StoreError`] only.
#[allow(
    clippy::missing_errors_doc,
    reason = "every one fails the same way: StoreError"
)]
pub trait Calls {
    // Keyed by nonce.
    /// Keeps a nonce until `expires`.
    fn put_nonce(&mut self, nonce: Nonce, expires: Time) -> Stored<()>;
    /// Uses a nonce up; whether it was there and fresh.
    fn take_nonce(&mut self, nonce: Nonce, now: Time) -> Stored<bool>;

    // Keyed by the caller's key and idempotency id.
    /// The stored answer of a call.
    fn answer(&mut self, scope: &str, key: &[u8], id: &[u8]) -> Stored<Option<Answer>>;
    /// Stores the answer of a call.
    fn put_answer(&mut self, scope: &str, key: &[u8], id: &[u8], answer: &Answer) -> Stored<()>;
    /// Forgets expired nonces, and answers given before `answers_before`.
    fn forget(&mut self, now: Time, answers_before: Time) -> Stored<()>;
}

/// Allowances, payments, proofs and the status list. Every operation fails with [`StoreError`] only.
#[allow(
    clippy::missing_errors_doc,
    reason = "every one fails the same way: StoreError"
)]
pub trait Allowances {
    // Keyed by link key.
    /// Every allowance of a phone.
    fn allowances_of(&mut self, link: &PublicKey) -> Stored<Vec<AllowanceRow>>;
    /// Payments of a phone whose standing the phone has not been told.
    fn unreported(&mut self, link: &PublicKey) -> Stored<Vec<PaymentRow>>;

    // Keyed by allowance object id.
    /// Adds or replaces an allowance.
    fn put_allowance(&mut self, allowance: &AllowanceRow) -> Stored<()>;
    /// One allowance.
    fn allowance(&mut self, id: AllowanceId) -> Stored<Option<AllowanceRow>>;
    /// Whether an allowance was ever granted to this pay key.
    fn pay_key_is_used(&mut self, key: &PublicKey) -> Stored<bool>;
    /// Whether an allowance was ever granted this index.
    fn status_index_is_used(&mut self, index: u32) -> Stored<bool>;
    /// At most `limit` allowances after `after`, by id, not yet settled, whose earliest possible deadline has come.
    fn allowances_due(
        &mut self,
        now: Time,
        after: Option<AllowanceId>,
        limit: u32,
    ) -> Stored<Vec<AllowanceRow>>;
    /// Every payment known under an allowance.
    fn payments_of(&mut self, allowance: AllowanceId) -> Stored<Vec<PaymentRow>>;
    /// Keeps a proof; a second of the same pair changes nothing. Whether it is new.
    fn put_proof(&mut self, proof: &ProofRow) -> Stored<bool>;

    // Keyed by payment id.
    /// Adds or replaces a payment under an allowance of this issuer.
    fn put_payment(&mut self, payment: &PaymentRow) -> Stored<()>;
    /// One payment.
    fn payment(&mut self, id: PaymentId) -> Stored<Option<PaymentRow>>;

    // One row for each issuer key.
    /// The state of the status list.
    fn status_head(&mut self) -> Stored<StatusHead>;
    /// Replaces the state of the status list.
    fn put_status_head(&mut self, head: &StatusHead) -> Stored<()>;
    /// Every index whose bit is set.
    fn revoked_indices(&mut self) -> Stored<Vec<u32>>;
}

/// Terminals, claims on other issuers, and deposits to be presented to them. Every operation fails with [`StoreError`] only.
#[allow(
    clippy::missing_errors_doc,
    reason = "every one fails the same way: StoreError"
)]
pub trait Acquiring {
    // Keyed by payment id.
    /// Adds or replaces the acquirer's claim on another issuer.
    fn put_claim(&mut self, claim: &Claim) -> Stored<()>;
    /// One claim.
    fn claim(&mut self, id: PaymentId) -> Stored<Option<Claim>>;

    // Keyed by terminal key.
    /// Adds or replaces a terminal.
    fn put_terminal(&mut self, terminal: &TerminalRow) -> Stored<()>;
    /// One terminal.
    fn terminal(&mut self, key: &PublicKey) -> Stored<Option<TerminalRow>>;
    /// Some terminal of a merchant: its certificate says who the merchant is.
    fn terminal_of(&mut self, merchant: MerchantId) -> Stored<Option<TerminalRow>>;

    // Keyed by deposit id and issuer key.
    /// Keeps a deposit that another issuer must see; a second changes nothing.
    fn put_forward(&mut self, forward: &Forward) -> Stored<()>;
    /// What other issuers have not answered of one deposit.
    fn forwards_of(&mut self, deposit: Digest) -> Stored<Vec<Forward>>;
    /// At most `limit` deposits that other issuers have not answered, oldest first.
    fn forwards(&mut self, limit: u32) -> Stored<Vec<Forward>>;
    /// The other issuer has answered.
    fn drop_forward(&mut self, deposit: Digest, issuer: KeyId) -> Stored<()>;
}

/// The books. Every operation fails with [`StoreError`] only.
#[allow(
    clippy::missing_errors_doc,
    reason = "every one fails the same way: StoreError"
)]
pub trait Ledger {
    // Keyed by account.
    /// Moves money; balances follow by themselves.
    fn transfer(&mut self, transfer: &Transfer) -> Stored<()>;
    /// The balance, which may be negative.
    fn balance(&mut self, account: Account, currency: Currency) -> Stored<i64>;
}

/// Reports, off the hot path. Every operation fails with [`StoreError`] only.
#[allow(
    clippy::missing_errors_doc,
    reason = "every one fails the same way: StoreError"
)]
pub trait Reports {
    /// Balances by currency and kind of account.
    fn totals(&mut self) -> Stored<Vec<(Currency, &'static str, i64)>>;
    /// The sum of every movement by currency, computed from the movements themselves.
    fn sums(&mut self) -> Stored<Vec<(Currency, i64)>>;
    /// Balances of every account of one kind that are not zero: owner, currency, balance.
    fn balances(&mut self, kind: &str) -> Stored<Vec<(Vec<u8>, Currency, i64)>>;
    /// At most `limit` payments by id, after `after`.
    fn payments(&mut self, after: Option<PaymentId>, limit: u32) -> Stored<Vec<PaymentRow>>;
    /// Payments that nobody has claimed.
    fn pending(&mut self) -> Stored<Vec<Pending>>;
    /// Claims on other issuers that are not paid or given back.
    fn open_claims(&mut self) -> Stored<Vec<Claim>>;
    /// Every proof.
    fn proofs(&mut self) -> Stored<Vec<ProofRow>>;
}

/// An amount as a signed number of minor units.
pub(crate) fn signed(amount: Amount) -> i64 {
    i64::try_from(amount.minor_units()).unwrap_or(i64::MAX)
}
