-- Who is told of steps. added, last_delivery, trouble_since, trouble_next: milliseconds since 1970, UTC; entry, within:
-- the position up to which everything has arrived.
CREATE TABLE webhook (
    id text COLLATE "C" PRIMARY KEY,
    client text NOT NULL,
    url text NOT NULL,
    secret bytea NOT NULL,
    added bigint NOT NULL,
    paused text,
    entry bigint NOT NULL,
    within bigint NOT NULL,
    delivered bigint NOT NULL,
    last_delivery bigint,
    trouble_since bigint,
    trouble_attempts bigint,
    trouble_next bigint,
    trouble_text text
) WITH (fillfactor = 70);

-- Which node tells a webhook, until (milliseconds since 1970, UTC) it has to ask again.
CREATE TABLE webhook_turn (
    webhook text COLLATE "C" PRIMARY KEY,
    node bigint NOT NULL,
    until bigint NOT NULL
) WITH (fillfactor = 50);
