//! Messages: what travels as one NFC exchange, QR code, HTTP body or file (protocol section 4).

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::cbor::{Reader, Writer, strict};
use crate::crypto::Verifier;
use crate::error::{DecodeError, Rule};
use crate::objects::{
    Allowance, Deposit, Deposited, Enrolled, Enrolment, Merchant, Outage, Payment, Receipt,
    Renewal, Request, Sync, Synced, TrustBundle,
};
use crate::signed::{Object, Signed, is_signed_by};
use crate::values::{ObjectId, PublicKey};

/// The first element of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(
    missing_docs,
    reason = "each is named in the table of protocol section 4"
)]
pub enum MessageType {
    Refusal,
    PaymentRequest,
    PaymentToken,
    Receipt,
    TrustBundle,
    StatusList,
    FraudProof,
    Evidence,
    Outage,
    Enrolment,
    Enrolled,
    Sync,
    Synced,
    Deposit,
    Deposited,
    Renewal,
    Renewed,
}

/// Number on the wire, name, limit in bytes.
const TYPES: [(MessageType, u8, &str, usize); 17] = [
    (MessageType::Refusal, 0, "refusal", 4_096),
    (MessageType::PaymentRequest, 1, "payment_request", 4_096),
    (MessageType::PaymentToken, 2, "payment_token", 4_096),
    (MessageType::Receipt, 3, "receipt", 4_096),
    (MessageType::TrustBundle, 4, "trust_bundle", 16 << 20),
    (MessageType::StatusList, 5, "status_list", 16 << 20),
    (MessageType::FraudProof, 6, "fraud_proof", 16_384),
    (MessageType::Evidence, 7, "evidence", 16_384),
    (MessageType::Outage, 8, "outage", 4_096),
    (MessageType::Enrolment, 10, "enrolment", 1 << 20),
    (MessageType::Enrolled, 11, "enrolled", 1 << 20),
    (MessageType::Sync, 12, "sync", 1 << 20),
    (MessageType::Synced, 13, "synced", 1 << 20),
    (MessageType::Deposit, 14, "deposit", 1 << 20),
    (MessageType::Deposited, 15, "deposited", 1 << 20),
    (MessageType::Renewal, 16, "renewal", 1 << 20),
    (MessageType::Renewed, 17, "renewed", 1 << 20),
];

/// No message of any type is longer (protocol section 2).
pub const LARGEST_MESSAGE: usize = 16 << 20;

impl MessageType {
    /// Which type a message has; only the outer array is read.
    ///
    /// # Errors
    /// The outer array is malformed, too long, or of an unknown type.
    pub fn of(bytes: &[u8]) -> Result<Self, DecodeError> {
        outer(bytes).map(|(kind, _)| kind)
    }

    fn row(self) -> (Self, u8, &'static str, usize) {
        TYPES
            .into_iter()
            .find(|row| row.0 == self)
            .unwrap_or((self, u8::MAX, "", 0))
    }

    /// The number on the wire.
    #[must_use]
    pub fn number(self) -> u8 {
        self.row().1
    }

    /// The name the inspection command uses.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().2
    }

    /// The most bytes a message of this type may have.
    #[must_use]
    pub fn limit(self) -> usize {
        self.row().3
    }

    fn from_number(number: u64) -> Option<Self> {
        TYPES
            .into_iter()
            .find(|row| u64::from(row.1) == number)
            .map(|row| row.0)
    }
}

/// `[1, merchant, request]`: unverified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentRequest {
    /// The certificate that vouches for the terminal key.
    pub merchant: Signed<Merchant>,
    /// What is asked for.
    pub request: Signed<Request>,
}

/// `[2, allowance, payment]`: unverified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What the bank granted.
    pub allowance: Signed<Allowance>,
    /// What the phone signed.
    pub payment: Signed<Payment>,
}

impl Token {
    /// The id of the allowance: computed, not verified.
    #[must_use]
    pub fn allowance_id(&self) -> ObjectId<Allowance> {
        self.allowance.id(())
    }

    /// The id of the payment: computed, not verified.
    #[must_use]
    pub fn payment_id(&self) -> ObjectId<Payment> {
        self.payment.id(self.allowance_id())
    }
}

