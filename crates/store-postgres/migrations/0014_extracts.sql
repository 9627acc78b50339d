-- Which extract of its source a register holds. register: the number of the domain; at: milliseconds since 1970, UTC.
CREATE TABLE register_extract (
    register smallint PRIMARY KEY,
    number bigint NOT NULL,
    at bigint NOT NULL
);
