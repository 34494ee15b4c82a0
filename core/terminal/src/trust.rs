//! What the terminal believes because others signed it: bundle, status lists, outages, its certificates.
//!
//! Kept in memory, read again from the store when any till that shares it has taken something new.

use rusqlite::Connection;
use skilling_protocol::message::Expected;
use skilling_protocol::objects::{Merchant, Outage, Policy, TrustBundle};
use skilling_protocol::rules::extension_in_force;
use skilling_protocol::signed::{Signed, Verified};
use skilling_protocol::status_list::StatusList;
use skilling_protocol::values::{Currency, PublicKey, Seconds, Time};

use crate::error::TerminalError;
use crate::keys::TerminalKey;
use crate::store;
use crate::terminal::VERIFIER;

/// A certificate of this store; not necessarily of a key of this till.
#[derive(Debug, Clone)]
pub(crate) struct Certificate {
    pub(crate) row: i64,
    pub(crate) merchant: Verified<Merchant>,
    pub(crate) acquirer_key: PublicKey,
}

#[derive(Debug, Default)]
pub(crate) struct Trust {
    generation: Option<i64>,
    pub(crate) bundle: Option<Verified<TrustBundle>>,
    pub(crate) status_lists: Vec<StatusList>,
    pub(crate) outages: Vec<Verified<Outage>>,
    pub(crate) certificates: Vec<Certificate>,
}

impl Trust {
    /// Reads everything again if the store has moved on.
    pub(crate) fn follow(
        &mut self,
        tx: &Connection,
        generation: i64,
        roots: &[PublicKey],
    ) -> rusqlite::Result<()> {
        if self.generation == Some(generation) {
            return Ok(());
        }
        self.bundle = store::trust::bundle(tx)?
            .and_then(|message| stored::<Signed<TrustBundle>>(&message))
            .and_then(|signed| signed.verify_with_any((), roots, &VERIFIER).ok());
        let issuers = self.bundle.iter().flat_map(|bundle| &bundle.issuers);
        self.status_lists = store::trust::status_lists(tx)?
            .iter()
            .filter_map(|cwt| StatusList::verify(cwt, issuers.clone(), &VERIFIER).ok())
            .collect();
        self.outages = store::trust::outages(tx)?
            .iter()
            .filter_map(|message| stored::<Signed<Outage>>(message))
            .filter_map(|signed| signed.verify_with_any((), roots, &VERIFIER).ok())
            .collect();
        self.certificates = store::trust::certificates(tx)?
            .into_iter()
            .filter_map(certificate)
            .collect();
        self.generation = Some(generation);
        Ok(())
    }

    pub(crate) fn outage(&self, currency: Currency) -> Option<&Verified<Outage>> {
        self.outages.iter().find(|it| it.currency == currency)
    }

    /// The extension in force for a currency, else nothing.
    pub(crate) fn extension(&self, currency: Currency, now: Time) -> Seconds {
        extension_in_force(self.outage(currency), now)
    }

    pub(crate) fn policy(&self, currency: Currency) -> Option<&Policy> {
        self.bundle.as_ref()?.policy(currency)
    }

    pub(crate) fn certificate(&self, row: i64) -> Option<&Certificate> {
        self.certificates.iter().find(|it| it.row == row)
    }

    /// The certificates of keys that this till holds.
    pub(crate) fn held<'a>(
        &'a self,
        keys: &'a [TerminalKey],
    ) -> impl Iterator<Item = (&'a Certificate, &'a TerminalKey)> {
        self.certificates.iter().filter_map(move |certificate| {
            let key = key_of(keys, certificate)?;
            Some((certificate, key))
        })
    }

    /// The one to make requests under: the newest that holds, of those that this till can sign under; where none does, the newest
    /// that has begun.
    pub(crate) fn current<'a>(
        &'a self,
        keys: &'a [TerminalKey],
        now: Time,
    ) -> Result<(&'a Certificate, &'a TerminalKey), TerminalError> {
        self.held(keys)
            .max_by_key(|(it, _)| {
                let begins = it.merchant.valid_from;
                let holds = it.merchant.is_valid_at(now, Seconds(0));
                (holds, begins <= now, begins, it.row)
            })
            .ok_or(TerminalError::NoCertificate)
    }

    /// The key that receipts and deposits under a certificate are signed with, if it is here.
    pub(crate) fn key_for<'a>(
        &self,
        keys: &'a [TerminalKey],
        certificate: i64,
    ) -> Result<&'a TerminalKey, TerminalError> {
        let certificate = self
            .certificate(certificate)
            .ok_or(TerminalError::NoCertificate)?;
        key_of(keys, certificate).ok_or(TerminalError::MadeByAnotherTill {
            terminal: certificate.merchant.terminal_id,
        })
    }

    /// Every key that may speak for the acquirer of a certificate: the one that signed it, and those that the bundle
    /// lists under the same name, because an acquirer changes keys too.
    pub(crate) fn acquirer_keys(&self, certificate: &Certificate) -> Vec<PublicKey> {
        let listed = || self.bundle.iter().flat_map(|bundle| &bundle.acquirers);
        let name = listed()
            .find(|it| it.key == certificate.acquirer_key)
            .map(|it| &it.name);
        let same = listed()
            .filter(|it| name == Some(&it.name))
            .map(|it| it.key);
        std::iter::once(certificate.acquirer_key)
            .chain(same)
            .collect()
    }
}

fn key_of<'a>(keys: &'a [TerminalKey], certificate: &Certificate) -> Option<&'a TerminalKey> {
    let wanted = certificate.merchant.terminal_key;
    keys.iter().find(|key| key.public_key() == wanted)
}

fn certificate((row, object, acquirer): store::trust::CertificateRow) -> Option<Certificate> {
    Some(Certificate {
        row,
        merchant: Verified::from_own_store(Signed::decode(&object).ok()?, ()),
        acquirer_key: PublicKey::from_sec1(&acquirer).ok()?,
    })
}

/// For what was decoded once before it was stored.
fn stored<M: Expected>(message: &[u8]) -> Option<M> {
    M::decode(message).ok()
}
