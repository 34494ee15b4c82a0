//! One program in its home folder: an issuer, an acquirer, or both, on one store and one scheme.
//!
//! The home holds `home.json` (where the scheme is), `issuer.key`, `acquirer.key` and `bank.db`. A role is there when its
//! key is. Everything here blocks; the HTTP side runs it where blocking is allowed. Several processes may open one home.

mod admin;
mod calls;
mod report;

pub use admin::{IssuedMerchant, NewCustomer, NewMerchant};
pub(crate) use calls::{Taken, blocking};
pub use report::{
    CurrencyReport, IssuerClaim, PayableReport, PaymentReport, PendingReport, ProofReport, Report,
};

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use skilling_platform::HttpTransport;
use skilling_platform::clock::Clock;
use skilling_platform::keys;
use skilling_platform::transport::Transport;
use skilling_protocol::crypto::Signer as _;
use skilling_protocol::objects::{AcquirerEntry, IssuerEntry};
use skilling_protocol::values::{
    Currency, Extensions, KeyProtection, MerchantName, PublicKey, Seconds, StatusUri, Time,
};

use crate::acquirer::AcquirerRole;
use crate::error::Error;
use crate::http::Limits;
use crate::issuer::{self, IssuerRole};
use crate::scheme::Scheme;
use crate::store::{self, SqliteStore, Store, Tier};
use crate::verify::{AttestationVerifier, CustomerVerifier, EnrolmentCodes, TestAttestation};

const ISSUER_KEY: &str = "issuer.key";
const ACQUIRER_KEY: &str = "acquirer.key";
const DATABASE: &str = "bank.db";
const CONFIGURATION: &str = "home.json";
/// Entries of the bundle last two years.
const ENTRY_LIFETIME: Seconds = Seconds::days(730);
/// Entries start a little before they are listed, as bundles do.
const SET_BACK: Seconds = Seconds::hours(1);
/// The tier customers are in unless told otherwise.
pub const STANDARD_TIER: &str = "standard";

/// What a new home is to be.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Name of issuer and acquirer in the bundle, 1 to 40 bytes.
    pub name: String,
    /// The currencies the issuer grants; none: no issuer role.
    pub currencies: Vec<Currency>,
    /// Whether there is an acquirer role.
    pub acquirer: bool,
    /// Where the program is reached; the status list's address is made from it, and other acquirers present there.
    pub url: String,
    /// Whether issuer and acquirer are listed in the bundle at once. A bank outside the scheme is not.
    pub listed: bool,
}

impl Setup {
    /// Where a program is reached unless told otherwise.
    pub const USUAL_URL: &'static str = "http://127.0.0.1:8460";

    /// Issuer of the five currencies of the default policies, and acquirer, both listed.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            currencies: vec![
                Currency::DKK,
                Currency::SEK,
                Currency::NOK,
                Currency::EUR,
                Currency::ISK,
            ],
            acquirer: true,
            url: Self::USUAL_URL.to_owned(),
            listed: true,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Configuration {
    /// Folder of the scheme, from the home.
    scheme: PathBuf,
    /// Address of the issuer's status list.
    status_uri: Option<String>,
}

/// The way to another issuer: at the address that the scheme has, or set by hand.
struct Route {
    url: Option<String>,
    transport: Arc<dyn Transport>,
}

/// Issuer and acquirer in one program. Share it in an [`Arc`]; thread-safe.
pub struct Server {
    pub(crate) scheme: Scheme,
    pub(crate) store: Box<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) issuer: Option<IssuerRole>,
    pub(crate) acquirer: Option<AcquirerRole>,
    pub(crate) attestation: Arc<dyn AttestationVerifier>,
    pub(crate) customers: Arc<dyn CustomerVerifier>,
    pub(crate) limits: Limits,
    pub(crate) metrics: crate::http::Metrics,
    transports: Mutex<HashMap<PublicKey, Route>>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server")
            .field("issuer", &self.issuer)
            .field("acquirer", &self.acquirer)
            .finish_non_exhaustive()
    }
}

