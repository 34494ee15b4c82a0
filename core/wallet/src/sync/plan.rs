//! Making a call: statements, evidence and, with the last of the evidence, what is wanted.

use skilling_platform::random;
use skilling_platform::transport::Transport;
use skilling_protocol::message::{Evidence, Expected as _, SyncCall};
use skilling_protocol::objects::{AllowanceState as Stated, Statement, Sync, Wanted};
use skilling_protocol::values::{Amount, IdempotencyId, Nonce};

use super::Want;
use super::call::Stop;
use super::wishes::{Own, Wishes};
use crate::error::WalletError;
use crate::grants::NewPayKey;
use crate::store::{AllowanceState, HeldAllowance, StoredBank};
use crate::wallet::{Inner, Wallet};

/// A call stays under 1 MiB: object, attestation and heads fit in what is left.
const MOST_EVIDENCE: usize = (1 << 20) - (32 << 10);
/// The head of one evidence in the call, and of the messages in it, at most.
const HEADS: usize = 16;
/// An encoded statement, at most.
const STATEMENT: usize = 80;

/// Where a run stands with one bank.
#[derive(Debug)]
pub(super) struct Cursor {
    /// The last payment whose evidence was answered to in this run.
    pub(super) row: i64,
    /// The most bytes of evidence in one call.
    pub(super) most_bytes: usize,
    /// Still to be asked for.
    pub(super) want: Option<Want>,
    /// Why no pay key could be made for it: then it is asked for in no call of this run.
    pub(super) no_key: Option<WalletError>,
    /// What this run asked for.
    pub(super) wishes: Own,
}

impl Cursor {
    pub(super) const fn new(want: Option<Want>, wishes: Wishes) -> Self {
        Self {
            row: 0,
            most_bytes: MOST_EVIDENCE,
            want,
            no_key: None,
            wishes: Own::new(wishes),
        }
    }
}

/// What came of making a call.
pub(super) enum Made {
    /// It is durable: send it.
    Call(Vec<u8>),
    /// There is nothing to say.
    Nothing,
    /// Another thread made or finished one meanwhile: look again.
    Again,
}

/// What a call will say, read in one turn.
struct Plan {
    bank: StoredBank,
    statements: Vec<Statement>,
    evidence: Vec<Evidence>,
    want: Option<Want>,
    bundle_version: u32,
    nonce: Option<Nonce>,
}

impl Wallet {
    /// Makes the next call and puts it into the store. `must` says something even if there is nothing new here, because the bank
    /// may have news.
    pub(super) async fn make_sync(
        &self,
        transport: &dyn Transport,
        bank: i64,
        cursor: &mut Cursor,
        must: bool,
    ) -> Result<Made, Stop> {
        let Some(mut plan) = self.plan(bank, cursor, must)? else {
            return Ok(Made::Nothing);
        };
        let planned = plan.bank.clone();
        let nonce = match plan.nonce {
            Some(nonce) => nonce,
            None => self.fetch_nonce(transport, planned.failures).await?,
        };
        let key = match &plan.want {
            Some(_) => self.key_for(cursor, &nonce).await?,
            None => None,
        };
        plan.want = plan.want.filter(|_| key.is_some());
        let pay_key = key.as_ref().map(|key| key.public_key);
        if let Some(key) = pay_key {
            cursor.wishes.note(key);
        }
        let body = self.write_call(plan, nonce, key).await?;
        let now = self.now();
        let mut inner = self.turn()?;
        // Another thread may have been faster; what was planned is then out of date.
        let is_current = inner.store.bank(bank)?.is_some_and(|it| it.is_as(&planned));
        let is_kept = inner.store.write(|tx| {
            let is_kept = is_current && tx.put_call(bank, &body, now)?;
            if let (false, Some(key)) = (is_kept, &pay_key) {
                tx.drop_pay_key(key)?;
            }
            Ok(is_kept)
        })?;
        Ok(if is_kept {
            Made::Call(body)
        } else {
            Made::Again
        })
    }

    /// The pay key for what is wanted. Without one the evidence goes all the same, and what the app wanted waits; what a restored
    /// wallet has to ask for again would be forgotten, so that its call waits.
    async fn key_for(
        &self,
        cursor: &mut Cursor,
        nonce: &Nonce,
    ) -> Result<Option<NewPayKey>, WalletError> {
        match self.new_pay_key(nonce).await {
            Err(
                error @ (WalletError::NoScreenLock | WalletError::LockedOut | WalletError::Keys(_)),
            ) if cursor.want.take().is_some() => {
                cursor.no_key = Some(error);
                Ok(None)
            }
            made => made.map(Some),
        }
    }

