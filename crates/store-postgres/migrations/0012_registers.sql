-- The reference registers. An import writes what differs in one transaction, so whoever looks something up sees all of it
-- or nothing. All columns of a table together are its key: a row that changes is one that goes and one that comes.
--
-- Days: since 1970-01-01; an open beginning or end is the calendar's first or last day. Numbers and texts that a row does
-- not have are 0 and ''. A site without an address has no municipality, one without coordinates the longitude 999.
CREATE TABLE register (
    number smallint PRIMARY KEY,
    swaps bigint NOT NULL
);
INSERT INTO register (number, swaps)
VALUES (1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (6, 0), (7, 0);

-- Numbers of imports and changes, of addresses too. One that is given up leaves a gap.
CREATE SEQUENCE import_number;

-- Every import and change that was swapped in. at: milliseconds since 1970, UTC.
CREATE TABLE register_import (
    id bigint PRIMARY KEY,
    register smallint NOT NULL,
    source text NOT NULL,
    at bigint NOT NULL,
    added bigint NOT NULL,
    removed bigint NOT NULL
);

-- What an import changed, until the registrations that it concerns are known.
CREATE TABLE register_change (
    import bigint NOT NULL,
    inss bigint NOT NULL,
    company bigint NOT NULL,
    limosa text COLLATE "C" NOT NULL,
    works text COLLATE "C" NOT NULL,
    PRIMARY KEY (import, inss, company, limosa, works)
) WITH (autovacuum_vacuum_scale_factor = 0.05);

CREATE TABLE person (
    inss bigint NOT NULL,
    known_from integer NOT NULL,
    known_until integer NOT NULL,
    replaced_by bigint NOT NULL,
    PRIMARY KEY (inss, known_from, known_until, replaced_by)
);
CREATE INDEX person_replaced ON person (replaced_by) WHERE replaced_by <> 0;

CREATE TABLE enterprise (
    number bigint NOT NULL,
    exists_from integer NOT NULL,
    exists_until integer NOT NULL,
    situation integer NOT NULL,
    PRIMARY KEY (number, exists_from, exists_until, situation)
);

CREATE TABLE mandate (
    enterprise bigint NOT NULL,
    inss bigint NOT NULL,
    function text COLLATE "C" NOT NULL,
    first integer NOT NULL,
    last integer NOT NULL,
    PRIMARY KEY (enterprise, inss, function, first, last)
);
CREATE INDEX mandate_by_person ON mandate (inss);

CREATE TABLE employer (
    enterprise bigint NOT NULL,
    first integer NOT NULL,
    last integer NOT NULL,
    PRIMARY KEY (enterprise, first, last)
);

CREATE TABLE employment (
    inss bigint NOT NULL,
    enterprise bigint NOT NULL,
    worker_type text COLLATE "C" NOT NULL,
    first integer NOT NULL,
    last integer NOT NULL,
    user_enterprise bigint NOT NULL,
    PRIMARY KEY (inss, enterprise, worker_type, first, last, user_enterprise)
);

CREATE TABLE posted_worker (
    limosa text COLLATE "C" NOT NULL,
    inss bigint NOT NULL,
    vat text COLLATE "C" NOT NULL,
    employer text COLLATE "C" NOT NULL,
    country text COLLATE "C" NOT NULL,
    first integer NOT NULL,
    last integer NOT NULL,
    PRIMARY KEY (limosa, inss, vat, employer, country, first, last)
);
CREATE INDEX posted_worker_by_person ON posted_worker (inss) WHERE inss <> 0;

CREATE TABLE work (
    reference text COLLATE "C" NOT NULL,
    sector integer NOT NULL,
    first integer NOT NULL,
    last integer NOT NULL,
    subject integer NOT NULL,
    PRIMARY KEY (reference, sector, first, last, subject)
);

CREATE TABLE work_site (
    work text COLLATE "C" NOT NULL,
    place integer NOT NULL,
    post_code text COLLATE "C" NOT NULL,
    municipality text COLLATE "C" NOT NULL,
    street text COLLATE "C" NOT NULL,
    house_number text COLLATE "C" NOT NULL,
    box_number text COLLATE "C" NOT NULL,
    longitude double precision NOT NULL,
    latitude double precision NOT NULL,
    PRIMARY KEY (
        work, place, post_code, municipality, street, house_number, box_number, longitude, latitude
    )
);

CREATE TABLE work_contract (
    work text COLLATE "C" NOT NULL,
    company bigint NOT NULL,
    vat text COLLATE "C" NOT NULL,
    role integer NOT NULL,
    commissioned_by bigint NOT NULL,
    first integer NOT NULL,
    last integer NOT NULL,
    PRIMARY KEY (work, company, vat, role, commissioned_by, first, last)
);
-- Who is builder (role 1) or contractor (role 2), and where: they see those beneath them.
CREATE INDEX work_contract_by_leader ON work_contract (company, work) WHERE role <= 2;

-- What imports gather before they are swapped in: the rows that come; with `gone`, keys under which all goes. They need to
-- outlive no crash, so nothing of them is written to the log.
CREATE UNLOGGED TABLE staged_person AS
SELECT 0::bigint AS import, false AS gone, t.* FROM person AS t WITH NO DATA;
CREATE UNLOGGED TABLE staged_enterprise AS
SELECT 0::bigint AS import, false AS gone, t.* FROM enterprise AS t WITH NO DATA;
CREATE UNLOGGED TABLE staged_mandate AS
SELECT 0::bigint AS import, false AS gone, t.* FROM mandate AS t WITH NO DATA;
CREATE UNLOGGED TABLE staged_employer AS
SELECT 0::bigint AS import, false AS gone, t.* FROM employer AS t WITH NO DATA;
CREATE UNLOGGED TABLE staged_employment AS
SELECT 0::bigint AS import, false AS gone, t.* FROM employment AS t WITH NO DATA;
CREATE UNLOGGED TABLE staged_posted_worker AS
SELECT 0::bigint AS import, false AS gone, t.* FROM posted_worker AS t WITH NO DATA;
CREATE UNLOGGED TABLE staged_work AS
SELECT 0::bigint AS import, false AS gone, t.* FROM work AS t WITH NO DATA;
CREATE UNLOGGED TABLE staged_work_site AS
SELECT 0::bigint AS import, false AS gone, t.* FROM work_site AS t WITH NO DATA;
CREATE UNLOGGED TABLE staged_work_contract AS
SELECT 0::bigint AS import, false AS gone, t.* FROM work_contract AS t WITH NO DATA;
