//! Counting, for a support desk.

use super::{Store, StoreError};
use crate::payment::Stage;

/// How many of what.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) by_stage: Vec<(Stage, u64)>,
    pub(crate) unreported: u64,
    pub(crate) events: u64,
}

impl Store {
    /// Looks at every payment.
    pub(crate) fn counts(&self) -> Result<Counts, StoreError> {
        let db = self.read()?;
        let count = |number: i64| u64::try_from(number).unwrap_or_default();
        let mut counts = Counts::default();
        let mut stages =
            db.prepare("SELECT stage, count(*) FROM payments GROUP BY stage ORDER BY stage")?;
        let mut rows = stages.query([])?;
        while let Some(row) = rows.next()? {
            let stage = Stage::from_value(row.get(0)?);
            let stage = stage.ok_or(StoreError::Damaged("payment stage"))?;
            counts.by_stage.push((stage, count(row.get(1)?)));
        }
        let one = |sql| db.query_row(sql, [], |row| row.get(0)).map(count);
        counts.unreported = one("SELECT count(*) FROM payments WHERE is_reported = 0")?;
        counts.events = one("SELECT count(*) FROM events")?;
        Ok(counts)
    }
}
