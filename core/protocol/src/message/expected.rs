//! How each message is read and written: the outer array first, then what its type says (protocol section 4, sync.md).

use alloc::vec::Vec;

use super::{
    DepositCall, Evidence, LARGEST_MESSAGE, MessageType, PaymentRequest, RenewalCall, SyncAnswer,
    SyncCall, Token,
};
use crate::cbor::{Reader, Writer, strict};
use crate::crypto::Verifier;
use crate::error::{DecodeError, Rule};
use crate::objects::{Deposited, Enrolled, Enrolment, Merchant, Outage, Receipt, TrustBundle};
use crate::signed::{Object, Signed, is_signed_by};
use crate::values::PublicKey;

/// A message that can be asked for by name, where no other is expected.
pub trait Expected: Sized {
    /// Its type.
    const TYPE: MessageType;

    /// Reads what follows the type; `count` elements are left.
    ///
    /// # Errors
    /// The first rule broken.
    fn read_elements(reader: &mut Reader<'_>, count: usize) -> Result<Self, DecodeError>;

    /// The elements after the type, encoded.
    fn elements(&self) -> Vec<Vec<u8>>;

    /// Decodes exactly this message.
    ///
    /// # Errors
    /// `UnexpectedMessageType` or `UnknownMessageType` for another (then only the outer array was read);
    /// else the first rule of sections 2 and 3 that is broken.
    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let (mut reader, count) = at_elements(bytes, Self::TYPE)?;
        let message = Self::read_elements(&mut reader, count)?;
        reader.finish()?;
        Ok(message)
    }

    /// The encoded message.
    fn encode(&self) -> Vec<u8> {
        encoded(Self::TYPE, &self.elements())
    }
}

fn encoded(kind: MessageType, elements: &[Vec<u8>]) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.array(elements.len().saturating_add(1));
    writer.uint(kind.number());
    for element in elements {
        writer.bytes(element);
    }
    writer.into_bytes()
}

/// A reader behind the type of a message that must be of this one, and how many elements are left.
fn at_elements(bytes: &[u8], wanted: MessageType) -> Result<(Reader<'_>, usize), DecodeError> {
    let (kind, count) = outer(bytes)?;
    if kind != wanted {
        return Err(type_error(Rule::UnexpectedMessageType));
    }
    let mut reader = Reader::checked(bytes, wanted.name())?;
    reader.array()?;
    reader.uint()?;
    Ok((reader, count))
}

pub(super) const fn type_error(rule: Rule) -> DecodeError {
    DecodeError {
        rule,
        offset: 1,
        field: "message type",
    }
}

/// Reads the outer array only: strict encoding, size limit, known type.
pub(super) fn outer(bytes: &[u8]) -> Result<(MessageType, usize), DecodeError> {
    let too_long = DecodeError {
        rule: Rule::MessageTooLong,
        offset: 0,
        field: "message",
    };
    if bytes.len() > LARGEST_MESSAGE {
        return Err(too_long);
    }
    strict::check(bytes, 0, "message")?;
    let mut reader = Reader::new(bytes, "message");
    let count = reader
        .array()?
        .checked_sub(1)
        .ok_or_else(|| reader.error_at(Rule::WrongLength, 0))?;
    let number = reader.field("message type").uint()?;
    let kind = MessageType::from_number(number);
    if kind.is_some_and(|kind| bytes.len() > kind.limit()) {
        return Err(too_long);
    }
    if kind != Some(MessageType::Refusal) {
        reader.field("message");
        for _ in 0..count {
            reader.bytes(0, LARGEST_MESSAGE)?;
        }
    }
    kind.map(|kind| (kind, count))
        .ok_or(type_error(Rule::UnknownMessageType))
}

/// Whether `bytes` is a trust bundle message (type 4) that one of `roots` signed. Asked before a bundle is decoded: it may
/// be 16 MiB, and a stranger's is not worth unpacking.
///
/// # Errors
/// Not a message of type 4, or its envelope is malformed.
pub fn is_bundle_of<'k>(
    bytes: &[u8],
    roots: impl IntoIterator<Item = &'k PublicKey>,
    verifier: &(impl Verifier + ?Sized),
) -> Result<bool, DecodeError> {
    let (kind, count) = outer(bytes)?;
    if kind != MessageType::TrustBundle {
        return Err(type_error(Rule::UnexpectedMessageType));
    }
    Reader::whole(bytes, kind.name(), |reader| {
        exactly(reader, count, 1)?;
        reader.array()?;
        reader.uint()?;
        reader.nested(TrustBundle::NAME, |reader| {
            is_signed_by::<TrustBundle>(reader, (), roots, verifier)
        })
    })
}

pub(super) fn exactly(reader: &Reader<'_>, count: usize, wanted: usize) -> Result<(), DecodeError> {
    if count == wanted {
        Ok(())
    } else {
        Err(reader.error_at_start(Rule::WrongLength))
    }
}

fn at_least(reader: &Reader<'_>, count: usize, least: usize) -> Result<usize, DecodeError> {
    count
        .checked_sub(least)
        .ok_or_else(|| reader.error_at_start(Rule::WrongLength))
}

fn object<T: Object>(reader: &mut Reader<'_>) -> Result<Signed<T>, DecodeError> {
    reader.nested(T::NAME, Signed::read)
}

/// A message inside a message; it keeps its own limit.
fn inner<M: Expected>(reader: &mut Reader<'_>) -> Result<M, DecodeError> {
    let at = reader.offset();
    if reader.peek_bytes()?.len() > M::TYPE.limit() {
        return Err(reader.error_at(Rule::MessageTooLong, at));
    }
    reader.nested(M::TYPE.name(), |reader| {
        let at = reader.offset();
        let count = reader.array()?;
        if count == 0 || reader.uint()? != u64::from(M::TYPE.number()) {
            return Err(reader.error_at(Rule::WrongType, at));
        }
        M::read_elements(reader, count.saturating_sub(1))
    })
}

