//! A reader with a phone in front of it.

use std::sync::Arc;

use skilling_link::reader::{self, LinkLost};

use super::{Patience, PortProblem, Worker};

/// The longest response of ISO 7816-4, status included.
const LONGEST: usize = 65_538;

/// A phone's response.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ApduResponse {
    /// Data and the two status bytes.
    pub bytes: Vec<u8>,
}

/// Nothing came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum TransceiverError {
    /// The phone left the field, or the reader failed.
    #[error("link lost")]
    LinkLost,
    /// Whatever was thrown and is not declared here: taken as a lost link.
    #[error("undeclared")]
    Undeclared,
}

impl From<uniffi::UnexpectedUniFFICallbackError> for TransceiverError {
    fn from(_: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Undeclared
    }
}

/// A reader device with a phone in front of it: `IsoDep` on Android.
#[uniffi::export(with_foreign)]
pub trait Transceiver: Send + Sync {
    /// Sends one command and waits for the response, at most 10 seconds.
    fn transceive(&self, command: Vec<u8>) -> Result<ApduResponse, TransceiverError>;
}

/// The app's reader as the core sees it.
pub(crate) struct HostTransceiver {
    foreign: Arc<dyn Transceiver>,
    worker: Worker,
    patience: Patience,
    /// What it did wrong, if it was more than losing the link.
    problem: Option<PortProblem>,
}

impl HostTransceiver {
    pub(crate) fn new(foreign: Arc<dyn Transceiver>, patience: Patience) -> Self {
        Self {
            foreign,
            worker: Worker::default(),
            patience,
            problem: None,
        }
    }

    pub(crate) fn problem(&self) -> Option<PortProblem> {
        self.problem
    }

    fn fails(&mut self, problem: PortProblem) -> LinkLost {
        self.problem = Some(problem);
        LinkLost
    }
}

impl reader::Transceiver for HostTransceiver {
    fn transceive(&mut self, command: &[u8]) -> Result<Vec<u8>, LinkLost> {
        let (reader, command) = (Arc::clone(&self.foreign), command.to_vec());
        let answered = self
            .worker
            .call(self.patience.short, move || reader.transceive(command));
        match answered {
            Err(problem) => Err(self.fails(problem)),
            Ok(Err(TransceiverError::LinkLost)) => Err(LinkLost),
            Ok(Err(TransceiverError::Undeclared)) => Err(self.fails(PortProblem::Undeclared)),
            Ok(Ok(response)) if response.bytes.len() > LONGEST => {
                Err(self.fails(PortProblem::WrongShape))
            }
            Ok(Ok(response)) => Ok(response.bytes),
        }
    }
}
