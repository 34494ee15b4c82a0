//! P-256 keys in files, with a person who always answers what the test or the command decided.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use skilling_platform::keys::{self, KeyFileError};
use skilling_protocol::cbor::Writer;
use skilling_protocol::crypto::{Signer as _, SoftwareKey};
use skilling_protocol::objects::AttestationKind;
use skilling_protocol::values::{KeyProtection, Nonce};

use crate::ports::{
    Clock, DeviceKeys, GeneratedKey, KeyAlias, KeyError, KeyUse, Operation, Prompt,
};

/// How long an authorised operation may be used, in seconds.
const LIFETIME: u64 = 60;

/// What the person does when asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Agrees, and authenticates where that is asked.
    Agree,
    /// Says no.
    Refuse,
    /// Has failed too often.
    LockedOut,
    /// Has set up no screen lock: pay keys are neither made nor used.
    NoScreenLock,
}

/// Keys in a folder, one file each. `protection` and `user_auth` are what their attestation **claims**: a test scheme takes
/// that as verified, so that every policy can be tried without hardware.
pub struct SoftwareKeys {
    folder: PathBuf,
    clock: Box<dyn Clock>,
    protection: KeyProtection,
    user_auth: bool,
    state: Mutex<State>,
}

struct State {
    answer: Answer,
    next_handle: u64,
    prepared: BTreeMap<u64, Prepared>,
}

struct Prepared {
    key: SoftwareKey,
    until: u64,
}

impl SoftwareKeys {
    /// Keys in `folder`, which is made if it is missing, marked as software that asks nobody.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn new(folder: impl Into<PathBuf>, clock: impl Clock + 'static) -> std::io::Result<Self> {
        let folder = folder.into();
        fs::create_dir_all(&folder)?;
        Ok(Self {
            folder,
            clock: Box::new(clock),
            protection: KeyProtection::Software,
            user_auth: false,
            state: Mutex::new(State {
                answer: Answer::Agree,
                next_handle: 1,
                prepared: BTreeMap::new(),
            }),
        })
    }

    /// What the attestation of keys made from now on claims.
    #[must_use]
    pub fn claiming(mut self, protection: KeyProtection, user_auth: bool) -> Self {
        self.protection = protection;
        self.user_auth = user_auth;
        self
    }

    /// What the person answers from now on.
    pub fn answer(&self, answer: Answer) {
        self.state().answer = answer;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self, alias: &KeyAlias) -> PathBuf {
        self.folder.join(format!("{}.key", alias.as_str()))
    }
}

fn fault(error: &KeyFileError) -> KeyError {
    match error {
        KeyFileError::Io(error) if error.kind() == ErrorKind::NotFound => KeyError::NoSuchKey,
        KeyFileError::Io(error) if error.kind() == ErrorKind::AlreadyExists => KeyError::AliasInUse,
        KeyFileError::Io(error) => KeyError::Fault(error.kind().to_string()),
        other => KeyError::Fault(other.to_string()),
    }
}

#[async_trait]
impl DeviceKeys for SoftwareKeys {
    fn attestation_kind(&self) -> AttestationKind {
        AttestationKind::None
    }

    async fn generate(
        &self,
        alias: &KeyAlias,
        usage: KeyUse,
        _nonce: &Nonce,
    ) -> Result<GeneratedKey, KeyError> {
        if usage == KeyUse::Pay && self.state().answer == Answer::NoScreenLock {
            return Err(KeyError::NoScreenLock);
        }
        let key = keys::create(&self.path(alias)).map_err(|error| fault(&error))?;
        let user_auth = self.user_auth && usage == KeyUse::Pay;
        let mut attestation = Writer::new();
        attestation.array(2).uint(self.protection.value());
        attestation.uint(u8::from(user_auth));
        Ok(GeneratedKey {
            public_key: key.public_key(),
            attestation: attestation.into_bytes(),
        })
    }

    async fn authorize(
        &self,
        alias: &KeyAlias,
        prompt: Option<&Prompt>,
    ) -> Result<Operation, KeyError> {
        let key = keys::load(&self.path(alias)).map_err(|error| fault(&error))?;
        let mut state = self.state();
        match state.answer {
            Answer::Refuse if prompt.is_some() => return Err(KeyError::Refused),
            Answer::LockedOut if prompt.is_some() => return Err(KeyError::LockedOut),
            Answer::NoScreenLock if prompt.is_some() => return Err(KeyError::NoScreenLock),
            _ => {}
        }
        let now = self.clock.now().unix();
        state.prepared.retain(|_, prepared| now <= prepared.until);
        let handle = state.next_handle;
        state.next_handle = handle.wrapping_add(1);
        let until = now.saturating_add(LIFETIME);
        state.prepared.insert(handle, Prepared { key, until });
        Ok(Operation::new(alias.clone(), handle))
    }

    fn sign(&self, operation: Operation, bytes: &[u8]) -> Result<[u8; 64], KeyError> {
        let prepared = self.state().prepared.remove(&operation.handle());
        let prepared = prepared.ok_or(KeyError::Expired)?;
        if self.clock.now().unix() > prepared.until {
            return Err(KeyError::Expired);
        }
        let Ok(signature) = prepared.key.sign(bytes);
        Ok(*signature.as_bytes())
    }

    async fn delete(&self, alias: &KeyAlias) -> Result<(), KeyError> {
        match fs::remove_file(self.path(alias)) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(KeyError::Fault(error.kind().to_string()))
            }
            _ => Ok(()),
        }
    }
}
