//! Nonces and stored answers, in SQL.

use rusqlite::params;
use skilling_platform::sqlite::time_to_sql;
use skilling_protocol::values::{Nonce, Time};

use super::read;
use super::tx::{SqliteTx, Stored};
use crate::store::{Answer, Calls};

impl Calls for SqliteTx<'_> {
    fn put_nonce(&mut self, nonce: Nonce, expires: Time) -> Stored<()> {
        self.write(
            "INSERT INTO nonce (value, expires) VALUES (?1, ?2)",
            params![nonce.as_bytes(), time_to_sql(expires)],
        )?;
        Ok(())
    }

    fn take_nonce(&mut self, nonce: Nonce, now: Time) -> Stored<bool> {
        let taken: Option<i64> = self.one(
            "DELETE FROM nonce WHERE value = ?1 RETURNING expires",
            [nonce.as_bytes()],
            |row| row.get(0),
        )?;
        Ok(taken.is_some_and(|expires| time_to_sql(now) < expires))
    }

    fn answer(&mut self, scope: &str, key: &[u8], id: &[u8]) -> Stored<Option<Answer>> {
        let sql = "SELECT * FROM answer WHERE scope = ?1 AND key = ?2 AND id = ?3";
        self.one(sql, params![scope, key, id], read::answer)
    }

    fn put_answer(&mut self, scope: &str, key: &[u8], id: &[u8], it: &Answer) -> Stored<()> {
        let (request, at) = (it.request.as_bytes(), time_to_sql(it.at));
        self.write(
            "INSERT INTO answer (scope, key, id, request, body, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![scope, key, id, request, it.body, at],
        )?;
        Ok(())
    }

    fn forget(&mut self, now: Time, answers_before: Time) -> Stored<()> {
        let sql = "DELETE FROM nonce WHERE expires <= ?1";
        self.write(sql, [time_to_sql(now)])?;
        let sql = "DELETE FROM answer WHERE at < ?1";
        self.write(sql, [time_to_sql(answers_before)])?;
        Ok(())
    }
}
