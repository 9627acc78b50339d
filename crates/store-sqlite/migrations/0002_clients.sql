-- The register of clients: who may call. added, revoked: milliseconds since 1970, UTC; days: days since then.
CREATE TABLE client (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    company INTEGER,
    user_type TEXT NOT NULL,
    role TEXT NOT NULL,
    profile TEXT,
    added INTEGER NOT NULL,
    revoked INTEGER
) STRICT, WITHOUT ROWID;

-- A certificate by its SHA-256, or all that one authority issues to one subject; each leads to one client.
CREATE TABLE client_certificate (
    client TEXT NOT NULL REFERENCES client (id),
    place INTEGER NOT NULL,
    fingerprint BLOB,
    issuer TEXT,
    subject TEXT,
    PRIMARY KEY (client, place)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX client_by_fingerprint
ON client_certificate (fingerprint) WHERE fingerprint IS NOT NULL;
CREATE UNIQUE INDEX client_by_subject
ON client_certificate (subject, issuer) WHERE subject IS NOT NULL;

CREATE TABLE client_key (
    client TEXT NOT NULL REFERENCES client (id),
    place INTEGER NOT NULL,
    key_id TEXT,
    key TEXT NOT NULL,
    PRIMARY KEY (client, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE client_scope (
    client TEXT NOT NULL REFERENCES client (id),
    place INTEGER NOT NULL,
    scope TEXT NOT NULL,
    PRIMARY KEY (client, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE client_mandate (
    client TEXT NOT NULL REFERENCES client (id),
    place INTEGER NOT NULL,
    employer INTEGER NOT NULL,
    first_day INTEGER,
    last_day INTEGER,
    PRIMARY KEY (client, place)
) STRICT, WITHOUT ROWID;

-- Raised by every change of the register.
CREATE TABLE client_version (version INTEGER NOT NULL) STRICT;
INSERT INTO client_version VALUES (0);
