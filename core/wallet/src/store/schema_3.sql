-- What the app is to be told, schema 3. Immutable once released.

-- Written in the transaction of what it tells of; gone once acknowledged.
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used twice
    at INTEGER NOT NULL,                   -- by the phone's clock
    kind INTEGER NOT NULL,
    payment INTEGER REFERENCES payments (row),
    allowance INTEGER REFERENCES allowances (row),
    amount INTEGER,                        -- with its currency, or neither
    currency INTEGER,
    detail INTEGER                         -- a reason's code, a bank's word: see events.rs
) STRICT;
