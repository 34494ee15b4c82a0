//! The objects of protocol section 3 and sync.md as tables: which key a field has, and how it is written in a TOML.

use skilling_protocol::message::MessageType;
use skilling_protocol::objects::{
    Allowance, Deposit, Deposited, Enrolled, Enrolment, Merchant, Outage, Payment, Receipt,
    Renewal, Request, Sync, Synced, TrustBundle,
};
use skilling_protocol::signed::Object;

use super::keys::Role;

/// How a value is written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form {
    Number,
    /// Minor units, or text as people write it.
    Amount,
    /// RFC 3339, Unix seconds, or `now+3min`.
    Time,
    /// Seconds, or text like `10d`.
    Length,
    /// `DKK` or 208.
    Currency,
    Text,
    /// Hex, or text in ASCII where it has just this many bytes.
    Bytes(usize),
    /// Hex of any length.
    Opaque,
    /// `key:ROLE` or 66 hex digits.
    Key,
    /// `id:OBJECT` or 64 hex digits.
    Id,
    /// One of these names, or its number.
    Choice(&'static [&'static str]),
    /// true or false: 1 or 0.
    Flag,
    Numbers,
    Currencies,
    Ids,
    /// `[id, number]` each.
    States,
    /// A map of its own.
    Map(&'static [Field]),
    Maps(&'static [Field]),
    /// A map by currency.
    ByCurrency(&'static [Field]),
    /// A map of numbers to hex.
    Extensions,
}

/// A key of a map.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) key: u64,
    pub(super) name: &'static str,
    pub(super) form: Form,
}

/// A signed object.
#[derive(Debug)]
pub(super) struct Shape {
    /// Its table in a TOML.
    pub(super) name: &'static str,
    pub(super) context: &'static str,
    pub(super) names_key: bool,
    pub(super) signer: Role,
    /// The table of the object it is bound to.
    pub(super) parent: Option<&'static str>,
    pub(super) fields: &'static [Field],
}

const fn field(key: u64, name: &'static str, form: Form) -> Field {
    Field { key, name, form }
}

const fn shape<T: Object>(
    name: &'static str,
    signer: Role,
    parent: Option<&'static str>,
    fields: &'static [Field],
) -> Shape {
    Shape {
        name,
        context: T::CONTEXT,
        names_key: T::NAMES_KEY,
        signer,
        parent,
        fields,
    }
}

const EXTENSIONS: Field = field(15, "extensions", Form::Extensions);
const STATES: &[&str] = &["pending", "paid", "given_back", "disputed", "refused"];
const PROTECTION: Form = Form::Choice(&["software", "trusted_environment", "secure_element"]);

const ALLOWANCE: &[Field] = &[
    field(1, "id", Form::Bytes(16)),
    field(2, "device_key", Form::Key),
    field(3, "currency", Form::Currency),
    field(4, "limit", Form::Amount),
    field(5, "cap", Form::Amount),
    field(6, "max_payments", Form::Number),
    field(7, "valid_from", Form::Time),
    field(8, "valid_until", Form::Time),
    field(9, "key_protection", PROTECTION),
    field(10, "user_auth", Form::Flag),
    field(11, "status_index", Form::Number),
    field(12, "categories", Form::Numbers),
    EXTENSIONS,
];

const MERCHANT: &[Field] = &[
    field(1, "id", Form::Bytes(8)),
    field(2, "name", Form::Text),
    field(3, "mcc", Form::Number),
    field(4, "country", Form::Text),
    field(5, "terminal_key", Form::Key),
    field(6, "terminal_id", Form::Bytes(8)),
    field(7, "valid_from", Form::Time),
    field(8, "valid_until", Form::Time),
    EXTENSIONS,
];

const REQUEST: &[Field] = &[
    field(1, "amount", Form::Amount),
    field(2, "currency", Form::Currency),
    field(3, "nonce", Form::Bytes(16)),
    field(4, "made_at", Form::Time),
    field(5, "answer_before", Form::Time),
    field(6, "reference", Form::Text),
    field(7, "offline_since", Form::Time),
];

const PAYMENT: &[Field] = &[
    field(1, "sequence", Form::Number),
    field(2, "amount", Form::Amount),
    field(3, "spent", Form::Amount),
    field(4, "merchant_id", Form::Bytes(8)),
    field(5, "request_id", Form::Id),
    field(6, "time", Form::Time),
    field(7, "released", Form::Amount),
];

const RECEIPT: &[Field] = &[
    field(
        1,
        "outcome",
        Form::Choice(&["accepted", "voided", "declined"]),
    ),
    field(2, "code", Form::Number),
    field(3, "time", Form::Time),
];

const OUTAGE: &[Field] = &[
    field(1, "serial", Form::Number),
    field(2, "currency", Form::Currency),
    field(3, "from", Form::Time),
    field(4, "until", Form::Time),
    field(5, "extension", Form::Length),
];

const ISSUER: &[Field] = &[
    field(1, "key", Form::Key),
    field(2, "name", Form::Text),
    field(3, "currencies", Form::Currencies),
    field(4, "valid_from", Form::Time),
    field(5, "valid_until", Form::Time),
    field(6, "suspended", Form::Flag),
    field(7, "status_uri", Form::Text),
    EXTENSIONS,
];

const ACQUIRER: &[Field] = &[
    field(1, "key", Form::Key),
    field(2, "name", Form::Text),
    field(4, "valid_from", Form::Time),
    field(5, "valid_until", Form::Time),
    field(6, "suspended", Form::Flag),
    EXTENSIONS,
];

const POLICY: &[Field] = &[
    field(1, "max_payment", Form::Amount),
    field(2, "max_unauthenticated", Form::Amount),
    field(3, "min_key_protection", PROTECTION),
    field(4, "skew", Form::Length),
    field(5, "max_status_age", Form::Length),
    field(6, "max_exposure", Form::Amount),
    field(7, "categories", Form::Numbers),
    field(8, "outage_only", Form::Flag),
    field(9, "deposit_window", Form::Length),
    field(10, "decimals", Form::Number),
    EXTENSIONS,
];

const TRUST: &[Field] = &[
    field(1, "version", Form::Number),
    field(2, "issued", Form::Time),
    field(3, "expires", Form::Time),
    field(4, "issuers", Form::Maps(ISSUER)),
    field(5, "acquirers", Form::Maps(ACQUIRER)),
    field(6, "policies", Form::ByCurrency(POLICY)),
    field(7, "lowest_protocol", Form::Number),
    EXTENSIONS,
];

const ENROLMENT: &[Field] = &[
    field(1, "nonce", Form::Bytes(32)),
    field(2, "link_key", Form::Key),
    field(
        3,
        "attestation_kind",
        Form::Choice(&["none", "android", "apple"]),
    ),
    field(4, "attestation", Form::Opaque),
    field(5, "customer_proof", Form::Opaque),
];

const STATEMENT: &[Field] = &[
    field(1, "allowance_id", Form::Id),
    field(2, "last_sequence", Form::Number),
    field(3, "spent", Form::Amount),
    field(4, "released", Form::Amount),
    field(5, "state", Form::Choice(&["open", "closed", "lost"])),
];

const WANTED: &[Field] = &[
    field(1, "currency", Form::Currency),
    field(2, "limit", Form::Amount),
    field(3, "device_key", Form::Key),
    field(4, "attestation", Form::Opaque),
    field(5, "categories", Form::Numbers),
];

const SYNC: &[Field] = &[
    field(1, "idempotency_id", Form::Bytes(16)),
    field(2, "nonce", Form::Bytes(32)),
    field(3, "time", Form::Time),
    field(4, "trust_version", Form::Number),
    field(5, "statements", Form::Maps(STATEMENT)),
    field(6, "wanted", Form::Map(WANTED)),
    field(7, "link_key", Form::Key),
];

const SYNCED: &[Field] = &[
    field(1, "time", Form::Time),
    field(2, "nonce", Form::Bytes(32)),
    field(3, "payments", Form::States),
    field(4, "reserved", Form::States),
    field(5, "why_no_grant", Form::Number),
];

const DEPOSIT: &[Field] = &[
    field(1, "idempotency_id", Form::Bytes(16)),
    field(2, "time", Form::Time),
    field(3, "payment_ids", Form::Ids),
];

const DEPOSITED: &[Field] = &[
    field(1, "time", Form::Time),
    field(2, "payments", Form::States),
];

const RENEWAL: &[Field] = &[
    field(1, "idempotency_id", Form::Bytes(16)),
    field(2, "time", Form::Time),
    field(3, "terminal_key", Form::Key),
];

/// Every signed object. `second` is another payment under the same allowance, for fraud proofs.
pub(super) const SHAPES: &[Shape] = &[
    shape::<Allowance>("allowance", Role::Issuer, None, ALLOWANCE),
    shape::<Merchant>("merchant", Role::Acquirer, None, MERCHANT),
    shape::<Request>("request", Role::Terminal, Some("merchant"), REQUEST),
    shape::<Payment>("payment", Role::Pay, Some("allowance"), PAYMENT),
    shape::<Payment>("second", Role::Pay, Some("allowance"), PAYMENT),
    shape::<Receipt>("receipt", Role::Terminal, Some("payment"), RECEIPT),
    shape::<Outage>("outage", Role::Root, None, OUTAGE),
    shape::<TrustBundle>("trust", Role::Root, None, TRUST),
    shape::<Enrolment>("enrolment", Role::Link, None, ENROLMENT),
    shape::<Enrolled>(
        "enrolled",
        Role::Issuer,
        Some("enrolment"),
        &[field(1, "time", Form::Time)],
    ),
    shape::<Sync>("sync", Role::Link, None, SYNC),
    shape::<Synced>("synced", Role::Issuer, Some("sync"), SYNCED),
    shape::<Deposit>("deposit", Role::Terminal, Some("merchant"), DEPOSIT),
    shape::<Deposited>("deposited", Role::Acquirer, Some("deposit"), DEPOSITED),
    shape::<Renewal>("renewal", Role::Terminal, Some("merchant"), RENEWAL),
];

/// The names behind the numbers of `synced` and `deposited`.
pub(super) const PAYMENT_STATES: &[&str] = STATES;

pub(super) fn shape_of(name: &str) -> Option<&'static Shape> {
    SHAPES.iter().find(|shape| shape.name == name)
}

