//! Grants: what a customer's product allows, funded and numbered, or the code that says why not.

use skilling_protocol::crypto::Signer as _;
use skilling_protocol::objects::{Allowance, Policy, Wanted};
use skilling_protocol::reason::Reason;
use skilling_protocol::signed::Signed;
use skilling_protocol::values::{
    Amount, Categories, Extensions, Nonce, PublicKey, Seconds, Time, Uuid,
};

use super::Desk;
use super::enrol::kind_of;
use crate::error::{Error, sign};
use crate::store::{AllowanceRow, AllowanceStanding, CustomerRow, FundsRow, LinkRow, Tier};
use crate::verify::{AttestationVerifier, Attested};

/// The most payments under one allowance.
const MAX_PAYMENTS: u32 = 50;
/// How long an allowance lasts.
const VALIDITY: Seconds = Seconds::days(30);
/// Allowances end this long before their issuer's entry does.
const BEFORE_ENTRY_ENDS: Seconds = Seconds::days(14);

/// Everything that was looked up before a grant is made.
struct Terms {
    funds: FundsRow,
    policy: Policy,
    attested: Attested,
    limit: Amount,
    categories: Option<Categories>,
    valid_until: Time,
}

impl Desk<'_> {
    /// Grants what is wanted, up to what the product allows and the customer has.
    pub(super) fn grant(
        &mut self,
        link: &LinkRow,
        wanted: &Wanted,
        nonce: &Nonce,
        attestation: &dyn AttestationVerifier,
    ) -> Result<Result<Signed<Allowance>, Reason>, Error> {
        match self.terms(link, wanted, nonce, attestation)? {
            Ok(terms) => self.make(link, wanted, &terms).map(Ok),
            Err(reason) => Ok(Err(reason)),
        }
    }

    fn terms(
        &mut self,
        link: &LinkRow,
        wanted: &Wanted,
        nonce: &Nonce,
        attestation: &dyn AttestationVerifier,
    ) -> Result<Result<Terms, Reason>, Error> {
        let Some(customer) = self.tx.customer(link.customer)? else {
            return Ok(Err(Reason::Blocked));
        };
        if customer.blocked || link.blocked {
            return Ok(Err(Reason::Blocked));
        }
        let Some((policy, valid_until)) = self.offered(wanted) else {
            return Ok(Err(Reason::CurrencyNotOffered));
        };
        let Some(funds) = self.tx.funds(customer.id, wanted.currency)? else {
            return Ok(Err(Reason::CurrencyNotOffered));
        };
        let kind = kind_of(link);
        let attested = attestation.verify(kind, &wanted.attestation, nonce, &wanted.pay_key);
        let (Ok(attested), true) = (attested, self.is_fresh(link, &wanted.pay_key)?) else {
            return Ok(Err(Reason::PayKeyAttestation));
        };
        let tier = self.tier_of(&customer)?;
        if attested.protection < tier.min_key_protection {
            return Ok(Err(Reason::PayKeyAttestation));
        }
        let categories = granted_categories(wanted, &tier);
        let (Ok(categories), true) = (categories, self.may_have_another(link, &tier)?) else {
            return Ok(Err(Reason::ProductLimits));
        };
        let allowed = wanted.limit.min(tier.max_limit.unwrap_or(Amount::MAX));
        if allowed.is_zero() || policy.max_payment.is_zero() {
            return Ok(Err(Reason::ProductLimits));
        }
        let limit = allowed.min(self.available(&funds)?);
        if limit.is_zero() {
            return Ok(Err(Reason::NoFunds));
        }
        Ok(Ok(Terms {
            funds,
            policy,
            attested,
            limit,
            categories,
            valid_until,
        }))
    }

    /// The currency's policy and until when an allowance may last, if this issuer offers it now.
    fn offered(&self, wanted: &Wanted) -> Option<(Policy, Time)> {
        let bundle = self.history.latest()?;
        let key = self.issuer.key.public_key();
        let entry = bundle
            .issuers_with(key.key_id())
            .find(|it| it.key == key && it.is_active_for(wanted.currency, self.now))?;
        let policy = bundle.policy(wanted.currency)?;
        let until = self.now.plus(VALIDITY);
        let latest = entry.valid_until.minus(BEFORE_ENTRY_ENDS);
        (until <= latest).then(|| (policy.clone(), until))
    }

    fn is_fresh(&mut self, link: &LinkRow, pay_key: &PublicKey) -> Result<bool, Error> {
        Ok(*pay_key != link.key && !self.tx.pay_key_is_used(pay_key)?)
    }

    fn tier_of(&mut self, customer: &CustomerRow) -> Result<Tier, Error> {
        self.tx.tier(&customer.tier)?.ok_or(Error::Unknown("tier"))
    }

    fn may_have_another(&mut self, link: &LinkRow, tier: &Tier) -> Result<bool, Error> {
        let now = self.now;
        let allowances = self.tx.allowances_of(&link.key)?;
        let open = allowances
            .iter()
            .filter(|it| it.standing == AllowanceStanding::Open && now < it.valid_until)
            .count();
        Ok(u32::try_from(open).is_ok_and(|open| open < tier.max_open))
    }

    fn make(
        &mut self,
        link: &LinkRow,
        wanted: &Wanted,
        terms: &Terms,
    ) -> Result<Signed<Allowance>, Error> {
        let status_index = self.free_index()?;
        let allowance = Allowance {
            uuid: Uuid(*uuid::Uuid::new_v4().as_bytes()),
            pay_key: wanted.pay_key,
            currency: wanted.currency,
            limit: terms.limit,
            cap: terms.policy.max_payment.min(terms.limit),
            max_payments: MAX_PAYMENTS,
            valid_from: self.now,
            valid_until: terms.valid_until,
            key_protection: terms.attested.protection,
            user_auth: terms.attested.user_auth,
            status_index,
            categories: terms.categories.clone(),
            extensions: Extensions::default(),
        };
        let signed = sign(allowance, (), &self.issuer.key)?;
        let row = AllowanceRow {
            id: signed.id(()),
            link: link.key,
            customer: link.customer,
            funding: terms.funds.funding,
            pay_key: wanted.pay_key,
            currency: wanted.currency,
            limit: terms.limit,
            valid_from: self.now,
            valid_until: terms.valid_until,
            deposit_window: terms.policy.deposit_window,
            status_index,
            revoked: false,
            standing: AllowanceStanding::Open,
            greatest_spent: Amount::ZERO,
            settled: false,
            closing_sync: None,
            signed: signed.to_bytes(),
        };
        self.tx.put_allowance(&row)?;
        self.fund(&row, terms.limit)?;
        Ok(signed)
    }
}

/// What is wanted and granted; an empty rest is no grant.
fn granted_categories(wanted: &Wanted, tier: &Tier) -> Result<Option<Categories>, ()> {
    match (&wanted.categories, &tier.categories) {
        (None, None) => Ok(None),
        (Some(one), None) | (None, Some(one)) => Ok(Some(one.clone())),
        (Some(wanted), Some(granted)) => {
            let both = wanted.as_slice().iter().copied();
            let both = both.filter(|it| granted.contains(*it)).collect();
            Categories::new(both).map(Some).map_err(|_| ())
        }
    }
}
