//! One transaction: how statements are run. Each is prepared once and cached by the connection.

use rusqlite::{OptionalExtension, Params, Row, Transaction};

use crate::store::StoreError;

pub(super) struct SqliteTx<'c>(pub(super) &'c Transaction<'c>);

pub(super) type Stored<T> = Result<T, StoreError>;
type Reader<T> = fn(&Row<'_>) -> rusqlite::Result<T>;

impl SqliteTx<'_> {
    pub(super) fn write(&self, sql: &str, params: impl Params) -> Stored<usize> {
        Ok(self.0.prepare_cached(sql)?.execute(params)?)
    }

    pub(super) fn one<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: Reader<T>,
    ) -> Stored<Option<T>> {
        let mut statement = self.0.prepare_cached(sql)?;
        Ok(statement.query_row(params, read).optional()?)
    }

    pub(super) fn all<T>(&self, sql: &str, params: impl Params, read: Reader<T>) -> Stored<Vec<T>> {
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map(params, read)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    pub(super) fn exists(&self, sql: &str, params: impl Params) -> Stored<bool> {
        Ok(self.0.prepare_cached(sql)?.exists(params)?)
    }
}
