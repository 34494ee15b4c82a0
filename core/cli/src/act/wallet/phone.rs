//! The wallet's home: settings in `wallet.json`, the store in `wallet`, and beside it, as on a phone, what no copy of the
//! store may bring back: keys, the vault's key and the rollback guard.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;
use skilling_platform::clock::Clock;
use skilling_protocol::reason::Reason;
use skilling_protocol::values::{Amount, Currency, Decimals, KeyProtection, PublicKey};
use skilling_wallet::software::{FileGuard, FileVault, SoftwareKeys};
use skilling_wallet::sync::{Failed, Problem};
use skilling_wallet::{Config, Ports, Wallet, WalletError};

use crate::act::home::{self, Place};
use crate::act::{argument, network};
use crate::escape::shown;
use crate::look::words::money;
use crate::output::Output;
use crate::status::{Failure, Status};

const SETTINGS: &str = "wallet.json";

/// What the phone says it takes in one command, in bytes: a whole message.
const LARGEST_COMMAND: u32 = 4_096;

/// An older copy of the store, or one without its guard.
const RESTORED: &str = "This wallet was restored from a backup and no longer pays. Go online and sync to get a new allowance: \
                        skilling wallet sync";

/// What a wallet was set up with.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Settings {
    /// The pinned root keys, as hex.
    pub(super) roots: Vec<String>,
    /// Where the bank answers.
    pub(super) server: String,
    /// What the keys claim of themselves: whether each payment is authenticated.
    pub(super) user_auth: bool,
}

/// An open wallet.
pub(super) struct Phone {
    /// Shared with what answers a reader.
    pub(super) wallet: Arc<Wallet>,
    pub(super) settings: Settings,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) home: std::path::PathBuf,
}

/// The settings of the wallet in a folder.
pub(super) fn settings(home: &Path) -> Result<Option<Settings>, Failure> {
    home::settings(&home.join(SETTINGS))
}

impl Phone {
    pub(super) fn open(place: &Place) -> Result<Self, Failure> {
        let home = place.home()?;
        let settings = settings(home)?.ok_or_else(|| {
            Failure::file(format!(
                "there is no wallet in {}: make one with skilling wallet enrol",
                shown(&home.to_string_lossy())
            ))
        })?;
        Self::with(home, settings, place.clock()?)
    }

    /// Opens or makes the wallet with these settings, and keeps them.
    pub(super) fn with(
        home: &Path,
        settings: Settings,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Failure> {
        let roots = settings
            .roots
            .iter()
            .map(|root| PublicKey::from_sec1(&hex::decode(root).ok()?).ok())
            .collect::<Option<Vec<_>>>()
            .ok_or_else(|| Failure::file(format!("{SETTINGS} holds no root key")))?;
        home::make(home)?;
        let keys = SoftwareKeys::new(home.join("keys"), clock.clone())
            .map_err(|error| Failure::file(format!("the keys cannot be kept: {error}")))?
            .claiming(KeyProtection::Software, settings.user_auth);
        let ports = Ports {
            keys: Arc::new(keys),
            vault: Arc::new(FileVault::new(home.join("vault.key"))),
            guard: Arc::new(FileGuard::new(home.join("guard"))),
            clock: clock.clone(),
        };
        let mut config = Config::new(home.join("wallet"), roots);
        // A virtual reader takes whole messages; a real phone's stack may not.
        config.largest_command_data = LARGEST_COMMAND;
        let wallet = Wallet::open(config, ports).map_err(failed)?;
        // Whoever types the command has the wallet in front of them.
        wallet.set_in_front(true);
        Ok(Self {
            wallet: Arc::new(wallet),
            settings,
            clock,
            home: home.to_owned(),
        })
    }

    /// Keeps the settings as they are now.
    pub(super) fn keep_settings(&self) -> Result<(), Failure> {
        home::put_settings(&self.home.join(SETTINGS), &self.settings)
    }

    pub(super) fn decimals(&self, currency: Currency) -> Result<Decimals, Failure> {
        let policy = self.wallet.policy(currency).map_err(failed)?;
        Ok(argument::decimals(policy.as_ref(), currency))
    }

    /// `125.50 DKK`.
    pub(super) fn money(&self, amount: Amount, currency: Currency) -> Result<String, Failure> {
        Ok(money::amount(amount, currency, self.decimals(currency)?))
    }

    /// A call that brought nothing, in words.
    pub(super) fn offline(&self, failed: &Failed) -> Failure {
        match failed.problem {
            Problem::NoAnswer(error) => network::unanswered(&self.settings.server, error),
            Problem::Status { status, code } => {
                let again_after = failed.again_after.unwrap_or_default();
                network::answered(status, code, again_after, Reason::payer)
            }
            Problem::BadAnswer => Failure::refused(
                "the server's answer is not signed by a bank of the scheme: are --server and --root right?",
            ),
        }
    }

    /// The library's error, where the server's is among them.
    pub(super) fn failed(&self, error: WalletError) -> Failure {
        match error {
            WalletError::Online(problem) => self.offline(&problem),
            other => failed(other),
        }
    }
}

/// What the library says, with the status that belongs to it.
pub(super) fn failed(error: WalletError) -> Failure {
    let text = match &error {
        WalletError::Refused(reason) => {
            format!("{} {}: {}", reason.code(), reason.name(), words(*reason))
        }
        WalletError::RolledBack => RESTORED.into(),
        other => other.to_string(),
    };
    match error {
        WalletError::Busy
        | WalletError::Storage(_)
        | WalletError::Guard(_)
        | WalletError::Keys(_)
        | WalletError::Online(_)
        | WalletError::NoRandomness => Failure::file(text),
        WalletError::AmountNeeded => Failure::usage(text),
        _ => Failure::refused(text),
    }
}

/// What a refusal means to the payer, and what to do.
pub(super) fn words(reason: Reason) -> String {
    match reason {
        // The wallet refuses with this code for allowances that a restored copy lost; a disk that fails is another error.
        Reason::WalletStorageFailed => RESTORED.into(),
        other => format!("{} {}", other.payer(), other.action()),
    }
}

/// A refusal is a result for programs too.
pub(super) fn refused(error: WalletError, output: Output) -> Result<Status, Failure> {
    let reason = match &error {
        WalletError::Refused(reason) => Some(*reason),
        WalletError::RolledBack => Some(error.reason()),
        _ => None,
    };
    if let (Some(reason), true) = (reason, output.json) {
        output.value(&refusal(reason))?;
    }
    Err(failed(error))
}

/// `{"outcome": "refused", "code": 14, ...}`.
pub(super) fn refusal(reason: Reason) -> serde_json::Value {
    json!({"outcome": "refused", "code": reason.code(), "reason": reason.name()})
}
