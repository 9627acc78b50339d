-- What may be used once, by hash; until: milliseconds since 1970, UTC.
CREATE TABLE replay (
    key bytea PRIMARY KEY,
    until bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX replay_by_end ON replay (until);
