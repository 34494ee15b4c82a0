//! NFC (ISO 7816-4 APDUs, both ends) and QR (text and pictures) for Skilling messages.
//!
//! This crate moves whole messages between a phone and a terminal and knows nothing of what is in them beyond
//! the type number in front (protocol section 4). It signs nothing, verifies nothing, stores nothing, reads no
//! clock and never sleeps: what it hands over is untrusted bytes.
//!
//! - [`apdu`]: commands, responses, status words, chaining, traces.
//! - [`card`]: the phone's side, a state machine from command bytes to response bytes.
//! - [`reader`]: the terminal's side, over any [`reader::Transceiver`].
//! - `pcsc` and `vpcd` (feature `pcsc`): real readers as transceivers, and a virtual one for the card.
//! - [`qr`]: a message as text, as a drawing, and back from a picture or a camera frame.
//!
//! # A tap in memory
//!
//! ```
//! use skilling_link::apdu::SelectInfo;
//! use skilling_link::card::{AskMode, Card, CardApplication, CarryAnswer, PayAnswer, ReceiptAnswer};
//! use skilling_link::reader::{Answer, LinkLost, Reader, ReaderOptions, Transceiver};
//!
//! struct Refuser;
//! impl CardApplication for Refuser {
//!     fn select_info(&mut self) -> SelectInfo {
//!         SelectInfo { protocol_version: 1, largest_command_data: 255, bundle_version: 0, outages: vec![] }
//!     }
//!     fn pay(&mut self, _: &[u8], _: AskMode) -> PayAnswer {
//!         PayAnswer::Message(vec![0x82, 0, 3]) // the refusal [0, 3]: no trust bundle
//!     }
//!     fn receipt(&mut self, _: &[u8]) -> ReceiptAnswer { ReceiptAnswer::NoPayment }
//!     fn carry(&mut self, _: &[u8]) -> CarryAnswer { CarryAnswer::Malformed }
//! }
//!
//! struct Field(Card, Refuser);
//! impl Transceiver for Field {
//!     fn transceive(&mut self, command: &[u8]) -> Result<Vec<u8>, LinkLost> {
//!         Ok(self.0.process(&mut self.1, command))
//!     }
//! }
//!
//! # fn main() -> Result<(), skilling_link::reader::TapError> {
//! let mut reader = Reader::new(Field(Card::new(), Refuser), ReaderOptions::default());
//! reader.select()?;
//! let request = [0x83, 1, 0x40, 0x40]; // [1, merchant, request], both empty here
//! assert_eq!(reader.ask(&request)?, Answer::Refusal(3));
//! # Ok(())
//! # }
//! ```

#![cfg_attr(
    not(test),
    deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

pub mod apdu;
pub mod card;
mod cbor;
#[cfg(feature = "pcsc")]
pub mod pcsc;
pub mod qr;
pub mod reader;
pub mod vpcd;

pub use cbor::message_type;

/// The most bytes of one message of types 0 to 3 and 8 (protocol section 2), hence of one NFC exchange.
pub const MAX_MESSAGE: usize = 4096;
