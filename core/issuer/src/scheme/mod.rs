//! The scheme: the root key, who takes part, the policies, and the bundles and bulletins signed over them.
//!
//! One folder holds it: `root.key` and `scheme.db`. Several homes may share it, in one process or several; every change
//! makes the next version of the bundle in the same transaction. In production the root key is kept offline and only
//! the signed results are here.

mod history;
mod policy;
mod records;

pub use history::TrustHistory;
pub use policy::{default_policies, default_policy};

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, TransactionBehavior};
use skilling_platform::clock::Clock;
use skilling_platform::{keys, sqlite};
use skilling_protocol::crypto::{Signer as _, SoftwareKey};
use skilling_protocol::message::Expected as _;
use skilling_protocol::objects::{AcquirerEntry, IssuerEntry, Outage, Policy, TrustBundle};
use skilling_protocol::signed::Verified;
use skilling_protocol::values::{Currency, PublicKey, Seconds, Time};

use crate::error::{Error, sign};

/// One file a version, in order; none is ever edited after a release.
const MIGRATIONS: [&str; 1] = [include_str!("schema_1.sql")];
/// "Issued" of a bundle is set back, so that a terminal whose clock is behind takes it (sync.md).
const SET_BACK: Seconds = Seconds::hours(1);
/// A bundle lasts 30 days or more after its issue.
const LIFETIME: Seconds = Seconds::days(30);
/// It is replaced daily.
const REPLACED_AFTER: Seconds = Seconds::days(1);
const ROOT_KEY: &str = "root.key";
const DATABASE: &str = "scheme.db";

/// A scheme on disk. Clones share it; thread-safe. Calls block.
#[derive(Clone)]
pub struct Scheme(Arc<Inner>);

struct Inner {
    folder: PathBuf,
    root: SoftwareKey,
    clock: Arc<dyn Clock>,
    connection: Mutex<Connection>,
    history: Mutex<Arc<TrustHistory>>,
}

impl std::fmt::Debug for Scheme {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Scheme({})", self.root())
    }
}

impl Scheme {
    /// Makes a scheme with a new root key, the default policies and an empty bundle of version 1.
    ///
    /// # Errors
    /// The folder holds a scheme already, or cannot be written.
    pub fn init(folder: &Path, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        std::fs::create_dir_all(folder)?;
        if !folder.join(ROOT_KEY).exists() {
            keys::create(&folder.join(ROOT_KEY))?;
        }
        let scheme = Self::open(folder, clock)?;
        // A scheme that was made half way has no bundle yet and is made to the end.
        if scheme.history()?.latest().is_some() {
            return Err(Error::Exists("the scheme"));
        }
        scheme.change(|connection| {
            for (currency, policy) in default_policies()? {
                records::put_policy(connection, currency, &policy)?;
            }
            Ok(())
        })?;
        Ok(scheme)
    }

    /// Opens the scheme in `folder`.
    ///
    /// # Errors
    /// No scheme there, or it cannot be read.
    pub fn open(folder: &Path, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let root = keys::load(&folder.join(ROOT_KEY))?;
        let connection = sqlite::open(&folder.join(DATABASE), &MIGRATIONS)?;
        Ok(Self(Arc::new(Inner {
            folder: folder.to_owned(),
            history: Mutex::new(Arc::new(TrustHistory::empty(root.public_key()))),
            root,
            clock,
            connection: Mutex::new(connection),
        })))
    }

