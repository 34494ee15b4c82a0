//! What the till of a simulated shop signs: requests and receipts. It has no store.

use skilling_platform::random;
use skilling_protocol::crypto::Signer as _;
use skilling_protocol::message::{Expected as _, PaymentRequest, Token};
use skilling_protocol::objects::{Amounted, Outcome, Receipt, Request};
use skilling_protocol::values::{Reference, RequestNonce, Seconds, Time};

use super::Simulator;
use super::papers::signed;
use crate::CoreError;
use crate::values::{Money, currency};

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
