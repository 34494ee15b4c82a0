//! A scheme with fixed keys: one root, one issuer, one acquirer, one till, one phone. Everything in order, so that a
//! test says only what it changes.

use skilling_protocol::crypto::{Signer as _, SoftwareKey};
use skilling_protocol::message::{Expected as _, PaymentRequest, Token};
use skilling_protocol::objects::{
    AcquirerEntry, Allowance, Amounted, IssuerEntry, Merchant, Outage, Payment, Policy, Request,
    Sequence, TrustBundle,
};
use skilling_protocol::signed::Signed;
use skilling_protocol::status_list::StatusBits;
use skilling_protocol::values::{
    Amount, Categories, Country, Currency, Decimals, Extensions, KeyProtection, Mcc, MerchantId,
    MerchantName, ObjectId, RequestNonce, Seconds, StatusUri, TerminalId, Time, Uuid,
};

/// The time of every honest scene: 2027-01-15 08:00:00 UTC.
pub const NOW: u64 = 1_800_000_000;
/// The issuer's status list.
pub const STATUS_URI: &str = "https://bank.example/v1/status/1";

/// A key whose scalar is 32 times `byte`: fixed, public, for tests only.
#[must_use]
pub fn key(byte: u8) -> SoftwareKey {
    SoftwareKey::from_scalar(&[byte; 32]).unwrap()
}

/// The scheme's root key.
#[must_use]
pub fn root() -> SoftwareKey {
    key(0x11)
}
/// The issuer's key.
#[must_use]
pub fn issuer() -> SoftwareKey {
    key(0x22)
}
/// The acquirer's key.
#[must_use]
pub fn acquirer() -> SoftwareKey {
    key(0x33)
}
/// The till's key.
#[must_use]
pub fn terminal() -> SoftwareKey {
    key(0x44)
}
/// The phone's pay key.
#[must_use]
pub fn pay() -> SoftwareKey {
    key(0x55)
}
/// A key that nobody vouches for.
#[must_use]
pub fn stranger() -> SoftwareKey {
    key(0x66)
}

/// An amount of minor units.
#[must_use]
pub fn amount(minor_units: u64) -> Amount {
    Amount::new(minor_units).unwrap()
}

/// A time in Unix seconds.
#[must_use]
pub fn time(unix: u64) -> Time {
    Time::from_unix(unix).unwrap()
}

/// A list of categories.
#[must_use]
pub fn categories(codes: &[u16]) -> Categories {
    Categories::new(codes.iter().map(|code| Mcc::new(*code).unwrap()).collect()).unwrap()
}

/// The scheme's policy for kroner: 1000.00 a payment, 350.00 without authentication, 5 minutes of skew, lists of up to
/// 10 days, 2000.00 an allowance and store, open to groceries and pharmacies, two weeks to deposit.
#[must_use]
pub fn policy() -> Policy {
    Policy {
        max_payment: amount(100_000),
        max_unauthenticated: amount(35_000),
        min_key_protection: KeyProtection::Software,
        skew: Seconds(300),
        max_status_age: Seconds::days(10),
        max_exposure: amount(200_000),
        categories: Some(categories(&[5411, 5912])),
        outage_only: false,
        deposit_window: Seconds::days(14),
        decimals: Decimals::TWO,
        extensions: Extensions::default(),
    }
}

/// The bundle: issued an hour ago, 30 days to go.
#[must_use]
pub fn bundle() -> TrustBundle {
    TrustBundle {
        version: 7,
        issued: time(NOW - 3_600),
        expires: time(NOW + 30 * 86_400),
        issuers: vec![IssuerEntry {
            key: issuer().public_key(),
            key_id: issuer().public_key().key_id(),
            name: MerchantName::new("Testbank").unwrap(),
            currencies: vec![Currency::DKK, Currency::SEK],
            valid_from: time(NOW - 86_400),
            valid_until: time(NOW + 365 * 86_400),
            suspended: false,
            status_uri: StatusUri::new(STATUS_URI).unwrap(),
            extensions: Extensions::default(),
        }],
        acquirers: vec![AcquirerEntry {
            key: acquirer().public_key(),
            key_id: acquirer().public_key().key_id(),
            name: MerchantName::new("Testindløser").unwrap(),
            valid_from: time(NOW - 86_400),
            valid_until: time(NOW + 365 * 86_400),
            suspended: false,
            extensions: Extensions::default(),
        }],
        policies: vec![(Currency::DKK, policy()), (Currency::SEK, policy())],
        lowest_protocol: None,
        extensions: Extensions::default(),
    }
}

