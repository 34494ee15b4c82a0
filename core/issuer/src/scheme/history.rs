//! Every bundle and outage a scheme has published: what could have been known at a payment's own time.

use skilling_protocol::objects::{Outage, TrustBundle};
use skilling_protocol::signed::Verified;
use skilling_protocol::values::{Currency, PublicKey, Seconds, Time};

use super::Bundle;

/// Bundles by ascending version, outages by ascending serial of their currency.
#[derive(Debug, Clone)]
pub struct TrustHistory {
    root: PublicKey,
    bundles: Vec<Bundle>,
    outages: Vec<Verified<Outage>>,
    issuers: Vec<PublicKey>,
    acquirers: Vec<PublicKey>,
    newest: (u32, u32),
}

impl TrustHistory {
    pub(super) fn empty(root: PublicKey) -> Self {
        Self::new(root, Vec::new(), Vec::new(), (0, 0))
    }

    pub(super) fn new(
        root: PublicKey,
        bundles: Vec<Bundle>,
        outages: Vec<Verified<Outage>>,
        newest: (u32, u32),
    ) -> Self {
        let issuers = bundles.iter().flat_map(|it| &it.issuers);
        let acquirers = bundles.iter().flat_map(|it| &it.acquirers);
        Self {
            root,
            issuers: distinct(issuers.map(|it| it.key)),
            acquirers: distinct(acquirers.map(|it| it.key)),
            bundles,
            outages,
            newest,
        }
    }

    /// The highest version and the number of outages.
    pub(super) fn newest(&self) -> (u32, u32) {
        self.newest
    }

    /// The scheme's root.
    #[must_use]
    pub fn root(&self) -> PublicKey {
        self.root
    }

    /// The newest bundle.
    #[must_use]
    pub fn latest(&self) -> Option<&Verified<TrustBundle>> {
        self.bundles.last()
    }

    /// The keys of every issuer that was ever listed: what was signed, was signed.
    #[must_use]
    pub fn issuer_keys(&self) -> &[PublicKey] {
        &self.issuers
    }

    /// The keys of every acquirer that was ever listed.
    #[must_use]
    pub fn acquirer_keys(&self) -> &[PublicKey] {
        &self.acquirers
    }

    /// Every bundle, newest first.
    pub fn bundles(&self) -> impl Iterator<Item = &Verified<TrustBundle>> {
        self.bundles.iter().rev()
    }

    /// The bundles that a terminal may have held at `at`: already issued, not yet expired. A terminal that was offline
    /// went by the one it had, so a payment is good if any of these lets it pass.
    pub fn bundles_at(
        &self,
        at: Time,
        extension: Seconds,
    ) -> impl Iterator<Item = &Verified<TrustBundle>> {
        self.bundles()
            .filter(move |bundle| bundle.issued <= at && bundle.is_in_force(at, extension))
    }

    /// The outage with the highest serial of a currency.
    #[must_use]
    pub fn latest_outage(&self, currency: Currency) -> Option<&Verified<Outage>> {
        self.of(currency).last()
    }

    /// The largest extension of an outage in force at `at`: a terminal may hold an older bulletin than the newest.
    #[must_use]
    pub fn extension_at(&self, currency: Currency, at: Time) -> Seconds {
        let in_force = self.of(currency).filter(|outage| outage.is_in_force(at));
        in_force.map(|it| it.extension).max().unwrap_or_default()
    }

    /// The largest extension in force at any time in `from..until` (deadlines, sync.md).
    #[must_use]
    pub fn extension_between(&self, currency: Currency, from: Time, until: Time) -> Seconds {
        let touching = self
            .of(currency)
            .filter(|outage| outage.from < until && from < outage.until);
        touching.map(|it| it.extension).max().unwrap_or_default()
    }

    fn of(&self, currency: Currency) -> impl Iterator<Item = &Verified<Outage>> {
        self.outages
            .iter()
            .filter(move |outage| outage.currency == currency)
    }
}

fn distinct(keys: impl Iterator<Item = PublicKey>) -> Vec<PublicKey> {
    let mut keys: Vec<PublicKey> = keys.collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}
