-- What callers, by hash, use at each node; at: milliseconds since 1970, UTC.
CREATE TABLE caller_use (
    node INTEGER NOT NULL,
    caller BLOB NOT NULL,
    calls INTEGER NOT NULL,
    owed INTEGER NOT NULL,
    running INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (node, caller)
) STRICT, WITHOUT ROWID;
CREATE INDEX caller_use_by_moment ON caller_use (at);
