//! What the wallet trusts and knows of the time: bundle, outages, high-water mark.

use rusqlite::{OptionalExtension as _, params};
use skilling_platform::sqlite;
use skilling_protocol::objects::{Outage, TrustBundle};
use skilling_protocol::signed::Signed;
use skilling_protocol::values::Time;

use super::{Store, StoreError, Tx};

impl Store {
    pub(crate) fn bundle(&self) -> Result<Option<Signed<TrustBundle>>, StoreError> {
        let bytes: Option<Vec<u8>> = self
            .read()?
            .query_row("SELECT bundle FROM trust", [], |row| row.get(0))
            .optional()?;
        bytes
            .map(|bytes| Signed::decode(&bytes).map_err(|_| StoreError::Damaged("trust bundle")))
            .transpose()
    }

    pub(crate) fn outages(&self) -> Result<Vec<Signed<Outage>>, StoreError> {
        let mut statement = self.read()?.prepare("SELECT outage FROM outages")?;
        let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
        rows.map(|bytes| Signed::decode(&bytes?).map_err(|_| StoreError::Damaged("outage")))
            .collect()
    }

    pub(crate) fn high_water_mark(&self) -> Result<Time, StoreError> {
        let mark = self
            .read()?
            .query_row("SELECT high_water_mark FROM clock", [], |row| {
                sqlite::time(row, "high_water_mark")
            })
            .optional()?;
        Ok(mark.unwrap_or_default())
    }
}

impl Tx<'_> {
    pub(crate) fn put_bundle(&self, bundle: &Signed<TrustBundle>) -> Result<(), StoreError> {
        self.db.execute(
            "INSERT OR REPLACE INTO trust VALUES (1, ?1)",
            params![bundle.to_bytes()],
        )?;
        Ok(())
    }

    pub(crate) fn put_outage(&self, outage: &Signed<Outage>) -> Result<(), StoreError> {
        self.db.execute(
            "INSERT OR REPLACE INTO outages VALUES (?1, ?2)",
            params![outage.unverified().currency.numeric(), outage.to_bytes()],
        )?;
        Ok(())
    }

    pub(crate) fn put_high_water_mark(&self, time: Time) -> Result<(), StoreError> {
        self.db.execute(
            "INSERT OR REPLACE INTO clock VALUES (1, ?1)",
            params![sqlite::time_to_sql(time)],
        )?;
        Ok(())
    }
}
