//! From agreed to token: number and amount, signature, check, one durable commit, guard, release.

use skilling_protocol::message::{Expected as _, Token};
use skilling_protocol::objects::{Allowance, Payment};
use skilling_protocol::reason::Reason;
use skilling_protocol::rules::{VerifiedRequest, extension_in_force, version_holds};
use skilling_protocol::signed::{ToBeSigned, Verified};
use skilling_protocol::values::{Amount, ObjectId, Signature, Time};

use super::choose::refusal;
use super::recent::Unanswered;
use super::{Act, Answered, Authorised, Stage};
use crate::error::WalletError;
use crate::events;
use crate::fault;
use crate::ports::{KeyError, Operation, Ports};
use crate::store::{HeldAllowance, NewPayment};
use crate::wallet::{Inner, VERIFIER, Wallet};

/// A payment token (message 2), durable: it may leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentToken {
    /// The payment's id.
    pub payment: ObjectId<Payment>,
    /// The message.
    pub bytes: Vec<u8>,
    /// It was given before.
    pub is_repeat: bool,
}

/// What will be signed once the payer agrees.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) message: Vec<u8>,
    pub(crate) request: VerifiedRequest,
    pub(crate) amount: Amount,
    pub(crate) allowance: ObjectId<Allowance>,
    pub(crate) allowance_row: i64,
}

impl Draft {
    pub(crate) fn with(self, operation: Operation) -> Order {
        Order {
            message: self.message,
            request: self.request,
            amount: self.amount,
            allowance_row: self.allowance_row,
            operation,
        }
    }
}

/// What the payer agreed to, with the right to sign it.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) message: Vec<u8>,
    pub(crate) request: VerifiedRequest,
    pub(crate) amount: Amount,
    pub(crate) allowance_row: i64,
    pub(crate) operation: Operation,
}

impl Wallet {
    /// Pays what was agreed to. The token is durable before this returns it; it may be drawn as a code.
    ///
    /// # Errors
    /// [`WalletError::ConsentPassed`] after 60 seconds or the second time; [`WalletError::Refused`], 41 where the allowance can no
    /// longer pay; [`WalletError::KeyGone`], [`WalletError::Keys`]; [`WalletError::Storage`]: nothing was paid, but after
    /// [`crate::StoreError::Database`] open the wallet again; [`WalletError::Guard`]: committed, and the same request gives the token
    /// once the guard works again.
    pub fn pay(&self, authorised: &Authorised) -> Result<PaymentToken, WalletError> {
        let mut inner = self.turn()?;
        // Looked at after waiting for the turn, which slow hardware may hold for long.
        self.demand_in_front()?;
        let now = self.now();
        match inner.acts.take(&authorised.request, now) {
            Some(Act::Agreed(order)) => inner.pay(&self.ports, *order, now),
            Some(Act::Refused(_)) | None => Err(WalletError::ConsentPassed),
        }
    }

    /// Notes that the token was drawn or handed over. Losing this note loses nothing.
    ///
    /// # Errors
    /// Storage.
    pub fn presented(&self, payment: &ObjectId<Payment>) -> Result<(), WalletError> {
        fault::point(fault::RELEASED);
        let mut inner = self.turn()?;
        inner.recent.presented(*payment);
        let now = self.now();
        inner.store.write_relaxed(|tx| {
            let Some((row, amount, currency)) = tx.put_presented(payment)? else {
                return Ok(());
            };
            tx.put_event(&events::presented(row, amount, currency), now)
        })?;
        Ok(())
    }

    /// Where a payment stands.
    ///
    /// # Errors
    /// [`WalletError::NoSuchPayment`], storage.
    pub fn stage(&self, payment: &ObjectId<Payment>) -> Result<Stage, WalletError> {
        let inner = self.turn()?;
        let found = inner.store.payment(payment)?;
        found
            .map(|payment| payment.stage)
            .ok_or(WalletError::NoSuchPayment)
    }
}

impl Inner {
    pub(crate) fn pay(
        &mut self,
        ports: &Ports,
        order: Order,
        now: Time,
    ) -> Result<PaymentToken, WalletError> {
        self.advance_guard(ports)?;
        if let Some(token) = self.answer_given(&order.request, now)? {
            return Ok(token);
        }
        self.still_holds(&order.request, now)?;
        let held = self
            .allowances
            .iter()
            .find(|held| held.row == order.allowance_row)
            .ok_or(WalletError::Refused(Reason::NoAllowance))?;
        let payment = self
            .next_payment(held, &order.request, order.amount, now)
            .map_err(refusal)?;
        fault::point(fault::AGREED);
        let payment = match sign(ports, held, payment, order.operation) {
            Ok(payment) => payment,
            Err(error) => {
                if matches!(error, WalletError::KeyGone) {
                    self.key_is_gone(ports, order.allowance_row);
                }
                return Err(error);
            }
        };
        fault::point(fault::SIGNED);
        let token = Token {
            allowance: held.allowance.signed().clone(),
            payment: payment.signed().clone(),
        };
        let token = PaymentToken {
            payment: payment.id(),
            bytes: token.encode(),
            is_repeat: false,
        };
        self.commit(
            &order.message,
            &order.request,
            order.allowance_row,
            &payment,
            &token,
        )?;
        fault::point(fault::COMMITTED);
        self.advance_guard(ports)?;
        fault::point(fault::GUARDED);
        Ok(token)
    }

