//! Ports in files, for tests and simulators. Keys made here are marked as software: only test schemes grant them anything.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use skilling_platform::keys as files;
use skilling_protocol::crypto::{Signer as _, SoftwareKey};
use skilling_protocol::values::{Decimals, MerchantName, Nonce, PublicKey, Reference};
use skilling_wallet::ports as core;
use skilling_wallet::ports::{
    DeviceKeys as _, GuardError, KeyError, KeyVault as _, Mark, RollbackGuard as _, VaultError,
};
use skilling_wallet::software::{Answer, FileGuard, FileVault, SoftwareKeys};

use crate::CoreError;
use crate::ports::{
    AttestationKind, AuthorizedOperation, DeviceKeys, DeviceKeysError, DeviceKeysInfo,
    GeneratedDeviceKey, GuardMark, HostClock, KeptMark, KeyUse, KeyVault, KeyVaultError, Port,
    PortProblem, Prompt, PromptPurpose, RollbackGuard, RollbackGuardError, SealedBytes,
    SecretBytes, SignatureBytes, TerminalKeyList, TerminalKeys, TerminalKeysError,
    TerminalPublicKey, WallClock,
};
use crate::values::public_key;

/// What the person does when asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum PersonAnswer {
    /// Agrees, and authenticates where that is asked.
    Agree,
    /// Says no.
    Refuse,
    /// Has failed too often.
    LockedOut,
    /// Has set up no screen lock.
    NoScreenLock,
}

/// Device keys in files, with a person who always answers what was decided. Safe to call from any thread.
#[derive(uniffi::Object)]
pub struct SoftwareDeviceKeys(Arc<SoftwareKeys>);

#[uniffi::export]
impl SoftwareDeviceKeys {
    /// Keys in `folder`, made if it is missing. Writes.
    ///
    /// # Errors
    /// `PortFailed`.
    #[uniffi::constructor]
    pub fn open(folder: String, clock: Option<Arc<dyn WallClock>>) -> Result<Arc<Self>, CoreError> {
        let keys =
            SoftwareKeys::new(folder, HostClock::new(clock)).map_err(|error| keys_fault(&error))?;
        Ok(Arc::new(Self(Arc::new(keys))))
    }

    /// What the person does from now on.
    ///
    /// # Errors
    /// None.
    pub fn set_answer(&self, answer: PersonAnswer) -> Result<(), CoreError> {
        self.0.answer(match answer {
            PersonAnswer::Agree => Answer::Agree,
            PersonAnswer::Refuse => Answer::Refuse,
            PersonAnswer::LockedOut => Answer::LockedOut,
            PersonAnswer::NoScreenLock => Answer::NoScreenLock,
        });
        Ok(())
    }

    /// To open a wallet with.
    ///
    /// # Errors
    /// None.
    pub fn keys(&self) -> Result<Arc<dyn DeviceKeys>, CoreError> {
        Ok(Arc::new(SoftwarePort(Arc::clone(&self.0))))
    }
}

/// A vault whose key is in a file. Any thread.
///
/// # Errors
/// None.
#[uniffi::export]
pub fn software_key_vault(path: String) -> Result<Arc<dyn KeyVault>, CoreError> {
    Ok(Arc::new(SoftwareVault(FileVault::new(path))))
}

/// A guard whose mark is in a file, which must lie outside the wallet's folder. Any thread.
///
/// # Errors
/// None.
#[uniffi::export]
pub fn software_rollback_guard(path: String) -> Result<Arc<dyn RollbackGuard>, CoreError> {
    Ok(Arc::new(SoftwareGuard(FileGuard::new(path))))
}

/// A till's keys in a folder, which is made if it is missing. Writes.
///
/// # Errors
/// `PortFailed`.
#[uniffi::export]
pub fn software_terminal_keys(folder: String) -> Result<Arc<dyn TerminalKeys>, CoreError> {
    std::fs::create_dir_all(&folder)
        .map_err(|error| CoreError::port(Port::TerminalKeys, fault_of(&error)))?;
    Ok(Arc::new(SoftwareTerminalKeys {
        folder: folder.into(),
        lock: Mutex::new(()),
    }))
}

fn fault_of(error: &std::io::Error) -> PortProblem {
    PortProblem::Fault {
        code: error.raw_os_error().unwrap_or_default(),
    }
}

