//! The IETF Token Status List in its CWT form: which allowances of an issuer are revoked (protocol section 3).
//!
//! It follows its own specification, not section 2: tag 18, claims by number, zlib inside. A list that breaks any
//! rule is as if absent, so every error here means "keep the one you have".

use alloc::string::String;
use alloc::vec::Vec;

use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;

use crate::cbor::{Reader, Writer, strict};
use crate::crypto::{Signer, Verifier};
use crate::error::DecodeError;
use crate::objects::IssuerEntry;
use crate::values::{KeyId, OutOfBounds, PublicKey, Seconds, Signature, StatusUri, Time};

/// The most bytes a list may have when inflated: 128 Mi entries.
const MAX_INFLATED: usize = 16 << 20;
const TYP: &str = "application/statuslist+cwt";
const CLAIM_SUBJECT: u64 = 2;
const CLAIM_EXPIRES: u64 = 4;
const CLAIM_ISSUED_AT: u64 = 6;
const CLAIM_STATUS_LIST: u64 = 65_533;
const CLAIM_TTL: u64 = 65_534;
/// COSE algorithm -7 (ES256) as the argument of a negative integer.
const ES256: u64 = 6;

/// A list whose signature was verified with its issuer's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusList {
    issuer_key: PublicKey,
    uri: String,
    issued_at: Time,
    ttl: Option<u64>,
    bits: Vec<u8>,
}

/// Why a list is as if absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StatusListError {
    /// Not a status list token in CWT form.
    #[error("not a status list token: {0}")]
    Malformed(#[from] DecodeError),
    /// A header or claim that the specification or protocol section 3 demands is missing or different.
    #[error("not a status list token of this protocol: {0}")]
    NotAcceptable(&'static str),
    /// The key id, URI and signature fit no issuer of the bundle.
    #[error("signed by no issuer of the trust bundle for this URI")]
    NoSuchIssuer,
    /// The list does not inflate, or to more than 16 MiB.
    #[error("the list does not inflate to at most 16 MiB")]
    Inflate,
}

impl StatusList {
    /// Reads a list and verifies it against the issuers of a bundle: key id, URI and signature must fit one.
    ///
    /// # Errors
    /// Any breach means the list is as if absent.
    pub fn verify<'b>(
        cwt: &[u8],
        issuers: impl IntoIterator<Item = &'b IssuerEntry>,
        verifier: &(impl Verifier + ?Sized),
    ) -> Result<Self, StatusListError> {
        let envelope = Envelope::read(cwt)?;
        let claims = Claims::read(envelope.payload)?;
        let structure = envelope.structure();
        let issuer = issuers
            .into_iter()
            .filter(|it| it.key_id == envelope.key_id && it.status_uri.as_str() == claims.uri)
            .find(|it| {
                verifier
                    .verify(&it.key, &structure, &envelope.signature)
                    .is_ok()
            })
            .ok_or(StatusListError::NoSuchIssuer)?;
        // Inflated only after the signature: a stranger cannot make anyone unpack anything.
        let bits = decompress_to_vec_zlib_with_limit(claims.list, MAX_INFLATED)
            .map_err(|_| StatusListError::Inflate)?;
        Ok(Self {
            issuer_key: issuer.key,
            uri: claims.uri.into(),
            issued_at: claims.issued_at,
            ttl: claims.ttl,
            bits,
        })
    }

    /// Whether the bit of `index` is set; `None` beyond the list.
    #[must_use]
    pub fn is_set(&self, index: u32) -> Option<bool> {
        let byte = self.bits.get(usize::try_from(index >> 3).ok()?)?;
        Some(byte >> (index & 7) & 1 == 1)
    }

    /// Claim 6.
    #[must_use]
    pub fn issued_at(&self) -> Time {
        self.issued_at
    }

    /// Claim 65534, seconds: when to fetch again. It decides nothing else.
    #[must_use]
    pub fn ttl(&self) -> Option<u64> {
        self.ttl
    }

    /// How many entries it has.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.bits.len().saturating_mul(8)
    }

    /// Whether it is this issuer's: same key, same URI.
    #[must_use]
    pub fn is_of(&self, issuer: &IssuerEntry) -> bool {
        self.issuer_key == issuer.key && self.uri == issuer.status_uri.as_str()
    }

    /// Whether `offered` replaces this one: only a higher claim 6 does, so that of equals the first is kept.
    #[must_use]
    pub fn is_replaced_by(&self, offered: &Self) -> bool {
        offered.issued_at > self.issued_at
    }

    /// Whether claim 6 lies later than the holder's clock and skew allow: then it is as if absent.
    #[must_use]
    pub fn is_from_the_future(&self, now: Time, skew: Seconds) -> bool {
        self.issued_at > now.plus(skew)
    }

    /// Whether it is past the age of policy 5.
    #[must_use]
    pub fn is_too_old(&self, now: Time, max_age: Seconds) -> bool {
        now.since(self.issued_at) > u64::from(max_age)
    }
}