    /// Two acts may answer one request with an amount, by QR and by tap: it is paid once.
    fn answer_given(
        &self,
        request: &VerifiedRequest,
        now: Time,
    ) -> Result<Option<PaymentToken>, WalletError> {
        if request.request.is_static() {
            return Ok(None);
        }
        match self.answered(&request.request.id(), now)? {
            Answered::No => Ok(None),
            Answered::With(token) => Ok(Some(token)),
            Answered::Accepted => Err(WalletError::Refused(Reason::RequestAlreadyPaid)),
        }
    }

    /// What may have changed since the payer agreed, at most a minute ago: the time, and a newer bundle or bulletin.
    fn still_holds(&self, request: &VerifiedRequest, now: Time) -> Result<(), WalletError> {
        let currency = request.request.currency;
        let context = self.context(currency, now);
        let bundle = context
            .bundle
            .ok_or(WalletError::Refused(Reason::TrustExpired))?;
        if !version_holds(context.bundle) {
            return Err(WalletError::Refused(Reason::Unsupported));
        }
        let policy = bundle
            .policy(currency)
            .ok_or(WalletError::Refused(Reason::CurrencyMismatch))?;
        let extension = extension_in_force(context.outage, now);
        let end = request.request.answer_before();
        let is_acquirer_active = bundle
            .acquirers
            .iter()
            .any(|it| it.key == request.acquirer_key && it.is_active(now));
        let is_declared = request.request.offline_since.is_some()
            || context.outage.is_some_and(|it| it.is_in_force(now));
        let checks = [
            (
                now.plus(policy.skew) >= context.high_water_mark,
                Reason::HighWaterMark,
            ),
            (bundle.is_in_force(now, extension), Reason::TrustExpired),
            (is_acquirer_active, Reason::UnknownAcquirer),
            (
                request.merchant.is_valid_at(now, extension),
                Reason::MerchantCertificate,
            ),
            (
                end.is_none_or(|end| end > now.minus(policy.skew)),
                Reason::RequestExpired,
            ),
            (!policy.outage_only || is_declared, Reason::OutageRequired),
            (
                policy.is_open_for(request.merchant.mcc),
                Reason::CategoryClosed,
            ),
        ];
        match checks.into_iter().find(|(holds, _)| !holds) {
            Some((_, reason)) => Err(WalletError::Refused(reason)),
            None => Ok(()),
        }
    }

    /// Number, amount and row in one durable transaction, then the same in memory.
    fn commit(
        &mut self,
        message: &[u8],
        request: &VerifiedRequest,
        allowance_row: i64,
        payment: &Verified<Payment>,
        token: &PaymentToken,
    ) -> Result<(), WalletError> {
        let row = self.store.next_payment_row();
        let currency = request.request.currency;
        let new = NewPayment {
            allowance_row,
            payment,
            currency,
            answer_before: request.request.answer_before(),
            merchant_name: request.merchant.name.as_str(),
            reference: request.request.reference.as_ref().map(|it| it.as_str()),
            request: message,
            token: &token.bytes,
        };
        let held = self.allowances.iter().find(|it| it.row == allowance_row);
        let told = held.map(|held| events::spent(held, payment.amount));
        let told = told.unwrap_or_default();
        self.store.write_guarded(payment.id().as_bytes(), |tx| {
            tx.put_payment(row, &new)?;
            tx.put_spent(allowance_row, payment.sequence.get(), payment.spent)?;
            told.iter()
                .try_for_each(|event| tx.put_event(event, payment.time))?;
            fault::point(fault::STORED);
            Ok(())
        })?;
        self.is_guarded = false;
        self.store.payment_was_committed();
        for held in &mut self.allowances {
            if held.row == allowance_row {
                held.last_sequence = payment.sequence.get();
                held.spent = payment.spent;
            }
        }
        self.recent.committed(Unanswered {
            row,
            merchant: payment.merchant_id,
            currency,
            amount: payment.amount,
            time: payment.time,
        });
        self.asked = None;
        Ok(())
    }
}

/// Signs and checks the own signature: faulty hardware must not spend a number on a token that nobody takes.
fn sign(
    ports: &Ports,
    held: &HeldAllowance,
    payment: Payment,
    operation: Operation,
) -> Result<Verified<Payment>, WalletError> {
    let fault = |what: &str| WalletError::Keys(KeyError::Fault(what.into()));
    let (parent, key) = (held.allowance.id(), held.allowance.pay_key);
    let to_be_signed =
        ToBeSigned::new(payment, parent, &key).map_err(|_| fault("no payment to sign"))?;
    let raw = ports.keys.sign(operation, to_be_signed.bytes())?;
    let signature = Signature::from_bytes(&raw).map_err(|_| fault("no signature came"))?;
    to_be_signed
        .attach(signature)
        .verify(parent, &key, &VERIFIER)
        .map_err(|_| fault("the signature does not verify"))
}
