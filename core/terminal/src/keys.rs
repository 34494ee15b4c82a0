//! Terminal keys: one for each merchant certificate that this till signs under, in files or anywhere else that signs.

use std::fmt;
use std::fs;
use std::path::Path;

use skilling_platform::keys::{self, KeyFileError};
use skilling_platform::random;
use skilling_protocol::crypto::Signer;
use skilling_protocol::values::{PublicKey, Signature};

const SUFFIX: &str = "key";

/// The key did not sign: its file, token or HSM is gone or locked. With what the signer said, which names no key and no payment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the terminal key did not sign: {0}")]
pub struct KeyFault(pub String);

type DynSigner = dyn Signer<Error = KeyFault> + Send + Sync;

/// A terminal key at hand.
pub struct TerminalKey(Box<DynSigner>);

impl TerminalKey {
    /// Takes any signer: software, a smart card, an HSM.
    pub fn new<S>(signer: S) -> Self
    where
        S: Signer<Error: fmt::Display> + Send + Sync + 'static,
    {
        Self(Box::new(Faulty(signer)))
    }

    /// The key that the merchant certificate names.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        self.0.public_key()
    }

    pub(crate) fn signer(&self) -> &DynSigner {
        self.0.as_ref()
    }
}

impl fmt::Debug for TerminalKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TerminalKey(public {})", self.public_key())
    }
}

/// Gives every signer the same error.
struct Faulty<S>(S);

impl<S: Signer<Error: fmt::Display>> Signer for Faulty<S> {
    type Error = KeyFault;

    fn public_key(&self) -> PublicKey {
        self.0.public_key()
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, KeyFault> {
        let signed = self.0.sign(message);
        signed.map_err(|error| KeyFault(error.to_string()))
    }
}

/// Makes a key in a new file of `folder` (ending in `.key`), durable before it is returned: old keys stay, because
/// what was accepted under them is still to be deposited.
///
/// # Errors
/// The folder cannot be written, or there is no randomness.
pub fn create_in(folder: &Path) -> Result<TerminalKey, KeyFileError> {
    let name: String = random::bytes::<8>()?
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let path = folder.join(format!("terminal-{name}.{SUFFIX}"));
    keys::create(&path).map(TerminalKey::new)
}

/// Every key of `folder`: files ending in `.key`.
///
/// # Errors
/// The folder cannot be read, or one of its key files holds no key.
pub fn load_all(folder: &Path) -> Result<Vec<TerminalKey>, KeyFileError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|it| it == SUFFIX) {
            found.push(TerminalKey::new(keys::load(&path)?));
        }
    }
    Ok(found)
}
