//! Who owes whom, per currency, and that it sums to zero.

use serde::Serialize;
use skilling_protocol::values::{Currency, KeyId, MerchantId};

use super::Server;
use crate::error::Error;
use crate::store::{Account, AllowanceId, PaymentId, PaymentRow, StoreError};

/// The whole report. Amounts are minor units; byte strings lower-case hex; times Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// By currency, ascending.
    pub currencies: Vec<CurrencyReport>,
    /// What merchants are owed.
    pub payable: Vec<PayableReport>,
    /// Payments that nobody has claimed: their acquirer is told and may claim.
    pub pending: Vec<PendingReport>,
    /// What this acquirer claims of other issuers and has not settled, suspended ones included.
    pub claims: Vec<IssuerClaim>,
}

/// One currency's accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CurrencyReport {
    /// ISO 4217 numeric.
    pub currency: u16,
    /// Balance by kind of account; all six are there.
    pub accounts: std::collections::BTreeMap<&'static str, i64>,
    /// Zero, computed from the movements themselves.
    pub sum: i64,
}

/// What one merchant is owed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PayableReport {
    /// Key id of the acquirer through which it is paid.
    pub acquirer: String,
    /// The merchant.
    pub merchant: String,
    /// ISO 4217 numeric.
    pub currency: u16,
    /// Minor units.
    pub amount: i64,
}

/// A payment nobody has claimed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PendingReport {
    /// The payment.
    pub payment_id: String,
    /// Key id of the acquirer that may claim.
    pub acquirer: String,
    /// Its merchant.
    pub merchant: String,
    /// ISO 4217 numeric.
    pub currency: u16,
    /// Minor units.
    pub amount: u64,
    /// Since when.
    pub since: u64,
}

/// A claim on another issuer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IssuerClaim {
    /// Key id of the issuer.
    pub issuer: String,
    /// Whether the scheme has suspended it.
    pub suspended: bool,
    /// The payment.
    pub payment_id: String,
    /// For whom.
    pub merchant: String,
    /// ISO 4217 numeric.
    pub currency: u16,
    /// Minor units.
    pub amount: u64,
    /// `pending` or `disputed`.
    pub state: &'static str,
}

/// A payment under an allowance of this issuer: all that the bank learned of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PaymentReport {
    /// The payment.
    pub payment_id: String,
    /// Under which allowance.
    pub allowance_id: String,
    /// The merchant.
    pub merchant: String,
    /// ISO 4217 numeric.
    pub currency: u16,
    /// Minor units.
    pub amount: u64,
    /// `pending`, `paid`, `given_back`, `disputed` or `refused`.
    pub state: &'static str,
    /// Message type 7, as it was stored.
    #[serde(skip)]
    pub evidence: Vec<u8>,
}

/// A fraud proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProofReport {
    /// The allowance.
    pub allowance_id: String,
    /// `conflicting_payment` or `inconsistent_history`.
    pub kind: String,
    /// The two payments.
    pub payment_ids: [String; 2],
    /// When it was found.
    pub found_at: u64,
    /// Message type 6.
    #[serde(skip)]
    pub message: Vec<u8>,
}

impl Server {
    /// The report.
    ///
    /// # Errors
    /// The store.
    pub fn report(&self) -> Result<Report, Error> {
        let history = self.scheme.history()?;
        let suspended = |key: &skilling_protocol::values::PublicKey| {
            let bundle = history.latest();
            bundle.is_some_and(|it| it.issuers.iter().any(|it| it.key == *key && it.suspended))
        };
        self.transact(|tx| {
            let (totals, sums) = (tx.totals()?, tx.sums()?);
            let payable = tx.balances(Account::KINDS[3])?;
            Ok(Report {
                currencies: currencies(&totals, &sums),
                payable: payable
                    .into_iter()
                    .map(payable_report)
                    .collect::<Result<_, _>>()?,
                pending: tx
                    .pending()?
                    .into_iter()
                    .map(|it| PendingReport {
                        payment_id: it.payment.to_string(),
                        acquirer: it.acquirer.to_string(),
                        merchant: it.merchant.to_string(),
                        currency: it.currency.numeric(),
                        amount: it.amount.minor_units(),
                        since: it.seen_at.unix(),
                    })
                    .collect(),
                claims: tx
                    .open_claims()?
                    .into_iter()
                    .map(|it| IssuerClaim {
                        issuer: it.issuer.key_id().to_string(),
                        suspended: suspended(&it.issuer),
                        payment_id: it.payment.to_string(),
                        merchant: it.merchant.to_string(),
                        currency: it.currency.numeric(),
                        amount: it.amount.minor_units(),
                        state: it.standing.name(),
                    })
                    .collect(),
            })
        })
    }

    /// At most `limit` payments under this issuer's allowances, by id, after `after`.
    ///
    /// # Errors
    /// The store.
    pub fn payments(
        &self,
        after: Option<PaymentId>,
        limit: u32,
    ) -> Result<Vec<PaymentReport>, Error> {
        let rows = self.transact(|tx| Ok(tx.payments(after, limit)?))?;
        let report = |row: PaymentRow| PaymentReport {
            payment_id: row.id.to_string(),
            allowance_id: row.allowance.to_string(),
            merchant: row.merchant.to_string(),
            currency: row.currency.numeric(),
            amount: row.amount.minor_units(),
            state: row.standing.on_the_wire().name(),
            evidence: row.evidence,
        };
        Ok(rows.into_iter().map(report).collect())
    }

    /// The sync in which the phone closed an allowance: with a later token it is evidence.
    ///
    /// # Errors
    /// No such allowance, or the store.
    pub fn closing_sync(&self, allowance: AllowanceId) -> Result<Option<Vec<u8>>, Error> {
        let row = self.transact(|tx| Ok(tx.allowance(allowance)?))?;
        Ok(row.ok_or(Error::Unknown("allowance"))?.closing_sync)
    }

    /// Every fraud proof, oldest first.
    ///
    /// # Errors
    /// The store.
    pub fn proofs(&self) -> Result<Vec<ProofReport>, Error> {
        let rows = self.transact(|tx| Ok(tx.proofs()?))?;
        let report = |row: crate::store::ProofRow| ProofReport {
            allowance_id: row.allowance.to_string(),
            kind: row.kind,
            payment_ids: [row.payments.0.to_string(), row.payments.1.to_string()],
            found_at: row.found_at.unix(),
            message: row.message,
        };
        Ok(rows.into_iter().map(report).collect())
    }
}

fn currencies(
    totals: &[(Currency, &'static str, i64)],
    sums: &[(Currency, i64)],
) -> Vec<CurrencyReport> {
    let of = |wanted: Currency, sum: i64| CurrencyReport {
        currency: wanted.numeric(),
        accounts: Account::KINDS
            .into_iter()
            .map(|kind| {
                let found = totals.iter().find(|it| it.0 == wanted && it.1 == kind);
                (kind, found.map_or(0, |it| it.2))
            })
            .collect(),
        sum,
    };
    sums.iter()
        .map(|(currency, sum)| of(*currency, *sum))
        .collect()
}

fn payable_report(row: (Vec<u8>, Currency, i64)) -> Result<PayableReport, StoreError> {
    let (owner, currency, amount) = row;
    let (acquirer, merchant) = owner.split_first_chunk::<8>().ok_or(StoreError::Damaged)?;
    let merchant = MerchantId::try_from(merchant).map_err(|_| StoreError::Damaged)?;
    Ok(PayableReport {
        acquirer: KeyId(*acquirer).to_string(),
        merchant: merchant.to_string(),
        currency: currency.numeric(),
        amount,
    })
}
