//! A simulated shop, for a wallet to practise on: it asks, answers with receipts, takes back, and holds its reader to the phone.
//! What the wallet makes of it is the wallet's own doing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use skilling_link::reader::{
    self, LinkLost, Next, Pause, Reader, ReaderOptions, ReceiptGiven, Till,
};
use skilling_protocol::crypto::Signer as _;
use skilling_protocol::message::{Expected as _, PaymentRequest, Token};
use skilling_protocol::objects::{Outcome, Request};
use skilling_protocol::reason::Reason as Code;
use skilling_protocol::values::{ObjectId, Seconds};

use super::field::{Field, TornTap};
use super::moment::{Arranged, Device};
use super::papers::signed;
use super::till::Asking;
use super::tokens::Forger;
use super::{Simulator, made, magic};
use crate::reason::Reason;
use crate::terminal::TapEnd;
use crate::values::Money;
use crate::{CoreError, Wallet};

/// Between two asks while the payer has not agreed; and how often.
const PAUSE: Duration = Duration::from_millis(50);
const ASKS: u32 = 20;

/// What came of a tap, as the shop saw it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ShopTap {
    /// The token that came (message 2).
    pub token: Option<Vec<u8>>,
    /// The receipt that was given for it (message 3).
    pub receipt: Option<Vec<u8>>,
    /// The wallet's refusal.
    pub refusal: Option<Reason>,
    /// How the tap ended; torn ones are settled first at the next.
    pub end: TapEnd,
}

/// A shop for a wallet to practise on. Safe to call from any thread.
#[derive(uniffi::Object)]
pub struct SimulatedShop {
    simulator: Arc<Simulator>,
    wallet: Arc<Wallet>,
    arranged: Arranged,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Requests by their ids.
    asked: BTreeMap<ObjectId<Request>, Vec<u8>>,
    /// Receipts by payments.
    receipts: BTreeMap<String, Vec<u8>>,
    accepted: Option<Vec<u8>>,
    torn: Vec<Vec<u8>>,
}

#[uniffi::export]
impl Simulator {
    /// A shop whose requests go to `wallet`. Magic amounts bring the codes of [the table](crate::simulator); those that are the
    /// wallet's own state (3, 41, 42, 43, 47 ...) change that state for a moment, until [`SimulatedShop::done`].
    ///
    /// # Errors
    /// None.
    pub fn shop(self: Arc<Self>, wallet: Arc<Wallet>) -> Result<Arc<SimulatedShop>, CoreError> {
        Ok(Arc::new(SimulatedShop {
            simulator: self,
            wallet,
            arranged: Arranged::default(),
            state: Mutex::default(),
        }))
    }
}

#[uniffi::export]
impl SimulatedShop {
    /// Asks for `amount` (message 1). Writes to the wallet where a magic amount needs that. Not for the main thread.
    ///
    /// # Errors
    /// `InvalidArgument`, `NoRandomness`, and those of [`Wallet::take_bundle`].
    pub fn asks(&self, amount: Money, reference: Option<String>) -> Result<Vec<u8>, CoreError> {
        self.done()?;
        let code = magic(amount.minor_units).and_then(Code::from_code);
        let code = code.unwrap_or(Code::Accepted);
        let paid = self.state().accepted.clone();
        if let (Code::RequestAlreadyPaid, Some(paid)) = (code, paid) {
            return Ok(paid);
        }
        let request = self.request(amount, reference, code)?;
        let mut bytes = request.encode();
        if code == Code::Malformed {
            bytes.truncate(bytes.len() / 2);
            return Ok(bytes);
        }
        let id = request.request.id(request.merchant.id(()));
        self.state().asked.insert(id, bytes.clone());
        if decided_by_wallet(code) {
            self.simulator
                .arrange(&self.device(), code, &self.arranged)?;
        }
        Ok(bytes)
    }

