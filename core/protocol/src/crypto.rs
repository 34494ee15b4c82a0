//! Signing and verifying: ES256 behind two small traits.
//!
//! [`P256Verifier`] is portable Rust and the default. `AwsLcVerifier` (feature `aws-lc`) is several times faster, for
//! terminals and servers. Both pass the same vectors.

use p256::ecdsa::SigningKey;
use p256::ecdsa::signature::{Signer as _, Verifier as _};

use crate::values::{OutOfBounds, PublicKey, Signature};

/// The signature does not fit the key, the parent and the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not verify")]
pub struct BadSignature;

/// Something that signs with one P-256 key: a file, a hardware key, a remote HSM.
pub trait Signer {
    /// What can go wrong while signing.
    type Error;

    /// The key that verifies what this signs.
    fn public_key(&self) -> PublicKey;

    /// Signs `message` (not its digest) with ES256.
    ///
    /// # Errors
    /// The key is gone, locked, refused by its owner, or faulty.
    fn sign(&self, message: &[u8]) -> Result<Signature, Self::Error>;
}

/// Something that verifies ES256 signatures. Thread-safe and stateless.
pub trait Verifier: Send + Sync {
    /// Verifies `signature` over `message` (not its digest).
    ///
    /// # Errors
    /// [`BadSignature`].
    fn verify(
        &self,
        key: &PublicKey,
        message: &[u8],
        signature: &Signature,
    ) -> Result<(), BadSignature>;
}

/// Verification in portable Rust (p256).
#[derive(Debug, Clone, Copy, Default)]
pub struct P256Verifier;

impl Verifier for P256Verifier {
    fn verify(
        &self,
        key: &PublicKey,
        message: &[u8],
        signature: &Signature,
    ) -> Result<(), BadSignature> {
        let signature =
            p256::ecdsa::Signature::from_slice(signature.as_bytes()).map_err(|_| BadSignature)?;
        key.point()
            .verify(message, &signature)
            .map_err(|_| BadSignature)
    }
}

/// Verification by AWS-LC, for terminals and servers.
#[cfg(feature = "aws-lc")]
#[derive(Debug, Clone, Copy, Default)]
pub struct AwsLcVerifier;

#[cfg(feature = "aws-lc")]
impl Verifier for AwsLcVerifier {
    fn verify(
        &self,
        key: &PublicKey,
        message: &[u8],
        signature: &Signature,
    ) -> Result<(), BadSignature> {
        use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
        let point = key.point().to_sec1_point(false);
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point.as_bytes())
            .verify(message, signature.as_bytes())
            .map_err(|_| BadSignature)
    }
}

/// The fastest verifier this build has.
#[cfg(feature = "aws-lc")]
pub type DefaultVerifier = AwsLcVerifier;
/// The fastest verifier this build has.
#[cfg(not(feature = "aws-lc"))]
pub type DefaultVerifier = P256Verifier;

/// A P-256 key in memory: for terminals, issuers and test wallets. Signatures are deterministic (RFC 6979).
/// The scalar is wiped when dropped, and `Debug` shows only the public key.
#[derive(Clone)]
pub struct SoftwareKey {
    secret: SigningKey,
    public: PublicKey,
}

impl SoftwareKey {
    /// # Errors
    /// Not 32 bytes of a scalar in 1..n-1.
    pub fn from_scalar(scalar: &[u8]) -> Result<Self, OutOfBounds> {
        let secret = SigningKey::from_slice(scalar)
            .map_err(|_| OutOfBounds::new("private key", "32 bytes between 1 and n - 1"))?;
        let public = PublicKey::from(*secret.verifying_key());
        Ok(Self { secret, public })
    }
}

impl Signer for SoftwareKey {
    type Error = core::convert::Infallible;

    fn public_key(&self) -> PublicKey {
        self.public
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, Self::Error> {
        let signature: p256::ecdsa::Signature = self.secret.sign(message);
        Ok(Signature::from(&signature))
    }
}

impl core::fmt::Debug for SoftwareKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "SoftwareKey(public {})", self.public)
    }
}
