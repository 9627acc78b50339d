-- Registrations as they now stand. The first step of a registration's life, that it was stored, is the row itself.
--
-- day: days since 1970-01-01; event: 1 work begins, 2 work ends, none for a whole day, and then none of the four columns
-- after it; at, offline_since, created, validated: milliseconds since then, UTC; status, channel, sector: the numbers of
-- the domain; remarks: its bit set. employer: whom the row belongs to when the table is distributed: the enterprise's
-- number, or a number made of what stands in its place. It stands last in the key, so that an id alone finds its row.
--
-- Partitions are months of days. The program makes them ahead; one is dropped when its retention has ended.
CREATE TABLE registration (
    id bigint NOT NULL,
    day integer NOT NULL,
    employer bigint NOT NULL,
    works text COLLATE "C" NOT NULL,
    -- The enterprise number. Of an employer with a foreign VAT number a negative number that is computed from it, so
    -- that the same index finds both; the VAT number itself then tells who it is.
    company bigint,
    inss bigint,
    limosa text COLLATE "C",
    reference text,
    sector smallint,
    created bigint NOT NULL,
    channel smallint NOT NULL,
    sender_id text COLLATE "C",
    sender_company bigint,
    sender_type text,
    status smallint NOT NULL,
    remarks integer NOT NULL,
    validated bigint,
    event smallint,
    at bigint,
    place text,
    offline_since bigint,
    foreign_vat text COLLATE "C",
    -- The person's number as the registers last told it, where it is another one than was declared.
    newest bigint,
    -- What was found out about the place of work: the text of domain::Located.
    located text,
    -- What indexes look at instead of the status, so that a check, which changes that, need not touch them.
    cancelled boolean NOT NULL GENERATED ALWAYS AS (status = 2) STORED,
    PRIMARY KEY (id, day, employer)
) PARTITION BY RANGE (day);

-- Registrations are for today or tomorrow, so an index that begins with the day is only ever written at its hot end, and
-- searches always name days.
CREATE INDEX registration_by_inss ON registration (day, inss);
CREATE INDEX registration_by_works ON registration (day, works, company);
CREATE INDEX registration_by_company ON registration (day, company);

-- Few have one of these.
CREATE INDEX registration_by_newest ON registration (day, newest) WHERE newest IS NOT NULL;
CREATE INDEX registration_by_limosa ON registration (day, limosa) WHERE limosa IS NOT NULL;

-- Who sends for others finds what it sent. What an employer sends for itself is found by the employer, and stays out of
-- this index, so that most registrations cost nothing here.
CREATE INDEX registration_by_sender ON registration (day, sender_company)
WHERE sender_company IS NOT NULL AND sender_company IS DISTINCT FROM company;

-- Performances are made of an employer's moments, many at a time: all that this needs lies in the index.
CREATE INDEX moment_by_company ON registration (day, company)
INCLUDE (id, inss, works, at, event, cancelled, foreign_vat, offline_since) WHERE event IS NOT NULL;

-- Every later step of a registration's life. place: 1 is the first step after it was stored.
CREATE TABLE history (
    registration bigint NOT NULL,
    place integer NOT NULL,
    day integer NOT NULL,
    employer bigint NOT NULL,
    at bigint NOT NULL,
    status smallint NOT NULL,
    remarks integer NOT NULL,
    cause smallint NOT NULL,
    reason text,
    sender_id text,
    sender_company bigint,
    sender_type text,
    register smallint,
    import bigint,
    PRIMARY KEY (registration, place, day, employer)
) PARTITION BY RANGE (day);

-- What was declared is never changed, and nothing is ever taken away.
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: nothing that was declared or noted is ever changed', TG_OP, TG_TABLE_NAME;
END $$;
CREATE TRIGGER registration_keeps_what_was_declared
BEFORE UPDATE OF
    id, day, employer, works, company, inss, limosa, reference, created, channel,
    sender_id, sender_company, sender_type, event, at, place, offline_since, foreign_vat
ON registration FOR EACH ROW EXECUTE FUNCTION refuse();
CREATE TRIGGER registration_stays
BEFORE DELETE ON registration FOR EACH ROW EXECUTE FUNCTION refuse();
CREATE TRIGGER history_only_grows
BEFORE UPDATE OR DELETE ON history FOR EACH ROW EXECUTE FUNCTION refuse();

-- What calls came to that are done once however often they are sent. key, request: hashes; items: the text of
-- store::KeptItem; until: milliseconds since 1970, UTC.
CREATE TABLE kept_call (
    key bytea PRIMARY KEY,
    request bytea NOT NULL,
    items text NOT NULL,
    until bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX kept_call_by_end ON kept_call (until);

-- Ids are given out in blocks: a step of the sequence is a block. A node uses a block for registrations near one day,
-- that of their creation, so that an id alone tells in which partitions its row can be.
CREATE SEQUENCE id_block_start MINVALUE 1 INCREMENT 10000;
CREATE TABLE id_block (
    first bigint PRIMARY KEY,
    created_day integer NOT NULL
);
