//! The wallet behind an NFC reader: what it answers to each command of protocol section 4.
//!
//! Before the payer acts it says only `6985`, or refusals that depend on nothing but request and bundle: no reader can probe a
//! balance or recognise a customer. Every answer is due within 300 ms, so the work is done beside: what is not ready in time
//! is `6985` now and the finished token at the next ask.

use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use skilling_link::apdu::SelectInfo;
use skilling_link::card::{AskMode, CardApplication, CarryAnswer, PayAnswer, ReceiptAnswer};
use skilling_protocol::message::{Expected, PaymentRequest, encode_refusal};
use skilling_protocol::objects::{Outage, Receipt};
use skilling_protocol::reason::Reason;
use skilling_protocol::rules::VerifiedRequest;
use skilling_protocol::signed::Signed;
use skilling_protocol::values::Time;

use crate::error::WalletError;
use crate::payment::{Act, Answered, Order, PaymentToken, ReceiptFit, request_id};
use crate::wallet::{Inner, Wallet};

/// How long an ask may take before the reader is told to wait.
const ANSWER_WITHIN: Duration = Duration::from_millis(200);
const PROTOCOL_VERSION: u32 = 1;

/// The card application of a wallet. One for each NFC service; it keeps nothing of its own.
#[derive(Debug, Clone)]
pub struct Tap {
    wallet: Arc<Wallet>,
}

/// A request that a reader waits for and the payer has not answered.
#[derive(Debug)]
pub(crate) struct Asked {
    message: Vec<u8>,
    request: VerifiedRequest,
}

/// What the wallet says to an ask.
enum Said {
    Token(PaymentToken),
    Refuse(Reason),
    Wait,
    NothingToRepeat,
}

impl Tap {
    /// Answers for `wallet`.
    #[must_use]
    pub const fn new(wallet: Arc<Wallet>) -> Self {
        Self { wallet }
    }

    /// Does `work` on another thread and waits for it until a reader that asked at `begun` must be answered.
    fn in_time<T: Send + 'static>(
        &self,
        begun: Instant,
        work: impl FnOnce(&Wallet) -> T + Send + 'static,
    ) -> Option<T> {
        let wallet = Arc::clone(&self.wallet);
        let answer = Arc::new(Mutex::new(None));
        let given = Arc::clone(&answer);
        let work = move || {
            let said = work(&wallet);
            *given.lock().unwrap_or_else(PoisonError::into_inner) = Some(said);
        };
        run_in_time(begun, Box::new(work));
        let mut answer = answer.lock().unwrap_or_else(PoisonError::into_inner);
        answer.take()
    }
}

/// One function for whatever an answer is: only `work` differs.
fn run_in_time(begun: Instant, work: Box<dyn FnOnce() + Send>) {
    let (done, is_done) = mpsc::sync_channel(1);
    let spawned = std::thread::Builder::new().spawn(move || {
        work();
        // Nobody listens any more when it took too long: the next ask finds what was done.
        let _ = done.send(());
    });
    if spawned.is_ok() {
        let left = ANSWER_WITHIN.saturating_sub(begun.elapsed());
        let _ = is_done.recv_timeout(left);
    }
}

impl CardApplication for Tap {
    fn select_info(&mut self) -> SelectInfo {
        let known = self.in_time(Instant::now(), |wallet| {
            let serials = wallet.outage_serials().unwrap_or_default();
            (wallet.bundle_version().unwrap_or(0), serials)
        });
        let (bundle_version, outages) = known.unwrap_or_default();
        SelectInfo {
            protocol_version: PROTOCOL_VERSION,
            largest_command_data: self.wallet.config.largest_command_data,
            bundle_version,
            outages: outages
                .into_iter()
                .map(|(currency, serial)| (currency.numeric(), serial))
                .collect(),
        }
    }

    fn pay(&mut self, request: &[u8], mode: AskMode) -> PayAnswer {
        let message = match PaymentRequest::decode(request) {
            Ok(message) => message,
            Err(error) => return refuse(error.reason()),
        };
        let (bytes, begun) = (request.to_vec(), Instant::now());
        match self.in_time(begun, move |wallet| {
            wallet.answer_ask(bytes, &message, mode)
        }) {
            None | Some(Said::Wait) => PayAnswer::Waiting,
            Some(Said::NothingToRepeat) => PayAnswer::NothingToRepeat,
            Some(Said::Refuse(reason)) => refuse(reason),
            Some(Said::Token(token)) => {
                // The note may be lost, and is not worth the reader's time.
                let id = token.payment;
                let _ = self.in_time(begun, move |wallet| wallet.presented(&id));
                PayAnswer::Message(token.bytes)
            }
        }
    }

    fn receipt(&mut self, receipt: &[u8]) -> ReceiptAnswer {
        let Ok(receipt) = <Signed<Receipt> as Expected>::decode(receipt) else {
            return ReceiptAnswer::Malformed;
        };
        // Waited for to the end: "taken" is only said once it is durable.
        let fit = self
            .wallet
            .turn()
            .and_then(|mut inner| inner.take_receipt(&self.wallet.ports, &receipt));
        match fit {
            Ok(ReceiptFit::Fits(..)) => ReceiptAnswer::Taken,
            Ok(ReceiptFit::NoPayment) => ReceiptAnswer::NoPayment,
            Ok(ReceiptFit::FitsNone) | Err(_) => ReceiptAnswer::FitsNone,
        }
    }

