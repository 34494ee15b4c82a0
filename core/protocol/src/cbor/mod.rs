//! The deterministic CBOR of protocol section 2 (RFC 8949 section 4.2.1).
//!
//! Two passes: [`strict`] refuses every encoding that section 2 forbids, whatever it means;
//! [`Reader`] then reads typed fields and enforces section 3. The first allocates nothing, the second in
//! proportion to the bytes that came (some ten times them at worst), never to what they declare.

mod reader;
pub mod strict;
mod writer;

pub use reader::{MapReader, Reader};
pub use writer::Writer;