/// The key id a list names, to find its issuer before anything is verified.
///
/// # Errors
/// Not a status list token.
pub fn key_id_of(cwt: &[u8]) -> Result<KeyId, StatusListError> {
    Envelope::read(cwt).map(|envelope| envelope.key_id)
}

/// What an unverified list says, for the inspection command: never for a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnverifiedStatusList {
    /// Which key it names.
    pub key_id: KeyId,
    /// Claim 2.
    pub uri: String,
    /// Claim 6.
    pub issued_at: Time,
    /// Claim 4.
    pub expires: Option<u64>,
    /// Claim 65534.
    pub ttl: Option<u64>,
    /// Bytes of the list as deflated.
    pub deflated_bytes: usize,
}

/// Reads claims without verifying or inflating.
///
/// # Errors
/// Not a status list token.
pub fn inspect(cwt: &[u8]) -> Result<UnverifiedStatusList, StatusListError> {
    let envelope = Envelope::read(cwt)?;
    let claims = Claims::read(envelope.payload)?;
    Ok(UnverifiedStatusList {
        key_id: envelope.key_id,
        uri: claims.uri.into(),
        issued_at: claims.issued_at,
        expires: claims.expires,
        ttl: claims.ttl,
        deflated_bytes: claims.list.len(),
    })
}

/// The bits of a list that its issuer keeps: made once, updated at every revocation, signed at every publication.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatusBits {
    bits: Vec<u8>,
}

impl StatusBits {
    /// All clear, for at least `entries` entries; at most 128 Mi.
    ///
    /// # Errors
    /// Too many.
    pub fn new(entries: u32) -> Result<Self, OutOfBounds> {
        let bytes = usize::try_from(entries.div_ceil(8)).unwrap_or(usize::MAX);
        if bytes > MAX_INFLATED {
            return Err(OutOfBounds::new("status list", "at most 134217728 entries"));
        }
        Ok(Self {
            bits: alloc::vec![0; bytes],
        })
    }

    /// Sets a bit. Bits are never cleared: a revocation is for good.
    ///
    /// # Errors
    /// Beyond the list.
    pub fn revoke(&mut self, index: u32) -> Result<(), OutOfBounds> {
        let byte = usize::try_from(index >> 3)
            .ok()
            .and_then(|at| self.bits.get_mut(at))
            .ok_or(OutOfBounds::new("status index", "beyond the list"))?;
        *byte |= 1 << (index & 7);
        Ok(())
    }

    /// How many entries there are.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.bits.len().saturating_mul(8)
    }

    /// The token, signed by the issuer key, as published.
    ///
    /// # Errors
    /// The signer's.
    pub fn sign<S: Signer + ?Sized>(
        &self,
        uri: &StatusUri,
        issued_at: Time,
        ttl: Seconds,
        signer: &S,
    ) -> Result<Vec<u8>, S::Error> {
        let mut protected = Writer::new();
        protected.map(3).uint(1_u8).negative(ES256);
        protected.uint(4_u8).bytes(&signer.public_key().key_id().0);
        protected.uint(16_u8).text(TYP);
        let protected = protected.into_bytes();
        let mut claims = Writer::new();
        claims.map(4);
        claims.uint(CLAIM_SUBJECT).text(uri.as_str());
        claims.uint(CLAIM_ISSUED_AT).uint(issued_at);
        claims.uint(CLAIM_STATUS_LIST).map(2);
        // Sorted as RFC 8949 section 4.2.1 sorts: "lst" is shorter than "bits".
        claims
            .text("lst")
            .bytes(&compress_to_vec_zlib(&self.bits, 9));
        claims.text("bits").uint(1_u8);
        claims.uint(CLAIM_TTL).uint(ttl);
        let payload = claims.into_bytes();
        let signature = signer.sign(&structure(&protected, &payload))?;
        let mut token = Writer::new();
        token.array(4).bytes(&protected).map(0);
        token.bytes(&payload).bytes(signature.as_bytes());
        let mut bytes = alloc::vec![0xd2];
        bytes.extend(token.into_bytes());
        Ok(bytes)
    }
}

fn structure(protected: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.array(4).text("Signature1");
    writer.bytes(protected).bytes(&[]).bytes(payload);
    writer.into_bytes()
}

/// `COSE_Sign1` with tag 18.
struct Envelope<'a> {
    protected: &'a [u8],
    key_id: KeyId,
    payload: &'a [u8],
    signature: Signature,
}

