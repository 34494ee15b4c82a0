//! What root and acquirer sign: bundle, bulletins, certificates.

use skilling_platform::random;
use skilling_protocol::crypto::Signer as _;
use skilling_protocol::message::Expected as _;
use skilling_protocol::objects::{
    AcquirerEntry, IssuerEntry, Merchant, Outage, Policy, TrustBundle,
};
use skilling_protocol::signed::{Object, SignError, Signed};
use skilling_protocol::values::{
    Amount, Country, Currency, Decimals, Extensions, KeyProtection, Mcc, MerchantId, MerchantName,
    OutOfBounds, Seconds, StatusUri, TerminalId, Time,
};

use super::Simulator;
use crate::CoreError;
use crate::values::public_key;

/// What this module makes is in bounds; if it is not, that is a fault of ours and still no panic.
pub(super) fn ours(error: OutOfBounds) -> CoreError {
    CoreError::argument(error.what, error.why)
}

pub(super) fn signed<T: Object>(
    object: T,
    parent: T::Parent,
    key: &skilling_protocol::crypto::SoftwareKey,
) -> Result<Signed<T>, CoreError> {
    Signed::sign(object, parent, key).map_err(|error| match error {
        SignError::Object(error) => ours(error),
        SignError::Signer(never) => match never {},
    })
}

fn kroner(amount: u64) -> Result<Amount, CoreError> {
    Amount::new(amount.saturating_mul(100)).map_err(ours)
}

impl Simulator {
    pub(super) fn trust_bundle(&self) -> Result<Vec<u8>, CoreError> {
        let (version, suspended, began) = {
            let books = self.books();
            (books.bundle_version, books.is_bank_suspended, books.began)
        };
        let name = |text| MerchantName::new(text).map_err(ours);
        let until = began.plus(Seconds::days(365));
        let bank = self.keys.bank.public_key();
        let acquirer = self.keys.acquirer.public_key();
        let bundle = TrustBundle {
            version,
            issued: began.minus(Seconds::hours(1)),
            expires: self.now().max(began).plus(Seconds::days(30)),
            issuers: vec![IssuerEntry {
                key: bank,
                key_id: bank.key_id(),
                name: name("Simulated Bank")?,
                currencies: vec![Currency::DKK],
                valid_from: Time::default(),
                valid_until: until,
                suspended,
                status_uri: StatusUri::new("https://bank.example/v1/status/1").map_err(ours)?,
                extensions: Extensions::default(),
            }],
            acquirers: vec![AcquirerEntry {
                key: acquirer,
                key_id: acquirer.key_id(),
                name: name("Simulated Acquirer")?,
                valid_from: Time::default(),
                valid_until: until,
                suspended: false,
                extensions: Extensions::default(),
            }],
            policies: vec![(Currency::DKK, policy()?)],
            lowest_protocol: None,
            extensions: Extensions::default(),
        };
        Ok(signed(bundle, (), &self.keys.root)?.encode())
    }

    pub(super) fn outage_bulletin(
        &self,
        currency: Currency,
        extension: Seconds,
    ) -> Result<Vec<u8>, CoreError> {
        let now = self.now();
        let serial = {
            let mut books = self.books();
            books.outage_serial = books.outage_serial.saturating_add(1);
            books.outage_serial
        };
        let outage = Outage {
            serial,
            currency,
            from: now,
            until: now.plus(Seconds::days(20)),
            extension,
        };
        let message = signed(outage, (), &self.keys.root)?.encode();
        self.books().outage = Some((currency, message.clone()));
        Ok(message)
    }

    pub(super) fn merchant_certificate(
        &self,
        terminal_key: &[u8],
        merchant: &str,
    ) -> Result<Vec<u8>, CoreError> {
        let key = public_key(terminal_key)
            .ok_or_else(|| CoreError::argument("terminal_key", "not a P-256 key"))?;
        Ok(self.certified(key, merchant)?.to_bytes())
    }

    pub(super) fn certified(
        &self,
        terminal_key: skilling_protocol::values::PublicKey,
        merchant: &str,
    ) -> Result<Signed<Merchant>, CoreError> {
        let no_randomness = |_| CoreError::from(skilling_wallet::WalletError::NoRandomness);
        let now = self.now();
        let merchant = Merchant {
            id: MerchantId([7; 8]),
            name: MerchantName::new(merchant).map_err(CoreError::bounds("merchant"))?,
            mcc: Mcc::new(5411).map_err(ours)?,
            country: Country::new("DK").map_err(ours)?,
            terminal_key,
            terminal_id: TerminalId(random::bytes().map_err(no_randomness)?),
            valid_from: now.minus(Seconds::days(1)),
            valid_until: now.plus(Seconds::days(89)),
            extensions: Extensions::default(),
        };
        signed(merchant, (), &self.keys.acquirer)
    }
}

fn policy() -> Result<Policy, CoreError> {
    Ok(Policy {
        max_payment: kroner(1_500)?,
        max_unauthenticated: kroner(350)?,
        min_key_protection: KeyProtection::Software,
        skew: Seconds(120),
        max_status_age: Seconds::days(10),
        max_exposure: kroner(5_000)?,
        categories: None,
        outage_only: false,
        deposit_window: Seconds::days(14),
        decimals: Decimals::TWO,
        extensions: Extensions::default(),
    })
}