/// `[7, token, payment request, * receipt]`: unverified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The payment.
    pub token: Token,
    /// What it answers.
    pub request: PaymentRequest,
    /// What the terminal made of it, in any order.
    pub receipts: Vec<Signed<Receipt>>,
}

/// One message, decoded and unverified.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(
    missing_docs,
    reason = "each is named in the tables of protocol section 4 and sync.md"
)]
pub enum Message {
    Refusal(u32),
    PaymentRequest(PaymentRequest),
    PaymentToken(Token),
    Receipt(Signed<Receipt>),
    TrustBundle(Box<Signed<TrustBundle>>),
    /// The CWT as it came; [`crate::status_list`] reads it.
    StatusList(Vec<u8>),
    FraudProof(Box<(Token, Token)>),
    Evidence(Box<Evidence>),
    Outage(Signed<Outage>),
    Enrolment(Box<Signed<Enrolment>>),
    Enrolled(Signed<Enrolled>),
    Sync(Box<SyncCall>),
    Synced(Box<SyncAnswer>),
    Deposit(Box<DepositCall>),
    Deposited(Signed<Deposited>),
    Renewal(Box<RenewalCall>),
    Renewed(Signed<Merchant>),
}

/// `[12, sync, * evidence]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncCall {
    /// What the wallet says.
    pub sync: Signed<Sync>,
    /// Payments since the last answered sync.
    pub evidence: Vec<Evidence>,
}

/// `[13, synced, ? allowance]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncAnswer {
    /// What the issuer says.
    pub synced: Signed<Synced>,
    /// The grant, if one was wanted and given.
    pub allowance: Option<Signed<Allowance>>,
}

/// `[14, merchant, deposit, + evidence]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DepositCall {
    /// The certificate under which the deposit is signed.
    pub merchant: Signed<Merchant>,
    /// What is claimed.
    pub deposit: Signed<Deposit>,
    /// One for each payment.
    pub evidence: Vec<Evidence>,
}

/// `[16, merchant, renewal]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenewalCall {
    /// The certificate held.
    pub merchant: Signed<Merchant>,
    /// What is asked.
    pub renewal: Signed<Renewal>,
}

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
        let (kind, count) = outer(bytes)?;
        if kind != Self::TYPE {
            return Err(type_error(Rule::UnexpectedMessageType));
        }
        Reader::whole(bytes, Self::TYPE.name(), |reader| {
            reader.array()?;
            reader.uint()?;
            Self::read_elements(reader, count)
        })
    }

    /// The encoded message.
    fn encode(&self) -> Vec<u8> {
        let elements = self.elements();
        let mut writer = Writer::new();
        writer.array(elements.len().saturating_add(1));
        writer.uint(Self::TYPE.number());
        for element in &elements {
            writer.bytes(element);
        }
        writer.into_bytes()
    }
}

const fn type_error(rule: Rule) -> DecodeError {
    DecodeError {
        rule,
        offset: 1,
        field: "message type",
    }
}