impl<'a> Envelope<'a> {
    fn read(cwt: &'a [u8]) -> Result<Self, StatusListError> {
        let tagged = strict::head(cwt).is_ok_and(|head| head.major == 6 && head.argument == 18);
        if !tagged {
            return Err(StatusListError::NotAcceptable("COSE_Sign1 with tag 18"));
        }
        let mut reader = Reader::new(cwt, "status list");
        reader.untag()?;
        reader.array_of(4)?;
        let protected = reader.bytes(0, cwt.len())?;
        let mut header = Header::default();
        if !protected.is_empty() {
            let mut inside = Reader::new(protected, "status list protected header");
            header.read(&mut inside)?;
            inside.finish()?;
        }
        if !header.is_es256 || !header.is_typed {
            return Err(StatusListError::NotAcceptable(
                "alg ES256 and typ protected",
            ));
        }
        header.read(&mut reader)?;
        let payload = reader.bytes(0, cwt.len())?;
        let signature = Signature::from_bytes(reader.bytes(64, 64)?)
            .map_err(|_| StatusListError::NotAcceptable("a signature with r and s in range"))?;
        reader.finish()?;
        Ok(Self {
            protected,
            key_id: header
                .key_id
                .ok_or(StatusListError::NotAcceptable("a key id"))?,
            payload,
            signature,
        })
    }

    fn structure(&self) -> Vec<u8> {
        structure(self.protected, self.payload)
    }
}

#[derive(Default)]
struct Header {
    is_es256: bool,
    is_typed: bool,
    key_id: Option<KeyId>,
}

impl Header {
    /// Takes what is known and skips the rest. The unprotected header comes second and can only add the key id:
    /// what it says of alg and typ is never asked.
    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), StatusListError> {
        for _ in 0..reader.map_head()? {
            match reader.peek()?.major {
                0 => match reader.uint()? {
                    1 if reader.peek()?.major == 1 => self.is_es256 = reader.negative()? == ES256,
                    // RFC 9052 section 3.1: what is critical and not understood is fatal, and nothing is understood.
                    2 => return Err(StatusListError::NotAcceptable("no critical headers")),
                    4 if self.key_id.is_some() => {
                        return Err(StatusListError::NotAcceptable("one key id"));
                    }
                    4 => self.key_id = Some(KeyId(reader.fixed()?)),
                    16 if reader.peek()?.major == 3 => {
                        self.is_typed = reader.text(0, 256)? == TYP;
                    }
                    _ => reader.skip()?,
                },
                _ => {
                    reader.skip()?;
                    reader.skip()?;
                }
            }
        }
        Ok(())
    }
}

struct Claims<'a> {
    uri: &'a str,
    issued_at: Time,
    expires: Option<u64>,
    ttl: Option<u64>,
    list: &'a [u8],
}

impl<'a> Claims<'a> {
    fn read(payload: &'a [u8]) -> Result<Self, StatusListError> {
        let (mut uri, mut issued_at, mut expires, mut ttl, mut list) =
            (None, None, None, None, None);
        let mut reader = Reader::new(payload, "status list claims");
        for _ in 0..reader.map_head()? {
            if reader.peek()?.major != 0 {
                reader.skip()?;
                reader.skip()?;
                continue;
            }
            match reader.uint()? {
                CLAIM_SUBJECT => once(&mut uri, reader.text(1, 200)?)?,
                CLAIM_ISSUED_AT => once(&mut issued_at, Time::read(&mut reader)?)?,
                CLAIM_EXPIRES => once(&mut expires, reader.uint()?)?,
                CLAIM_TTL => once(&mut ttl, reader.uint()?)?,
                CLAIM_STATUS_LIST => once(&mut list, read_list(&mut reader)?)?,
                _ => reader.skip()?,
            }
        }
        reader.finish()?;
        let missing = StatusListError::NotAcceptable("claims 2, 6 and 65533");
        Ok(Self {
            uri: uri.ok_or(missing)?,
            issued_at: issued_at.ok_or(missing)?,
            expires,
            ttl,
            list: list.ok_or(missing)?,
        })
    }
}

fn once<T>(slot: &mut Option<T>, value: T) -> Result<(), StatusListError> {
    if slot.replace(value).is_some() {
        return Err(StatusListError::NotAcceptable("each claim once"));
    }
    Ok(())
}

/// `{"bits": 1, "lst": bstr}`, in any order, unknown members ignored.
fn read_list<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], StatusListError> {
    let (mut bits, mut list) = (None, None);
    for _ in 0..reader.map_head()? {
        if reader.peek()?.major != 3 {
            reader.skip()?;
            reader.skip()?;
            continue;
        }
        match reader.text(0, MAX_INFLATED)? {
            "bits" => once(&mut bits, reader.uint()?)?,
            "lst" => once(&mut list, reader.bytes(0, MAX_INFLATED)?)?,
            _ => reader.skip()?,
        }
    }
    match (bits, list) {
        (Some(1), Some(list)) => Ok(list),
        _ => Err(StatusListError::NotAcceptable(
            "one bit an entry, and a list",
        )),
    }
}
