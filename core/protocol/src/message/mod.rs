//! Messages: what travels as one NFC exchange, QR code, HTTP body or file (protocol section 4).

mod expected;

pub use expected::{Expected, is_bundle_of};

use alloc::boxed::Box;
use alloc::vec::Vec;

use self::expected::{exactly, outer, type_error};
use crate::cbor::{Reader, Writer};
use crate::error::{DecodeError, Rule};
use crate::objects::{
    Allowance, Deposit, Deposited, Enrolled, Enrolment, Merchant, Outage, Payment, Receipt,
    Renewal, Request, Sync, Synced, TrustBundle,
};
use crate::signed::Signed;
use crate::values::ObjectId;

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

    /// The type with this number on the wire.
    #[must_use]
    pub fn from_number(number: u64) -> Option<Self> {
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