pub(crate) fn keys_fault(error: &std::io::Error) -> CoreError {
    CoreError::port(Port::DeviceKeys, fault_of(error))
}

pub(crate) struct SoftwarePort(pub(crate) Arc<SoftwareKeys>);

fn alias(name: &str) -> Result<core::KeyAlias, DeviceKeysError> {
    core::KeyAlias::new(name).ok_or(DeviceKeysError::NoSuchKey)
}

fn key_error(error: KeyError) -> DeviceKeysError {
    match error {
        KeyError::Refused => DeviceKeysError::Refused,
        KeyError::LockedOut => DeviceKeysError::LockedOut,
        KeyError::NoScreenLock => DeviceKeysError::NoScreenLock,
        KeyError::Invalidated => DeviceKeysError::Invalidated,
        KeyError::NoSuchKey => DeviceKeysError::NoSuchKey,
        KeyError::AliasInUse => DeviceKeysError::AliasInUse,
        KeyError::Expired => DeviceKeysError::Expired,
        KeyError::Busy => DeviceKeysError::Busy,
        KeyError::Fault(_) => DeviceKeysError::Fault { code: 0 },
    }
}

fn core_prompt(prompt: Prompt) -> Option<core::Prompt> {
    let (amount, currency) = prompt.amount.parts().ok()?;
    let purpose = match prompt.purpose {
        PromptPurpose::Payment {
            merchant,
            reference,
        } => core::Purpose::Payment {
            merchant: MerchantName::new(&merchant).ok()?,
            reference: reference.and_then(|text| Reference::new(&text).ok()),
        },
        PromptPurpose::Arming => core::Purpose::Arming,
    };
    Some(core::Prompt {
        purpose,
        amount,
        currency,
        decimals: Decimals::new(u8::try_from(prompt.decimals).ok()?).ok()?,
    })
}

#[async_trait]
impl DeviceKeys for SoftwarePort {
    fn describe(&self) -> Result<DeviceKeysInfo, DeviceKeysError> {
        Ok(DeviceKeysInfo {
            attestation: AttestationKind::None,
            protection: "software".to_owned(),
        })
    }

    async fn generate(
        &self,
        alias: String,
        usage: KeyUse,
        nonce: Vec<u8>,
    ) -> Result<GeneratedDeviceKey, DeviceKeysError> {
        let usage = match usage {
            KeyUse::Link => core::KeyUse::Link,
            KeyUse::Pay => core::KeyUse::Pay,
        };
        let nonce = <[u8; 32]>::try_from(nonce).map_err(|_| DeviceKeysError::Fault { code: 1 })?;
        let alias = self::alias(&alias)?;
        let made = self.0.generate(&alias, usage, &Nonce(nonce)).await;
        let made = made.map_err(key_error)?;
        Ok(GeneratedDeviceKey {
            public_key: made.public_key.as_bytes().to_vec(),
            attestation: made.attestation,
        })
    }

    async fn authorize(
        &self,
        alias: String,
        prompt: Option<Prompt>,
    ) -> Result<AuthorizedOperation, DeviceKeysError> {
        let prompt = prompt
            .map(|prompt| core_prompt(prompt).ok_or(DeviceKeysError::Fault { code: 2 }))
            .transpose()?;
        let alias = self::alias(&alias)?;
        let operation = self.0.authorize(&alias, prompt.as_ref()).await;
        let operation = operation.map_err(key_error)?;
        Ok(AuthorizedOperation {
            handle: operation.handle(),
        })
    }

    fn sign(
        &self,
        alias: String,
        operation: AuthorizedOperation,
        message: Vec<u8>,
    ) -> Result<SignatureBytes, DeviceKeysError> {
        let operation = core::Operation::new(self::alias(&alias)?, operation.handle);
        let signature = self.0.sign(operation, &message).map_err(key_error)?;
        Ok(SignatureBytes {
            bytes: signature.to_vec(),
        })
    }

    async fn delete_key(&self, alias: String) -> Result<(), DeviceKeysError> {
        let alias = self::alias(&alias)?;
        self.0.delete(&alias).await.map_err(key_error)
    }
}

struct SoftwareVault(FileVault);

