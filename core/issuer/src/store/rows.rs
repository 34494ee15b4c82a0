//! What the store keeps: plain rows, each named after what it is, with the types of the protocol.

use skilling_protocol::objects::{Allowance, Payment};
use skilling_protocol::values::{
    Amount, Categories, Currency, Digest, KeyId, KeyProtection, MerchantId, ObjectId, PublicKey,
    Seconds, TerminalId, Time, Uuid,
};

use crate::settle::Standing;

/// A customer of the bank.
pub type CustomerId = Uuid;
/// An allowance's object id.
pub type AllowanceId = ObjectId<Allowance>;
/// A payment's object id.
pub type PaymentId = ObjectId<Payment>;

/// A customer. The name is personal: `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct CustomerRow {
    /// For people and ledgers.
    pub id: CustomerId,
    /// What the bank calls them.
    pub name: String,
    /// Which tier's bounds hold for their grants.
    pub tier: String,
    /// Gets no grants.
    pub blocked: bool,
}

impl std::fmt::Debug for CustomerRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CustomerRow")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Where the money of a grant comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Funding {
    /// Held from the customer's account.
    Held,
    /// At the bank's risk, up to a line.
    Risk,
}

impl Funding {
    /// `held` or `risk`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Risk => "risk",
        }
    }

    /// From its name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Held, Self::Risk]
            .into_iter()
            .find(|it| it.name() == name)
    }
}

/// What a customer may draw on in one currency. A held account's money is in the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FundsRow {
    /// Whose.
    pub customer: CustomerId,
    /// In which currency.
    pub currency: Currency,
    /// Held or at risk.
    pub funding: Funding,
    /// At risk: the most in all. Held: not used.
    pub line: Amount,
}

/// The bounds of the product a customer has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tier {
    /// Its name.
    pub name: String,
    /// The most for one allowance; `None`: what the customer has.
    pub max_limit: Option<Amount>,
    /// The most allowances open at a time on one phone.
    pub max_open: u32,
    /// The weakest pay key.
    pub min_key_protection: KeyProtection,
    /// The categories granted; `None`: any.
    pub categories: Option<Categories>,
}

/// An enrolment code, known by its digest only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeRow {
    /// SHA-256 of the code.
    pub digest: Digest,
    /// Whom it enrols.
    pub customer: CustomerId,
    /// The link key it was used for; it serves no other.
    pub used_by: Option<PublicKey>,
}

/// A phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkRow {
    /// Its link key.
    pub key: PublicKey,
    /// Whose it is.
    pub customer: CustomerId,
    /// Kind of attestation, as on the wire.
    pub attestation_kind: u8,
    /// Gets no grants.
    pub blocked: bool,
    /// When it was enrolled.
    pub enrolled_at: Time,
}

/// A stored answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// SHA-256 of the body that was answered.
    pub request: Digest,
    /// The body of the answer.
    pub body: Vec<u8>,
    /// When.
    pub at: Time,
}

/// What the wallet said of an allowance, or the bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AllowanceStanding {
    /// The wallet may sign.
    Open,
    /// The wallet never signs again.
    Closed,
    /// The phone or its storage is lost.
    Lost,
}

impl AllowanceStanding {
    /// `open`, `closed` or `lost`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Lost => "lost",
        }
    }

    /// From its name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Open, Self::Closed, Self::Lost]
            .into_iter()
            .find(|it| it.name() == name)
    }
}

/// A granted allowance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowanceRow {
    /// Object id.
    pub id: AllowanceId,
    /// Whose phone.
    pub link: PublicKey,
    /// Whose money.
    pub customer: CustomerId,
    /// How it is funded.
    pub funding: Funding,
    /// The pay key.
    pub pay_key: PublicKey,
    /// Its currency.
    pub currency: Currency,
    /// Its limit.
    pub limit: Amount,
    /// Valid from.
    pub valid_from: Time,
    /// Valid until.
    pub valid_until: Time,
    /// Policy 9 as it was at the grant.
    pub deposit_window: Seconds,
    /// Index in the status list.
    pub status_index: u32,
    /// Whether its bit is set.
    pub revoked: bool,
    /// Open, closed or lost.
    pub standing: AllowanceStanding,
    /// The greatest `spent` seen in a token or statement.
    pub greatest_spent: Amount,
    /// Its deadline has passed and was acted on.
    pub settled: bool,
    /// The sync that closed it: evidence against later tokens.
    pub closing_sync: Option<Vec<u8>>,
    /// The signed allowance.
    pub signed: Vec<u8>,
}

/// A payment under an allowance of this issuer, as verified evidence showed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentRow {
    /// Object id.
    pub id: PaymentId,
    /// Under which allowance.
    pub allowance: AllowanceId,
    /// Whose phone.
    pub link: PublicKey,
    /// In which currency.
    pub currency: Currency,
    /// Its number.
    pub sequence: u32,
    /// Its amount.
    pub amount: Amount,
    /// Its `spent`.
    pub spent: Amount,
    /// Its `released`.
    pub released: Amount,
    /// The acquirer of the certificate.
    pub acquirer: KeyId,
    /// The merchant.
    pub merchant: MerchantId,
    /// Where it stands.
    pub standing: Standing,
    /// The standing the phone was last told.
    pub reported: Option<Standing>,
    /// First heard of.
    pub seen_at: Time,
    /// The evidence, message type 7.
    pub evidence: Vec<u8>,
}

