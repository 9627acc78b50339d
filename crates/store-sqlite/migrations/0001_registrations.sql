-- Registrations as they now stand. The first step of a registration's life, that it was stored, is the row itself.
--
-- day: days since 1970-01-01; event: 1 work begins, 2 work ends, none for a whole day, and then none of the four columns
-- after it; at, offline_since, created, validated: milliseconds since then, UTC; status, channel, sector: the numbers of
-- the domain; remarks: its bit set.
CREATE TABLE registration (
    id INTEGER PRIMARY KEY,
    day INTEGER NOT NULL,
    works TEXT NOT NULL,
    -- The enterprise number. Of an employer with a foreign VAT number a negative number that is computed from it, so
    -- that the same index finds both; the VAT number itself then tells who it is.
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
    validated INTEGER,
    event INTEGER,
    at INTEGER,
    place TEXT,
    offline_since INTEGER,
    foreign_vat TEXT,
    -- The person's number as the registers last told it, where it is another one than was declared.
    newest INTEGER
) STRICT;

-- Registrations are for today or tomorrow, so an index that begins with the day is only ever written at its hot end, and
-- searches always name days. Each day lies by itself: where several days lie together, what comes in today spreads
-- over the pages of the days before, and each commit writes several times as many.
CREATE INDEX registration_by_inss ON registration (day, inss);
CREATE INDEX registration_by_works ON registration (day, works, company);
CREATE INDEX registration_by_company ON registration (day, company);

-- Few have one of these.
CREATE INDEX registration_by_newest ON registration (day, newest) WHERE newest IS NOT NULL;
CREATE INDEX registration_by_limosa ON registration (day, limosa) WHERE limosa IS NOT NULL;

-- Performances are made of an employer's moments, many at a time: all that this needs lies in the index.
CREATE INDEX moment_by_company ON registration (day, company, inss, works, at, event, status, foreign_vat)
WHERE event IS NOT NULL;

-- What was declared is never changed, and nothing is ever taken away.
CREATE TRIGGER registration_keeps_what_was_declared
BEFORE UPDATE OF
    id, day, works, company, inss, limosa, reference, created, channel,
    sender_id, sender_company, sender_type, event, at, place, offline_since, foreign_vat
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
    register INTEGER,
    import INTEGER,
    PRIMARY KEY (registration, place)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER history_is_never_changed
BEFORE UPDATE ON history BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;
CREATE TRIGGER history_is_never_deleted
BEFORE DELETE ON history BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;

-- The first id that no block has taken yet.
CREATE TABLE id_block (next INTEGER NOT NULL) STRICT;
INSERT INTO id_block VALUES (1);
