-- What all nodes have in common and nobody else knows: 32 bytes each.
CREATE TABLE secret (
    name text COLLATE "C" PRIMARY KEY,
    value bytea NOT NULL
);
