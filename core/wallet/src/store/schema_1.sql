-- The wallet's store, schema 1. Immutable once released. Amounts and times are checked 64-bit integers.
-- Columns named sealed_* hold nonce, ciphertext and tag of AES-256-GCM; what is bound to them, seal.rs says.

CREATE TABLE vault (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    store_key BLOB NOT NULL                -- as the KeyVault sealed it
) STRICT;

-- How far the store has come, and how far it had before: see guard.rs.
CREATE TABLE guard (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    counter INTEGER NOT NULL,
    digest BLOB NOT NULL,
    previous_counter INTEGER NOT NULL,
    previous_digest BLOB NOT NULL
) STRICT;

CREATE TABLE clock (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    high_water_mark INTEGER NOT NULL
) STRICT;

CREATE TABLE trust (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    bundle BLOB NOT NULL                   -- the signed object
) STRICT;

CREATE TABLE outages (
    currency INTEGER PRIMARY KEY,
    outage BLOB NOT NULL                   -- the signed object with the highest serial
) STRICT;

-- Pay keys made for a grant that has not come yet.
CREATE TABLE pay_keys (
    public_key BLOB PRIMARY KEY,
    alias TEXT NOT NULL UNIQUE,
    made_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE allowances (
    row INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    issuer_key BLOB NOT NULL,
    alias TEXT NOT NULL,
    object BLOB NOT NULL,                  -- the signed object
    state INTEGER NOT NULL,
    is_reported INTEGER NOT NULL DEFAULT 0,-- the issuer has answered to a statement of this state
    last_sequence INTEGER NOT NULL DEFAULT 0,
    spent INTEGER NOT NULL DEFAULT 0,
    released INTEGER NOT NULL DEFAULT 0,
    reserved INTEGER,                      -- what the issuer last said is still reserved
    granted_at INTEGER NOT NULL
) STRICT;
CREATE INDEX allowances_by_state ON allowances (state, is_reported);

CREATE TABLE payments (
    row INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    allowance INTEGER NOT NULL REFERENCES allowances (row),
    sequence INTEGER NOT NULL,
    currency INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    request_id BLOB NOT NULL,
    answer_before INTEGER,                 -- NULL: a static request
    time INTEGER NOT NULL,
    stage INTEGER NOT NULL,
    declined_code INTEGER,
    receipt_time INTEGER,
    settlement INTEGER,                    -- what the issuer last said
    is_reported INTEGER NOT NULL DEFAULT 0,-- the issuer has answered to this evidence as it stands
    sealed_merchant BLOB NOT NULL,         -- name
    sealed_reference BLOB,
    sealed_request BLOB NOT NULL,          -- message 1
    sealed_token BLOB NOT NULL,            -- message 2
    sealed_accepted BLOB,                  -- message 3, outcome accepted
    sealed_final BLOB,                     -- message 3, outcome voided or declined
    UNIQUE (allowance, sequence)
) STRICT;
CREATE INDEX payments_by_request ON payments (request_id);
CREATE INDEX payments_by_time ON payments (time);
-- What a receipt may still change: stages committed to accepted.
CREATE INDEX payments_unsettled ON payments (row) WHERE stage <= 4;
-- What recovery looks at on opening: committed and presented.
CREATE INDEX payments_under_way ON payments (row) WHERE stage <= 2;
CREATE INDEX payments_unreported ON payments (row) WHERE is_reported = 0;
