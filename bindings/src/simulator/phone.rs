//! A simulated phone, for a till to practise on: it answers the till's requests by code and by tap, rightly or in one of the ways
//! in which phones go wrong. What the till makes of it is the till's own doing.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use skilling_link::apdu::SelectInfo;
use skilling_link::card::{AskMode, Card, CardApplication, CarryAnswer, PayAnswer, ReceiptAnswer};
use skilling_protocol::crypto::DefaultVerifier;
use skilling_protocol::message::{Expected as _, PaymentRequest, Token, encode_refusal};
use skilling_protocol::objects::Receipt;
use skilling_protocol::reason::Reason as Code;
use skilling_protocol::signed::Signed;
use skilling_protocol::values::Amount;

use super::field::{Field, TornTap};
use super::moment::{Arranged, Device};
use super::{Simulator, magic};
use crate::ports::Transceiver;
use crate::reason::Reason;
use crate::terminal::ReceiptOutcome;
use crate::values::Money;
use crate::{CoreError, Terminal};

/// What a simulated phone does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum PhoneDoes {
    /// It pays, or what a magic amount says.
    Pays,
    /// It gives the last token that it gave, whatever is asked: a replay.
    PaysWithOldToken,
    /// It pays with a key that its bank has revoked (9).
    PaysWithRevokedKey,
    /// It pays with a copy of a phone that has paid before (24): two conflicting tokens.
    PaysAsClone,
    /// It pays another amount (15).
    PaysWrongAmount,
    /// It refuses.
    Refuses {
        /// With this code of the registry.
        code: u32,
    },
    /// Its payer has not agreed yet.
    Waits,
    /// It pays, and does not take the receipt in the tap.
    TakesNoReceipt,
}

/// What a simulated phone answers.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum PhoneAnswer {
    /// A token (message 2), as its code would show it.
    Token {
        /// For [`crate::Terminal::accept`].
        bytes: Vec<u8>,
    },
    /// It refuses. In a tap the till hears that; with codes it shows only the payer why.
    Refusal {
        /// Why.
        reason: Reason,
    },
    /// Its payer has not agreed yet.
    Waiting,
}

/// A phone for a till to practise on. Safe to call from any thread.
#[derive(uniffi::Object)]
pub struct SimulatedPhone {
    simulator: Arc<Simulator>,
    till: Arc<Terminal>,
    arranged: Arranged,
    state: Mutex<State>,
}

struct State {
    does: PhoneDoes,
    /// Requests with what was answered, the oldest first.
    given: Vec<(Vec<u8>, Vec<u8>)>,
    receipt: Option<Signed<Receipt>>,
}

/// The most requests that it remembers.
const MOST_GIVEN: usize = 64;
/// For a printed code whose payer types nothing else.
const TYPED: u64 = 10_000;

#[uniffi::export]
impl Simulator {
    /// A phone whose payments go to `till`. Magic amounts bring the codes of [the table](crate::simulator); those that are the
    /// till's own state (3, 5, 26, 29 ...) change that state for a moment, until [`SimulatedPhone::done`].
    ///
    /// # Errors
    /// None.
    pub fn phone(self: Arc<Self>, till: Arc<Terminal>) -> Result<Arc<SimulatedPhone>, CoreError> {
        Ok(Arc::new(SimulatedPhone {
            simulator: self,
            till,
            arranged: Arranged::default(),
            state: Mutex::new(State {
                does: PhoneDoes::Pays,
                given: Vec::new(),
                receipt: None,
            }),
        }))
    }
}

#[uniffi::export]
impl SimulatedPhone {
    /// What it does from now on.
    ///
    /// # Errors
    /// None.
    pub fn set_does(&self, does: PhoneDoes) -> Result<(), CoreError> {
        self.state().does = does;
        Ok(())
    }

