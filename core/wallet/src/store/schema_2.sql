-- The online side, schema 2. Immutable once released.

-- Banks this phone is enrolled at, or is enrolling at.
CREATE TABLE banks (
    row INTEGER PRIMARY KEY,
    link_key BLOB NOT NULL UNIQUE,
    link_alias TEXT NOT NULL UNIQUE,
    issuer_key BLOB,                       -- NULL until the bank answered; then the key that signed its last answer
    enrolled_at INTEGER,                   -- by the bank's clock, as is synced_at
    synced_at INTEGER,
    next_nonce BLOB,
    nonce_until INTEGER,
    failures INTEGER NOT NULL DEFAULT 0    -- calls in a row that brought nothing
) STRICT;

-- A call whose answer has not come: the same bytes go out until it does. One at a time for each bank.
CREATE TABLE calls (
    bank INTEGER PRIMARY KEY REFERENCES banks (row),
    sealed_body BLOB NOT NULL,             -- message 10 or 12
    made_at INTEGER NOT NULL
) STRICT;

-- Keys that never sign again and are still to be deleted from the device.
CREATE TABLE retired_keys (
    alias TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Allowances that a bank keeps a reserve for and that this store does not hold: granted before it was put back.
CREATE TABLE strangers (
    id BLOB PRIMARY KEY,
    bank INTEGER NOT NULL REFERENCES banks (row),
    is_reported INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- What the bank said of a payment, and when.
CREATE TABLE settlements (
    payment INTEGER NOT NULL REFERENCES payments (row),
    time INTEGER NOT NULL,
    state INTEGER NOT NULL,
    PRIMARY KEY (payment, time)
) STRICT, WITHOUT ROWID;

-- What was fetched last: not sent again while it is unchanged.
CREATE TABLE etags (
    path TEXT PRIMARY KEY,
    etag TEXT NOT NULL
) STRICT, WITHOUT ROWID;

ALTER TABLE allowances ADD COLUMN bank INTEGER REFERENCES banks (row);
-- The amount came back because the bank said so; it comes back once.
ALTER TABLE payments ADD COLUMN is_released_by_bank INTEGER NOT NULL DEFAULT 0;

-- What a person looks for that is rare among many: nothing is written here while a till waits.
CREATE INDEX payments_undone ON payments (time) WHERE stage IN (5, 6, 8);
CREATE INDEX payments_contested ON payments (time) WHERE settlement IN (3, 4);
