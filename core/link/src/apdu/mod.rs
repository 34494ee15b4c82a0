//! Commands and responses of ISO 7816-4 as protocol section 4 uses them: framing, nothing of their meaning.
//!
//! Both ends share this module, and so does whoever looks at a recorded exchange ([`trace`]).

pub mod budget;
mod chain;
mod command;
mod response;
mod select;
mod status;
pub mod trace;

pub(crate) use chain::blocks;
pub use chain::{ChainAssembler, ChainError, Fed};
pub use command::{Command, CommandError, Form, Header, MAX_SHORT_DATA};
pub use response::{Response, ResponseError};
pub use select::{SelectInfo, SelectInfoError};
pub use status::StatusWord;

/// The application identifier that a terminal selects (protocol section 4).
///
/// Proprietary, for the lab. A deployment registers its own RID (ISO 7816-5) and changes this constant; the
/// last byte is the protocol's major version.
pub const AID: [u8; 7] = [0xF0, 0x53, 0x4B, 0x49, 0x4C, 0x4C, 0x01];

/// Class byte of ISO 7816-4's own instructions: SELECT and GET RESPONSE.
pub const CLA_ISO: u8 = 0x00;
/// Class byte of this application's instructions; the only or the last block of a command.
pub const CLA_APPLICATION: u8 = 0x80;
/// Class byte of a block that more blocks of the same command follow.
pub const CLA_CHAINED: u8 = 0x90;

/// SELECT.
pub const INS_SELECT: u8 = 0xA4;
/// GET RESPONSE.
pub const INS_GET_RESPONSE: u8 = 0xC0;
/// Pay: a payment request (message type 1) in, a token or a refusal out.
pub const INS_PAY: u8 = 0x40;
/// Receipt: a receipt (message type 3) in.
pub const INS_RECEIPT: u8 = 0x42;
/// Carry: an outage bulletin (message type 8) in.
pub const INS_CARRY: u8 = 0x44;

/// First parameter of pay: ask.
pub const P1_ASK: u8 = 0x00;
/// First parameter of pay: repeat an answer already given, never make a new one.
pub const P1_REPEAT_ONLY: u8 = 0x01;
