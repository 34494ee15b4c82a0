//! The signing keys of the device.

use std::sync::Arc;

use async_trait::async_trait;
use skilling_protocol::objects::AttestationKind as CoreKind;
use skilling_protocol::values::Nonce;
use skilling_wallet::ports as core;
use skilling_wallet::ports::KeyError;

use super::{Patience, Port, PortProblem, Worker, within};
use crate::CoreError;
use crate::values::{Money, public_key};

const LONGEST_ATTESTATION: usize = 16_384;

/// What kind of attestation a device gives (sync.md, enrolment key 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum AttestationKind {
    /// Nothing: test schemes only.
    None,
    /// An Android key attestation chain.
    Android,
    /// An Apple attestation object.
    Apple,
}

/// What an implementation of [`DeviceKeys`] is.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct DeviceKeysInfo {
    /// Always the same.
    pub attestation: AttestationKind,
    /// For support: `StrongBox`, `TEE`, `Secure Enclave`, `software`. At most 64 characters; goes into diagnostics.
    pub protection: String,
}

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum KeyUse {
    /// Speaks for this phone at a bank. Never asks anyone.
    Link,
    /// Signs payments; where the hardware can, only after the user authenticated.
    Pay,
}

/// A key that was just made.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct GeneratedDeviceKey {
    /// P-256: 65 bytes (04, x, y), or 33 compressed.
    pub public_key: Vec<u8>,
    /// At most 16,384 bytes.
    pub attestation: Vec<u8>,
}

/// What a person is asked to agree to.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum PromptPurpose {
    /// One payment.
    Payment {
        /// The merchant's name with the place, as text of the merchant.
        merchant: String,
        /// The till's number for it.
        reference: Option<String>,
    },
    /// The next request up to the amount, whoever makes it. The person MUST authenticate.
    Arming,
}

/// What to put into the system's prompt, in the person's language.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Prompt {
    /// What it is for.
    pub purpose: PromptPurpose,
    /// The amount, or for arming the most.
    pub amount: Money,
    /// Decimals shown.
    pub decimals: u32,
}

/// The right to one signature. `handle` means something to the implementation alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct AuthorizedOperation {
    /// Never given twice.
    pub handle: u64,
}

/// An ES256 signature.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SignatureBytes {
    /// 64 bytes, `r || s`. Phones give DER: [`crate::signature_from_der`].
    pub bytes: Vec<u8>,
}

/// Why a key could not be made or used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum DeviceKeysError {
    /// The person said no, or let the prompt pass.
    #[error("refused")]
    Refused,
    /// Too many failed attempts.
    #[error("locked out")]
    LockedOut,
    /// The device has no screen lock (on iPhones: no passcode), which pay keys need.
    #[error("no screen lock")]
    NoScreenLock,
    /// The key is gone for good: biometrics or screen lock changed.
    #[error("invalidated")]
    Invalidated,
    /// No key of that name.
    #[error("no such key")]
    NoSuchKey,
    /// The name is taken.
    #[error("alias in use")]
    AliasInUse,
    /// The operation is unknown, used, or older than 60 seconds.
    #[error("expired")]
    Expired,
    /// The key cannot be reached for the moment: the same again may succeed.
    #[error("busy")]
    Busy,
    /// The hardware or its driver failed.
    #[error("fault {code}")]
    Fault {
        /// A number of the implementation's own, for support.
        code: i32,
    },
    /// Whatever was thrown and is not declared here.
    #[error("undeclared")]
    Undeclared,
}

impl From<uniffi::UnexpectedUniFFICallbackError> for DeviceKeysError {
    fn from(_: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Undeclared
    }
}

impl From<DeviceKeysError> for KeyError {
    fn from(error: DeviceKeysError) -> Self {
        match error {
            DeviceKeysError::Refused => Self::Refused,
            DeviceKeysError::LockedOut => Self::LockedOut,
            DeviceKeysError::NoScreenLock => Self::NoScreenLock,
            DeviceKeysError::Invalidated => Self::Invalidated,
            DeviceKeysError::NoSuchKey => Self::NoSuchKey,
            DeviceKeysError::AliasInUse => Self::AliasInUse,
            DeviceKeysError::Expired => Self::Expired,
            DeviceKeysError::Busy => Self::Busy,
            DeviceKeysError::Fault { code } => fault(PortProblem::Fault { code }),
            DeviceKeysError::Undeclared => fault(PortProblem::Undeclared),
        }
    }
}

fn fault(problem: PortProblem) -> KeyError {
    KeyError::Fault(problem.words())
}

/// Signing keys of the device: StrongBox, a TEE, the Secure Enclave. Private halves never leave it and no backup carries them.
#[uniffi::export(with_foreign)]
#[async_trait]
pub trait DeviceKeys: Send + Sync {
    /// What this is. Called once, when the wallet is opened.
    fn describe(&self) -> Result<DeviceKeysInfo, DeviceKeysError>;

    /// Makes a key, durable when it returns; never replaces one (`AliasInUse`). `alias` is 1 to 64 letters, digits and hyphens.
    /// Attests under the challenge [`crate::attestation_challenge`] makes of the 32 bytes `nonce`. At most 60 seconds.
    async fn generate(
        &self,
        alias: String,
        usage: KeyUse,
        nonce: Vec<u8>,
    ) -> Result<GeneratedDeviceKey, DeviceKeysError>;

