-- Certificates of clients that are kept whole, in DER, and what messages may call them by.
CREATE TABLE client_kept (
    client TEXT NOT NULL REFERENCES client (id),
    place INTEGER NOT NULL,
    der BLOB NOT NULL,
    PRIMARY KEY (client, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE client_handle (
    handle BLOB NOT NULL,
    client TEXT NOT NULL REFERENCES client (id),
    place INTEGER NOT NULL,
    PRIMARY KEY (handle, client, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX client_handle_of_client ON client_handle (client, place);
