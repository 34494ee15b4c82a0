//! What root and acquirer sign: bundle, bulletins, certificates.

use std::convert::Infallible;

use skilling_platform::random;
use skilling_protocol::crypto::Signer;
use skilling_protocol::message::{Expected as _, encode_status_list};
use skilling_protocol::objects::{
    AcquirerEntry, IssuerEntry, Merchant, Outage, Policy, TrustBundle,
};
use skilling_protocol::signed::{Object, SignError, Signed};
use skilling_protocol::status_list::StatusBits;
use skilling_protocol::values::{
    Amount, Country, Currency, Decimals, Extensions, KeyProtection, Mcc, MerchantId, MerchantName,
    OutOfBounds, Seconds, StatusUri, TerminalId, Time,
};

use super::{REVOKED_INDEX, Simulator};
use crate::CoreError;
use crate::values::public_key;

const STATUS_URI: &str = "https://bank.example/v1/status/1";
/// Entries beyond the last grant.
const LIST_ROOM: u32 = 1_024;
/// Of the simulated shops.
const MCC: u16 = 5411;
/// Of none of them.
pub(super) const OTHER_MCC: u16 = 7995;
/// Without a policy.
pub(super) const OTHER_CURRENCY: u16 = 752;

/// What this module makes is in bounds; if it is not, that is a fault of ours and still no panic.
pub(super) fn ours(error: OutOfBounds) -> CoreError {
    CoreError::argument(error.what, error.why)
}

pub(super) fn signed<T: Object>(
    object: T,
    parent: T::Parent,
    key: &(impl Signer<Error = Infallible> + ?Sized),
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
        self.sign_bundle(self.bundle_now()?)
    }

    pub(super) fn sign_bundle(&self, bundle: TrustBundle) -> Result<Vec<u8>, CoreError> {
        Ok(signed(bundle, (), &self.keys.root)?.encode())
    }

    pub(super) fn bundle_now(&self) -> Result<TrustBundle, CoreError> {
        let (version, suspended, began) = {
            let books = self.books();
            (books.bundle_version, books.is_bank_suspended, books.began)
        };
        let name = |text| MerchantName::new(text).map_err(ours);
        let until = began.plus(Seconds::days(365));
        let bank = self.keys.bank.public_key();
        let acquirer = self.keys.acquirer.public_key();
        Ok(TrustBundle {
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
                status_uri: StatusUri::new(STATUS_URI).map_err(ours)?,
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
        })
    }

    /// The list of the bank's revoked allowances, as it is now (message 5).
    pub(super) fn signed_status_list(&self) -> Result<Vec<u8>, CoreError> {
        let (revoked, entries) = {
            let books = self.books();
            (books.revoked.clone(), books.grants)
        };
        let mut bits = StatusBits::new(entries.saturating_add(LIST_ROOM)).map_err(ours)?;
        for index in revoked.into_iter().chain([REVOKED_INDEX]) {
            bits.revoke(index).map_err(ours)?;
        }
        let uri = StatusUri::new(STATUS_URI).map_err(ours)?;
        let signed = bits.sign(&uri, self.now(), Seconds::hours(1), &self.keys.bank);
        match signed {
            Ok(cwt) => Ok(encode_status_list(&cwt)),
            Err(never) => match never {},
        }
    }

    /// The next bulletin of a currency: that an outage began, or that it is over.
    pub(super) fn outage_bulletin(
        &self,
        currency: Currency,
        extension: Seconds,
        is_over: bool,
    ) -> Result<Vec<u8>, CoreError> {
        let now = self.now();
        let (from, until) = if is_over {
            (now.minus(Seconds::days(1)), now)
        } else {
            (now, now.plus(Seconds::days(20)))
        };
        let serial = {
            let mut books = self.books();
            books.outage_serial = books.outage_serial.saturating_add(1);
            books.outage_serial
        };
        let outage = Outage {
            serial,
            currency,
            from,
            until,
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
            mcc: Mcc::new(MCC).map_err(ours)?,
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
