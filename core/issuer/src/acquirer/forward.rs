//! Presenting deposits to other issuers: send, verify the answer, book what they owe.

use skilling_platform::transport::{HttpRequest, Transport};
use skilling_protocol::crypto::DefaultVerifier;
use skilling_protocol::message::Expected;
use skilling_protocol::objects::{Deposited, PaymentState};
use skilling_protocol::signed::{Signed, Verified};
use skilling_protocol::values::{ObjectId, Time};

use super::AcquirerRole;
use crate::error::Error;
use crate::settle::Standing;
use crate::store::{Account, Claim, Forward, Transfer, Tx};

/// Sends a deposit to its issuer. `None`: no answer that its key signed; the same bytes are sent again later.
pub(crate) async fn send(
    forward: &Forward,
    transport: &dyn Transport,
) -> Option<Verified<Deposited>> {
    let call = HttpRequest::post("/v1/present", &forward.call);
    let answer = transport.send(call).await.ok()?;
    if answer.status != 200 {
        tracing::warn!(status = answer.status, issuer = %forward.issuer.key_id(), "an issuer did not take a deposit");
        return None;
    }
    let signed = <Signed<Deposited> as Expected>::decode(&answer.body).ok()?;
    let parent = ObjectId::from_digest(forward.deposit);
    let verifier = DefaultVerifier::default();
    signed.verify(parent, &forward.issuer, &verifier).ok()
}

/// Takes over what the issuer says of its payments.
pub(crate) fn apply_answer(
    tx: &mut dyn Tx,
    forward: &Forward,
    answer: &Deposited,
    role: &AcquirerRole,
    now: Time,
) -> Result<(), Error> {
    for (id, state) in &answer.payments {
        let Some(mut claim) = tx.claim(*id)?.filter(|it| it.issuer == forward.issuer) else {
            continue;
        };
        let before = claim.standing;
        claim.standing = standing(*state);
        tx.put_claim(&claim)?;
        book(tx, &claim, before, role, now)?;
    }
    Ok(tx.drop_forward(forward.deposit, forward.issuer.key_id())?)
}

fn standing(state: PaymentState) -> Standing {
    match state {
        PaymentState::Pending => Standing::Pending,
        PaymentState::Paid => Standing::Paid,
        PaymentState::GivenBack => Standing::Released,
        PaymentState::Disputed => Standing::Disputed,
        PaymentState::Refused => Standing::Refused,
    }
}

/// What the issuer owes the acquirer stands against what the acquirer owes the merchant.
fn book(
    tx: &mut dyn Tx,
    claim: &Claim,
    before: Standing,
    role: &AcquirerRole,
    now: Time,
) -> Result<(), Error> {
    let suspense = Account::Suspense(Some(claim.issuer.key_id()));
    let payable = Account::Payable(role.key_public().key_id(), claim.merchant);
    let (from, to, why) = match (before == Standing::Paid, claim.standing == Standing::Paid) {
        (false, true) => (suspense, payable, "paid"),
        (true, false) => (payable, suspense, "reversed"),
        _ => return Ok(()),
    };
    Ok(tx.transfer(&Transfer {
        currency: claim.currency,
        from,
        to,
        amount: claim.amount,
        why,
        about: Some(claim.payment.digest()),
        at: now,
    })?)
}
