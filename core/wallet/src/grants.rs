//! Allowances as they come in: a fresh attested pay key for each, and the bank's grant for it.

use skilling_protocol::objects::Allowance;
use skilling_protocol::signed::Signed;
use skilling_protocol::values::{Amount, Currency, Nonce, ObjectId, PublicKey, Time, Uuid};

use crate::error::WalletError;
use crate::events;
use crate::ports::{KeyAlias, KeyUse};
use crate::store::{AllowanceState, HeldAllowance};
use crate::wallet::{Inner, VERIFIER, Wallet};

/// A pay key that waits for its grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPayKey {
    /// Goes into the allowance.
    pub public_key: PublicKey,
    /// Of the kind the device gives.
    pub attestation: Vec<u8>,
}

/// An allowance as the app shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowanceView {
    /// The object id: what payments are bound to.
    pub id: ObjectId<Allowance>,
    /// For people and ledgers.
    pub uuid: Uuid,
    /// The bank's key.
    pub issuer_key: PublicKey,
    /// Its currency.
    pub currency: Currency,
    /// The most in all.
    pub limit: Amount,
    /// The most for one payment.
    pub cap: Amount,
    /// Total of every payment ever committed.
    pub spent: Amount,
    /// Total of what came back.
    pub released: Amount,
    /// `limit - (spent - released)`; nothing once `released` is over the limit.
    pub remaining: Amount,
    /// What the bank last said it still reserves; `None` before the first sync.
    pub reserved: Option<Amount>,
    /// The last number used.
    pub last_sequence: u32,
    /// The most payments.
    pub max_payments: u32,
    /// Exclusive.
    pub valid_until: Time,
    /// What may still be done under it.
    pub state: AllowanceState,
}

impl HeldAllowance {
    /// What is left of the limit. Nothing once more than the limit came back: rule 18 lets no further payment pass.
    pub(crate) fn remaining(&self) -> Amount {
        if self.released > self.allowance.limit {
            return Amount::ZERO;
        }
        let net = self.spent.saturating_sub(self.released);
        self.allowance.limit.saturating_sub(net)
    }

    fn view(&self) -> AllowanceView {
        AllowanceView {
            id: self.allowance.id(),
            uuid: self.allowance.uuid,
            issuer_key: self.issuer_key,
            currency: self.allowance.currency,
            limit: self.allowance.limit,
            cap: self.allowance.cap,
            spent: self.spent,
            released: self.released,
            remaining: self.remaining(),
            reserved: self.reserved,
            last_sequence: self.last_sequence,
            max_payments: self.allowance.max_payments,
            valid_until: self.allowance.valid_until,
            state: self.state,
        }
    }
}

impl Wallet {
    /// Makes a pay key for the next grant: fresh for every grant, attested under the issuer's `nonce`. It is noted before it is
    /// given out, so that a grant that comes after a restart still finds it.
    ///
    /// # Errors
    /// [`WalletError::Keys`], [`WalletError::LockedOut`], [`WalletError::NoScreenLock`], storage.
    pub async fn new_pay_key(&self, nonce: &Nonce) -> Result<NewPayKey, WalletError> {
        let alias = KeyAlias::fresh(KeyUse::Pay);
        let key = self.ports.keys.generate(&alias, KeyUse::Pay, nonce).await?;
        let now = self.now();
        self.turn()?
            .store
            .write(|tx| tx.put_pay_key(&key.public_key, &alias, now))?;
        Ok(NewPayKey {
            public_key: key.public_key,
            attestation: key.attestation,
        })
    }

    /// Takes a grant: signed by an issuer of the bundle, for a pay key that waits for one. Sync does this by itself.
    ///
    /// # Errors
    /// [`WalletError::NotTrusted`], [`WalletError::UnexpectedGrant`], storage.
    pub fn take_allowance(&self, granted: Signed<Allowance>) -> Result<AllowanceView, WalletError> {
        let now = self.now();
        self.turn()?
            .take_allowance(&self.ports, granted, now)
            .map(|held| held.view())
    }

    /// Every allowance that may sign, and every other whose end the bank has not answered to.
    ///
    /// # Errors
    /// Only after a panic in another thread.
    pub fn allowances(&self) -> Result<Vec<AllowanceView>, WalletError> {
        let inner = self.turn()?;
        Ok(inner.allowances.iter().map(HeldAllowance::view).collect())
    }
}

impl Inner {
    pub(crate) fn take_allowance(
        &mut self,
        ports: &crate::Ports,
        granted: Signed<Allowance>,
        now: Time,
    ) -> Result<HeldAllowance, WalletError> {
        let bundle = self.bundle.as_ref().ok_or(WalletError::NotTrusted)?;
        let id = granted.key_id().ok_or(WalletError::NotTrusted)?;
        let (issuer_key, allowance) = bundle
            .issuers_with(id)
            .find_map(|issuer| {
                let verified = granted.clone().verify((), &issuer.key, &VERIFIER).ok()?;
                Some((issuer.key, verified))
            })
            .ok_or(WalletError::NotTrusted)?;
        let alias = self
            .store
            .pay_key(&allowance.pay_key)?
            .ok_or(WalletError::UnexpectedGrant)?;
        let event = *allowance.id().as_bytes();
        let held = self.write_guarded(ports, &event, |tx| {
            let held = tx.put_allowance(&allowance, &issuer_key, &alias, now)?;
            let told = events::granted(held.row, allowance.limit, allowance.currency);
            tx.put_event(&told, now)?;
            Ok(held)
        })?;
        self.allowances.push(held.clone());
        self.advance_guard(ports)?;
        Ok(held)
    }
}
