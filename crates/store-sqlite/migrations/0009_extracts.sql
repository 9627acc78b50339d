-- Which extract of its source a register holds. register: the number of the domain; at: milliseconds since 1970, UTC.
CREATE TABLE register_extract (
    register INTEGER PRIMARY KEY,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL
) STRICT;
