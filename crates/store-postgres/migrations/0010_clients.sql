-- The register of clients: who may call. added, revoked: milliseconds since 1970, UTC; days: days since then.
CREATE TABLE client (
    id text COLLATE "C" PRIMARY KEY,
    name text NOT NULL,
    company bigint,
    user_type text NOT NULL,
    role text NOT NULL,
    profile text,
    added bigint NOT NULL,
    revoked bigint
);

-- A certificate by its SHA-256, or all that one authority issues to one subject; each leads to one client.
CREATE TABLE client_certificate (
    client text COLLATE "C" NOT NULL REFERENCES client (id),
    place bigint NOT NULL,
    fingerprint bytea UNIQUE,
    issuer text,
    subject text,
    PRIMARY KEY (client, place),
    UNIQUE (subject, issuer)
);

CREATE TABLE client_key (
    client text COLLATE "C" NOT NULL REFERENCES client (id),
    place bigint NOT NULL,
    key_id text,
    key text NOT NULL,
    PRIMARY KEY (client, place)
);

CREATE TABLE client_scope (
    client text COLLATE "C" NOT NULL REFERENCES client (id),
    place bigint NOT NULL,
    scope text NOT NULL,
    PRIMARY KEY (client, place)
);

CREATE TABLE client_mandate (
    client text COLLATE "C" NOT NULL REFERENCES client (id),
    place bigint NOT NULL,
    employer bigint NOT NULL,
    first_day integer,
    last_day integer,
    PRIMARY KEY (client, place)
);

-- Certificates of clients that are kept whole, in DER, and what messages may call them by.
CREATE TABLE client_kept (
    client text COLLATE "C" NOT NULL REFERENCES client (id),
    place bigint NOT NULL,
    der bytea NOT NULL,
    PRIMARY KEY (client, place)
);

CREATE TABLE client_handle (
    handle bytea NOT NULL,
    client text COLLATE "C" NOT NULL REFERENCES client (id),
    place bigint NOT NULL,
    PRIMARY KEY (handle, client, place)
);
CREATE INDEX client_handle_of_client ON client_handle (client, place);

-- Raised by every change of the register; who changes it holds its row, so that changes come one after the other.
CREATE TABLE client_version (version bigint NOT NULL);
INSERT INTO client_version VALUES (0);