/// Reads the outer array only: strict encoding, size limit, known type.
fn outer(bytes: &[u8]) -> Result<(MessageType, usize), DecodeError> {
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

fn exactly(reader: &Reader<'_>, count: usize, wanted: usize) -> Result<(), DecodeError> {
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

impl Message {
    /// Decodes whatever message it is.
    ///
    /// # Errors
    /// Rule and offset; `UnknownMessageType` for a type of another version.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let (kind, _) = outer(bytes)?;
        Ok(match kind {
            MessageType::Refusal => Self::Refusal(decode_refusal(bytes)?),
            MessageType::PaymentRequest => Self::PaymentRequest(Expected::decode(bytes)?),
            MessageType::PaymentToken => Self::PaymentToken(Expected::decode(bytes)?),
            MessageType::Receipt => Self::Receipt(Expected::decode(bytes)?),
            MessageType::TrustBundle => Self::TrustBundle(Box::new(Expected::decode(bytes)?)),
            MessageType::StatusList => Self::StatusList(decode_status_list(bytes)?),
            MessageType::FraudProof => Self::FraudProof(Box::new(Expected::decode(bytes)?)),
            MessageType::Evidence => Self::Evidence(Box::new(Expected::decode(bytes)?)),
            MessageType::Outage => Self::Outage(Expected::decode(bytes)?),
            MessageType::Enrolment => Self::Enrolment(Box::new(Expected::decode(bytes)?)),
            MessageType::Enrolled => Self::Enrolled(Expected::decode(bytes)?),
            MessageType::Sync => Self::Sync(Box::new(Expected::decode(bytes)?)),
            MessageType::Synced => Self::Synced(Box::new(Expected::decode(bytes)?)),
            MessageType::Deposit => Self::Deposit(Box::new(Expected::decode(bytes)?)),
            MessageType::Deposited => Self::Deposited(Expected::decode(bytes)?),
            MessageType::Renewal => Self::Renewal(Box::new(Expected::decode(bytes)?)),
            MessageType::Renewed => Self::Renewed(Expected::decode(bytes)?),
        })
    }

    /// Which type it is.
    #[must_use]
    pub fn kind(&self) -> MessageType {
        match self {
            Self::Refusal(_) => MessageType::Refusal,
            Self::PaymentRequest(_) => MessageType::PaymentRequest,
            Self::PaymentToken(_) => MessageType::PaymentToken,
            Self::Receipt(_) => MessageType::Receipt,
            Self::TrustBundle(_) => MessageType::TrustBundle,
            Self::StatusList(_) => MessageType::StatusList,
            Self::FraudProof(_) => MessageType::FraudProof,
            Self::Evidence(_) => MessageType::Evidence,
            Self::Outage(_) => MessageType::Outage,
            Self::Enrolment(_) => MessageType::Enrolment,
            Self::Enrolled(_) => MessageType::Enrolled,
            Self::Sync(_) => MessageType::Sync,
            Self::Synced(_) => MessageType::Synced,
            Self::Deposit(_) => MessageType::Deposit,
            Self::Deposited(_) => MessageType::Deposited,
            Self::Renewal(_) => MessageType::Renewal,
            Self::Renewed(_) => MessageType::Renewed,
        }
    }
}

/// `[0, code]`.
#[must_use]
pub fn encode_refusal(code: u32) -> Vec<u8> {
    let mut writer = Writer::new();
    writer
        .array(2)
        .uint(MessageType::Refusal.number())
        .uint(code);
    writer.into_bytes()
}

/// The code of a refusal; a code this version does not know is still a code.
///
/// # Errors
/// Rule and offset.
pub fn decode_refusal(bytes: &[u8]) -> Result<u32, DecodeError> {
    let (kind, count) = outer(bytes)?;
    if kind != MessageType::Refusal {
        return Err(type_error(Rule::UnexpectedMessageType));
    }
    Reader::whole(bytes, "refusal", |reader| {
        exactly(reader, count, 1)?;
        reader.array()?;
        reader.uint()?;
        reader.field("refusal.code").uint32()
    })
}

/// `[5, status-list-cwt]`.
#[must_use]
pub fn encode_status_list(cwt: &[u8]) -> Vec<u8> {
    let mut writer = Writer::new();
    writer
        .array(2)
        .uint(MessageType::StatusList.number())
        .bytes(cwt);
    writer.into_bytes()
}

/// The CWT of a status list message, not looked into.
///
/// # Errors
/// Rule and offset.
pub fn decode_status_list(bytes: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let (kind, count) = outer(bytes)?;
    if kind != MessageType::StatusList {
        return Err(type_error(Rule::UnexpectedMessageType));
    }
    Reader::whole(bytes, "status_list", |reader| {
        exactly(reader, count, 1)?;
        reader.array()?;
        reader.uint()?;
        Ok(reader.bytes(0, LARGEST_MESSAGE)?.to_vec())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence_with(token: &[u8]) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.array(3).uint(7_u8).bytes(token).bytes(&[]);
        writer.into_bytes()
    }

    #[test]
    fn what_is_wrong_with_an_inner_message_is_found_where_it_stands() {
        // 83 07 42: the inner message begins at byte 3.
        let error = Evidence::decode(&evidence_with(&[0x81, 0x02])).unwrap_err();
        assert_eq!((error.rule, error.offset), (Rule::WrongLength, 3));
        let error = Evidence::decode(&evidence_with(&[0x81, 0x03])).unwrap_err();
        assert_eq!((error.rule, error.offset), (Rule::WrongType, 3));
    }
}
