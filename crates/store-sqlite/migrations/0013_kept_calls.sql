-- What calls came to that are done once however often they are sent. key, request: hashes; items: the text of
-- store::KeptItem; until: milliseconds since 1970, UTC.
CREATE TABLE kept_call (
    key BLOB PRIMARY KEY,
    request BLOB NOT NULL,
    items TEXT NOT NULL,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX kept_call_by_end ON kept_call (until);
