-- How far the app has acknowledged, schema 4. Immutable once released.

-- What lies between it and the oldest event kept gave way untold.
CREATE TABLE acknowledged (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    event INTEGER NOT NULL
) STRICT;
-- Of what gave way before this schema nothing is known.
INSERT INTO acknowledged SELECT 1, coalesce(
    (SELECT min(id) - 1 FROM events),
    (SELECT seq FROM sqlite_sequence WHERE name = 'events'),
    0
);
