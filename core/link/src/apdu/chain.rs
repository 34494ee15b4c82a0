//! Command chaining (ISO 7816-4 section 5.3.3): one message in several blocks, put together on the phone.

use super::{CLA_APPLICATION, CLA_CHAINED, Header};
use crate::MAX_MESSAGE;

/// Collects the blocks of one command. Holds at most [`MAX_MESSAGE`] bytes, whatever it is fed.
#[derive(Debug, Default)]
pub struct ChainAssembler {
    open: Option<Chain>,
}

#[derive(Debug)]
struct Chain {
    ins: u8,
    p1: u8,
    p2: u8,
    data: Vec<u8>,
}

/// What a block led to.
#[derive(Debug, PartialEq, Eq)]
pub enum Fed {
    /// Taken; more blocks are to come. Answered `9000`.
    More,
    /// That was the last or only block: the whole message.
    Whole(Vec<u8>),
}

/// Why a block was refused. The chain is gone either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// The message passes [`MAX_MESSAGE`]. Answered `6700`.
    #[error("the chained message is over {MAX_MESSAGE} bytes")]
    TooLong,
    /// P1 or P2 changed between blocks of one command. Answered `6A86`.
    #[error("P1 or P2 changed within a chain")]
    ParametersChanged,
}

impl ChainAssembler {
    /// Forgets what was collected: another instruction, SELECT or the loss of the field.
    pub fn clear(&mut self) {
        self.open = None;
    }

    /// Takes one block. A block of another instruction than the open chain's drops that chain and begins anew.
    pub fn feed(&mut self, header: Header, block: &[u8]) -> Result<Fed, ChainError> {
        let mut chain = self
            .open
            .take()
            .filter(|chain| chain.ins == header.ins)
            .unwrap_or_else(|| Chain {
                ins: header.ins,
                p1: header.p1,
                p2: header.p2,
                data: Vec::new(),
            });
        if (chain.p1, chain.p2) != (header.p1, header.p2) {
            return Err(ChainError::ParametersChanged);
        }
        if chain.data.len().saturating_add(block.len()) > MAX_MESSAGE {
            return Err(ChainError::TooLong);
        }
        chain.data.extend_from_slice(block);
        if header.cla != CLA_CHAINED {
            return Ok(Fed::Whole(chain.data));
        }
        self.open = Some(chain);
        Ok(Fed::More)
    }
}

/// Cuts a message into blocks of at most `size` bytes with the header that each of them carries.
///
/// At least one block comes out, also of an empty message; a `size` of 0 counts as 1.
pub(crate) fn blocks(
    ins: u8,
    p1: u8,
    message: &[u8],
    size: usize,
) -> impl Iterator<Item = (Header, &[u8])> {
    let size = size.max(1);
    let count = message.len().div_ceil(size).max(1);
    (1..=count).map(move |number| {
        let start = number.saturating_sub(1).saturating_mul(size);
        let end = start.saturating_add(size).min(message.len());
        let cla = if number == count {
            CLA_APPLICATION
        } else {
            CLA_CHAINED
        };
        let block = message.get(start..end).unwrap_or_default();
        (Header::new(cla, ins, p1, 0), block)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_every_size_give_the_message_again() {
        let message: Vec<u8> = (0..=255).collect();
        for size in 1..=300 {
            let mut assembler = ChainAssembler::default();
            let mut whole = None;
            for (header, block) in blocks(0x40, 1, &message, size) {
                assert!(whole.is_none(), "a block after the last");
                assert!(block.len() <= size);
                if let Fed::Whole(data) = assembler.feed(header, block).unwrap() {
                    whole = Some(data);
                }
            }
            assert_eq!(whole.as_deref(), Some(&message[..]));
        }
    }

    #[test]
    fn a_chain_over_the_limit_is_refused_and_forgotten() {
        let mut assembler = ChainAssembler::default();
        let more = Header::new(CLA_CHAINED, 0x40, 0, 0);
        let last = Header::new(CLA_APPLICATION, 0x40, 0, 0);
        for _ in 0..16 {
            assert_eq!(assembler.feed(more, &[0; 256]), Ok(Fed::More));
        }
        assert_eq!(assembler.feed(last, &[0]), Err(ChainError::TooLong));
        assert_eq!(assembler.feed(last, &[9]), Ok(Fed::Whole(vec![9])));
    }

    #[test]
    fn another_instruction_begins_anew_and_other_parameters_are_refused() {
        let mut assembler = ChainAssembler::default();
        let pay = Header::new(CLA_CHAINED, 0x40, 0, 0);
        assert_eq!(assembler.feed(pay, &[1]), Ok(Fed::More));
        let receipt = Header::new(CLA_APPLICATION, 0x42, 0, 0);
        assert_eq!(assembler.feed(receipt, &[2]), Ok(Fed::Whole(vec![2])));
        assert_eq!(assembler.feed(pay, &[1]), Ok(Fed::More));
        let repeat = Header::new(CLA_APPLICATION, 0x40, 1, 0);
        assert_eq!(
            assembler.feed(repeat, &[2]),
            Err(ChainError::ParametersChanged)
        );
    }
}
