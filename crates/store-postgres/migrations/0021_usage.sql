-- What callers, by hash, use at each node; at: milliseconds since 1970, UTC. It is told every half a second and good for some
-- seconds: not worth a log, and a commit that needs no flush.
CREATE UNLOGGED TABLE caller_use (
    node bigint NOT NULL,
    caller bytea NOT NULL,
    calls bigint NOT NULL,
    owed bigint NOT NULL,
    running bigint NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (node, caller)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
CREATE INDEX caller_use_by_moment ON caller_use (at);