    /// The folder it lives in.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.0.folder
    }

    /// The root key that wallets and terminals pin.
    #[must_use]
    pub fn root(&self) -> PublicKey {
        self.0.root.public_key()
    }

    /// The bundle in force, made anew when it is a day old: message type 4.
    ///
    /// # Errors
    /// The store.
    pub fn trust_bundle(&self) -> Result<(u32, Vec<u8>), Error> {
        let now = self.0.clock.now();
        let history = self.history()?;
        if let Some(bundle) = history.latest()
            && now < bundle.issued.plus(SET_BACK).plus(REPLACED_AFTER)
        {
            return Ok((bundle.version, bundle.signed().encode()));
        }
        self.change(|_| Ok(()))?;
        let history = self.history()?;
        let bundle = history.latest().ok_or(Error::Unknown("bundle"))?;
        Ok((bundle.version, bundle.signed().encode()))
    }

    /// Every bundle and outage published so far.
    ///
    /// # Errors
    /// The store.
    pub fn history(&self) -> Result<Arc<TrustHistory>, Error> {
        let connection = self.lock();
        let mut held = self
            .0
            .history
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let newest = records::newest(&connection)?;
        if newest != held.newest() {
            let (bundles, outages) = records::published(&connection)?;
            *held = Arc::new(TrustHistory::new(self.root(), bundles, outages, newest));
        }
        Ok(held.clone())
    }

    /// Lists an issuer, or changes its entry. `url` is where `/v1/present` is called, if it is not this program.
    ///
    /// # Errors
    /// The store.
    pub fn put_issuer(&self, entry: &IssuerEntry, url: Option<&str>) -> Result<(), Error> {
        self.change(|connection| records::put_issuer(connection, entry, url))
    }

    /// Lists an acquirer, or changes its entry.
    ///
    /// # Errors
    /// The store.
    pub fn put_acquirer(&self, entry: &AcquirerEntry) -> Result<(), Error> {
        self.change(|connection| records::put_acquirer(connection, entry))
    }

    /// Suspends an issuer or lets it take part again. What was accepted before stays claimed and listed.
    ///
    /// # Errors
    /// No such issuer, or the store.
    pub fn suspend_issuer(&self, key: &PublicKey, suspended: bool) -> Result<(), Error> {
        self.change(|connection| records::suspend(connection, "issuer", key, suspended))
    }

    /// Suspends an acquirer or lets it take part again.
    ///
    /// # Errors
    /// No such acquirer, or the store.
    pub fn suspend_acquirer(&self, key: &PublicKey, suspended: bool) -> Result<(), Error> {
        self.change(|connection| records::suspend(connection, "acquirer", key, suspended))
    }

    /// Sets the policy of a currency.
    ///
    /// # Errors
    /// The store.
    pub fn set_policy(&self, currency: Currency, policy: &Policy) -> Result<(), Error> {
        self.change(|connection| records::put_policy(connection, currency, policy))
    }

    /// The policy of a currency as it is now.
    ///
    /// # Errors
    /// The store.
    pub fn policy(&self, currency: Currency) -> Result<Option<Policy>, Error> {
        let policies = records::policies(&self.lock())?;
        let found = policies.into_iter().find(|(it, _)| *it == currency);
        Ok(found.map(|(_, policy)| policy))
    }

    /// Declares an outage: a bulletin with the next serial of the currency, message type 8.
    ///
    /// # Errors
    /// Until not after from, an extension over 14 days, or the store.
    pub fn declare_outage(
        &self,
        currency: Currency,
        from: Time,
        until: Time,
        extension: Seconds,
    ) -> Result<Vec<u8>, Error> {
        self.write(|connection| {
            let serial = records::next_serial(connection, currency)?;
            let outage = Outage {
                serial,
                currency,
                from,
                until,
                extension,
            };
            let message = sign(outage, (), &self.0.root)?.encode();
            records::put_outage(connection, currency, serial, &message)?;
            Ok(message)
        })
    }

    /// The bulletin with the highest serial of a currency, message type 8; `None`: none declared.
    ///
    /// # Errors
    /// The store.
    pub fn outage(&self, currency: Currency) -> Result<Option<(u32, Vec<u8>)>, Error> {
        let history = self.history()?;
        let latest = history.latest_outage(currency);
        Ok(latest.map(|outage| (outage.serial, outage.signed().encode())))
    }

    /// Changes where an issuer answers `/v1/present`.
    pub(crate) fn put_url(&self, issuer: &PublicKey, url: &str) -> Result<(), Error> {
        self.write(|connection| records::put_url(connection, issuer, url))
    }

    /// Where an issuer answers `/v1/present`.
    pub(crate) fn url_of(&self, issuer: &PublicKey) -> Result<Option<String>, Error> {
        records::url_of(&self.lock(), issuer)
    }

    /// Keeps the newest list of an issuer, message type 5.
    pub(crate) fn publish_status(
        &self,
        name: &str,
        issued_at: Time,
        message: &[u8],
    ) -> Result<(), Error> {
        self.write(|connection| records::put_status(connection, name, issued_at, message))
    }

    /// The newest published list of an issuer, message type 5, and its claim 6.
    pub(crate) fn status(&self, name: &str) -> Result<Option<(Time, Vec<u8>)>, Error> {
        records::status(&self.lock(), name)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Connection> {
        self.0
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn write<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
        let mut connection = self.lock();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let value = work(&transaction)?;
        transaction.commit()?;
        Ok(value)
    }

    /// A change of what the bundle says, and the bundle that says it.
    fn change(&self, work: impl FnOnce(&Connection) -> Result<(), Error>) -> Result<(), Error> {
        self.write(|connection| {
            work(connection)?;
            self.publish(connection)
        })
    }

    fn publish(&self, connection: &Connection) -> Result<(), Error> {
        let last = records::latest_bundle(connection)?;
        let issued = self.0.clock.now().minus(SET_BACK);
        let issued = last.as_ref().map_or(issued, |it| it.issued.max(issued));
        let bundle = TrustBundle {
            version: last.map_or(1, |it| it.version.saturating_add(1)),
            issued,
            expires: issued.plus(SET_BACK).plus(LIFETIME),
            issuers: records::issuers(connection)?,
            acquirers: records::acquirers(connection)?,
            policies: records::policies(connection)?,
            lowest_protocol: None,
            extensions: skilling_protocol::values::Extensions::default(),
        };
        let version = bundle.version;
        let message = sign(bundle, (), &self.0.root)?.encode();
        records::put_bundle(connection, version, &message)
    }
}

/// A bundle of this scheme's own store.
type Bundle = Verified<TrustBundle>;
