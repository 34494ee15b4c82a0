//! The air between a practice phone and a practice till, where a tap can be torn.

use std::sync::Mutex;
use std::sync::PoisonError;

use crate::ports::{ApduResponse, Transceiver, TransceiverError};

/// Where a tap is torn: the phone leaves the field. Commands count from 1, and the first is SELECT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum TornTap {
    /// The command never reaches the phone.
    BeforeCommand {
        /// Which.
        number: u32,
    },
    /// The phone has done what the command says, and its answer never reaches the reader.
    AfterCommand {
        /// Which.
        number: u32,
    },
}

type Phone = Box<dyn Fn(&[u8]) -> Option<Vec<u8>> + Send + Sync>;

/// One time in the field.
pub(super) struct Field {
    phone: Phone,
    torn: Option<TornTap>,
    commands: Mutex<u32>,
}

impl Field {
    /// `phone` answers commands; nothing where it has gone.
    pub(super) fn new(
        torn: Option<TornTap>,
        phone: impl Fn(&[u8]) -> Option<Vec<u8>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            phone: Box::new(phone),
            torn,
            commands: Mutex::new(0),
        }
    }

    /// Nothing once the link is lost.
    pub(super) fn answer(&self, command: &[u8]) -> Option<Vec<u8>> {
        let number = {
            let mut commands = self.commands.lock().unwrap_or_else(PoisonError::into_inner);
            *commands = commands.saturating_add(1);
            *commands
        };
        let is_gone = match self.torn {
            Some(TornTap::BeforeCommand { number: torn }) => number >= torn,
            Some(TornTap::AfterCommand { number: torn }) => number > torn,
            None => false,
        };
        if is_gone {
            return None;
        }
        let answer = (self.phone)(command)?;
        let is_lost = self.torn == Some(TornTap::AfterCommand { number });
        (!is_lost).then_some(answer)
    }
}

impl Transceiver for Field {
    fn transceive(&self, command: Vec<u8>) -> Result<ApduResponse, TransceiverError> {
        let bytes = self.answer(&command).ok_or(TransceiverError::LinkLost)?;
        Ok(ApduResponse { bytes })
    }
}
