-- The reference registers. A row is seen by generations from its born to the one before its died; a register's generation
-- is the number of its newest import. So an import writes its rows unseen, and is swapped in by one row.
--
-- Days: since 1970-01-01; an open beginning or end is the calendar's first or last day. Numbers and texts that a row does
-- not have are 0 and ''. A site without an address has no municipality, one without coordinates the longitude 999.
CREATE TABLE register (
    number INTEGER PRIMARY KEY,
    generation INTEGER NOT NULL,
    swaps INTEGER NOT NULL
) STRICT;
INSERT INTO register (number, generation, swaps)
VALUES (1, 0, 0), (2, 0, 0), (3, 0, 0), (4, 0, 0), (5, 0, 0), (6, 0, 0), (7, 0, 0);

-- Every import and change. at: milliseconds since 1970, UTC; swapped: 0 as long as it is written, and for ever when its
-- process was killed; tidy: 1 when no row that it ended is left.
CREATE TABLE register_import (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    register INTEGER NOT NULL,
    source TEXT NOT NULL,
    at INTEGER NOT NULL,
    added INTEGER NOT NULL,
    removed INTEGER NOT NULL,
    swapped INTEGER NOT NULL,
    tidy INTEGER NOT NULL
) STRICT;
CREATE INDEX register_import_untidy ON register_import (register) WHERE tidy = 0;

-- What an import changed, until the registrations that it concerns are known.
CREATE TABLE register_change (
    import INTEGER NOT NULL,
    inss INTEGER NOT NULL,
    company INTEGER NOT NULL,
    limosa TEXT NOT NULL,
    works TEXT NOT NULL,
    PRIMARY KEY (import, inss, company, limosa, works)
) STRICT, WITHOUT ROWID;

CREATE TABLE person (
    inss INTEGER NOT NULL,
    known_from INTEGER NOT NULL,
    known_until INTEGER NOT NULL,
    replaced_by INTEGER NOT NULL,
    born INTEGER NOT NULL,
    died INTEGER NOT NULL,
    PRIMARY KEY (
        inss, known_from, known_until, replaced_by
    )
) STRICT, WITHOUT ROWID;
CREATE INDEX person_replaced ON person (replaced_by) WHERE replaced_by <> 0;

CREATE TABLE enterprise (
    number INTEGER NOT NULL,
    exists_from INTEGER NOT NULL,
    exists_until INTEGER NOT NULL,
    situation INTEGER NOT NULL,
    born INTEGER NOT NULL,
    died INTEGER NOT NULL,
    PRIMARY KEY (
        number, exists_from, exists_until, situation
    )
) STRICT, WITHOUT ROWID;

CREATE TABLE mandate (
    enterprise INTEGER NOT NULL,
    inss INTEGER NOT NULL,
    function TEXT NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    born INTEGER NOT NULL,
    died INTEGER NOT NULL,
    PRIMARY KEY (
        enterprise, inss, function, first, last
    )
) STRICT, WITHOUT ROWID;
CREATE INDEX mandate_by_person ON mandate (inss);

CREATE TABLE employer (
    enterprise INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    born INTEGER NOT NULL,
    died INTEGER NOT NULL,
    PRIMARY KEY (
        enterprise, first, last
    )
) STRICT, WITHOUT ROWID;

CREATE TABLE employment (
    inss INTEGER NOT NULL,
    enterprise INTEGER NOT NULL,
    worker_type TEXT NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    user INTEGER NOT NULL,
    born INTEGER NOT NULL,
    died INTEGER NOT NULL,
    PRIMARY KEY (
        inss, enterprise, worker_type, first, last, user
    )
) STRICT, WITHOUT ROWID;

CREATE TABLE posted_worker (
    limosa TEXT NOT NULL,
    inss INTEGER NOT NULL,
    vat TEXT NOT NULL,
    employer TEXT NOT NULL,
    country TEXT NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    born INTEGER NOT NULL,
    died INTEGER NOT NULL,
    PRIMARY KEY (
        limosa, inss, vat, employer, country, first, last
    )
) STRICT, WITHOUT ROWID;
CREATE INDEX posted_worker_by_person ON posted_worker (inss) WHERE inss <> 0;

CREATE TABLE work (
    reference TEXT NOT NULL,
    sector INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    subject INTEGER NOT NULL,
    born INTEGER NOT NULL,
    died INTEGER NOT NULL,
    PRIMARY KEY (
        reference, sector, first, last, subject
    )
) STRICT, WITHOUT ROWID;

CREATE TABLE work_site (
    work TEXT NOT NULL,
    place INTEGER NOT NULL,
    post_code TEXT NOT NULL,
    municipality TEXT NOT NULL,
    street TEXT NOT NULL,
    house_number TEXT NOT NULL,
    box_number TEXT NOT NULL,
    longitude REAL NOT NULL,
    latitude REAL NOT NULL,
    born INTEGER NOT NULL,
    died INTEGER NOT NULL,
    PRIMARY KEY (
        work, place, post_code, municipality, street, house_number, box_number, longitude, latitude
    )
) STRICT, WITHOUT ROWID;

CREATE TABLE work_contract (
    work TEXT NOT NULL,
    company INTEGER NOT NULL,
    vat TEXT NOT NULL,
    role INTEGER NOT NULL,
    commissioned_by INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    born INTEGER NOT NULL,
    died INTEGER NOT NULL,
    PRIMARY KEY (
        work, company, vat, role, commissioned_by, first, last
    )
) STRICT, WITHOUT ROWID;