fn vault_error(error: &VaultError) -> KeyVaultError {
    match error {
        VaultError::Locked => KeyVaultError::Locked,
        VaultError::CannotOpen => KeyVaultError::CannotOpen,
        VaultError::Fault(_) => KeyVaultError::Fault { code: 0 },
    }
}

impl KeyVault for SoftwareVault {
    fn seal(&self, secret: SecretBytes) -> Result<SealedBytes, KeyVaultError> {
        let sealed = self.0.seal(&secret.bytes);
        let bytes = sealed.map_err(|error| vault_error(&error))?;
        Ok(SealedBytes { bytes })
    }

    fn open_sealed(&self, sealed: SealedBytes) -> Result<SecretBytes, KeyVaultError> {
        let opened = self.0.open(&sealed.bytes);
        let opened = opened.map_err(|error| vault_error(&error))?;
        Ok(SecretBytes {
            bytes: opened.to_vec(),
        })
    }
}

struct SoftwareGuard(FileGuard);

fn guard_error(error: &GuardError) -> RollbackGuardError {
    match error {
        GuardError::NotAbove => RollbackGuardError::NotAbove,
        GuardError::Fault(_) => RollbackGuardError::Fault { code: 0 },
    }
}

impl RollbackGuard for SoftwareGuard {
    fn read(&self) -> Result<KeptMark, RollbackGuardError> {
        let kept = self.0.read().map_err(|error| guard_error(&error))?;
        Ok(KeptMark {
            mark: kept.map(|mark| GuardMark {
                counter: mark.counter,
                digest: mark.digest.to_vec(),
            }),
        })
    }

    fn advance(&self, mark: GuardMark) -> Result<(), RollbackGuardError> {
        let digest = <[u8; 32]>::try_from(mark.digest);
        let mark = Mark {
            counter: mark.counter,
            digest: digest.map_err(|_| RollbackGuardError::Fault { code: 1 })?,
        };
        self.0.advance(&mark).map_err(|error| guard_error(&error))
    }
}

struct SoftwareTerminalKeys {
    folder: PathBuf,
    lock: Mutex<()>,
}

impl SoftwareTerminalKeys {
    fn turn(&self) -> MutexGuard<'_, ()> {
        self.lock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn all(&self) -> Result<Vec<SoftwareKey>, TerminalKeysError> {
        let fault = |error: &std::io::Error| TerminalKeysError::Fault {
            code: error.raw_os_error().unwrap_or_default(),
        };
        let mut found = Vec::new();
        for entry in std::fs::read_dir(&self.folder).map_err(|error| fault(&error))? {
            let path = entry.map_err(|error| fault(&error))?.path();
            if path.extension().is_some_and(|it| it == "key") {
                found.push(files::load(&path).map_err(|_| TerminalKeysError::Fault { code: 1 })?);
            }
        }
        Ok(found)
    }
}

fn name(key: &PublicKey) -> TerminalPublicKey {
    TerminalPublicKey {
        bytes: key.as_bytes().to_vec(),
    }
}

impl TerminalKeys for SoftwareTerminalKeys {
    fn list(&self) -> Result<TerminalKeyList, TerminalKeysError> {
        let _turn = self.turn();
        let keys = self.all()?;
        Ok(TerminalKeyList {
            keys: keys.iter().map(|key| name(&key.public_key())).collect(),
            protection: Some("software".to_owned()),
        })
    }

    fn create(&self) -> Result<TerminalPublicKey, TerminalKeysError> {
        let _turn = self.turn();
        let key = skilling_terminal::keys::create_in(&self.folder)
            .map_err(|_| TerminalKeysError::Fault { code: 2 })?;
        Ok(name(&key.public_key()))
    }

    fn sign(
        &self,
        key: TerminalPublicKey,
        message: Vec<u8>,
    ) -> Result<SignatureBytes, TerminalKeysError> {
        let _turn = self.turn();
        let wanted = public_key(&key.bytes).ok_or(TerminalKeysError::NoSuchKey)?;
        let keys = self.all()?;
        let key = keys.iter().find(|key| key.public_key() == wanted);
        let signature = key.ok_or(TerminalKeysError::NoSuchKey)?.sign(&message);
        let signature = signature.map_err(|_| TerminalKeysError::Fault { code: 3 })?;
        Ok(SignatureBytes {
            bytes: signature.as_bytes().to_vec(),
        })
    }
}
