//! Why bytes were refused: the rule that was broken, and where.
//!
//! One error type for everything that decodes. It carries no bytes of the message,
//! so it may be logged: an offset and a rule identify nobody.

use crate::reason::Reason;

/// A message or object that breaks a rule of protocol sections 2 or 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{rule} at byte {offset} ({field})")]
pub struct DecodeError {
    /// The rule that was broken.
    pub rule: Rule,
    /// Offset in bytes from the start of the outermost message that was given to the decoder.
    pub offset: usize,
    /// What was being read, in the words of the protocol ("allowance.cap", "message").
    pub field: &'static str,
}

impl DecodeError {
    /// `Reason::Unsupported` for an unknown type or enumeration value, `Reason::Malformed` for all else
    /// (protocol section 6, codes 1 and 2).
    #[must_use]
    pub fn reason(&self) -> Reason {
        match self.rule {
            Rule::UnknownMessageType | Rule::UnexpectedMessageType | Rule::UnknownEnumValue => {
                Reason::Unsupported
            }
            _ => Reason::Malformed,
        }
    }
}

/// The rules of protocol sections 2 and 3 that a decoder enforces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Rule {
    /// The bytes end inside an item, or a length is larger than the bytes that are left.
    #[error("the bytes end before the item does")]
    Truncated,
    /// Bytes follow the item.
    #[error("bytes follow the end of the item")]
    TrailingBytes,
    /// An integer or length is not in its shortest form.
    #[error("an integer or length is not in its shortest form")]
    NotShortest,
    /// An indefinite length.
    #[error("indefinite lengths are not allowed")]
    IndefiniteLength,
    /// Additional information 28 to 30, which CBOR reserves.
    #[error("a reserved CBOR header byte")]
    ReservedHeader,
    /// A map's keys do not ascend.
    #[error("the keys of a map do not ascend")]
    UnsortedKeys,
    /// A map has the same key twice.
    #[error("the same key stands twice in a map")]
    DuplicateKey,
    /// A tag.
    #[error("tags are not allowed")]
    Tag,
    /// A float or a simple value (true, false and null among them).
    #[error("floats and simple values are not allowed")]
    SimpleOrFloat,
    /// Text that is not UTF-8.
    #[error("text is not UTF-8")]
    NotUtf8,
    /// More than eight arrays and maps inside each other.
    #[error("nested deeper than 8")]
    TooDeep,
    /// A message over the limit of its type.
    #[error("the message is longer than its type allows")]
    MessageTooLong,
    /// Another CBOR type was expected.
    #[error("another CBOR type is expected here")]
    WrongType,
    /// A byte string, text or array of a length that is not allowed here.
    #[error("this length is not allowed here")]
    WrongLength,
    /// A number outside its bounds.
    #[error("the number is out of bounds")]
    OutOfRange,
    /// Two fields that contradict each other (cap over limit, until before from).
    #[error("two fields contradict each other")]
    Inconsistent,
    /// A key that the map must have.
    #[error("a key is missing")]
    MissingKey,
    /// A key that the map may not have, or not in this case.
    #[error("a key that is not allowed here")]
    UnknownKey,
    /// A list that must ascend without duplicates.
    #[error("the list does not ascend or has duplicates")]
    UnsortedList,
    /// A label with a character or spacing that section 2 forbids.
    #[error("the label has a character or spacing that is not allowed")]
    BadLabel,
    /// A COSE header other than the one the object must have.
    #[error("the COSE header is not the one this object must have")]
    BadHeader,
    /// A public key that is not a compressed point of P-256.
    #[error("the public key is not a compressed point of P-256")]
    BadPublicKey,
    /// A signature whose r or s is not in 1..n-1.
    #[error("the signature's r or s is out of range")]
    BadSignatureValue,
    /// A message type that this version does not know.
    #[error("the message type is unknown")]
    UnknownMessageType,
    /// A known message type that is not the one expected.
    #[error("another message type is expected here")]
    UnexpectedMessageType,
    /// A value of an enumeration that this version does not know.
    #[error("the value is not known to this version")]
    UnknownEnumValue,
}
