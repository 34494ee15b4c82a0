//! Tokens of a phone that exists nowhere: right, or wrong in the one way that a rule of the till is there to find.

use skilling_platform::random;
use skilling_protocol::crypto::{Signer, SoftwareKey};
use skilling_protocol::message::{PaymentRequest, Token};
use skilling_protocol::objects::{Allowance, Payment, Sequence};
use skilling_protocol::reason::Reason;
use skilling_protocol::values::{
    Amount, Categories, Currency, Digest, Extensions, KeyProtection, Mcc, MerchantId, ObjectId,
    PublicKey, Seconds, Signature, Uuid,
};

use super::papers::{OTHER_CURRENCY, OTHER_MCC, ours, signed};
use super::{REVOKED_INDEX, Simulator, made};
use crate::CoreError;

/// Signs with a key and says that it is another.
pub(super) struct Forger<'a> {
    pub(super) says: PublicKey,
    pub(super) key: &'a SoftwareKey,
}

impl Signer for Forger<'_> {
    type Error = std::convert::Infallible;

    fn public_key(&self) -> PublicKey {
        self.says
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, Self::Error> {
        self.key.sign(message)
    }
}

/// What a phone brings.
pub(super) struct Tokens {
    /// What the till must have seen before, for the other to break its rule.
    pub(super) earlier: Option<Token>,
    pub(super) token: Token,
}

impl Simulator {
    /// A payment of `amount` for `request` that a till refuses with `code`, as far as a token alone can be wrong.
    pub(super) fn tokens(
        &self,
        request: &PaymentRequest,
        amount: Amount,
        code: Reason,
    ) -> Result<Tokens, CoreError> {
        let (key, stranger) = (made()?, made()?);
        let allowance = self.allowance_for(request, amount, code, key.public_key())?;
        let bank = &self.keys.bank;
        let forged = Forger {
            says: bank.public_key(),
            key: &stranger,
        };
        let allowance = match code {
            Reason::UnknownIssuer => signed(allowance, (), &stranger)?,
            Reason::BadAllowanceSignature => signed(allowance, (), &forged)?,
            _ => signed(allowance, (), bank)?,
        };
        let payment = self.payment_for(request, amount, code, &allowance)?;
        let token = |payment, key: &dyn Signer<Error = std::convert::Infallible>| {
            Ok::<_, CoreError>(Token {
                payment: signed(payment, allowance.id(()), key)?,
                allowance: allowance.clone(),
            })
        };
        let earlier = match code {
            // Another payment with the same number, for a request of some other shop.
            Reason::ConflictingPayment => Some(Payment {
                request_id: unknown_request()?,
                ..payment.clone()
            }),
            // An earlier one that had spent more than the later one knows of.
            Reason::InconsistentHistory => Some(Payment {
                sequence: Sequence::FIRST,
                spent: payment
                    .spent
                    .checked_add(payment.spent)
                    .unwrap_or(payment.spent),
                request_id: unknown_request()?,
                ..payment.clone()
            }),
            _ => None,
        };
        let forged = Forger {
            says: key.public_key(),
            key: &stranger,
        };
        Ok(Tokens {
            earlier: earlier.map(|payment| token(payment, &key)).transpose()?,
            token: match code {
                Reason::BadPaymentSignature => token(payment, &forged)?,
                _ => token(payment, &key)?,
            },
        })
    }

    /// Under a key of its own each time: what convicts one convicts no other.
    fn allowance_for(
        &self,
        request: &PaymentRequest,
        amount: Amount,
        code: Reason,
        pay_key: PublicKey,
    ) -> Result<Allowance, CoreError> {
        let now = self.now();
        let limit = Amount::new(10_000_000).map_err(ours)?.max(amount);
        let mut it = Allowance {
            uuid: Uuid(random_bytes()?),
            pay_key,
            currency: request.request.unverified().currency,
            limit,
            cap: limit,
            max_payments: 500,
            valid_from: now.minus(Seconds::days(1)),
            valid_until: now.plus(Seconds::days(30)),
            key_protection: KeyProtection::Software,
            user_auth: true,
            status_index: self.next_index(),
            categories: None,
            extensions: Extensions::default(),
        };
        match code {
            Reason::AllowanceNotValidYet => it.valid_from = now.plus(Seconds::days(1)),
            Reason::AllowanceExpired => it.valid_until = now.minus(Seconds::hours(1)),
            Reason::AllowanceRevoked => it.status_index = REVOKED_INDEX,
            Reason::CurrencyMismatch => {
                it.currency = Currency::new(OTHER_CURRENCY).map_err(ours)?
            }
            Reason::OverCap => {
                it.cap = amount
                    .checked_sub(one()?)
                    .filter(|it| !it.is_zero())
                    .unwrap_or(it.cap)
            }
            Reason::OverCount => it.max_payments = 1,
            Reason::CategoryClosed => {
                let other = Mcc::new(OTHER_MCC).map_err(ours)?;
                it.categories = Some(Categories::new(vec![other]).map_err(ours)?);
            }
            Reason::UserAuthRequired => it.user_auth = false,
            _ => {}
        }
        Ok(it)
    }

    fn payment_for(
        &self,
        request: &PaymentRequest,
        amount: Amount,
        code: Reason,
        allowance: &skilling_protocol::signed::Signed<Allowance>,
    ) -> Result<Payment, CoreError> {
        let (now, second) = (self.now(), Sequence::new(2).map_err(ours)?);
        let merchant = &request.merchant;
        let mut it = Payment {
            sequence: Sequence::FIRST,
            amount,
            spent: amount,
            merchant_id: merchant.unverified().id,
            request_id: request.request.id(merchant.id(())),
            time: now,
            released: Amount::default(),
        };
        let more =
            |amount: Amount| Ok::<_, CoreError>(amount.checked_add(one()?).unwrap_or(amount));
        match code {
            Reason::UnknownRequest => it.request_id = unknown_request()?,
            Reason::MerchantMismatch => it.merchant_id = MerchantId([8; 8]),
            Reason::AmountMismatch => (it.amount, it.spent) = (more(amount)?, more(amount)?),
            Reason::ClockSkew => it.time = now.minus(Seconds::hours(1)),
            Reason::OverLimit => it.spent = more(allowance.unverified().limit)?,
            Reason::OverCount | Reason::InconsistentHistory => it.sequence = second,
            _ => {}
        }
        Ok(it)
    }
}

fn one() -> Result<Amount, CoreError> {
    Amount::new(1).map_err(ours)
}

fn random_bytes<const N: usize>() -> Result<[u8; N], CoreError> {
    random::bytes().map_err(|_| skilling_wallet::WalletError::NoRandomness.into())
}

fn unknown_request() -> Result<ObjectId<skilling_protocol::objects::Request>, CoreError> {
    Ok(ObjectId::from_digest(Digest(random_bytes()?)))
}