/// A grocery's certificate.
#[must_use]
pub fn merchant() -> Merchant {
    Merchant {
        id: MerchantId(*b"GROCERY1"),
        name: MerchantName::new("Købmand Torvegade, København").unwrap(),
        mcc: Mcc::new(5411).unwrap(),
        country: Country::new("DK").unwrap(),
        terminal_key: terminal().public_key(),
        terminal_id: TerminalId(*b"TILL0001"),
        valid_from: time(NOW - 86_400),
        valid_until: time(NOW + 60 * 86_400),
        extensions: Extensions::default(),
    }
}

/// 125.50 DKK, asked a second ago, three minutes to answer.
#[must_use]
pub fn request() -> Request {
    Request {
        amounted: Some(Amounted {
            amount: amount(12_550),
            answer_before: time(NOW + 179),
        }),
        currency: Currency::DKK,
        nonce: RequestNonce([0x77; 16]),
        made_at: time(NOW - 1),
        reference: None,
        offline_since: None,
    }
}

/// 2000.00 DKK, 1000.00 a payment, 50 payments, a month, in a secure element that asks the payer.
#[must_use]
pub fn allowance() -> Allowance {
    Allowance {
        uuid: Uuid([0x0a; 16]),
        pay_key: pay().public_key(),
        currency: Currency::DKK,
        limit: amount(200_000),
        cap: amount(100_000),
        max_payments: 50,
        valid_from: time(NOW - 86_400),
        valid_until: time(NOW + 29 * 86_400),
        key_protection: KeyProtection::SecureElement,
        user_auth: true,
        status_index: 77,
        categories: None,
        extensions: Extensions::default(),
    }
}

/// The first payment of 125.50 for [`request`].
#[must_use]
pub fn payment(request_id: ObjectId<Request>) -> Payment {
    Payment {
        sequence: Sequence::FIRST,
        amount: amount(12_550),
        spent: amount(12_550),
        merchant_id: merchant().id,
        request_id,
        time: time(NOW),
        released: Amount::ZERO,
    }
}

/// An outage of kroner: since yesterday, for a week, two weeks of extension.
#[must_use]
pub fn outage() -> Outage {
    Outage {
        serial: 3,
        currency: Currency::DKK,
        from: time(NOW - 86_400),
        until: time(NOW + 6 * 86_400),
        extension: Seconds::days(14),
    }
}

/// The issuer's status list as a CWT: 1024 entries, these set.
#[must_use]
pub fn status_list(set: &[u32], issued_at: u64) -> Vec<u8> {
    let mut bits = StatusBits::new(1_024).unwrap();
    set.iter().for_each(|index| bits.revoke(*index).unwrap());
    let uri = StatusUri::new(STATUS_URI).unwrap();
    bits.sign(&uri, time(issued_at), Seconds::hours(12), &issuer())
        .unwrap()
}

/// A request message by the till under its certificate.
#[must_use]
pub fn request_message(merchant: Merchant, request: Request) -> PaymentRequest {
    let merchant = Signed::sign(merchant, (), &acquirer()).unwrap();
    let request = Signed::sign(request, merchant.id(()), &terminal()).unwrap();
    PaymentRequest { merchant, request }
}

/// The id that payments name.
#[must_use]
pub fn request_id(message: &PaymentRequest) -> ObjectId<Request> {
    message.request.id(message.merchant.id(()))
}

/// A token under an allowance.
#[must_use]
pub fn token(allowance: &Signed<Allowance>, payment: Payment, signer: &SoftwareKey) -> Token {
    Token {
        allowance: allowance.clone(),
        payment: Signed::sign(payment, allowance.id(()), signer).unwrap(),
    }
}

/// The token of [`payment`] under [`allowance`], encoded, with its request.
#[must_use]
pub fn honest_token() -> (Vec<u8>, PaymentRequest) {
    let message = request_message(merchant(), request());
    let allowance = Signed::sign(allowance(), (), &issuer()).unwrap();
    let token = token(&allowance, payment(request_id(&message)), &pay());
    (token.encode(), message)
}

/// The root's public key in hex.
#[must_use]
pub fn hex_of_root() -> String {
    root().public_key().to_string()
}
