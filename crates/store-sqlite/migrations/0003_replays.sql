-- What may be used once, by hash; until: milliseconds since 1970, UTC.
CREATE TABLE replay (
    key BLOB PRIMARY KEY,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX replay_by_end ON replay (until);