    fn plan(&self, bank: i64, cursor: &Cursor, must: bool) -> Result<Option<Plan>, WalletError> {
        let now = self.now();
        let mut inner = self.turn()?;
        // The evidence holds tokens, and none leaves before the guard knows of it.
        inner.advance_guard(&self.ports)?;
        let stored = inner.store.bank(bank)?;
        let stored = stored.filter(|bank| bank.issuer_key.is_some());
        let stored = stored.ok_or(WalletError::NoSuchBank)?;
        if let Some(issuer_key) = &stored.issuer_key {
            inner.store.write(|tx| tx.adopt(bank, issuer_key))?;
        }
        let mut statements = Vec::new();
        let mut has_news = must || cursor.want.is_some();
        let mut lost = None;
        for held in inner.allowances_of(bank)? {
            has_news |= held.state != AllowanceState::Open;
            if held.state == AllowanceState::Lost && lost.is_none() {
                lost = Some(want_again(held));
            }
            statements.push(statement(held));
        }
        for id in inner.store.strangers(bank)? {
            has_news = true;
            statements.push(Statement {
                allowance: id,
                last_sequence: 0,
                spent: Amount::ZERO,
                released: Amount::ZERO,
                state: Stated::Lost,
            });
        }
        let room = statements.len().saturating_mul(STATEMENT);
        let most_bytes = cursor.most_bytes.saturating_sub(room);
        let (evidence, is_all) = inner.collect(bank, cursor.row, most_bytes)?;
        if evidence.is_empty() && !has_news {
            return Ok(None);
        }
        let want = cursor.want.clone().or(lost);
        Ok(Some(Plan {
            nonce: stored.nonce(now),
            bank: stored,
            statements,
            evidence,
            // Whoever decides on a grant should know of every payment.
            want: want.filter(|_| is_all),
            bundle_version: inner.bundle.as_ref().map_or(0, |bundle| bundle.version),
        }))
    }

    async fn write_call(
        &self,
        plan: Plan,
        nonce: Nonce,
        key: Option<NewPayKey>,
    ) -> Result<Vec<u8>, WalletError> {
        let id = random::bytes().map_err(|_| WalletError::NoRandomness)?;
        let wanted = plan.want.zip(key).map(|(want, key)| Wanted {
            currency: want.currency,
            limit: want.limit,
            pay_key: key.public_key,
            attestation: key.attestation,
            categories: want.categories,
        });
        let sync = Sync {
            idempotency_id: IdempotencyId(id),
            nonce,
            time: self.now(),
            bundle_version: plan.bundle_version,
            statements: plan.statements,
            wanted,
            link_key: plan.bank.link_key,
        };
        let sync = self
            .sign_with_link(&plan.bank.link_alias, &plan.bank.link_key, sync)
            .await?;
        let call = SyncCall {
            sync,
            evidence: plan.evidence,
        };
        Ok(call.encode())
    }
}

impl Inner {
    /// Those granted by this bank.
    pub(super) fn allowances_of(&self, bank: i64) -> Result<Vec<&HeldAllowance>, WalletError> {
        let mut found = Vec::new();
        for held in &self.allowances {
            if self.store.bank_of(held.row)? == Some(bank) {
                found.push(held);
            }
        }
        Ok(found)
    }

    /// Evidence after `row` up to `most_bytes`, and whether that is all. One always goes, however large: it is under 16 KiB.
    fn collect(
        &self,
        bank: i64,
        mut row: i64,
        most_bytes: usize,
    ) -> Result<(Vec<Evidence>, bool), WalletError> {
        let mut evidence = Vec::new();
        let mut left = most_bytes;
        while let Some(next) = self.store.next_unreported(bank, row)? {
            let one = self.store.evidence(next)?;
            let size = one.encode().len().saturating_add(HEADS);
            match left.checked_sub(size) {
                Some(rest) => left = rest,
                None if evidence.is_empty() => left = 0,
                None => return Ok((evidence, false)),
            }
            evidence.push(one);
            row = next;
        }
        Ok((evidence, true))
    }
}

/// What the wallet says of an allowance. A key that is gone never signs again either, and its figures hold.
pub(super) fn statement(held: &HeldAllowance) -> Statement {
    Statement {
        allowance: held.allowance.id(),
        last_sequence: held.last_sequence,
        spent: held.spent,
        released: held.released,
        state: match held.state {
            AllowanceState::Open => Stated::Open,
            AllowanceState::Closed | AllowanceState::KeyGone => Stated::Closed,
            AllowanceState::Lost => Stated::Lost,
        },
    }
}

/// The same once more, under a new key.
pub(super) fn want_again(held: &HeldAllowance) -> Want {
    Want {
        currency: held.allowance.currency,
        limit: held.allowance.limit,
        categories: held.allowance.categories.clone(),
    }
}
