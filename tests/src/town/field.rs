//! A phone held to a reader, and taken away after any number of bytes.

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
    // A phone's work is done beside the answer: asked twice, a phone on a busy machine has had its time.
    let mut asked = 0;
    let mut pause = || {
        asked += 1;
        std::thread::sleep(std::time::Duration::from_millis(20));
        if asked < 50 && field_is_busy(asked) {
            Next::AskAgain
        } else {
            Next::Stop
        }
    };
    till.tap(field, ReaderOptions::default(), sale, &mut pause)
}

/// Asked again a few times only: a wallet that waits for the payer goes on waiting.
const fn field_is_busy(asked: u32) -> bool {
    asked < 3
}