fn inner_list<M: Expected>(reader: &mut Reader<'_>, count: usize) -> Result<Vec<M>, DecodeError> {
    (0..count).map(|_| inner(reader)).collect()
}

impl Expected for PaymentRequest {
    const TYPE: MessageType = MessageType::PaymentRequest;

    fn read_elements(reader: &mut Reader<'_>, count: usize) -> Result<Self, DecodeError> {
        exactly(reader, count, 2)?;
        Ok(Self {
            merchant: object(reader)?,
            request: object(reader)?,
        })
    }

    fn elements(&self) -> Vec<Vec<u8>> {
        [self.merchant.to_bytes(), self.request.to_bytes()].into()
    }
}

impl Expected for Token {
    const TYPE: MessageType = MessageType::PaymentToken;

    fn read_elements(reader: &mut Reader<'_>, count: usize) -> Result<Self, DecodeError> {
        exactly(reader, count, 2)?;
        Ok(Self {
            allowance: object(reader)?,
            payment: object(reader)?,
        })
    }

    fn elements(&self) -> Vec<Vec<u8>> {
        [self.allowance.to_bytes(), self.payment.to_bytes()].into()
    }
}

impl Expected for Evidence {
    const TYPE: MessageType = MessageType::Evidence;

    fn read_elements(reader: &mut Reader<'_>, count: usize) -> Result<Self, DecodeError> {
        let receipts = at_least(reader, count, 2)?;
        Ok(Self {
            token: inner(reader)?,
            request: inner(reader)?,
            receipts: inner_list::<Signed<Receipt>>(reader, receipts)?,
        })
    }

    fn elements(&self) -> Vec<Vec<u8>> {
        let mut elements = Vec::from([self.token.encode(), self.request.encode()]);
        elements.extend(self.receipts.iter().map(Expected::encode));
        elements
    }
}

impl Expected for (Token, Token) {
    const TYPE: MessageType = MessageType::FraudProof;

    fn read_elements(reader: &mut Reader<'_>, count: usize) -> Result<Self, DecodeError> {
        exactly(reader, count, 2)?;
        Ok((inner(reader)?, inner(reader)?))
    }

    fn elements(&self) -> Vec<Vec<u8>> {
        [self.0.encode(), self.1.encode()].into()
    }
}

impl Expected for SyncCall {
    const TYPE: MessageType = MessageType::Sync;

    fn read_elements(reader: &mut Reader<'_>, count: usize) -> Result<Self, DecodeError> {
        let evidence = at_least(reader, count, 1)?;
        Ok(Self {
            sync: object(reader)?,
            evidence: inner_list(reader, evidence)?,
        })
    }

    fn elements(&self) -> Vec<Vec<u8>> {
        let mut elements = Vec::from([self.sync.to_bytes()]);
        elements.extend(self.evidence.iter().map(Expected::encode));
        elements
    }
}

impl Expected for SyncAnswer {
    const TYPE: MessageType = MessageType::Synced;

    fn read_elements(reader: &mut Reader<'_>, count: usize) -> Result<Self, DecodeError> {
        if at_least(reader, count, 1)? > 1 {
            return Err(reader.error_at_start(Rule::WrongLength));
        }
        Ok(Self {
            synced: object(reader)?,
            allowance: (count > 1).then(|| object(reader)).transpose()?,
        })
    }

    fn elements(&self) -> Vec<Vec<u8>> {
        let mut elements = Vec::from([self.synced.to_bytes()]);
        elements.extend(self.allowance.iter().map(Signed::to_bytes));
        elements
    }
}

impl Expected for DepositCall {
    const TYPE: MessageType = MessageType::Deposit;

    fn read_elements(reader: &mut Reader<'_>, count: usize) -> Result<Self, DecodeError> {
        let evidence = at_least(reader, count, 3)?.saturating_add(1);
        Ok(Self {
            merchant: object(reader)?,
            deposit: object(reader)?,
            evidence: inner_list(reader, evidence)?,
        })
    }

    fn elements(&self) -> Vec<Vec<u8>> {
        let mut elements = Vec::from([self.merchant.to_bytes(), self.deposit.to_bytes()]);
        elements.extend(self.evidence.iter().map(Expected::encode));
        elements
    }
}

impl Expected for RenewalCall {
    const TYPE: MessageType = MessageType::Renewal;

    fn read_elements(reader: &mut Reader<'_>, count: usize) -> Result<Self, DecodeError> {
        exactly(reader, count, 2)?;
        Ok(Self {
            merchant: object(reader)?,
            renewal: object(reader)?,
        })
    }

    fn elements(&self) -> Vec<Vec<u8>> {
        [self.merchant.to_bytes(), self.renewal.to_bytes()].into()
    }
}

/// Messages that hold one signed object and nothing else.
macro_rules! one_object {
    ($($object:ident => $kind:ident),+ $(,)?) => {
        $(impl Expected for Signed<$object> {
            const TYPE: MessageType = MessageType::$kind;

            fn read_elements(reader: &mut Reader<'_>, count: usize) -> Result<Self, DecodeError> {
                exactly(reader, count, 1)?;
                object(reader)
            }

            fn elements(&self) -> Vec<Vec<u8>> {
                [self.to_bytes()].into()
            }
        })+
    };
}

one_object! {
    Receipt => Receipt,
    TrustBundle => TrustBundle,
    Outage => Outage,
    Enrolment => Enrolment,
    Enrolled => Enrolled,
    Deposited => Deposited,
    Merchant => Renewed,
}
