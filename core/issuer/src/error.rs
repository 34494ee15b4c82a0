//! What can go wrong in the library: one error type, each variant something the operator can act on.
//! Errors of calls over HTTP are [`crate::http`]'s problems, not these.

use skilling_platform::keys::KeyFileError;
use skilling_platform::random::NoRandomness;
use skilling_protocol::signed::{Object, SignError, Signed};
use skilling_protocol::values::OutOfBounds;

use crate::store::StoreError;

/// Why an operation on scheme, issuer or acquirer failed. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A key file.
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    /// A file or folder of the home.
    #[error("the home cannot be read or written: {0}")]
    Io(#[from] std::io::Error),
    /// A value outside its bounds.
    #[error(transparent)]
    OutOfBounds(#[from] OutOfBounds),
    /// No randomness.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// Nothing is known under that name or id.
    #[error("unknown {0}")]
    Unknown(&'static str),
    /// It exists already and is not made twice.
    #[error("{0} exists already")]
    Exists(&'static str),
    /// This home has no key for that role.
    #[error("this home has no {0} key")]
    NotThisRole(&'static str),
    /// The act does not fit the state of things.
    #[error("{0}")]
    NotNow(&'static str),
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<skilling_platform::sqlite::OpenError> for Error {
    fn from(error: skilling_platform::sqlite::OpenError) -> Self {
        Self::Store(error.into())
    }
}

/// Signs with a key at hand, which cannot fail by itself.
pub(crate) fn sign<T: Object>(
    object: T,
    parent: T::Parent,
    key: &skilling_protocol::crypto::SoftwareKey,
) -> Result<Signed<T>, OutOfBounds> {
    Signed::sign(object, parent, key).map_err(|error| match error {
        SignError::Object(error) => error,
        SignError::Signer(never) => match never {},
    })
}