    /// Its answer to a request of the till (message 1); `typed` is the amount for a printed code. The same request gets the same
    /// token. Writes to the till where the answer needs that. Not for the main thread.
    ///
    /// # Errors
    /// `Malformed`, `InvalidArgument`, and those of [`Terminal::take`] and [`Terminal::accept`].
    pub fn answer(&self, request: Vec<u8>, typed: Option<Money>) -> Result<PhoneAnswer, CoreError> {
        self.done()?;
        let decoded = PaymentRequest::decode(&request)?;
        let currency = decoded.request.unverified().currency;
        let typed = typed.map(|typed| typed.in_currency(currency)).transpose()?;
        self.answer_to(&request, &decoded, typed)
    }

    /// It is held to the till's reader once, for [`Terminal::tap`]; torn there if `torn` says so. A new one for each tap.
    ///
    /// # Errors
    /// Those of [`Self::done`].
    pub fn in_field(
        self: Arc<Self>,
        torn: Option<TornTap>,
    ) -> Result<Arc<dyn Transceiver>, CoreError> {
        self.done()?;
        let card = Mutex::new(Card::new());
        Ok(Arc::new(Field::new(torn, move |command| {
            let mut card = card.lock().unwrap_or_else(PoisonError::into_inner);
            Some(card.process(&mut &*self, command))
        })))
    }

    /// What the last receipt says that it was given, if there was one. Also for a receipt by code: [`Self::take_receipt`].
    ///
    /// # Errors
    /// None.
    pub fn receipt(&self) -> Result<Option<ReceiptOutcome>, CoreError> {
        let state = self.state();
        let receipt = state.receipt.as_ref();
        Ok(receipt.map(|it| it.unverified().outcome.into()))
    }

    /// Scans the receipt that the till shows (message 3).
    ///
    /// # Errors
    /// `Malformed`, `ReceiptFitsNone`.
    pub fn take_receipt(&self, message_bytes: Vec<u8>) -> Result<ReceiptOutcome, CoreError> {
        let receipt =
            <Signed<Receipt> as skilling_protocol::message::Expected>::decode(&message_bytes)?;
        let outcome = receipt.unverified().outcome;
        if !self.keep(&receipt) {
            return Err(skilling_wallet::WalletError::ReceiptFitsNone.into());
        }
        Ok(outcome.into())
    }

    /// The result was shown: whatever a magic amount changed at the till is put right, by a newer bundle and the right time. Asking the
    /// phone again does that too, and so does another call where this one failed.
    ///
    /// # Errors
    /// Those of [`Terminal::take`].
    pub fn done(&self) -> Result<(), CoreError> {
        self.simulator.put_right(&self.device(), &self.arranged)
    }
}

impl SimulatedPhone {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn device(&self) -> Device {
        Device::Till(Arc::clone(&self.till))
    }

    fn before(&self, request: &[u8]) -> Option<Vec<u8>> {
        let state = self.state();
        let mut given = state.given.iter();
        given.find(|it| it.0 == request).map(|it| it.1.clone())
    }

    fn answer_to(
        &self,
        request: &[u8],
        decoded: &PaymentRequest,
        typed: Option<Amount>,
    ) -> Result<PhoneAnswer, CoreError> {
        let does = self.state().does;
        if let Some(bytes) = self.before(request) {
            return Ok(PhoneAnswer::Token { bytes });
        }
        let asked = decoded.request.unverified().amount().or(typed);
        let amount = match asked {
            Some(amount) => amount,
            None => Amount::new(TYPED).map_err(super::papers::ours)?,
        };
        let code = match does {
            PhoneDoes::Waits => return Ok(PhoneAnswer::Waiting),
            PhoneDoes::Refuses { code } => {
                let reason = Reason::of_code(code);
                return Ok(PhoneAnswer::Refusal { reason });
            }
            PhoneDoes::PaysWithOldToken => {
                let old = self.state().given.last().map(|it| it.1.clone());
                if let Some(bytes) = old {
                    return Ok(PhoneAnswer::Token { bytes });
                }
                Code::Accepted
            }
            PhoneDoes::PaysWithRevokedKey => Code::AllowanceRevoked,
            PhoneDoes::PaysAsClone => Code::ConflictingPayment,
            PhoneDoes::PaysWrongAmount => Code::AmountMismatch,
            PhoneDoes::Pays | PhoneDoes::TakesNoReceipt => magic(amount.minor_units())
                .and_then(Code::from_code)
                .unwrap_or(Code::Accepted),
        };
        if (Code::PayerRefused..=Code::WalletStorageFailed).contains(&code) {
            let reason = code.into();
            return Ok(PhoneAnswer::Refusal { reason });
        }
        let bytes = self.pay(decoded, amount, code)?;
        let mut state = self.state();
        if state.given.len() >= MOST_GIVEN {
            state.given.remove(0);
        }
        state.given.push((request.to_vec(), bytes.clone()));
        Ok(PhoneAnswer::Token { bytes })
    }

