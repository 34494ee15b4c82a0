//! Store against rollback guard: the guard is advanced after every guarded commit and compared on opening.
//!
//! ```text
//! guard = store                  as it should be
//! guard = the store's previous   killed between commit and advance: advance now
//! no guard, empty store          a new wallet: both begin at 1, so that a store with anything in it needs a guard
//! anything else                  the store was put back, copied here, or replaced: every allowance is lost
//! ```

use skilling_protocol::values::Time;

use crate::error::WalletError;
use crate::events::{self, SyncReason};
use crate::ports::{Mark, RollbackGuard};
use crate::store::{AllowanceState, Store, StoreError};

/// Compares, and brings guard or store to where the next payment may start.
pub(crate) fn reconcile(
    store: &mut Store,
    guard: &dyn RollbackGuard,
    now: Time,
) -> Result<(), WalletError> {
    let kept = guard.read()?.unwrap_or(Mark {
        counter: 0,
        digest: [0; 32],
    });
    if store.mark().counter == 0 && kept.counter == 0 {
        store.write_guarded(b"made", |_| Ok(()))?;
    }
    if kept == store.mark() {
        return Ok(());
    }
    if kept == store.previous_mark() {
        return Ok(guard.advance(&store.mark())?);
    }
    lose_everything(store, kept, now)?;
    Ok(guard.advance(&store.mark())?)
}

/// Marks every open allowance as lost and continues from the mark that the guard keeps.
fn lose_everything(store: &mut Store, kept: Mark, now: Time) -> Result<(), StoreError> {
    let open: Vec<i64> = store
        .live_allowances()?
        .into_iter()
        .filter(|held| held.state == AllowanceState::Open)
        .map(|held| held.row)
        .collect();
    store.write_marked(kept, b"rolled back", |tx| {
        tx.forget_what_waits()?;
        tx.put_event(&events::sync_needed(SyncReason::RolledBack), now)?;
        open.iter()
            .try_for_each(|row| tx.put_allowance_state(*row, AllowanceState::Lost))
    })
}