    /// Asks the person if the key demands it, and always for [`PromptPurpose::Arming`]; prepares one signature, usable for 60
    /// seconds from the person's act. Without a `prompt` nobody may be asked. At most 3 minutes.
    async fn authorize(
        &self,
        alias: String,
        prompt: Option<Prompt>,
    ) -> Result<AuthorizedOperation, DeviceKeysError>;

    /// Signs `message` (not its digest) with ES256, once for each operation; asks nobody. Called while a till waits: at most 10
    /// seconds, and never on the main thread's mercy.
    fn sign(
        &self,
        alias: String,
        operation: AuthorizedOperation,
        message: Vec<u8>,
    ) -> Result<SignatureBytes, DeviceKeysError>;

    /// Deletes a key for good; succeeds where there is none.
    async fn delete_key(&self, alias: String) -> Result<(), DeviceKeysError>;
}

/// The app's keys as the core sees them.
pub(crate) struct HostKeys {
    foreign: Arc<dyn DeviceKeys>,
    info: DeviceKeysInfo,
    worker: Worker,
    patience: Patience,
}

impl HostKeys {
    pub(crate) fn new(foreign: Arc<dyn DeviceKeys>, patience: Patience) -> Result<Self, CoreError> {
        let worker = Worker::default();
        let keys = Arc::clone(&foreign);
        let info = worker
            .call(patience.short, move || keys.describe())
            .map_err(|problem| CoreError::port(Port::DeviceKeys, problem))?
            .map_err(|error| CoreError::from(KeyError::from(error)))?;
        Ok(Self {
            foreign,
            info,
            worker,
            patience,
        })
    }

    pub(crate) fn info(&self) -> &DeviceKeysInfo {
        &self.info
    }
}

#[async_trait]
impl core::DeviceKeys for HostKeys {
    fn attestation_kind(&self) -> CoreKind {
        match self.info.attestation {
            AttestationKind::None => CoreKind::None,
            AttestationKind::Android => CoreKind::Android,
            AttestationKind::Apple => CoreKind::Apple,
        }
    }

    async fn generate(
        &self,
        alias: &core::KeyAlias,
        usage: core::KeyUse,
        nonce: &Nonce,
    ) -> Result<core::GeneratedKey, KeyError> {
        let usage = match usage {
            core::KeyUse::Link => KeyUse::Link,
            core::KeyUse::Pay => KeyUse::Pay,
        };
        let alias = alias.as_str().to_owned();
        let made = self
            .foreign
            .generate(alias, usage, nonce.as_bytes().to_vec());
        let made = within(self.patience.long, made).await;
        let made = made.map_err(|_| fault(PortProblem::TooLate))??;
        let key = public_key(&made.public_key).ok_or_else(|| fault(PortProblem::WrongShape))?;
        if made.attestation.len() > LONGEST_ATTESTATION {
            return Err(fault(PortProblem::WrongShape));
        }
        Ok(core::GeneratedKey {
            public_key: key,
            attestation: made.attestation,
        })
    }

    async fn authorize(
        &self,
        alias: &core::KeyAlias,
        prompt: Option<&core::Prompt>,
    ) -> Result<core::Operation, KeyError> {
        let asked = self
            .foreign
            .authorize(alias.as_str().to_owned(), prompt.map(Prompt::from));
        let asked = within(self.patience.person, asked).await;
        let operation = asked.map_err(|_| fault(PortProblem::TooLate))??;
        Ok(core::Operation::new(alias.clone(), operation.handle))
    }

    fn sign(&self, operation: core::Operation, bytes: &[u8]) -> Result<[u8; 64], KeyError> {
        let (keys, message) = (Arc::clone(&self.foreign), bytes.to_vec());
        let alias = operation.alias().as_str().to_owned();
        let operation = AuthorizedOperation {
            handle: operation.handle(),
        };
        let signed = self.worker.call(self.patience.short, move || {
            keys.sign(alias, operation, message)
        });
        let signed = signed.map_err(fault)??;
        <[u8; 64]>::try_from(signed.bytes).map_err(|_| fault(PortProblem::WrongShape))
    }

    async fn delete(&self, alias: &core::KeyAlias) -> Result<(), KeyError> {
        let deleted = self.foreign.delete_key(alias.as_str().to_owned());
        let deleted = within(self.patience.long, deleted).await;
        Ok(deleted.map_err(|_| fault(PortProblem::TooLate))??)
    }
}

impl From<&core::Prompt> for Prompt {
    fn from(prompt: &core::Prompt) -> Self {
        let purpose = match &prompt.purpose {
            core::Purpose::Payment {
                merchant,
                reference,
            } => PromptPurpose::Payment {
                merchant: merchant.to_string(),
                reference: reference.as_ref().map(ToString::to_string),
            },
            core::Purpose::Arming => PromptPurpose::Arming,
        };
        Self {
            purpose,
            amount: Money::of(prompt.amount, prompt.currency),
            decimals: prompt.decimals.get().into(),
        }
    }
}
