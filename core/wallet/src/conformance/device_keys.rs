//! The contract of [`DeviceKeys`], as far as it can be seen from outside. A person (or their stand-in) must agree when asked.

use skilling_protocol::crypto::Verifier as _;
use skilling_protocol::values::{
    Amount, Currency, Decimals, MerchantName, Nonce, PublicKey, Signature,
};

use super::{Broken, Suite};
use crate::ports::{DeviceKeys, KeyAlias, KeyError, KeyUse, Operation, Prompt, Purpose};
use crate::wallet::VERIFIER;

const MESSAGE: &[u8] = b"conformance";

/// Runs `keys` through its contract. Makes and deletes two keys.
///
/// # Errors
/// The first MUST that is broken.
pub async fn device_keys(keys: &dyn DeviceKeys) -> Result<(), Broken> {
    let suite = Suite("DeviceKeys");
    let (pay, link) = (KeyAlias::fresh(KeyUse::Pay), KeyAlias::fresh(KeyUse::Link));
    let nonce = Nonce([7; 32]);
    let made = keys.generate(&pay, KeyUse::Pay, &nonce).await;
    let made = suite.works(made, "a pay key can be made")?;
    let linked = keys.generate(&link, KeyUse::Link, &nonce).await;
    let linked = suite.works(linked, "a link key can be made")?;
    suite.must(
        made.public_key != linked.public_key,
        "every key made is another",
    )?;
    suite.must(
        made.attestation.len() <= 16_384,
        "an attestation has at most 16,384 bytes",
    )?;
    suite.must(
        keys.attestation_kind() == keys.attestation_kind(),
        "the kind of attestation never changes",
    )?;
    let again = keys.generate(&pay, KeyUse::Pay, &nonce).await;
    suite.must(
        again == Err(KeyError::AliasInUse),
        "a key is never replaced",
    )?;
    signing(&suite, keys, &pay, &made.public_key).await?;
    unasked(&suite, keys, &link, &linked.public_key).await?;
    deleting(&suite, keys, &pay).await?;
    suite.works(keys.delete(&link).await, "a key can be deleted")
}

async fn signing(
    suite: &Suite,
    keys: &dyn DeviceKeys,
    alias: &KeyAlias,
    public: &PublicKey,
) -> Result<(), Broken> {
    let prompt = prompt().ok_or(Broken {
        port: "DeviceKeys",
        broken: "the suite's own prompt",
    })?;
    let operation = keys.authorize(alias, Some(&prompt)).await;
    let operation = suite.works(operation, "a pay key is authorised when the person agrees")?;
    suite.must(operation.alias() == alias, "an operation names its key")?;
    let used = Operation::new(alias.clone(), operation.handle());
    verifies(suite, public, keys.sign(operation, MESSAGE))?;
    suite.must(
        keys.sign(used, MESSAGE) == Err(KeyError::Expired),
        "an operation signs once",
    )?;
    let unknown = Operation::new(alias.clone(), u64::MAX);
    suite.must(
        keys.sign(unknown, MESSAGE) == Err(KeyError::Expired),
        "an operation that was never given signs nothing",
    )
}

async fn unasked(
    suite: &Suite,
    keys: &dyn DeviceKeys,
    alias: &KeyAlias,
    public: &PublicKey,
) -> Result<(), Broken> {
    let operation = keys.authorize(alias, None).await;
    let operation = suite.works(operation, "a link key asks nobody")?;
    verifies(suite, public, keys.sign(operation, MESSAGE))
}

fn verifies(
    suite: &Suite,
    public: &PublicKey,
    signature: Result<[u8; 64], KeyError>,
) -> Result<(), Broken> {
    let signature = suite.works(signature, "an authorised operation signs")?;
    let signature = Signature::from_bytes(&signature);
    let signature = suite.works(signature, "a signature is r || s, both in 1..n-1")?;
    let verified = VERIFIER.verify(public, MESSAGE, &signature);
    suite.works(verified, "the signature verifies under the key given out")
}

async fn deleting(suite: &Suite, keys: &dyn DeviceKeys, alias: &KeyAlias) -> Result<(), Broken> {
    suite.works(keys.delete(alias).await, "a key can be deleted")?;
    suite.works(
        keys.delete(alias).await,
        "deleting what is not there succeeds",
    )?;
    suite.must(
        keys.authorize(alias, None).await == Err(KeyError::NoSuchKey),
        "a deleted key is no key",
    )
}

fn prompt() -> Option<Prompt> {
    Some(Prompt {
        purpose: Purpose::Payment {
            merchant: MerchantName::new("Conformance").ok()?,
            reference: None,
        },
        amount: Amount::new(1).ok()?,
        currency: Currency::EUR,
        decimals: Decimals::TWO,
    })
}
