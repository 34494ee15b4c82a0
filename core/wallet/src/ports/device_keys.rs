//! The port to the signing keys of the device.

use async_trait::async_trait;
use skilling_protocol::objects::AttestationKind;
use skilling_protocol::values::{
    Amount, Currency, Decimals, MerchantName, Nonce, PublicKey, Reference,
};

/// The name of a key on this device: made by the wallet, never by a person, and without meaning outside.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyAlias(String);

impl KeyAlias {
    /// Takes a name: 1 to 64 letters, digits and hyphens, so that it may be a file name or a key store's entry.
    #[must_use]
    pub fn new(name: &str) -> Option<Self> {
        let fits = (1..=64).contains(&name.len());
        let plain = name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        (fits && plain).then(|| Self(name.to_owned()))
    }

    /// A fresh name that was never used.
    #[must_use]
    pub fn fresh(usage: KeyUse) -> Self {
        let kind = match usage {
            KeyUse::Link => "link",
            KeyUse::Pay => "pay",
        };
        Self(format!("{kind}-{}", uuid::Uuid::new_v4().simple()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a key is for (protocol section 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyUse {
    /// Signs enrolment and sync; never asks the user.
    Link,
    /// Signs payments; where the hardware can, only after the user authenticated, payment by payment.
    Pay,
}

/// A key that was just made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedKey {
    /// Its public half.
    pub public_key: PublicKey,
    /// At most 16,384 bytes, of the kind [`DeviceKeys::attestation_kind`] says (sync.md, enrolment key 4).
    pub attestation: Vec<u8>,
}

/// What the person is asked to agree to; the implementation puts it into their language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// What it is for.
    pub purpose: Purpose,
    /// The amount, or for arming the ceiling.
    pub amount: Amount,
    /// Its currency.
    pub currency: Currency,
    /// How many decimals are shown.
    pub decimals: Decimals,
}

/// What a signature is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// One payment.
    Payment {
        /// To whom.
        merchant: MerchantName,
        /// The till's number for it.
        reference: Option<Reference>,
    },
    /// The next request up to the amount, whoever makes it. The person MUST authenticate, even where the key would not ask
    /// for it (protocol section 5, Consent).
    Arming,
}

/// The right to one signature, which somebody agreed to. It is used up by signing.
///
/// `handle` means something to the implementation alone.
#[derive(Debug, PartialEq, Eq)]
pub struct Operation {
    alias: KeyAlias,
    handle: u64,
}

impl Operation {
    /// Made by implementations of [`DeviceKeys`] only.
    #[must_use]
    pub const fn new(alias: KeyAlias, handle: u64) -> Self {
        Self { alias, handle }
    }

    /// The key it is for.
    #[must_use]
    pub const fn alias(&self) -> &KeyAlias {
        &self.alias
    }

    /// The implementation's number for it.
    #[must_use]
    pub const fn handle(&self) -> u64 {
        self.handle
    }
}

/// Why a key could not be made or used. What the implementation did not foresee is a [`KeyError::Fault`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The person said no, or let the prompt pass. Nothing is owed; ask again only when they act.
    #[error("the payer refused")]
    Refused,
    /// Too many failed attempts: the device must be unlocked first.
    #[error("authentication is locked out; unlock the device and try again")]
    LockedOut,
    /// The device has no screen lock (on iPhones: no passcode): nobody can prove who they are, and no pay key lives without one.
    #[error("the device has no screen lock; set one up in its settings")]
    NoScreenLock,
    /// The key is gone for good: biometrics or screen lock changed. A new allowance under a new key is needed.
    #[error("the key was invalidated; sync to get a new allowance")]
    Invalidated,
    /// No key of that name was ever made here, or it was deleted.
    #[error("there is no such key on this device")]
    NoSuchKey,
    /// The name is taken: a key is never replaced.
    #[error("a key of that name exists already")]
    AliasInUse,
    /// The operation is unknown, used, or older than 60 seconds.
    #[error("the authorisation has passed; ask again")]
    Expired,
    /// The key is there, and cannot be reached for the moment: the hardware is taken or starting anew. The same again may succeed.
    #[error("the key hardware is busy; try again")]
    Busy,
    /// The hardware or its driver failed.
    #[error("the key hardware failed: {0}")]
    Fault(String),
}

/// Signing keys of the device: Secure Enclave, StrongBox, a TEE; files only for tests.
///
/// An implementation
/// - MUST make P-256 keys whose private half never leaves it, and that no backup carries to another device;
/// - MUST be callable from any thread, and MUST NOT call into the wallet from any method;
/// - MUST NOT panic, and MUST report what it did not foresee as [`KeyError::Fault`], without secrets or names in the text.
#[async_trait]
pub trait DeviceKeys: Send + Sync {
    /// What kind of attestation [`Self::generate`] gives. MUST always be the same.
    fn attestation_kind(&self) -> AttestationKind;

    /// Makes a key. MUST be durable when it returns. MUST NOT replace a key: [`KeyError::AliasInUse`].
    /// MUST attest to the key under the challenge of sync.md, made of `nonce` (hashing it is the implementation's).
    /// A [`KeyUse::Pay`] key SHOULD need the user's authentication for each signature where the hardware can.
    ///
    /// # Errors
    /// `AliasInUse`, `LockedOut`, `NoScreenLock`, `Busy`, `Fault`.
    async fn generate(
        &self,
        alias: &KeyAlias,
        usage: KeyUse,
        nonce: &Nonce,
    ) -> Result<GeneratedKey, KeyError>;

    /// Asks the person, if the key or [`Purpose::Arming`] demands it, and prepares exactly one signature. May take as
    /// long as the person does. `prompt` is `None` for link keys, for which nobody MUST be asked. MUST give
    /// [`KeyError::Refused`] when the person says no, and the other errors only for what they say.
    /// The operation MUST be usable for 60 seconds at most, counted from the person's act.
    ///
    /// # Errors
    /// `Refused`, `LockedOut`, `NoScreenLock`, `Invalidated`, `NoSuchKey`, `Busy`, `Fault`.
    async fn authorize(
        &self,
        alias: &KeyAlias,
        prompt: Option<&Prompt>,
    ) -> Result<Operation, KeyError>;

    /// Signs `bytes` (not their digest) with ES256 and gives `r || s`. MUST NOT ask anyone and MUST NOT wait for anything but
    /// the hardware. MUST refuse an operation that was used, has passed, or is of another implementation:
    /// [`KeyError::Expired`].
    ///
    /// # Errors
    /// `Expired`, `Invalidated`, `NoSuchKey`, `Busy`, `Fault`.
    fn sign(&self, operation: Operation, bytes: &[u8]) -> Result<[u8; 64], KeyError>;

    /// Deletes the key for good. MUST succeed where there is none.
    ///
    /// # Errors
    /// `Fault`.
    async fn delete(&self, alias: &KeyAlias) -> Result<(), KeyError>;
}
