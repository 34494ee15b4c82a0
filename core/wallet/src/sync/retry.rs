//! Waiting and trying again, with a clock and a sleep of the caller's.

use std::future::Future;
use std::time::Duration;

use skilling_platform::transport::Transport;

use super::{BankId, SyncReport, Want};
use crate::error::WalletError;
use crate::wallet::Wallet;

impl Wallet {
    /// Syncs until the bank has answered everything, or says what waiting does not change. `sleep` waits as long as it is told and
    /// says whether to go on; it is called between tries only.
    ///
    /// # Errors
    /// As [`Self::sync`].
    pub async fn sync_until_answered<S, F>(
        &self,
        transport: &dyn Transport,
        bank: BankId,
        want: Option<Want>,
        mut sleep: S,
    ) -> Result<SyncReport, WalletError>
    where
        S: FnMut(Duration) -> F,
        F: Future<Output = bool>,
    {
        let mut want = want;
        let mut all = SyncReport::default();
        loop {
            let part = self.sync(transport, bank, want.clone()).await?;
            let held = self.allowances()?;
            let granted = held.iter().filter(|it| part.granted.contains(&it.id));
            let refused = part.not_granted.iter().map(|it| it.currency);
            let answered: Vec<_> = granted.map(|it| it.currency).chain(refused).collect();
            want = want.filter(|want| !answered.contains(&want.currency));
            all.add(part);
            match all.failed.and_then(|failed| failed.again_after) {
                Some(wait) if sleep(wait).await => {}
                _ => return Ok(all),
            }
        }
    }
}
