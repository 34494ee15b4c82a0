-- How far the app has acknowledged: what lies between it and the oldest event kept gave way untold. Immutable once released.
ALTER TABLE store ADD COLUMN acknowledged INTEGER NOT NULL DEFAULT 0;
-- Of what gave way before this schema nothing is known.
UPDATE store SET acknowledged = coalesce(
    (SELECT min(id) - 1 FROM event),
    (SELECT seq FROM sqlite_sequence WHERE name = 'event'),
    0
);
