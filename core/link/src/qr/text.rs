//! The text of a code: `SKL1:` and the Base45 (RFC 9285) of the message, no compression.

use crate::cbor::message_type;

/// What every code of this version begins with.
pub const PREFIX: &str = "SKL1:";
/// What a code of the next version would begin with.
const NEXT_PREFIX: &str = "SKL2:";

/// The largest message that is taken as text, in bytes: the limit of fraud proofs and evidence (protocol section
/// 2). What a code can hold is less; see [`super::draw::DrawError::TooLarge`].
pub const MAX_TEXT_MESSAGE: usize = 16_384;

/// Why a message has no text, or a text no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// It does not begin with `SKL1:`: some other code. Keep looking.
    #[error("not a Skilling code: it does not begin with SKL1:")]
    WrongPrefix,
    /// It begins with `SKL2:` (reason code 2, unsupported). Ask for an update of the program.
    #[error("a code of a newer version of the protocol (SKL2:)")]
    Unsupported,
    /// Nothing follows the prefix, or the message is empty.
    #[error("there is no message in it")]
    Empty,
    /// A character that Base45 does not have.
    #[error("character {offset} is not in the Base45 alphabet")]
    BadCharacter {
        /// Which, from 0 at the start of the text, in bytes.
        offset: usize,
    },
    /// A group of characters stands for more than its bytes can hold.
    #[error("the Base45 group at character {offset} is out of range")]
    BadGroup {
        /// Its first character, from 0 at the start of the text.
        offset: usize,
    },
    /// One character is left over at the end: the text was cut.
    #[error("the text ends within a Base45 group")]
    Truncated,
    /// The message passes [`MAX_TEXT_MESSAGE`].
    #[error("the message is over {MAX_TEXT_MESSAGE} bytes")]
    TooLong,
    /// Trust bundles and status lists (types 4 and 5) never travel as codes.
    #[error("a message of type {kind} never travels as a code")]
    NeverAsCode {
        /// 4 or 5.
        kind: u64,
    },
}

/// The text of a message.
pub fn encode(message: &[u8]) -> Result<String, TextError> {
    check(message)?;
    Ok([PREFIX, &base45::encode(message)].concat())
}

/// The message in a text, exactly as it stands: no space is trimmed (Base45 has one), no case is mended.
pub fn decode(text: &str) -> Result<Vec<u8>, TextError> {
    let Some(body) = text.strip_prefix(PREFIX) else {
        return Err(if text.starts_with(NEXT_PREFIX) {
            TextError::Unsupported
        } else {
            TextError::WrongPrefix
        });
    };
    if body.len() > MAX_TEXT_MESSAGE.div_ceil(2).saturating_mul(3) {
        return Err(TextError::TooLong);
    }
    let message = from_base45(body)?;
    check(&message)?;
    Ok(message)
}

fn check(message: &[u8]) -> Result<(), TextError> {
    if message.is_empty() {
        return Err(TextError::Empty);
    }
    if message.len() > MAX_TEXT_MESSAGE {
        return Err(TextError::TooLong);
    }
    match message_type(message) {
        Some(kind @ (4 | 5)) => Err(TextError::NeverAsCode { kind }),
        _ => Ok(()),
    }
}

/// RFC 9285 section 4, which also rejects a last pair above 255; the library lets that one pass.
fn from_base45(body: &str) -> Result<Vec<u8>, TextError> {
    let at = |offset: usize| offset.saturating_add(PREFIX.len());
    if let Some(offset) = body.bytes().position(|byte| !in_alphabet(byte)) {
        return Err(TextError::BadCharacter { offset: at(offset) });
    }
    let (groups, rest) = body.as_bytes().as_chunks::<3>();
    if rest.len() == 1 {
        return Err(TextError::Truncated);
    }
    if let Some(group) = groups
        .iter()
        .position(|group| base45::decode(group).is_err())
    {
        return Err(TextError::BadGroup {
            offset: at(group.saturating_mul(3)),
        });
    }
    let bad_tail = TextError::BadGroup {
        offset: at(body.len().saturating_sub(rest.len())),
    };
    let message = base45::decode(body).map_err(|_| bad_tail)?;
    let tail_again = message.last().map(|&last| base45::encode([last]));
    if !rest.is_empty() && tail_again.as_deref().map(str::as_bytes) != Some(rest) {
        return Err(bad_tail);
    }
    Ok(message)
}

fn in_alphabet(byte: u8) -> bool {
    byte.is_ascii_digit() || byte.is_ascii_uppercase() || b" $%*+-./:".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_examples_of_rfc_9285_decode() {
        for (text, bytes) in [
            ("BB8", "AB"),
            ("%69 VD92EX0", "Hello!!"),
            ("UJCLQE7W581", "base-45"),
        ] {
            assert_eq!(from_base45(text), Ok(bytes.as_bytes().to_vec()));
        }
    }

    #[test]
    fn everything_that_rfc_9285_rejects_is_rejected_with_its_place() {
        let cases = [
            ("SKL1:GGW", TextError::BadGroup { offset: 5 }),
            ("SKL1:BB8GGW", TextError::BadGroup { offset: 8 }),
            ("SKL1:BB8::", TextError::BadGroup { offset: 8 }),
            ("SKL1:V5", TextError::BadGroup { offset: 5 }),
            ("SKL1:BB8B", TextError::Truncated),
            ("SKL1:BB8bb8", TextError::BadCharacter { offset: 8 }),
            ("SKL1:BÆ8", TextError::BadCharacter { offset: 6 }),
            ("SKL1:", TextError::Empty),
            ("skl1:BB8", TextError::WrongPrefix),
            (" SKL1:BB8", TextError::WrongPrefix),
            ("https://example.com", TextError::WrongPrefix),
            ("SKL2:BB8", TextError::Unsupported),
        ];
        for (text, error) in cases {
            assert_eq!(decode(text), Err(error), "{text}");
        }
    }

    #[test]
    fn bundles_and_status_lists_are_no_codes_in_either_direction() {
        for kind in [4, 5] {
            let message = [0x82, kind, 0x40];
            let error = TextError::NeverAsCode {
                kind: u64::from(kind),
            };
            assert_eq!(encode(&message), Err(error));
            let text = format!("SKL1:{}", base45::encode(message));
            assert_eq!(decode(&text), Err(error));
        }
    }

    #[test]
    fn the_size_limit_holds_in_both_directions() {
        let largest = vec![0x81; MAX_TEXT_MESSAGE];
        assert_eq!(decode(&encode(&largest).unwrap()), Ok(largest));
        assert_eq!(
            encode(&[0x81; MAX_TEXT_MESSAGE + 1]),
            Err(TextError::TooLong)
        );
        let text = format!("SKL1:{}", "0".repeat(MAX_TEXT_MESSAGE / 2 * 3 + 2));
        assert_eq!(decode(&text), Err(TextError::TooLong));
    }

    proptest! {
        #[test]
        fn a_message_comes_back(mut message in proptest::collection::vec(any::<u8>(), 1..700)) {
            if let Some(first) = message.first_mut() { *first = 0x83; }
            prop_assume!(!matches!(message_type(&message), Some(4 | 5)));
            prop_assert_eq!(decode(&encode(&message).unwrap()), Ok(message));
        }

        #[test]
        fn no_two_texts_are_one_message(text in "SKL1:[0-9A-Z $%*+./:-]{1,12}") {
            if let Ok(message) = decode(&text) {
                prop_assert_eq!(encode(&message).unwrap(), text);
            }
        }
    }
}
