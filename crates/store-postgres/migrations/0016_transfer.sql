-- What was moved here from another store, and how much of it is there already: for each table the key of the last row, how
-- many rows, and their digest. state: what tells the content of the source from any older or younger one.
CREATE TABLE transfer_source (
    state text NOT NULL,
    finished boolean NOT NULL
);
CREATE TABLE transfer (
    name text COLLATE "C" PRIMARY KEY,
    mark text NOT NULL,
    rows bigint NOT NULL,
    digest text NOT NULL,
    complete boolean NOT NULL
);