/// What a message holds after its type.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    /// A signed object.
    Object(&'static str),
    /// A message of another kind.
    Message(MessageType),
    /// The token of the second payment.
    SecondToken,
    /// As many receipts as `[evidence]` says.
    Receipts,
}

/// The parts of a message.
pub(super) fn parts(kind: MessageType) -> &'static [Part] {
    use Part::{Message, Object, Receipts, SecondToken};
    const TOKEN: Part = Message(MessageType::PaymentToken);
    const EVIDENCE: Part = Message(MessageType::Evidence);
    match kind {
        MessageType::Refusal | MessageType::StatusList => &[],
        MessageType::PaymentRequest => &[Object("merchant"), Object("request")],
        MessageType::PaymentToken => &[Object("allowance"), Object("payment")],
        MessageType::Receipt => &[Object("receipt")],
        MessageType::TrustBundle => &[Object("trust")],
        MessageType::FraudProof => &[TOKEN, SecondToken],
        MessageType::Evidence => &[TOKEN, Message(MessageType::PaymentRequest), Receipts],
        MessageType::Outage => &[Object("outage")],
        MessageType::Enrolment => &[Object("enrolment")],
        MessageType::Enrolled => &[Object("enrolled")],
        MessageType::Sync => &[Object("sync"), EVIDENCE],
        MessageType::Synced => &[Object("synced"), Object("allowance")],
        MessageType::Deposit => &[Object("merchant"), Object("deposit"), EVIDENCE],
        MessageType::Deposited => &[Object("deposited")],
        MessageType::Renewal => &[Object("merchant"), Object("renewal")],
        MessageType::Renewed => &[Object("merchant")],
    }
}

/// Every kind of message.
pub(super) const KINDS: [MessageType; 17] = [
    MessageType::Refusal,
    MessageType::PaymentRequest,
    MessageType::PaymentToken,
    MessageType::Receipt,
    MessageType::TrustBundle,
    MessageType::StatusList,
    MessageType::FraudProof,
    MessageType::Evidence,
    MessageType::Outage,
    MessageType::Enrolment,
    MessageType::Enrolled,
    MessageType::Sync,
    MessageType::Synced,
    MessageType::Deposit,
    MessageType::Deposited,
    MessageType::Renewal,
    MessageType::Renewed,
];

/// The kind of a name.
pub(super) fn kind(name: &str) -> Option<MessageType> {
    KINDS.into_iter().find(|kind| kind.name() == name)
}
