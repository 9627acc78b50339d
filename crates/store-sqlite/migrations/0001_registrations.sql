-- Registrations as they now stand. The first step of a registration's life, that it was stored, is the row itself.
--
-- day: days since 1970-01-01; created, validated: milliseconds since then, UTC; status, channel, sector: the numbers of
-- the domain; remarks: its bit set.
CREATE TABLE registration (
    id INTEGER PRIMARY KEY,
    day INTEGER NOT NULL,
    works TEXT NOT NULL,
    company INTEGER,
    inss INTEGER,
    limosa TEXT,
    reference TEXT,
    sector INTEGER,
    created INTEGER NOT NULL,
    channel INTEGER NOT NULL,
    sender_id TEXT,
    sender_company INTEGER,
    sender_type TEXT,
    status INTEGER NOT NULL,
    remarks INTEGER NOT NULL,
    validated INTEGER
) STRICT;

-- Registrations are for today or tomorrow, so an index that begins with the day is only ever written at its hot end, and
-- searches always name days. A person has few registrations on many days: four days lie together, so that a month is
-- eight or nine steps into the index and not 31.
CREATE INDEX registration_by_inss ON registration (day >> 2, inss, day);
CREATE INDEX registration_by_works ON registration (day, works, company);
CREATE INDEX registration_by_company ON registration (day, company);

-- What was declared is never changed, and nothing is ever taken away.
CREATE TRIGGER registration_keeps_what_was_declared
BEFORE UPDATE OF
    id, day, works, company, inss, limosa, reference, created, channel,
    sender_id, sender_company, sender_type
ON registration BEGIN SELECT RAISE(ABORT, 'what was declared is never changed'); END;
CREATE TRIGGER registration_stays
BEFORE DELETE ON registration BEGIN SELECT RAISE(ABORT, 'registrations are never deleted'); END;

-- Every later step of a registration's life. place: 1 is the first step after it was stored.
CREATE TABLE history (
    registration INTEGER NOT NULL,
    place INTEGER NOT NULL,
    at INTEGER NOT NULL,
    status INTEGER NOT NULL,
    remarks INTEGER NOT NULL,
    cause INTEGER NOT NULL,
    reason TEXT,
    sender_id TEXT,
    sender_company INTEGER,
    sender_type TEXT,
    PRIMARY KEY (registration, place)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER history_is_never_changed
BEFORE UPDATE ON history BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;
CREATE TRIGGER history_is_never_deleted
BEFORE DELETE ON history BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;

-- Declared works, as far as a registration needs them.
CREATE TABLE work (
    reference TEXT PRIMARY KEY,
    sector INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The first id that no block has taken yet.
CREATE TABLE id_block (next INTEGER NOT NULL) STRICT;
INSERT INTO id_block VALUES (1);
