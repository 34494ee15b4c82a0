-- The acceptance store. Several tills may share one file: everything that rules 11, 23, 24, 25 and 28 look at is here
-- and nowhere else. It is never restored from a backup (protocol section 6).

CREATE TABLE store (
    one             INTEGER PRIMARY KEY CHECK (one = 1),
    store_id        BLOB    NOT NULL CHECK (length(store_id) = 16),
    generation      INTEGER NOT NULL DEFAULT 0, -- rises whenever trust, status, outage or a certificate changes
    last_acceptance INTEGER,
    offline_since   INTEGER,
    failures        INTEGER NOT NULL DEFAULT 0  -- failed calls in a row
) STRICT;
INSERT INTO store (one, store_id) VALUES (1, randomblob(16));

CREATE TABLE bundle (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    message BLOB    NOT NULL
) STRICT;

CREATE TABLE status_list (
    issuer_key BLOB PRIMARY KEY,
    cwt        BLOB NOT NULL
) STRICT;

CREATE TABLE outage (
    currency INTEGER PRIMARY KEY,
    message  BLOB NOT NULL
) STRICT;

CREATE TABLE fetched (
    path TEXT PRIMARY KEY,
    etag TEXT NOT NULL
) STRICT;

CREATE TABLE certificate (
    id           INTEGER PRIMARY KEY,
    digest       BLOB NOT NULL UNIQUE,
    object       BLOB NOT NULL,
    acquirer_key BLOB NOT NULL
) STRICT;

CREATE TABLE request (
    id            INTEGER PRIMARY KEY,
    digest        BLOB    NOT NULL UNIQUE,
    certificate   INTEGER NOT NULL REFERENCES certificate (id),
    object        BLOB    NOT NULL,
    answer_before INTEGER,                    -- NULL: static
    cancelled_at  INTEGER,
    paid          INTEGER NOT NULL DEFAULT 0, -- stays 1 when the payment is voided
    torn          INTEGER NOT NULL DEFAULT 0  -- an answer or a receipt may be on its way
) STRICT;
CREATE INDEX request_open ON request (answer_before) WHERE paid = 0 AND cancelled_at IS NULL;
CREATE INDEX request_torn ON request (answer_before) WHERE torn = 1;

CREATE TABLE allowance (
    id         INTEGER PRIMARY KEY,
    digest     BLOB    NOT NULL UNIQUE,
    object     BLOB    NOT NULL,          -- as it was when first verified, signature included
    issuer_key BLOB    NOT NULL,
    accepted   INTEGER NOT NULL DEFAULT 0 -- total accepted here, net of voids
) STRICT;

-- Every payment whose two signatures were verified, whatever became of it.
CREATE TABLE payment (
    id              INTEGER PRIMARY KEY,
    digest          BLOB    NOT NULL UNIQUE,
    allowance       INTEGER NOT NULL REFERENCES allowance (id),
    request         INTEGER REFERENCES request (id),     -- NULL: unknown here
    certificate     INTEGER REFERENCES certificate (id),
    sequence        INTEGER NOT NULL,
    amount          INTEGER NOT NULL,
    spent           INTEGER NOT NULL,
    released        INTEGER NOT NULL,
    currency        INTEGER NOT NULL,
    object          BLOB    NOT NULL,
    outcome         INTEGER,              -- of the latest receipt: 0 accepted, 1 voided, 2 declined; NULL: no receipt
    reason          INTEGER,              -- why declined
    answered_at     INTEGER,              -- time of the first receipt
    receipt         BLOB,                 -- the latest
    earlier_receipt BLOB,                 -- "accepted", once voided
    due             INTEGER NOT NULL DEFAULT 0, -- 1: to be deposited, 2: deposited and still pending
    bank_state      INTEGER               -- as the acquirer last said
) STRICT;
CREATE INDEX payment_by_sequence ON payment (allowance, sequence);
CREATE INDEX payment_by_time ON payment (answered_at) WHERE outcome IS NOT NULL;
CREATE INDEX payment_due ON payment (certificate, due) WHERE due <> 0;

CREATE TABLE proof (
    id      INTEGER PRIMARY KEY,
    pay_key BLOB NOT NULL,
    message BLOB NOT NULL
) STRICT;
CREATE INDEX proof_by_key ON proof (pay_key);

-- Calls are stored before they are sent, so that the very same bytes can be repeated after a crash.
CREATE TABLE deposit (
    id          INTEGER PRIMARY KEY,
    certificate INTEGER NOT NULL REFERENCES certificate (id),
    body        BLOB,                 -- NULL once answered
    answer      BLOB
) STRICT;
CREATE UNIQUE INDEX deposit_open ON deposit (certificate) WHERE answer IS NULL;

CREATE TABLE renewal (
    certificate INTEGER PRIMARY KEY REFERENCES certificate (id),
    body        BLOB NOT NULL
) STRICT;