    fn pay(
        &self,
        request: &PaymentRequest,
        amount: Amount,
        code: Code,
    ) -> Result<Vec<u8>, CoreError> {
        let simulator = &self.simulator;
        let tokens = simulator.tokens(request, amount, code)?;
        let bytes = tokens.token.encode();
        match code {
            Code::Malformed => {
                return Ok(bytes.get(..bytes.len() / 2).unwrap_or_default().to_vec());
            }
            Code::RequestExpired => {
                let id = request.request.id(request.merchant.id(()));
                self.till.cancel(id.to_string())?;
            }
            // Somebody else was quicker.
            Code::RequestAlreadyPaid => {
                let other: Token = simulator.tokens(request, amount, Code::Accepted)?.token;
                self.till.accept(other.encode(), None)?;
            }
            _ => {}
        }
        if let Some(earlier) = tokens.earlier {
            self.till.accept(earlier.encode(), None)?;
        }
        simulator.arrange(&self.device(), code, &self.arranged)?;
        Ok(bytes)
    }

    /// Whether it fits a payment that this phone made.
    fn keep(&self, receipt: &Signed<Receipt>) -> bool {
        let mut state = self.state();
        let fits = state.given.iter().rev().any(|(request, token)| {
            let (Ok(request), Ok(token)) = (PaymentRequest::decode(request), Token::decode(token))
            else {
                return false;
            };
            let key = &request.merchant.unverified().terminal_key;
            let verified = receipt
                .clone()
                .verify(token.payment_id(), key, &DefaultVerifier {});
            verified.is_ok()
        });
        if fits {
            state.receipt = Some(receipt.clone());
        }
        fits
    }
}

impl CardApplication for &SimulatedPhone {
    fn select_info(&mut self) -> SelectInfo {
        SelectInfo {
            protocol_version: 1,
            largest_command_data: 255,
            bundle_version: 1,
            outages: Vec::new(),
        }
    }

    fn pay(&mut self, request: &[u8], mode: AskMode) -> PayAnswer {
        if mode == AskMode::RepeatOnly {
            return self
                .before(request)
                .map_or(PayAnswer::NothingToRepeat, PayAnswer::Message);
        }
        let refuse = |code: Code| PayAnswer::Message(encode_refusal(code.code()));
        let decoded = match PaymentRequest::decode(request) {
            Ok(decoded) => decoded,
            Err(error) => return refuse(error.reason()),
        };
        match self.answer_to(request, &decoded, None) {
            Ok(PhoneAnswer::Token { bytes }) => PayAnswer::Message(bytes),
            Ok(PhoneAnswer::Refusal { reason }) => PayAnswer::Message(encode_refusal(reason.code)),
            Ok(PhoneAnswer::Waiting) => PayAnswer::Waiting,
            Err(_) => refuse(Code::WalletStorageFailed),
        }
    }

    fn receipt(&mut self, receipt: &[u8]) -> ReceiptAnswer {
        use skilling_protocol::message::Expected;
        if self.state().does == PhoneDoes::TakesNoReceipt {
            return ReceiptAnswer::FitsNone;
        }
        match <Signed<Receipt> as Expected>::decode(receipt) {
            Err(_) => ReceiptAnswer::Malformed,
            Ok(_) if self.state().given.is_empty() => ReceiptAnswer::NoPayment,
            Ok(receipt) if self.keep(&receipt) => ReceiptAnswer::Taken,
            Ok(_) => ReceiptAnswer::FitsNone,
        }
    }

    fn carry(&mut self, _message: &[u8]) -> CarryAnswer {
        CarryAnswer::Taken
    }
}
