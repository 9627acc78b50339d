-- The steps of all registrations' lives in the order in which they were stored, so that others can be told. One row tells
-- of the same step of `count` registrations from `registration` on, which one sender sent: of the first, that they were
-- stored (place 0), or of the one at that place in their histories. What happened stands there, not here.
CREATE TABLE step (
    number INTEGER PRIMARY KEY,
    registration INTEGER NOT NULL,
    count INTEGER NOT NULL,
    place INTEGER NOT NULL,
    sender TEXT
) STRICT;
CREATE INDEX step_by_sender ON step (sender, number) WHERE sender IS NOT NULL;

CREATE TRIGGER step_is_never_changed
BEFORE UPDATE ON step BEGIN SELECT RAISE(ABORT, 'steps are append-only'); END;
CREATE TRIGGER step_is_never_deleted
BEFORE DELETE ON step BEGIN SELECT RAISE(ABORT, 'steps are append-only'); END;

-- Who is told of steps. added, last_delivery, trouble_since, trouble_next: milliseconds since 1970, UTC; entry, within:
-- the position up to which everything has arrived.
CREATE TABLE webhook (
    id TEXT PRIMARY KEY,
    client TEXT NOT NULL,
    url TEXT NOT NULL,
    secret BLOB NOT NULL,
    added INTEGER NOT NULL,
    paused TEXT,
    entry INTEGER NOT NULL,
    within INTEGER NOT NULL,
    delivered INTEGER NOT NULL,
    last_delivery INTEGER,
    trouble_since INTEGER,
    trouble_attempts INTEGER,
    trouble_next INTEGER,
    trouble_text TEXT
) STRICT, WITHOUT ROWID;
