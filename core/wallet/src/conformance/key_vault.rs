//! The contract of [`KeyVault`], as far as it can be seen from outside.

use super::{Broken, Suite};
use crate::ports::{KeyVault, VaultError};

/// Runs a vault through its contract. `open` gives the vault as the app does at each start: what one seals, the next opens.
///
/// # Errors
/// The first MUST that is broken.
pub fn key_vault(open: &dyn Fn() -> Box<dyn KeyVault>) -> Result<(), Broken> {
    let suite = Suite("KeyVault");
    let secret = [0x5a; 32];
    let sealed = suite.works(open().seal(&secret), "a secret can be sealed")?;
    suite.must(
        sealed.len() <= 1_024,
        "a sealed secret has at most 1,024 bytes",
    )?;
    suite.must(
        !sealed
            .windows(secret.len())
            .any(|window| window == secret.as_slice()),
        "the secret does not stand in the sealed bytes",
    )?;
    let opened = suite.works(open().open(&sealed), "after a restart the secret opens")?;
    suite.must(
        opened.as_slice() == secret.as_slice(),
        "the secret comes back unchanged",
    )?;
    for position in [0, sealed.len() / 2, sealed.len().saturating_sub(1)] {
        let mut changed = sealed.clone();
        if let Some(byte) = changed.get_mut(position) {
            *byte ^= 1;
        }
        suite.must(
            matches!(open().open(&changed), Err(VaultError::CannotOpen)),
            "changed bytes are refused as CannotOpen",
        )?;
    }
    suite.must(open().open(&[]).is_err(), "no bytes are refused")
}
