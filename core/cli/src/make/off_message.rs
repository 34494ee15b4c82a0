//! What is off by intention in a message as a whole, and in the list inside a status list message.

use skilling_protocol::message::MessageType;

use super::draft;
use super::keys::Role;
use super::off::{count, flag, flipped, table, text};
use super::source::{Node, Wrong};
use super::value::{self, mismatch};

/// `[status.off]`.
#[derive(Debug, Default)]
pub(super) struct ListOff {
    signed_by: Option<Role>,
    flips: bool,
    after: Vec<u8>,
}

impl ListOff {
    pub(super) fn read(node: Option<&Node>) -> Result<Self, Wrong> {
        let mut off = Self::default();
        for (name, node) in table(node, "[status.off]")?.into_iter().flatten() {
            let place = format!("[status.off] {name}");
            let known = ["signed_by", "signature", "after"];
            match name.as_str() {
                "signed_by" => off.signed_by = Some(value::role(text(node, &place)?, &place)?),
                "signature" if text(node, &place)? == "flipped" => off.flips = true,
                "signature" => {
                    return Err(
                        mismatch(&place, "it is spoilt in another way", "flipped").or_at(node.at)
                    );
                }
                "after" => off.after = value::hex(text(node, &place)?, &place)?,
                _ => return Err(value::unknown(name, known, "[status.off]", node.at)),
            }
        }
        Ok(off)
    }

    pub(super) fn signer(&self, honest: Role) -> Role {
        self.signed_by.unwrap_or(honest)
    }

    pub(super) fn apply(&self, mut cwt: Vec<u8>) -> Vec<u8> {
        if self.flips {
            cwt = flipped(&cwt);
        }
        cwt.extend(&self.after);
        cwt
    }
}

/// `[off]`: of the message as a whole.
#[derive(Debug, Default)]
pub(super) struct MessageOff {
    kind: Option<u64>,
    drop: Option<usize>,
    add: Option<Vec<u8>>,
    swap: bool,
    indefinite: bool,
    truncate: usize,
    flip: Option<usize>,
    after: Vec<u8>,
    said: bool,
}

impl MessageOff {
    pub(super) fn read(node: Option<&Node>) -> Result<Self, Wrong> {
        const KNOWN: [&str; 8] = [
            "type",
            "drop",
            "add",
            "swap",
            "indefinite",
            "truncate",
            "flip",
            "after",
        ];
        let mut off = Self::default();
        for (name, node) in table(node, "[off]")?.into_iter().flatten() {
            let place = format!("[off] {name}");
            off.said = true;
            match name.as_str() {
                "type" => off.kind = Some(count(node, &place)?),
                "drop" => {
                    off.drop = Some(usize::try_from(count(node, &place)?).unwrap_or(usize::MAX))
                }
                "truncate" => {
                    off.truncate = usize::try_from(count(node, &place)?).unwrap_or(usize::MAX)
                }
                "flip" => {
                    off.flip = Some(usize::try_from(count(node, &place)?).unwrap_or(usize::MAX))
                }
                "add" => off.add = Some(value::hex(text(node, &place)?, &place)?),
                "after" => off.after = value::hex(text(node, &place)?, &place)?,
                "swap" => off.swap = flag(node, &place)?,
                "indefinite" => off.indefinite = flag(node, &place)?,
                _ => return Err(value::unknown(name, KNOWN, "[off]", node.at)),
            }
        }
        Ok(off)
    }

    pub(super) fn is_nothing(&self) -> bool {
        !self.said
    }

    /// Puts the message together. `whole` is the message in order, for those that have no elements.
    pub(super) fn apply(
        &self,
        kind: MessageType,
        mut elements: Vec<Vec<u8>>,
        whole: &[u8],
    ) -> Result<Vec<u8>, Wrong> {
        let wrong = |what: String| {
            Wrong::new(
                what,
                None,
                "the message is not that long",
                "take a smaller number",
            )
        };
        let reshaped = self.kind.is_some()
            || self.drop.is_some()
            || self.add.is_some()
            || self.swap
            || self.indefinite;
        let mut bytes = whole.to_vec();
        if reshaped {
            if kind == MessageType::Refusal {
                return Err(Wrong::new(
                    "[off]: a refusal has no elements to move",
                    None,
                    "it is [0, code] and nothing else",
                    "use truncate, flip or after, or another type for its code",
                ));
            }
            if let Some(drop) = self.drop {
                if drop == 0 || drop > elements.len() {
                    return Err(wrong(format!("[off] drop: there is no element {drop}")));
                }
                elements.remove(drop - 1);
            }
            elements.extend(self.add.clone());
            if self.swap {
                elements.reverse();
            }
            bytes = draft::message(self.kind.unwrap_or(u64::from(kind.number())), &elements);
            if self.indefinite {
                // The head of fewer than 24 elements is one byte.
                bytes[0] = 0x9f;
                bytes.push(0xff);
            }
        }
        if let Some(at) = self.flip {
            let byte = bytes.get_mut(at);
            *byte.ok_or_else(|| wrong(format!("[off] flip: there is no byte {at}")))? ^= 1;
        }
        let left = bytes.len().checked_sub(self.truncate);
        bytes.truncate(
            left.ok_or_else(|| wrong("[off] truncate: it takes more than there is".into()))?,
        );
        bytes.extend(&self.after);
        Ok(bytes)
    }
}