/// A payment that nobody has claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pending {
    /// Which.
    pub payment: PaymentId,
    /// The acquirer that is told and may claim.
    pub acquirer: KeyId,
    /// Its merchant.
    pub merchant: MerchantId,
    /// In which currency.
    pub currency: Currency,
    /// How much.
    pub amount: Amount,
    /// Since when.
    pub seen_at: Time,
}

/// An acquirer's claim on another issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The payment.
    pub payment: PaymentId,
    /// The issuer whose key signed the allowance.
    pub issuer: PublicKey,
    /// For whom.
    pub merchant: MerchantId,
    /// In which currency.
    pub currency: Currency,
    /// How much.
    pub amount: Amount,
    /// What the issuer last said; pending until it has.
    pub standing: Standing,
    /// Since when.
    pub seen_at: Time,
}

/// An account of the ledger; with a currency it is one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Account {
    /// What the bank owes a customer.
    Customer(CustomerId),
    /// Set aside for an allowance.
    Reserve(AllowanceId),
    /// Put up by the bank for a customer: negative while it is out.
    Risk(CustomerId),
    /// What a merchant is owed, through its acquirer.
    Payable(KeyId, MerchantId),
    /// What a payer owes beyond the reserve: negative.
    Owes(AllowanceId),
    /// The world outside: money paid in, and what other issuers owe (by their key id).
    Suspense(Option<KeyId>),
}

impl Account {
    /// The kinds, as reports name them.
    pub const KINDS: [&'static str; 6] = [
        "customer_account",
        "customer_reserve",
        "bank_risk",
        "merchant_payable",
        "payer_owes",
        "suspense",
    ];

    /// Its kind.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Customer(_) => "customer_account",
            Self::Reserve(_) => "customer_reserve",
            Self::Risk(_) => "bank_risk",
            Self::Payable(..) => "merchant_payable",
            Self::Owes(_) => "payer_owes",
            Self::Suspense(_) => "suspense",
        }
    }

    /// Whose it is, as bytes.
    #[must_use]
    pub fn owner(self) -> Vec<u8> {
        match self {
            Self::Customer(id) | Self::Risk(id) => id.as_bytes().to_vec(),
            Self::Reserve(id) | Self::Owes(id) => id.as_bytes().to_vec(),
            Self::Payable(acquirer, merchant) => {
                [acquirer.0.as_slice(), merchant.as_bytes()].concat()
            }
            Self::Suspense(issuer) => issuer.map(|id| id.0.to_vec()).unwrap_or_default(),
        }
    }
}

/// A movement of money: `from` goes down, `to` goes up, by the same amount. The sum is zero by construction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transfer {
    /// In which currency.
    pub currency: Currency,
    /// Goes down.
    pub from: Account,
    /// Goes up.
    pub to: Account,
    /// At least 1.
    pub amount: Amount,
    /// `deposit`, `grant`, `paid`, `reversed`, `released`.
    pub why: &'static str,
    /// The payment or allowance it is about.
    pub about: Option<Digest>,
    /// When.
    pub at: Time,
}

/// A fraud proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofRow {
    /// Under which allowance.
    pub allowance: AllowanceId,
    /// In which currency.
    pub currency: Currency,
    /// `conflicting_payment` or `inconsistent_history`.
    pub kind: String,
    /// The two payments, ascending.
    pub payments: (PaymentId, PaymentId),
    /// Message type 6.
    pub message: Vec<u8>,
    /// When it was found.
    pub found_at: Time,
}

/// The state of the status list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatusHead {
    /// Rises with every bit set.
    pub revision: u32,
    /// How many entries it has.
    pub entries: u32,
    /// How many indices are given out.
    pub used: u32,
    /// The revision last published.
    pub published: Option<u32>,
    /// Claim 6 of the list last published.
    pub issued_at: Time,
    /// The list last published, message type 5.
    pub message: Vec<u8>,
}

/// A terminal of this acquirer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TerminalRow {
    /// Its key.
    pub key: PublicKey,
    /// Its merchant.
    pub merchant: MerchantId,
    /// Its id.
    pub terminal_id: TerminalId,
    /// The newest certificate of this key.
    pub certificate: Vec<u8>,
    /// The key that took over; then this one renews nothing.
    pub replaced_by: Option<PublicKey>,
}

/// A deposit to be presented to another issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forward {
    /// The deposit's object id.
    pub deposit: Digest,
    /// The other issuer's key.
    pub issuer: PublicKey,
    /// The call with that issuer's evidence, message type 14.
    pub call: Vec<u8>,
    /// Since when.
    pub seen_at: Time,
}