    /// Asks by a printed code, which has no amount.
    ///
    /// # Errors
    /// As [`Self::asks`].
    pub fn asks_by_poster(
        &self,
        currency: u32,
        reference: Option<String>,
    ) -> Result<Vec<u8>, CoreError> {
        self.done()?;
        let printed = Asking {
            currency,
            amount: None,
            reference,
            made_at: self.simulator.now(),
        };
        Ok(self.simulator.request(printed)?.encode())
    }

    /// The receipt for a token (message 3): accepted, or declined with the code of a magic amount. A token that was answered gets the
    /// very same receipt, and pays nothing twice.
    ///
    /// # Errors
    /// `Malformed`.
    pub fn answers(&self, token: Vec<u8>) -> Result<Vec<u8>, CoreError> {
        let decoded = Token::decode(&token)?;
        let id = decoded.payment_id().to_string();
        if let Some(receipt) = self.state().receipts.get(&id) {
            return Ok(receipt.clone());
        }
        let payment = decoded.payment.unverified();
        let code = magic(payment.amount.minor_units()).and_then(Code::from_code);
        let declined = code.filter(|code| !decided_by_wallet(*code));
        let outcome = declined.map_or(Outcome::Accepted, |code| Outcome::Declined {
            code: code.code(),
        });
        let receipt = self.simulator.receipt_of(&decoded, outcome)?;
        let mut state = self.state();
        if outcome == Outcome::Accepted {
            state.accepted = state.asked.get(&payment.request_id).cloned();
        }
        state.receipts.insert(id, receipt.clone());
        Ok(receipt)
    }

    /// Takes a payment back (message 3).
    ///
    /// # Errors
    /// `Malformed`.
    pub fn voids(&self, token: Vec<u8>) -> Result<Vec<u8>, CoreError> {
        let decoded = Token::decode(&token)?;
        let receipt = self.simulator.receipt_of(&decoded, Outcome::Voided)?;
        let id = decoded.payment_id().to_string();
        self.state().receipts.insert(id, receipt.clone());
        Ok(receipt)
    }

    /// Holds its reader to the phone: requests of torn taps first, then `request`, for about a second; a token gets its receipt in the
    /// tap. Blocks: off the main thread.
    ///
    /// # Errors
    /// None. What goes wrong is in the report.
    pub fn taps(&self, request: Vec<u8>, torn: Option<TornTap>) -> Result<ShopTap, CoreError> {
        let wallet = Arc::clone(&self.wallet);
        let field = Field::new(torn, move |command| {
            wallet.process_apdu(command.to_vec()).ok()
        });
        let mut serving = Serving {
            shop: self,
            request,
            is_settled: false,
            tap: ShopTap {
                token: None,
                receipt: None,
                refusal: None,
                end: TapEnd::Done,
            },
        };
        let mut reader = Reader::new(Air(&field), ReaderOptions::default());
        let mut patience = Patience(ASKS);
        let end = reader::tap(&mut reader, &mut serving, &mut patience);
        let tap = serving.tap;
        self.wallet.deactivated()?;
        Ok(ShopTap {
            end: end.into(),
            ..tap
        })
    }

    /// The result was shown: whatever a magic amount changed at the wallet is put right, by a newer bundle, the right time and a person
    /// who agrees. The next request does that too, and so does another call where this one failed.
    ///
    /// # Errors
    /// Those of [`Wallet::take_bundle`].
    pub fn done(&self) -> Result<(), CoreError> {
        self.simulator.put_right(&self.device(), &self.arranged)
    }
}

/// Codes that a wallet gives by its own rules; every other comes in a receipt.
const fn decided_by_wallet(code: Code) -> bool {
    matches!(
        code,
        Code::Malformed
            | Code::Unsupported
            | Code::TrustExpired
            | Code::ClockSkew
            | Code::OverCap
            | Code::CategoryClosed
            | Code::OutageRequired
            | Code::RequestAlreadyPaid
            | Code::PayerRefused
            | Code::NoAllowance
            | Code::HighWaterMark
            | Code::WalletBusy
            | Code::MerchantCertificate
            | Code::BadRequestSignature
            | Code::UnknownAcquirer
            | Code::WalletStorageFailed
    )
}

