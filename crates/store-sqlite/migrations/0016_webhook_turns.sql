-- Which node tells a webhook, until (milliseconds since 1970, UTC) it has to ask again.
CREATE TABLE webhook_turn (
    webhook TEXT PRIMARY KEY,
    node INTEGER NOT NULL,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
