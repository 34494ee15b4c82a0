//! Merchant certificates: 90 days, set back an hour so that a till whose clock is behind can use its certificate.

use skilling_platform::random::{self, NoRandomness};
use skilling_protocol::objects::Merchant;
use skilling_protocol::signed::Signed;
use skilling_protocol::values::{
    Country, Extensions, Mcc, MerchantId, MerchantName, OutOfBounds, PublicKey, Seconds,
    TerminalId, Time,
};

use super::AcquirerRole;
use crate::error::sign;

const VALIDITY: Seconds = Seconds::days(90);
const SET_BACK: Seconds = Seconds::hours(1);

/// Who a certificate is for.
pub(crate) struct Holder<'a> {
    pub(crate) merchant: MerchantId,
    pub(crate) name: &'a MerchantName,
    pub(crate) mcc: Mcc,
    pub(crate) country: Country,
    pub(crate) terminal_id: TerminalId,
    pub(crate) terminal_key: PublicKey,
}

/// Signs a certificate that is valid from now.
pub(crate) fn certificate(
    role: &AcquirerRole,
    holder: &Holder<'_>,
    now: Time,
) -> Result<Signed<Merchant>, OutOfBounds> {
    let valid_from = now.minus(SET_BACK);
    let merchant = Merchant {
        id: holder.merchant,
        name: holder.name.clone(),
        mcc: holder.mcc,
        country: holder.country,
        terminal_key: holder.terminal_key,
        terminal_id: holder.terminal_id,
        valid_from,
        valid_until: valid_from.plus(VALIDITY),
        extensions: Extensions::default(),
    };
    sign(merchant, (), &role.key)
}

/// Random ids: 2^64 of them, so that no counter is shared between servers.
pub(crate) fn new_merchant_id() -> Result<(MerchantId, TerminalId), NoRandomness> {
    Ok((MerchantId(random::bytes()?), TerminalId(random::bytes()?)))
}
