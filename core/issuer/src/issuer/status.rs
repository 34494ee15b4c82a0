//! The status list: which allowances are revoked, published anew at every change and at least hourly.
//!
//! Claim 6 counts seconds and rises at every change, so a burst of changes carries it past the clock. Holders ignore a
//! list from the future, and wallets raise their clock's high-water mark by it; so it never runs ahead by more than a
//! little, and what changes beyond that waits for the clock.

use skilling_platform::random;
use skilling_protocol::crypto::Signer as _;
use skilling_protocol::message::encode_status_list;
use skilling_protocol::status_list::StatusBits;
use skilling_protocol::values::{Seconds, Time};

use super::{Desk, IssuerRole};
use crate::error::Error;
use crate::store::{AllowanceRow, StatusHead, Tx};

/// Entries of a new list; it doubles when half are given out, so that a random free one is found quickly.
const FIRST_ENTRIES: u32 = 1 << 17;
/// No list grows past this (128 Mi entries are 16 MiB, protocol section 3).
const MOST_ENTRIES: u32 = 1 << 27;
/// An unchanged list is published anew when it is older.
const REPUBLISHED_AFTER: Seconds = Seconds::hours(1);
/// Claim 6 runs ahead of the clock by no more: well under any sensible skew.
const AHEAD_AT_MOST: Seconds = Seconds(60);
/// As long as it is less than this ahead, a change is published at once; otherwise when somebody asks.
const AHEAD_UNASKED: Seconds = Seconds(10);
/// How soon holders should fetch again.
const TTL: Seconds = Seconds::hours(12);

/// The list as it is published now, message type 5, with its claim 6.
pub(crate) struct Published {
    pub(crate) issued_at: Time,
    pub(crate) message: Vec<u8>,
}

/// Makes the empty list of a new issuer.
pub(crate) fn init(tx: &mut dyn Tx) -> Result<(), Error> {
    let head = StatusHead {
        entries: FIRST_ENTRIES,
        ..StatusHead::default()
    };
    Ok(tx.put_status_head(&head)?)
}

/// Whether a bit was set since the list was published, and it is to be published without being asked for.
pub(crate) fn is_due(tx: &mut dyn Tx, now: Time) -> Result<bool, Error> {
    let head = tx.status_head()?;
    Ok(is_stale(&head) && head.issued_at < now.plus(AHEAD_UNASKED))
}

/// Signs the list anew if a bit was set since or it is old. Claim 6 rises at every change.
pub(crate) fn publish(tx: &mut dyn Tx, issuer: &IssuerRole, now: Time) -> Result<Published, Error> {
    let head = tx.status_head()?;
    let is_old = now >= head.issued_at.plus(REPUBLISHED_AFTER);
    let may_rise = head.issued_at < now.plus(AHEAD_AT_MOST);
    let head = if is_old || (is_stale(&head) && may_rise) {
        sign(tx, issuer, now, head)?
    } else {
        head
    };
    Ok(Published {
        issued_at: head.issued_at,
        message: head.message,
    })
}

fn is_stale(head: &StatusHead) -> bool {
    head.published != Some(head.revision)
}

fn sign(
    tx: &mut dyn Tx,
    issuer: &IssuerRole,
    now: Time,
    mut head: StatusHead,
) -> Result<StatusHead, Error> {
    let mut bits = StatusBits::new(head.entries)?;
    for index in tx.revoked_indices()? {
        bits.revoke(index)?;
    }
    head.issued_at = now.max(head.issued_at.plus(Seconds(1)));
    let cwt = bits
        .sign(&issuer.status_uri, head.issued_at, TTL, &issuer.key)
        .unwrap_or_else(|never| match never {});
    head.message = encode_status_list(&cwt);
    head.published = Some(head.revision);
    tx.put_status_head(&head)?;
    Ok(head)
}

impl Desk<'_> {
    /// Sets the bit of an allowance, for good.
    pub(crate) fn revoke(&mut self, row: &mut AllowanceRow) -> Result<(), Error> {
        if row.revoked {
            return Ok(());
        }
        row.revoked = true;
        self.tx.put_allowance(row)?;
        let mut head = self.tx.status_head()?;
        head.revision = head.revision.saturating_add(1);
        Ok(self.tx.put_status_head(&head)?)
    }

    /// A random index that is published and was never given out.
    pub(super) fn free_index(&mut self) -> Result<u32, Error> {
        let mut head = self.tx.status_head()?;
        if head.used >= head.entries / 2 && head.entries < MOST_ENTRIES {
            head.entries = head.entries.saturating_mul(2);
            head.revision = head.revision.saturating_add(1);
            // Published in this very transaction, so before the grant that uses it leaves.
            head = sign(self.tx, self.issuer, self.now, head)?;
        }
        if head.used >= head.entries {
            return Err(Error::NotNow(
                "the status list is full; start a new issuer key",
            ));
        }
        loop {
            let index = random::below(head.entries)?;
            if !self.tx.status_index_is_used(index)? {
                head.used = head.used.saturating_add(1);
                self.tx.put_status_head(&head)?;
                return Ok(index);
            }
        }
    }
}

impl IssuerRole {
    /// The public half of the issuer key.
    pub(crate) fn key_public(&self) -> skilling_protocol::values::PublicKey {
        self.key.public_key()
    }

    /// The last segment of the status list's address.
    pub(crate) fn list_name(&self) -> String {
        self.key_public().key_id().to_string()
    }
}
