-- What the till's app is to be told. Immutable once released.

-- Written in the transaction of what it tells of; gone once acknowledged. Of every till that shares the store.
CREATE TABLE event (
    id      INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice
    at      INTEGER NOT NULL,
    kind    INTEGER NOT NULL,
    payment INTEGER NOT NULL REFERENCES payment (id),
    detail  INTEGER                            -- a reason's code, a bank's word: see events.rs
) STRICT;
