//! What every implementation of a port on a phone needs: DER to raw signatures, attestation challenges.

use skilling_protocol::cbor::Writer;

use crate::CoreError;
use crate::ports::SignatureBytes;
use crate::values::public_key;

/// Turns the DER signature that Android's and Apple's key stores give (`SEQUENCE { r, s }`) into 64 bytes `r || s`. Any thread.
///
/// # Errors
/// `InvalidArgument`: it is none.
#[uniffi::export]
pub fn signature_from_der(der: Vec<u8>) -> Result<SignatureBytes, CoreError> {
    let wrong = || CoreError::argument("der", "not the DER of an ECDSA signature");
    raw(&der)
        .map(|bytes| SignatureBytes { bytes })
        .ok_or_else(wrong)
}

fn raw(der: &[u8]) -> Option<Vec<u8>> {
    let (&[0x30, length], rest) = der.split_first_chunk::<2>()? else {
        return None;
    };
    if usize::from(length) != rest.len() {
        return None;
    }
    let (r, rest) = integer(rest)?;
    let (s, rest) = integer(rest)?;
    rest.is_empty().then(|| [r, s].concat())
}

/// A positive integer of at most 32 bytes, and what follows it.
fn integer(der: &[u8]) -> Option<([u8; 32], &[u8])> {
    let (&[0x02, length], rest) = der.split_first_chunk::<2>()? else {
        return None;
    };
    let (digits, rest) = rest.split_at_checked(length.into())?;
    let digits = match digits {
        [0, digits @ ..] => digits,
        digits => digits,
    };
    let mut number = [0; 32];
    let start = number.len().checked_sub(digits.len())?;
    number.get_mut(start..)?.copy_from_slice(digits);
    Some((number, rest))
}

/// The challenge to attest a key under (sync.md): SHA-256 over context and the 32 bytes that [`crate::ports::DeviceKeys::generate`]
/// was given; for Apple's clientDataHash also over the new public key. Any thread.
///
/// # Errors
/// `InvalidArgument`: a nonce that has not 32 bytes, or what is no P-256 key.
#[uniffi::export]
pub fn attestation_challenge(
    nonce: Vec<u8>,
    public_key_for_apple: Option<Vec<u8>>,
) -> Result<Vec<u8>, CoreError> {
    use sha2::{Digest as _, Sha256};
    if nonce.len() != 32 {
        return Err(CoreError::argument("nonce", "not 32 bytes"));
    }
    let key = public_key_for_apple
        .map(|key| {
            public_key(&key).ok_or_else(|| CoreError::argument("public_key", "no P-256 key"))
        })
        .transpose()?;
    let mut challenge = Writer::new();
    challenge.array(if key.is_some() { 3 } else { 2 });
    challenge.text("skilling/v1/attest").bytes(&nonce);
    if let Some(key) = key {
        challenge.bytes(key.as_bytes());
    }
    Ok(Sha256::digest(challenge.into_bytes()).to_vec())
}
