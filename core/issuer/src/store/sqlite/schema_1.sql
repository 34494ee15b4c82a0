-- Issuer and acquirer, schema 1. Immutable: changes are new files.
CREATE TABLE tier (
    name TEXT PRIMARY KEY,
    max_limit INTEGER,
    max_open INTEGER NOT NULL,
    min_key_protection INTEGER NOT NULL,
    categories TEXT
) STRICT;

CREATE TABLE customer (
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    name TEXT NOT NULL,
    tier TEXT NOT NULL REFERENCES tier (name),
    blocked INTEGER NOT NULL CHECK (blocked IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE TABLE funds (
    customer BLOB NOT NULL REFERENCES customer (id),
    currency INTEGER NOT NULL,
    funding TEXT NOT NULL CHECK (funding IN ('held', 'risk')),
    line INTEGER NOT NULL CHECK (line >= 0),
    PRIMARY KEY (customer, currency)
) STRICT, WITHOUT ROWID;

CREATE TABLE enrolment_code (
    digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
    customer BLOB NOT NULL REFERENCES customer (id),
    used_by BLOB
) STRICT, WITHOUT ROWID;

CREATE TABLE link (
    key BLOB PRIMARY KEY CHECK (length(key) = 33),
    customer BLOB NOT NULL REFERENCES customer (id),
    attestation_kind INTEGER NOT NULL,
    blocked INTEGER NOT NULL CHECK (blocked IN (0, 1)),
    enrolled_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX link_customer ON link (customer);

CREATE TABLE nonce (
    value BLOB PRIMARY KEY CHECK (length(value) = 32),
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX nonce_expires ON nonce (expires);

CREATE TABLE answer (
    scope TEXT NOT NULL,
    key BLOB NOT NULL,
    id BLOB NOT NULL,
    request BLOB NOT NULL CHECK (length(request) = 32),
    body BLOB NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (scope, key, id)
) STRICT;
CREATE INDEX answer_at ON answer (at);

CREATE TABLE allowance (
    id BLOB PRIMARY KEY CHECK (length(id) = 32),
    link BLOB NOT NULL REFERENCES link (key),
    customer BLOB NOT NULL REFERENCES customer (id),
    funding TEXT NOT NULL CHECK (funding IN ('held', 'risk')),
    pay_key BLOB NOT NULL UNIQUE,
    currency INTEGER NOT NULL,
    "limit" INTEGER NOT NULL CHECK ("limit" > 0),
    valid_from INTEGER NOT NULL,
    valid_until INTEGER NOT NULL,
    deposit_window INTEGER NOT NULL,
    status_index INTEGER NOT NULL UNIQUE,
    revoked INTEGER NOT NULL CHECK (revoked IN (0, 1)),
    standing TEXT NOT NULL CHECK (standing IN ('open', 'closed', 'lost')),
    greatest_spent INTEGER NOT NULL,
    settled INTEGER NOT NULL CHECK (settled IN (0, 1)),
    closing_sync BLOB,
    signed BLOB NOT NULL
) STRICT;
CREATE INDEX allowance_link ON allowance (link);
CREATE INDEX allowance_due ON allowance (valid_until + deposit_window) WHERE settled = 0;
CREATE INDEX allowance_revoked ON allowance (status_index) WHERE revoked = 1;

CREATE TABLE payment (
    id BLOB PRIMARY KEY CHECK (length(id) = 32),
    allowance BLOB NOT NULL REFERENCES allowance (id),
    link BLOB NOT NULL,
    currency INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    spent INTEGER NOT NULL,
    released INTEGER NOT NULL,
    acquirer BLOB NOT NULL CHECK (length(acquirer) = 8),
    merchant BLOB NOT NULL CHECK (length(merchant) = 8),
    standing TEXT NOT NULL
        CHECK (standing IN ('pending', 'paid', 'released', 'lapsed', 'disputed', 'refused')),
    reported TEXT,
    seen_at INTEGER NOT NULL,
    evidence BLOB NOT NULL
) STRICT;
CREATE INDEX payment_allowance ON payment (allowance, sequence);
CREATE INDEX payment_unreported ON payment (link) WHERE reported IS NOT standing;
CREATE INDEX payment_pending ON payment (seen_at) WHERE standing = 'pending';

CREATE TABLE proof (
    first BLOB NOT NULL,
    second BLOB NOT NULL CHECK (first < second),
    allowance BLOB NOT NULL,
    currency INTEGER NOT NULL,
    kind TEXT NOT NULL,
    message BLOB NOT NULL,
    found_at INTEGER NOT NULL,
    PRIMARY KEY (first, second)
) STRICT;
CREATE INDEX proof_allowance ON proof (allowance);

CREATE TABLE claim (
    payment BLOB PRIMARY KEY CHECK (length(payment) = 32),
    issuer BLOB NOT NULL CHECK (length(issuer) = 33),
    merchant BLOB NOT NULL,
    currency INTEGER NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    standing TEXT NOT NULL,
    seen_at INTEGER NOT NULL
) STRICT;

CREATE TABLE terminal (
    key BLOB PRIMARY KEY CHECK (length(key) = 33),
    merchant BLOB NOT NULL CHECK (length(merchant) = 8),
    terminal_id BLOB NOT NULL CHECK (length(terminal_id) = 8),
    certificate BLOB NOT NULL,
    replaced_by BLOB
) STRICT;
CREATE INDEX terminal_merchant ON terminal (merchant);

CREATE TABLE forward (
    deposit BLOB NOT NULL,
    issuer_id BLOB NOT NULL CHECK (length(issuer_id) = 8),
    issuer BLOB NOT NULL CHECK (length(issuer) = 33),
    call BLOB NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (deposit, issuer_id)
) STRICT;
CREATE INDEX forward_seen ON forward (seen_at);

CREATE TABLE status_list (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    revision INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    used INTEGER NOT NULL,
    published INTEGER,
    issued_at INTEGER NOT NULL,
    message BLOB NOT NULL
) STRICT;

-- The ledger. A movement has one amount and two accounts of its currency, so it cannot but sum to zero; balances are
-- kept by a trigger and by nothing else; movements are never changed.
CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('customer_account', 'customer_reserve', 'bank_risk',
                                       'merchant_payable', 'payer_owes', 'suspense')),
    owner BLOB NOT NULL,
    currency INTEGER NOT NULL,
    balance INTEGER NOT NULL DEFAULT 0,
    UNIQUE (kind, owner, currency),
    UNIQUE (id, currency),
    CHECK (kind NOT IN ('customer_account', 'customer_reserve') OR balance >= 0),
    CHECK (kind NOT IN ('bank_risk', 'payer_owes') OR balance <= 0)
) STRICT;

CREATE TABLE transfer (
    id INTEGER PRIMARY KEY,
    currency INTEGER NOT NULL,
    "from" INTEGER NOT NULL,
    "to" INTEGER NOT NULL CHECK ("to" <> "from"),
    amount INTEGER NOT NULL CHECK (amount > 0),
    why TEXT NOT NULL,
    about BLOB,
    at INTEGER NOT NULL,
    FOREIGN KEY ("from", currency) REFERENCES account (id, currency),
    FOREIGN KEY ("to", currency) REFERENCES account (id, currency)
) STRICT;
CREATE INDEX transfer_about ON transfer (about);

CREATE TRIGGER account_starts_empty BEFORE INSERT ON account WHEN NEW.balance <> 0
BEGIN SELECT RAISE(ABORT, 'an account starts empty'); END;
CREATE TRIGGER transfer_moves AFTER INSERT ON transfer
BEGIN
    UPDATE account SET balance = balance - NEW.amount WHERE id = NEW."from";
    UPDATE account SET balance = balance + NEW.amount WHERE id = NEW."to";
END;
CREATE TRIGGER transfer_stays BEFORE UPDATE ON transfer
BEGIN SELECT RAISE(ABORT, 'movements are never changed'); END;
CREATE TRIGGER transfer_is_kept BEFORE DELETE ON transfer
BEGIN SELECT RAISE(ABORT, 'movements are never deleted'); END;
CREATE TRIGGER account_is_kept BEFORE DELETE ON account
BEGIN SELECT RAISE(ABORT, 'accounts are never deleted'); END;
