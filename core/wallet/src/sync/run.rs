//! A run of calls: the open one first, byte for byte, then as many as there is something to say.

use skilling_platform::transport::{HttpRequest, Transport};
use skilling_protocol::message::{Expected as _, SyncCall};

use super::apply::Applied;
use super::call::{Stop, later};
use super::plan::{Cursor, Made};
use super::problem::{Failed, Heard, Problem, hear};
use super::{BankId, SyncReport, Want};
use crate::error::WalletError;
use crate::wallet::Wallet;

const PATH: &str = "/v1/sync";
/// New calls in a row after an answer that nothing was done.
const ATTEMPTS: u32 = 3;
/// Answered calls in one run: a bank that always has more to say is heard again in the next.
const MOST_CALLS: u32 = 256;

impl Wallet {
    /// Syncs with one bank: states every allowance of it, sends the evidence that it has not answered to, asks for what is wanted,
    /// and takes what it says. At least one call is answered, or [`SyncReport::failed`] says what to do.
    ///
    /// A call of an earlier run that was not answered goes out first, the same bytes. If it wanted an allowance of the currency
    /// of `want`, that was this want: it is not asked for twice. After the store was put back to an older state, every allowance
    /// of before is stated lost and one like it is asked for under a new key, without a `want`.
    ///
    /// Safe to call at any time, from several threads too.
    ///
    /// # Errors
    /// [`WalletError::NoSuchBank`], storage, keys: where no pay key could be made for `want`, everything else was done before that is
    /// said. A server that does not answer is no error.
    pub async fn sync(
        &self,
        transport: &dyn Transport,
        bank: BankId,
        want: Option<Want>,
    ) -> Result<SyncReport, WalletError> {
        self.delete_retired_keys().await?;
        let mut report = SyncReport::default();
        let mut cursor = Cursor::new(want, self.wishes.clone());
        match self.run(transport, bank.0, &mut cursor, &mut report).await {
            Ok(()) => {}
            Err(Stop::Failed(failed)) => report.failed = Some(failed),
            Err(Stop::Error(error)) => return Err(error),
        }
        self.delete_retired_keys().await?;
        match cursor.no_key {
            Some(error) if report.failed.is_none() => Err(error),
            _ => Ok(report),
        }
    }

    async fn run(
        &self,
        transport: &dyn Transport,
        bank: i64,
        cursor: &mut Cursor,
        report: &mut SyncReport,
    ) -> Result<(), Stop> {
        let mut attempts = 0_u32;
        while report.calls < MOST_CALLS {
            let open = self.turn()?.store.open_call(bank)?;
            let body = match open {
                Some(body) => body,
                None => {
                    let must = report.calls == 0;
                    match self.make_sync(transport, bank, cursor, must).await? {
                        Made::Call(body) => body,
                        Made::Again => continue,
                        Made::Nothing => return Ok(()),
                    }
                }
            };
            match hear(transport.send(HttpRequest::post(PATH, &body)).await) {
                Heard::Answer(answer) => match self.apply(bank, &body, &answer)? {
                    Applied::Done(done) => {
                        attempts = 0;
                        cursor.row = cursor.row.max(done.last_row);
                        if let (Some(want), Some((currency, key))) = (&cursor.want, done.wanted)
                            && want.currency == currency
                            && !cursor.wishes.is_of_another(&key)
                        {
                            cursor.want = None;
                        }
                        done.add_to(report);
                    }
                    Applied::BadAnswer => {
                        return Err(self.failed_again(bank, Problem::BadAnswer, None)?.into());
                    }
                    // Another run told the wallet what came of what this one asked for.
                    Applied::Before(Some(key)) if cursor.wishes.has(&key) => cursor.want = None,
                    Applied::Before(_) => {}
                },
                Heard::Anew(problem) => {
                    self.give_up(bank, &body, Some(cursor))?;
                    attempts = attempts.saturating_add(1);
                    if attempts >= ATTEMPTS {
                        return Err(later(attempts, problem, None)?.into());
                    }
                }
                Heard::TooLarge(problem) => {
                    let evidence = self.give_up(bank, &body, Some(cursor))?;
                    if evidence < 2 {
                        return Err(Failed::for_good(problem).into());
                    }
                    cursor.most_bytes = cursor.most_bytes.div_euclid(2);
                }
                Heard::Never(problem) => {
                    self.give_up(bank, &body, None)?;
                    return Err(Failed::for_good(problem).into());
                }
                Heard::Later(problem, after) => {
                    return Err(self.failed_again(bank, problem, after)?.into());
                }
            }
        }
        Ok(())
    }

    /// Drops a call of which the server said that nothing was done. What it wanted goes into the next, under a new key: an
    /// attestation holds for one nonce; where another run still wants it, that one asks. Gives how much evidence it carried.
    fn give_up(
        &self,
        bank: i64,
        body: &[u8],
        cursor: Option<&mut Cursor>,
    ) -> Result<usize, WalletError> {
        let call = SyncCall::decode(body)?;
        let wanted = call.sync.unverified().wanted.as_ref();
        let mut inner = self.turn()?;
        if inner.store.open_call(bank)?.as_deref() == Some(body) {
            inner.store.write(|tx| {
                tx.drop_call(bank)?;
                wanted.map_or(Ok(()), |wanted| tx.drop_pay_key(&wanted.pay_key))
            })?;
        }
        if let (Some(cursor), Some(wanted)) = (cursor, wanted)
            && cursor.want.is_none()
            && !cursor.wishes.is_of_another(&wanted.pay_key)
        {
            cursor.want = Some(Want {
                currency: wanted.currency,
                limit: wanted.limit,
                categories: wanted.categories.clone(),
            });
        }
        Ok(call.evidence.len())
    }
}
