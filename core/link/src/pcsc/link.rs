//! One phone in the field of one reader.

use std::sync::Arc;
use std::time::Duration;

use pcsc::{Card, Disposition, MAX_BUFFER_SIZE_EXTENDED};

use super::in_time::{Overdue, in_time};
use super::{PcscError, SERVICE_TIME};
use crate::reader::{LinkLost, Transceiver};

/// A connection to a phone, until [`super::Station::end`]. After the first trouble every command is [`LinkLost`] at once.
pub struct Link {
    card: Arc<Card>,
    patience: Duration,
    trouble: Option<PcscError>,
    overdue: Option<Overdue>,
}

impl Link {
    pub(super) fn new(card: Card, patience: Duration) -> Self {
        Self {
            card: Arc::new(card),
            patience,
            trouble: None,
            overdue: None,
        }
    }

    /// What broke the connection, if anything did.
    pub fn trouble(&self) -> Option<&PcscError> {
        self.trouble.as_ref()
    }

    /// Takes the field down for this phone: it sees that the tap is over.
    pub(super) fn finish(self) -> Option<Overdue> {
        if self.overdue.is_some() {
            return self.overdue;
        }
        // Nobody else holds it once no command is overdue.
        let card = Arc::into_inner(self.card)?;
        // Where the phone has left, pcscd would note the reader as empty because it cannot be powered down, and then miss
        // a phone that came back before its next look.
        let disposition = match self.trouble {
            None => Disposition::UnpowerCard,
            Some(_) => Disposition::LeaveCard,
        };
        let ended = in_time(SERVICE_TIME, move || {
            // A phone that has left, or a service that has: there is nothing to end.
            let _ = card.disconnect(disposition);
        });
        ended.err()
    }
}

impl Transceiver for Link {
    fn transceive(&mut self, command: &[u8]) -> Result<Vec<u8>, LinkLost> {
        if self.trouble.is_some() {
            return Err(LinkLost);
        }
        let (card, command) = (Arc::clone(&self.card), command.to_vec());
        let answered = in_time(self.patience, move || {
            let mut room = vec![0; MAX_BUFFER_SIZE_EXTENDED];
            card.transmit(&command, &mut room).map(<[u8]>::to_vec)
        });
        let trouble = match answered {
            // How some drivers tell that the field is lost.
            Ok(Ok(response)) if response.is_empty() => PcscError::PhoneLeft,
            Ok(Ok(response)) => return Ok(response),
            Ok(Err(error)) => error.into(),
            Err(overdue) => {
                self.overdue = Some(overdue);
                PcscError::Silent
            }
        };
        self.trouble = Some(trouble);
        Err(LinkLost)
    }
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link")
            .field("trouble", &self.trouble)
            .finish_non_exhaustive()
    }
}