    fn carry(&mut self, message: &[u8]) -> CarryAnswer {
        if <Signed<Outage> as Expected>::decode(message).is_err() {
            return CarryAnswer::Malformed;
        }
        match self.wallet.take_outage(message) {
            Err(WalletError::NotTrusted | WalletError::Malformed(_)) => CarryAnswer::Malformed,
            // A bulletin that could not be stored comes again.
            Ok(_) | Err(_) => CarryAnswer::Taken,
        }
    }
}

fn refuse(reason: Reason) -> PayAnswer {
    PayAnswer::Message(encode_refusal(reason.code()))
}

impl Wallet {
    /// What a reader asks for and waits for the payer to see (message 1): review it, then agree or decline. Of several the newest, also
    /// one that came while the app was away; none that has run out, and none that the payer refused.
    ///
    /// # Errors
    /// Only after a panic in another thread.
    pub fn asked(&self) -> Result<Option<Vec<u8>>, WalletError> {
        let mut inner = self.turn()?;
        let asked = inner.asked.take();
        inner.asked = asked.filter(|asked| inner.check_again(&asked.request, self.now()).is_ok());
        Ok(inner.asked.as_ref().map(|asked| asked.message.clone()))
    }

    fn answer_ask(&self, bytes: Vec<u8>, message: &PaymentRequest, mode: AskMode) -> Said {
        let Ok(mut inner) = self.turn() else {
            return Said::Wait;
        };
        // Looked at after waiting for the turn: the payer may have left meanwhile.
        if !self.is_in_front() {
            if mode == AskMode::Ask {
                inner.note_asked(bytes, message, self.now());
            }
            return Said::Wait;
        }
        let (now, id) = (self.now(), request_id(message));
        // Of a static request the payer may start a new payment before the last one was answered.
        let starts_anew = message.request.unverified().is_static()
            && mode == AskMode::Ask
            && inner.acts.has_agreed(&id, now);
        if starts_anew {
            return inner.answer_new(self, bytes, message);
        }
        match inner.answered(&id, now) {
            // Codes 43 and 47 are for after the payer's act alone.
            Err(_) => return Said::Wait,
            Ok(Answered::With(token)) => {
                return match inner.advance_guard(&self.ports) {
                    Ok(()) => Said::Token(token),
                    Err(error) => Said::Refuse(error.reason()),
                };
            }
            Ok(_) if mode == AskMode::RepeatOnly => return Said::NothingToRepeat,
            Ok(Answered::Accepted) => return Said::Refuse(Reason::RequestAlreadyPaid),
            Ok(Answered::No) => {}
        }
        inner.answer_new(self, bytes, message)
    }
}

impl Inner {
    /// For the payer when they come back: a reader asks for this, and what an earlier one asked for is over.
    fn note_asked(&mut self, message: Vec<u8>, decoded: &PaymentRequest, now: Time) {
        let id = request_id(decoded);
        if self.acts.has_act(&id, now) || !matches!(self.answered(&id, now), Ok(Answered::No)) {
            return;
        }
        if let Ok(request) = self.check(decoded, now) {
            self.asked = Some(Asked { message, request });
        }
    }

    /// A request that was not answered: by what the payer did about it, or by the arming, or not yet.
    fn answer_new(&mut self, wallet: &Wallet, bytes: Vec<u8>, message: &PaymentRequest) -> Said {
        let now = wallet.now();
        let id = request_id(message);
        // For the first request since, whichever it is.
        let arming = self.acts.take_arming(now);
        let paid = match self.acts.take(&id, now) {
            Some(Act::Agreed(order)) => self.pay(&wallet.ports, *order, now),
            Some(Act::Refused(reason)) => return Said::Refuse(reason),
            None => {
                let request = match self.check(message, now) {
                    Ok(request) => request,
                    Err(error) => return Said::Refuse(error.reason()),
                };
                let amount = request.request.amount();
                let (Some(arming), Some(amount)) = (arming, amount) else {
                    self.asked = Some(Asked {
                        message: bytes,
                        request,
                    });
                    return Said::Wait;
                };
                let currency = request.request.currency;
                let again = self.recent.same(request.merchant.id, currency, amount, now);
                // Another currency is one that the allowance cannot pay: 41, like whatever else it cannot pay.
                let is_covered = currency != arming.currency || amount <= arming.ceiling;
                if !is_covered || again.is_some() {
                    self.asked = Some(Asked {
                        message: bytes,
                        request,
                    });
                    return Said::Wait;
                }
                let order = Order {
                    message: bytes,
                    request,
                    amount,
                    allowance_row: arming.allowance_row,
                    operation: arming.operation,
                };
                self.pay(&wallet.ports, order, now)
            }
        };
        match paid {
            Ok(token) => Said::Token(token),
            Err(error) => Said::Refuse(error.reason()),
        }
    }
}
