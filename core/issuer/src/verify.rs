//! Two things a bank decides for itself: what an attestation is worth, and who the customer is.

use sha2::{Digest as _, Sha256};
use skilling_protocol::cbor::Reader;
use skilling_protocol::objects::AttestationKind;
use skilling_protocol::values::{Digest, KeyProtection, Nonce, PublicKey};

use crate::store::{CodeRow, CustomerId, StoreError, Tx};

/// What an attestation was found to say of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attested {
    /// Where the key lives.
    pub protection: KeyProtection,
    /// The hardware signs only after the user authenticates, payment by payment.
    pub user_auth: bool,
}

/// The attestation does not verify, is stale, or is not of a kind that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the attestation does not hold")]
pub struct NotAttested;

/// Verifies attestations of link and pay keys. Callable from any thread.
pub trait AttestationVerifier: Send + Sync {
    /// What `attestation` proves of `key`. The challenge is SHA-256 of `["skilling/v1/attest", nonce]` (for Apple's
    /// clientDataHash with the key as third element).
    ///
    /// # Errors
    /// [`NotAttested`].
    fn verify(
        &self,
        kind: AttestationKind,
        attestation: &[u8],
        nonce: &Nonce,
        key: &PublicKey,
    ) -> Result<Attested, NotAttested>;
}

/// For test schemes: kind 0 is taken at its word, `[protection, user_auth]`, empty for `[0, 0]`; no other kind is taken.
#[derive(Debug, Clone, Copy, Default)]
pub struct TestAttestation;

impl AttestationVerifier for TestAttestation {
    fn verify(
        &self,
        kind: AttestationKind,
        attestation: &[u8],
        _nonce: &Nonce,
        _key: &PublicKey,
    ) -> Result<Attested, NotAttested> {
        if kind != AttestationKind::None {
            return Err(NotAttested);
        }
        if attestation.is_empty() {
            return Ok(Attested {
                protection: KeyProtection::Software,
                user_auth: false,
            });
        }
        let (protection, user_auth) = Reader::whole(attestation, "attestation", |reader| {
            reader.array_of(2)?;
            Ok((reader.uint_to(2)?, reader.uint_to(1)?))
        })
        .map_err(|_| NotAttested)?;
        Ok(Attested {
            protection: KeyProtection::from_value(protection).ok_or(NotAttested)?,
            user_auth: user_auth == 1,
        })
    }
}

/// Finds the customer that an enrolment's field 5 proves. Callable from any thread.
pub trait CustomerVerifier: Send + Sync {
    /// Whose phone `link` is; `None` when the proof does not hold. Runs inside the call's transaction.
    ///
    /// # Errors
    /// The store.
    fn verify(
        &self,
        tx: &mut dyn Tx,
        proof: &[u8],
        link: &PublicKey,
    ) -> Result<Option<CustomerId>, StoreError>;
}

/// Enrolment codes: one phone a code. The same phone may enrol again with it.
#[derive(Debug, Clone, Copy, Default)]
pub struct EnrolmentCodes;

impl CustomerVerifier for EnrolmentCodes {
    fn verify(
        &self,
        tx: &mut dyn Tx,
        proof: &[u8],
        link: &PublicKey,
    ) -> Result<Option<CustomerId>, StoreError> {
        let Some(code) = tx.code(digest(proof))? else {
            return Ok(None);
        };
        match code.used_by {
            Some(other) if other != *link => Ok(None),
            Some(_) => Ok(Some(code.customer)),
            None => {
                let used_by = Some(*link);
                tx.put_code(&CodeRow { used_by, ..code })?;
                Ok(Some(code.customer))
            }
        }
    }
}

/// SHA-256.
pub(crate) fn digest(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}
