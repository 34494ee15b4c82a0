//! What can be wrong with the service, the reader or the phone on it.

/// Why a reader or a phone cannot be talked to. Nothing of it settles a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PcscError {
    /// The PC/SC service does not answer.
    #[error("the smart card service (pcscd) is not running")]
    NoService,
    /// This reader is not plugged in.
    #[error("the reader is not plugged in")]
    NoReader,
    /// The phone left the field. Tap again.
    #[error("the phone left the reader")]
    PhoneLeft,
    /// Another program has the phone.
    #[error("another program is using the reader")]
    InUse,
    /// Something lies there that does not speak ISO 14443-4.
    #[error("what lies on the reader does not answer: it is no phone with a card switched on")]
    Mute,
    /// The phone took a command and did not answer it in time.
    #[error("the phone took the command and gave no answer in time: take it away and tap again")]
    Silent,
    /// Anything else, in the service's own words.
    #[error("the smart card service says: {0}")]
    Other(pcsc::Error),
}

impl From<pcsc::Error> for PcscError {
    fn from(error: pcsc::Error) -> Self {
        use pcsc::Error;
        match error {
            Error::NoService
            | Error::ServiceStopped
            | Error::Shutdown
            | Error::InvalidHandle
            | Error::CommError => Self::NoService,
            Error::UnknownReader | Error::ReaderUnavailable | Error::NoReadersAvailable => {
                Self::NoReader
            }
            Error::NoSmartcard
            | Error::RemovedCard
            | Error::ResetCard
            | Error::NotTransacted
            | Error::CommDataLost => Self::PhoneLeft,
            Error::SharingViolation => Self::InUse,
            Error::UnresponsiveCard | Error::UnpoweredCard | Error::UnsupportedCard => Self::Mute,
            other => Self::Other(other),
        }
    }
}