impl SimulatedShop {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn device(&self) -> Device {
        Device::Phone(Arc::clone(&self.wallet))
    }

    /// Right, or wrong in the way that this code finds.
    fn request(
        &self,
        amount: Money,
        reference: Option<String>,
        code: Code,
    ) -> Result<PaymentRequest, CoreError> {
        let simulator = &self.simulator;
        let mut asking = Asking {
            currency: amount.currency,
            amount: Some(amount),
            reference,
            made_at: simulator.now(),
        };
        if code == Code::ClockSkew {
            asking.made_at = asking.made_at.minus(Seconds::hours(1));
        }
        let right = simulator.request(asking)?;
        let stranger = made()?;
        let (key, parts) = (simulator.keys.till.public_key(), right.clone());
        Ok(match code {
            Code::BadRequestSignature => {
                let forged = Forger {
                    says: key,
                    key: &stranger,
                };
                let request = parts.request.unverified().clone();
                let request = signed(request, parts.merchant.id(()), &forged)?;
                PaymentRequest { request, ..right }
            }
            Code::UnknownAcquirer | Code::MerchantCertificate => {
                let mut merchant = parts.merchant.unverified().clone();
                let merchant = if code == Code::UnknownAcquirer {
                    signed(merchant, (), &stranger)?
                } else {
                    merchant.valid_until = simulator.now().minus(Seconds::hours(1));
                    signed(merchant, (), &simulator.keys.acquirer)?
                };
                let request = parts.request.unverified().clone();
                let request = signed(request, merchant.id(()), &simulator.keys.till)?;
                PaymentRequest { merchant, request }
            }
            _ => right,
        })
    }
}

/// The decisions of the shop during a tap.
struct Serving<'a> {
    shop: &'a SimulatedShop,
    request: Vec<u8>,
    is_settled: bool,
    tap: ShopTap,
}

impl Serving<'_> {
    fn settle(&mut self, request: &[u8]) {
        self.shop.state().torn.retain(|torn| torn != request);
        self.is_settled |= request == self.request;
    }
}

impl Till for Serving<'_> {
    fn torn_requests(&mut self) -> Vec<Vec<u8>> {
        self.shop.state().torn.clone()
    }

    fn current_request(&mut self) -> Option<Vec<u8>> {
        (!self.is_settled).then(|| self.request.clone())
    }

    fn on_token(&mut self, request: &[u8], token: Vec<u8>) -> Option<Vec<u8>> {
        let receipt = self.shop.answers(token.clone()).ok();
        if request == self.request {
            self.is_settled = true;
            self.tap.token = Some(token);
            self.tap.receipt.clone_from(&receipt);
        }
        receipt
    }

    fn on_refusal(&mut self, request: &[u8], code: u32) {
        if request == self.request {
            self.tap.refusal = Some(Reason::of_code(code));
        }
        self.settle(request);
    }

    fn on_nothing_to_repeat(&mut self, request: &[u8]) {
        self.shop.state().torn.retain(|torn| torn != request);
    }

    fn on_torn(&mut self, request: &[u8]) {
        let mut state = self.shop.state();
        if !state.torn.iter().any(|torn| torn == request) {
            state.torn.insert(0, request.to_vec());
        }
    }

    fn on_receipt(&mut self, request: &[u8], given: Option<ReceiptGiven>) {
        match given {
            Some(_) => self.settle(request),
            None => self.on_torn(request),
        }
    }
}

struct Patience(u32);

impl Pause for Patience {
    fn pause(&mut self) -> Next {
        self.0 = self.0.saturating_sub(1);
        if self.0 == 0 {
            return Next::Stop;
        }
        std::thread::sleep(PAUSE);
        Next::AskAgain
    }
}

struct Air<'a>(&'a Field);

impl reader::Transceiver for Air<'_> {
    fn transceive(&mut self, command: &[u8]) -> Result<Vec<u8>, LinkLost> {
        self.0.answer(command).ok_or(LinkLost)
    }
}