impl Server {
    /// Makes a home: keys, database, entries in the scheme's bundle.
    ///
    /// # Errors
    /// The folder is a home already, a name or address is out of bounds, or nothing can be written.
    pub fn init(
        home: &Path,
        scheme: &Scheme,
        setup: &Setup,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Error> {
        std::fs::create_dir_all(home)?;
        let store = SqliteStore::open(&home.join(DATABASE))?;
        Self::init_with(home, scheme, setup, Box::new(store), clock)
    }

    /// Makes a home on a store of its own, which must be empty.
    ///
    /// # Errors
    /// As for [`Self::init`].
    pub fn init_with(
        home: &Path,
        scheme: &Scheme,
        setup: &Setup,
        store: Box<dyn Store>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Error> {
        if home.join(CONFIGURATION).exists() {
            return Err(Error::Exists("the home"));
        }
        let name = MerchantName::new(&setup.name)?;
        std::fs::create_dir_all(home)?;
        let issuer_key = match setup.currencies.is_empty() {
            true => None,
            false => Some(made_or_found(&home.join(ISSUER_KEY))?),
        };
        let acquirer_key = match setup.acquirer {
            true => Some(made_or_found(&home.join(ACQUIRER_KEY))?),
            false => None,
        };
        let base = setup.url.trim_end_matches('/');
        let status_uri = issuer_key.map(|key| format!("{base}/v1/status/{}", key.key_id()));
        let now = clock.now();
        if let (Some(key), Some(uri), true) = (issuer_key, &status_uri, setup.listed) {
            let entry = issuer_entry(key, &name, &setup.currencies, uri, now)?;
            scheme.put_issuer(&entry, Some(base))?;
        }
        if let (Some(key), true) = (acquirer_key, setup.listed) {
            scheme.put_acquirer(&acquirer_entry(key, &name, now))?;
        }
        let configuration = Configuration {
            scheme: relative(home, scheme.folder())?,
            status_uri,
        };
        let server = Self::assemble(home, &configuration, store, clock)?;
        store::run(server.store.as_ref(), |tx| -> Result<(), Error> {
            tx.put_tier(&standard_tier())?;
            if server.issuer.is_some() {
                issuer::init_status(tx)?;
            }
            Ok(())
        })?;
        // Last, so that a home that was made half way is made again.
        let text = serde_json::to_string_pretty(&configuration).map_err(std::io::Error::other)?;
        std::fs::write(home.join(CONFIGURATION), text)?;
        server.publish_status()?;
        Ok(server)
    }

    /// Opens a home.
    ///
    /// # Errors
    /// No home there, or it or its scheme cannot be read.
    pub fn open(home: &Path, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let store = SqliteStore::open(&home.join(DATABASE))?;
        Self::open_with(home, Box::new(store), clock)
    }

    /// Opens a home on a store of its own.
    ///
    /// # Errors
    /// No home there, or it or its scheme cannot be read.
    pub fn open_with(
        home: &Path,
        store: Box<dyn Store>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Error> {
        let text = std::fs::read_to_string(home.join(CONFIGURATION))?;
        let configuration = serde_json::from_str(&text).map_err(std::io::Error::other)?;
        Self::assemble(home, &configuration, store, clock)
    }

    fn assemble(
        home: &Path,
        configuration: &Configuration,
        store: Box<dyn Store>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Error> {
        let key = |name: &str| {
            let path = home.join(name);
            path.exists().then(|| keys::load(&path)).transpose()
        };
        let uri = configuration.status_uri.as_deref();
        let issuer = match (key(ISSUER_KEY)?, uri) {
            (Some(key), Some(uri)) => Some(IssuerRole {
                key,
                status_uri: StatusUri::new(uri)?,
            }),
            _ => None,
        };
        Ok(Self {
            scheme: Scheme::open(&home.join(&configuration.scheme), clock.clone())?,
            store,
            clock,
            issuer,
            acquirer: key(ACQUIRER_KEY)?.map(|key| AcquirerRole { key }),
            attestation: Arc::new(TestAttestation),
            customers: Arc::new(EnrolmentCodes),
            limits: Limits::default(),
            metrics: crate::http::Metrics::default(),
            transports: Mutex::default(),
        })
    }

    /// Another verifier of attestations than [`TestAttestation`].
    #[must_use]
    pub fn with_attestation(mut self, verifier: Arc<dyn AttestationVerifier>) -> Self {
        self.attestation = verifier;
        self
    }

    /// Another verifier of customers than [`EnrolmentCodes`].
    #[must_use]
    pub fn with_customers(mut self, verifier: Arc<dyn CustomerVerifier>) -> Self {
        self.customers = verifier;
        self
    }

    /// Other limits than the default ones.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// How another issuer is reached, instead of the address the scheme has.
    pub fn set_transport(&self, issuer: &PublicKey, transport: Arc<dyn Transport>) {
        let mut transports = self
            .transports
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let url = None;
        transports.insert(*issuer, Route { url, transport });
    }

    /// The scheme.
    #[must_use]
    pub fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// The issuer's public key, if this home has that role.
    #[must_use]
    pub fn issuer_key(&self) -> Option<PublicKey> {
        self.issuer.as_ref().map(IssuerRole::key_public)
    }

    /// The acquirer's public key, if this home has that role.
    #[must_use]
    pub fn acquirer_key(&self) -> Option<PublicKey> {
        self.acquirer.as_ref().map(AcquirerRole::key_public)
    }

    /// Where this program listens now. Other acquirers present there, if its home was set up without an address of its
    /// own; one that was given, behind a proxy for instance, stays.
    ///
    /// # Errors
    /// The scheme's store.
    pub fn listens_at(&self, url: &str) -> Result<(), Error> {
        let Some(issuer) = &self.issuer else {
            return Ok(());
        };
        let usual = issuer.status_uri.as_str().strip_prefix(Setup::USUAL_URL);
        if usual.is_some_and(|path| path.starts_with('/')) {
            self.scheme.put_url(&issuer.key_public(), url)?;
        }
        Ok(())
    }

    pub(crate) fn transport_to(&self, issuer: &PublicKey) -> Option<Arc<dyn Transport>> {
        let mut transports = self
            .transports
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let known = transports.get(issuer);
        if let Some(by_hand) = known.filter(|it| it.url.is_none()) {
            return Some(by_hand.transport.clone());
        }
        let url = self.scheme.url_of(issuer).ok().flatten()?;
        if let Some(same) = known.filter(|it| it.url.as_ref() == Some(&url)) {
            return Some(same.transport.clone());
        }
        let transport: Arc<dyn Transport> = Arc::new(HttpTransport::new(&url).ok()?);
        let route = Route {
            url: Some(url),
            transport: transport.clone(),
        };
        transports.insert(*issuer, route);
        Some(transport)
    }
}

/// The key in a file, made if it is not there: `init` may have been interrupted before.
fn made_or_found(path: &Path) -> Result<PublicKey, Error> {
    let key = if path.exists() {
        keys::load(path)?
    } else {
        keys::create(path)?
    };
    Ok(key.public_key())
}

fn issuer_entry(
    key: PublicKey,
    name: &MerchantName,
    currencies: &[Currency],
    uri: &str,
    now: Time,
) -> Result<IssuerEntry, Error> {
    Ok(IssuerEntry {
        key,
        key_id: key.key_id(),
        name: name.clone(),
        currencies: currencies.to_vec(),
        valid_from: now.minus(SET_BACK),
        valid_until: now.plus(ENTRY_LIFETIME),
        suspended: false,
        status_uri: StatusUri::new(uri)?,
        extensions: Extensions::default(),
    })
}

fn acquirer_entry(key: PublicKey, name: &MerchantName, now: Time) -> AcquirerEntry {
    AcquirerEntry {
        key,
        key_id: key.key_id(),
        name: name.clone(),
        valid_from: now.minus(SET_BACK),
        valid_until: now.plus(ENTRY_LIFETIME),
        suspended: false,
        extensions: Extensions::default(),
    }
}

/// No bound but what the customer has.
fn standard_tier() -> Tier {
    Tier {
        name: STANDARD_TIER.to_owned(),
        max_limit: None,
        max_open: 64,
        min_key_protection: KeyProtection::Software,
        categories: None,
    }
}

/// The scheme's folder as seen from the home if it is inside, so that both can be moved together; else its full path.
fn relative(home: &Path, scheme: &Path) -> Result<PathBuf, Error> {
    let (home, scheme) = (home.canonicalize()?, scheme.canonicalize()?);
    Ok(scheme
        .strip_prefix(&home)
        .map_or_else(|_| scheme.clone(), Path::to_owned))
}
