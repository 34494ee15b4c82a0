//! Identifiers: fixed numbers of bytes, each kind its own type so that none stands in for another.

use core::fmt;
use core::marker::PhantomData;

macro_rules! bytes_newtype {
    ($(#[$doc:meta])* $name:ident, $size:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $size]);

        impl $name {
            /// The bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $size] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_hex(f, &self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = super::OutOfBounds;
            fn try_from(bytes: &[u8]) -> Result<Self, Self::Error> {
                <[u8; $size]>::try_from(bytes)
                    .map(Self)
                    .map_err(|_| super::OutOfBounds::new(stringify!($name), concat!("exactly ", $size, " bytes")))
            }
        }
    };
}

bytes_newtype!(
    /// A random UUID, for people and ledgers; rules speak of object ids.
    Uuid, 16
);
bytes_newtype!(
    /// A merchant id, unique within its acquirer.
    MerchantId, 8
);
bytes_newtype!(
    /// A terminal id, unique within its merchant.
    TerminalId, 8
);
bytes_newtype!(
    /// The nonce of a request, from a cryptographic random source.
    RequestNonce, 16
);
bytes_newtype!(
    /// A nonce of the issuer: single use, ten minutes (sync.md).
    Nonce, 32
);
bytes_newtype!(
    /// The idempotency id of a call (sync.md).
    IdempotencyId, 16
);
bytes_newtype!(
    /// A SHA-256 digest.
    Digest, 32
);

/// The id of a signed object: the SHA-256 of its COSE `Sig_structure` (protocol section 2).
/// It does not depend on the signature. `T` is the object it names.
pub struct ObjectId<T>(Digest, PhantomData<fn() -> T>);

impl<T> ObjectId<T> {
    /// Takes a digest that is known to name a `T`: from a field that says so, or from a store.
    #[must_use]
    pub const fn from_digest(digest: Digest) -> Self {
        Self(digest, PhantomData)
    }

    /// The digest.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.0
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0.0
    }
}

impl<T> TryFrom<&[u8]> for ObjectId<T> {
    type Error = super::OutOfBounds;
    fn try_from(bytes: &[u8]) -> Result<Self, Self::Error> {
        Digest::try_from(bytes).map(Self::from_digest)
    }
}

// Derives would ask the same of `T`, which is only a name here.
impl<T> Clone for ObjectId<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for ObjectId<T> {}
impl<T> PartialEq for ObjectId<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T> Eq for ObjectId<T> {}
impl<T> PartialOrd for ObjectId<T> {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for ObjectId<T> {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<T> core::hash::Hash for ObjectId<T> {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<T> fmt::Display for ObjectId<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<T> fmt::Debug for ObjectId<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ObjectId({})", self.0)
    }
}

pub(crate) fn write_hex(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}
