//! Renewal: a terminal asks for its next merchant certificate (sync.md).

use super::Merchant;
use crate::cbor::{Reader, Writer};
use crate::error::DecodeError;
use crate::signed::Object;
use crate::values::{IdempotencyId, ObjectId, PublicKey, Time};

/// Signed by the terminal key, bound to the certificate held (sync.md, `renewal`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewal {
    /// The same call repeated gets the same answer.
    pub idempotency_id: IdempotencyId,
    /// By the terminal's clock.
    pub time: Time,
    /// A new terminal key, if it changes.
    pub new_terminal_key: Option<PublicKey>,
}

impl Object for Renewal {
    const CONTEXT: &'static str = "skilling/v1/renewal";
    const NAME: &'static str = "renewal";
    const NAMES_KEY: bool = false;
    type Parent = ObjectId<Merchant>;

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.map(|map| {
            Ok(Self {
                idempotency_id: IdempotencyId(map.required(1, "renewal.idempotency_id")?.fixed()?),
                time: Time::read(map.required(2, "renewal.time")?)?,
                new_terminal_key: map
                    .optional(3, "renewal.new_terminal_key")?
                    .map(PublicKey::read)
                    .transpose()?,
            })
        })
    }

    fn write(&self, writer: &mut Writer) {
        writer.map(if self.new_terminal_key.is_some() {
            3
        } else {
            2
        });
        writer.uint(1_u8).bytes(self.idempotency_id.as_bytes());
        writer.uint(2_u8).uint(self.time);
        if let Some(key) = &self.new_terminal_key {
            writer.uint(3_u8).bytes(key.as_bytes());
        }
    }
}
