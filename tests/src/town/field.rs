//! A phone held to a reader, and taken away after any number of bytes.

use std::time::Duration;

use skilling_link::card::Card;
use skilling_link::reader::{LinkLost, Next, ReaderOptions, Transceiver};
use skilling_terminal::{OpenRequest, TapReport, Terminal};
use skilling_wallet::tap::Tap;

use super::Phone;

/// The field goes away after so many bytes, counted over both directions.
pub struct Cut {
    card: Card,
    wallet: Tap,
    left: usize,
    /// Bytes that went over.
    pub crossed: usize,
    /// What the phone said, response by response.
    pub said: Vec<Vec<u8>>,
}

impl Cut {
    /// A phone that is taken away after `bytes`.
    #[must_use]
    pub fn after(bytes: usize, phone: &Phone) -> Self {
        Self {
            card: Card::new(),
            wallet: Tap::new(phone.wallet.clone()),
            left: bytes,
            crossed: 0,
            said: Vec::new(),
        }
    }

    fn cross(&mut self, bytes: usize) -> Result<(), LinkLost> {
        self.left = self.left.checked_sub(bytes).ok_or(LinkLost)?;
        self.crossed += bytes;
        Ok(())
    }
}

impl Transceiver for &mut Cut {
    fn transceive(&mut self, command: &[u8]) -> Result<Vec<u8>, LinkLost> {
        self.cross(command.len())?;
        let response = self.card.process(&mut self.wallet, command);
        self.cross(response.len())?;
        self.said.push(response.clone());
        Ok(response)
    }
}

/// A whole tap. It ends where the phone says "wait": what the payer does then is the test's business.
pub fn tap(till: &Terminal, phone: &Phone, sale: Option<&OpenRequest>) -> TapReport {
    tap_until(till, &mut Cut::after(usize::MAX, phone), sale)
}

/// A tap that may be cut.
pub fn tap_until(till: &Terminal, field: &mut Cut, sale: Option<&OpenRequest>) -> TapReport {
    let sale = sale.map(|it| &it.id);
    // A phone works beside its answer and may say "wait" first; one that waits for its owner goes on saying it.
    let mut asks = 0;
    let mut pause = || {
        asks += 1;
        std::thread::sleep(Duration::from_millis(20));
        if asks < 4 { Next::AskAgain } else { Next::Stop }
    };
    till.tap(field, ReaderOptions::default(), sale, &mut pause)
}
