//! NFC (ISO 7816-4 APDUs, both ends) and QR (text and pictures) for Skilling messages.
//!
//! This crate moves whole messages between a phone and a terminal and knows nothing of what is in them beyond
//! the type number in front (protocol section 4). It signs nothing, verifies nothing, stores nothing, reads no
//! clock and never sleeps: what it hands over is untrusted bytes.
//!
//! - [`apdu`]: commands, responses, status words, chaining, traces.
//! - [`card`]: the phone's side, a state machine from command bytes to response bytes.
//! - [`reader`]: the terminal's side, over any [`reader::Transceiver`].
//! - [`qr`]: a message as text, as a drawing, and back from a picture or a camera frame.

#![cfg_attr(
    not(test),
    deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

pub mod apdu;
pub mod card;
mod cbor;
pub mod qr;
pub mod reader;

pub use cbor::message_type;

/// The most bytes of one message of types 0 to 3 and 8 (protocol section 2), hence of one NFC exchange.
pub const MAX_MESSAGE: usize = 4096;
