//! A till without a store, for a wallet's screens; and a phone that refuses, for a till's.

use skilling_platform::random;
use skilling_protocol::crypto::Signer as _;
use skilling_protocol::message::{Expected as _, PaymentRequest, Token, encode_refusal};
use skilling_protocol::objects::{Amounted, Outcome, Receipt, Request};
use skilling_protocol::values::{Reference, RequestNonce, Seconds, Time};

use super::papers::signed;
use super::{Simulator, magic};
use crate::CoreError;
use crate::values::{Money, currency};

#[uniffi::export]
impl Simulator {
    /// A payment request of a simulated shop (message 1); without an `amount` a printed code.
    ///
    /// # Errors
    /// `InvalidArgument`, `NoRandomness`.
    pub fn till_request(
        &self,
        currency: u32,
        amount: Option<Money>,
        reference: Option<String>,
    ) -> Result<Vec<u8>, CoreError> {
        let made_at = self.now();
        let asking = Asking {
            currency,
            amount,
            reference,
            made_at,
        };
        Ok(self.request(asking)?.encode())
    }

    /// The simulated shop's receipt for a token (message 3): accepted, or declined with the code of a magic amount (`...9024`).
    ///
    /// # Errors
    /// `Malformed`.
    pub fn till_receipt(&self, token: Vec<u8>) -> Result<Vec<u8>, CoreError> {
        let decoded = Token::decode(&token)?;
        let amount = decoded.payment.unverified().amount;
        let outcome = match magic(amount.minor_units()) {
            Some(code) => Outcome::Declined { code },
            None => Outcome::Accepted,
        };
        self.receipt_of(&decoded, outcome)
    }

    /// The simulated shop takes the payment back (message 3).
    ///
    /// # Errors
    /// `Malformed`.
    pub fn till_void(&self, token: Vec<u8>) -> Result<Vec<u8>, CoreError> {
        self.receipt_of(&Token::decode(&token)?, Outcome::Voided)
    }

    /// What a simulated phone says to a till's request: a refusal (message 0) with the code of a magic amount, else nothing.
    ///
    /// # Errors
    /// `Malformed`.
    pub fn phone_refusal(&self, request: Vec<u8>) -> Result<Option<Vec<u8>>, CoreError> {
        let decoded = PaymentRequest::decode(&request)?;
        let amount = decoded.request.unverified().amount();
        let code = amount.and_then(|amount| magic(amount.minor_units()));
        Ok(code.map(encode_refusal))
    }
}

/// What a shop asks.
pub(super) struct Asking {
    pub(super) currency: u32,
    pub(super) amount: Option<Money>,
    pub(super) reference: Option<String>,
    pub(super) made_at: Time,
}

impl Simulator {
    pub(super) fn request(&self, asking: Asking) -> Result<PaymentRequest, CoreError> {
        let currency = self::currency(asking.currency)?;
        let merchant = self.certified(self.keys.till.public_key(), "Simulated Shop, Aarhus")?;
        let amounted = asking
            .amount
            .map(|amount| {
                Ok::<_, CoreError>(Amounted {
                    amount: amount.in_currency(currency)?,
                    answer_before: self.now().plus(Seconds(180)),
                })
            })
            .transpose()?;
        let reference = asking
            .reference
            .map(|text| Reference::new(&text).map_err(CoreError::bounds("reference")))
            .transpose()?;
        let nonce = random::bytes()
            .map_err(|_| CoreError::from(skilling_wallet::WalletError::NoRandomness))?;
        let request = Request {
            amounted,
            currency,
            nonce: RequestNonce(nonce),
            made_at: asking.made_at,
            reference,
            offline_since: None,
        };
        let request = signed(request, merchant.id(()), &self.keys.till)?;
        Ok(PaymentRequest { merchant, request })
    }

    pub(super) fn receipt_of(&self, token: &Token, outcome: Outcome) -> Result<Vec<u8>, CoreError> {
        let time = self.now();
        let receipt = Receipt { outcome, time };
        Ok(signed(receipt, token.payment_id(), &self.keys.till)?.encode())
    }
}
