//! Trust bundles and outage bulletins, from whoever brings them: only the root's signature counts.

use skilling_protocol::message::{Expected, is_bundle_of};
use skilling_protocol::objects::{Outage, Policy, TrustBundle};
use skilling_protocol::signed::{Signed, Verified};
use skilling_protocol::values::{Currency, PublicKey};

use crate::error::WalletError;
use crate::store::{Store, StoreError};
use crate::wallet::{VERIFIER, Wallet};

/// What the store has of bundle and bulletins, as far as a root that is pinned today signed it: a root that an update of the
/// app no longer pins ends what it signed. What is dropped is fetched anew.
pub(crate) fn kept(store: &mut Store, roots: &[PublicKey]) -> Result<Kept, StoreError> {
    let (bundle, outages) = (store.bundle()?, store.outages()?);
    let found = outages.len();
    let had_bundle = bundle.is_some();
    let bundle = bundle.and_then(|it| it.verify_with_any((), roots, &VERIFIER).ok());
    let outages: Vec<_> = outages
        .into_iter()
        .filter_map(|it| it.verify_with_any((), roots, &VERIFIER).ok())
        .collect();
    if bundle.is_some() != had_bundle || outages.len() != found {
        store.write(|tx| tx.forget_etags())?;
    }
    Ok((bundle, outages))
}

type Kept = (Option<Verified<TrustBundle>>, Vec<Verified<Outage>>);

impl Wallet {
    /// Takes a trust bundle (message 4) signed by a pinned root, and raises the high-water mark of the clock to its "issued".
    /// True if it replaced the one held; the same version changes nothing.
    ///
    /// # Errors
    /// [`WalletError::Malformed`] (also for an enumeration value of another version), [`WalletError::NotTrusted`],
    /// [`WalletError::Outdated`] for a lower version.
    pub fn take_bundle(&self, message: &[u8]) -> Result<bool, WalletError> {
        if !is_bundle_of(message, &self.config.roots, &VERIFIER)? {
            return Err(WalletError::NotTrusted);
        }
        let signed = <Signed<TrustBundle> as Expected>::decode(message)?;
        self.take_signed_bundle(signed)
    }

    fn take_signed_bundle(&self, signed: Signed<TrustBundle>) -> Result<bool, WalletError> {
        let bundle = self.by_root(signed)?;
        let mut inner = self.turn()?;
        match inner.bundle.as_ref().map(|held| held.version) {
            Some(held) if bundle.version < held => return Err(WalletError::Outdated),
            Some(held) if bundle.version == held => return Ok(false),
            _ => {}
        }
        let mark = inner.high_water_mark.max(bundle.issued);
        inner.store.write(|tx| {
            tx.put_bundle(bundle.signed())?;
            tx.put_high_water_mark(mark)
        })?;
        inner.high_water_mark = mark;
        inner.bundle = Some(bundle);
        Ok(true)
    }

    /// Takes an outage bulletin (message 8) signed by a pinned root. True if it is now the one with the highest serial of its
    /// currency; another changes nothing.
    ///
    /// # Errors
    /// [`WalletError::Malformed`], [`WalletError::NotTrusted`].
    pub fn take_outage(&self, message: &[u8]) -> Result<bool, WalletError> {
        let outage = self.by_root(<Signed<Outage> as Expected>::decode(message)?)?;
        let mut inner = self.turn()?;
        let held = inner.outages.get(&outage.currency);
        if held.is_some_and(|held| held.serial >= outage.serial) {
            return Ok(false);
        }
        inner.store.write(|tx| tx.put_outage(outage.signed()))?;
        inner.outages.insert(outage.currency, outage);
        Ok(true)
    }

    /// The version of the bundle held, 0 without one.
    ///
    /// # Errors
    /// Only after a panic in another thread.
    pub fn bundle_version(&self) -> Result<u32, WalletError> {
        Ok(self.turn()?.bundle.as_ref().map_or(0, |it| it.version))
    }

    /// The scheme's policy for a currency, for its decimals and bounds; `None` without a bundle, or where it lists none.
    ///
    /// # Errors
    /// Only after a panic in another thread.
    pub fn policy(&self, currency: Currency) -> Result<Option<Policy>, WalletError> {
        let inner = self.turn()?;
        let bundle = inner.bundle.as_ref();
        Ok(bundle.and_then(|bundle| bundle.policy(currency)).cloned())
    }

    /// The serial of the outage bulletin held of each currency.
    ///
    /// # Errors
    /// Only after a panic in another thread.
    pub fn outage_serials(&self) -> Result<Vec<(Currency, u32)>, WalletError> {
        let inner = self.turn()?;
        let outages = inner.outages.iter();
        Ok(outages
            .map(|(currency, it)| (*currency, it.serial))
            .collect())
    }

    fn by_root<T>(&self, signed: Signed<T>) -> Result<Verified<T>, WalletError>
    where
        T: skilling_protocol::signed::Object<Parent = ()>,
    {
        signed
            .verify_with_any((), &self.config.roots, &VERIFIER)
            .map_err(|_| WalletError::NotTrusted)
    }
}
