//! The till's home: settings in `till.json`, keys in `keys`, the acceptance store in `till.db` or in a file shared with
//! other tills.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use skilling_platform::clock::Clock;
use skilling_protocol::reason::Reason;
use skilling_protocol::values::{Amount, Currency, Decimals, PublicKey};
use skilling_terminal::{Failed, Problem, Terminal, TerminalError, keys};

use crate::act::home::{self, Place};
use crate::act::{argument, network};
use crate::escape::shown;
use crate::look::words::money;
use crate::status::Failure;

const SETTINGS: &str = "till.json";
const KEYS: &str = "keys";
const STORE: &str = "till.db";

/// What a till was set up with.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Settings {
    /// The pinned root keys, as hex.
    pub(super) roots: Vec<String>,
    /// Where the acquirer answers.
    pub(super) acquirer: String,
    /// What requests are made in unless told otherwise: ISO 4217 numeric.
    pub(super) currency: u16,
    /// The acceptance store, where it is shared with other tills.
    pub(super) store: Option<PathBuf>,
}

/// An open till.
pub(super) struct Till {
    pub(super) terminal: Terminal,
    pub(super) settings: Settings,
    pub(super) clock: Arc<dyn Clock>,
    home: PathBuf,
}

/// Whether the folder is a till's home.
pub(super) fn exists(home: &Path) -> bool {
    home.join(SETTINGS).exists()
}

/// Where the keys are.
pub(super) fn keys_of(home: &Path) -> PathBuf {
    home.join(KEYS)
}

impl Till {
    /// Makes the home of a new till with its first key.
    pub(super) fn create(
        home: &Path,
        settings: Settings,
        clock: Arc<dyn Clock>,
    ) -> Result<(Self, PublicKey), Failure> {
        home::make(&keys_of(home))?;
        let key = keys::create_in(&keys_of(home))
            .map_err(|error| Failure::file(error.to_string()))?
            .public_key();
        let till = Self::with(home, settings, clock)?;
        till.keep_settings()?;
        Ok((till, key))
    }

    pub(super) fn open(place: &Place) -> Result<Self, Failure> {
        let home = place.home()?;
        let settings = home::settings(&home.join(SETTINGS))?.ok_or_else(|| {
            Failure::file(format!(
                "there is no till in {}: make one with skilling terminal init",
                shown(&home.to_string_lossy())
            ))
        })?;
        Self::with(home, settings, place.clock()?)
    }

    fn with(home: &Path, settings: Settings, clock: Arc<dyn Clock>) -> Result<Self, Failure> {
        let damaged = || Failure::file(format!("{SETTINGS} holds no root key: make a new till"));
        let roots = settings
            .roots
            .iter()
            .map(|root| PublicKey::from_sec1(&hex::decode(root).ok()?).ok())
            .collect::<Option<Vec<_>>>()
            .ok_or_else(damaged)?;
        let keys =
            keys::load_all(&keys_of(home)).map_err(|error| Failure::file(error.to_string()))?;
        let store = settings.store.clone().unwrap_or_else(|| home.join(STORE));
        let terminal = Terminal::open(&store, roots, keys, clock.clone()).map_err(failed)?;
        Ok(Self {
            terminal,
            settings,
            clock,
            home: home.to_owned(),
        })
    }

    /// Keeps the settings as they are now.
    pub(super) fn keep_settings(&self) -> Result<(), Failure> {
        home::put_settings(&self.home.join(SETTINGS), &self.settings)
    }

    /// The currency asked for, else the till's own.
    pub(super) fn currency(&self, asked: Option<Currency>) -> Currency {
        let own = || Currency::new(self.settings.currency).unwrap_or(Currency::DKK);
        asked.unwrap_or_else(own)
    }

    pub(super) fn decimals(&self, currency: Currency) -> Result<Decimals, Failure> {
        let policy = self.terminal.policy(currency).map_err(failed)?;
        Ok(argument::decimals(policy.as_ref(), currency))
    }

    /// `125.50 DKK`.
    pub(super) fn money(&self, amount: Amount, currency: Currency) -> Result<String, Failure> {
        Ok(money::amount(amount, currency, self.decimals(currency)?))
    }

    /// A call that brought nothing, in words.
    pub(super) fn offline(&self, failed: &Failed) -> Failure {
        match failed.problem {
            Problem::NoAnswer(error) => network::unanswered(&self.settings.acquirer, error),
            Problem::Status { status, code } => {
                network::answered(status, code, failed.again_after, Reason::cashier)
            }
            Problem::BadAnswer => Failure::refused(
                "the server's answer is not signed by whom it should be: is --acquirer right?",
            ),
        }
    }
}

/// What the library says, with the status that belongs to it.
pub(super) fn failed(error: TerminalError) -> Failure {
    let text = match &error {
        TerminalError::NoTrustBundle => {
            "there is no trust bundle yet: run skilling terminal sync, or take one from a file".into()
        }
        TerminalError::NoCertificate => {
            "there is no merchant certificate for a key of this till: have one made with skilling issuer merchant add, \
             then run skilling terminal certificate"
                .into()
        }
        TerminalError::CertificateNotValid => {
            format!("{error}: run skilling terminal sync")
        }
        TerminalError::NoSuchPayment => {
            "no such payment here: skilling terminal receipts lists them".into()
        }
        other => other.to_string(),
    };
    match error {
        TerminalError::Open(_)
        | TerminalError::Busy
        | TerminalError::Storage(_)
        | TerminalError::Key(_)
        | TerminalError::NoRandomness(_) => Failure::file(text),
        TerminalError::NoTrustBundle
        | TerminalError::NoCertificate
        | TerminalError::MadeByAnotherTill { .. } => Failure::undecided(text),
        TerminalError::OutOfBounds(_) => Failure::usage(text),
        _ => Failure::refused(text),
    }
}
