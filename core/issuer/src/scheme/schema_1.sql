-- The scheme, schema 1. Immutable: changes are new files.
CREATE TABLE issuer (
    key BLOB PRIMARY KEY CHECK (length(key) = 33),
    name TEXT NOT NULL,
    currencies TEXT NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_until INTEGER NOT NULL,
    suspended INTEGER NOT NULL CHECK (suspended IN (0, 1)),
    status_uri TEXT NOT NULL,
    url TEXT
) STRICT;

CREATE TABLE acquirer (
    key BLOB PRIMARY KEY CHECK (length(key) = 33),
    name TEXT NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_until INTEGER NOT NULL,
    suspended INTEGER NOT NULL CHECK (suspended IN (0, 1))
) STRICT;

CREATE TABLE policy (
    currency INTEGER PRIMARY KEY,
    max_payment INTEGER NOT NULL,
    max_unauthenticated INTEGER NOT NULL,
    min_key_protection INTEGER NOT NULL,
    skew INTEGER NOT NULL,
    max_status_age INTEGER NOT NULL,
    max_exposure INTEGER NOT NULL,
    categories TEXT,
    outage_only INTEGER NOT NULL CHECK (outage_only IN (0, 1)),
    deposit_window INTEGER NOT NULL,
    decimals INTEGER NOT NULL
) STRICT;

-- Every bundle and outage ever published: a payment is judged by those of its own time.
CREATE TABLE bundle (
    version INTEGER PRIMARY KEY,
    message BLOB NOT NULL
) STRICT;

CREATE TABLE outage (
    currency INTEGER NOT NULL,
    serial INTEGER NOT NULL,
    message BLOB NOT NULL,
    PRIMARY KEY (currency, serial)
) STRICT;

-- The newest status list of every issuer, so that one address serves them all.
CREATE TABLE status_list (
    name TEXT PRIMARY KEY,
    issued_at INTEGER NOT NULL,
    message BLOB NOT NULL
) STRICT;
