-- New registrations that wait to be checked: all ids from first to last that were stored together. lease: 0 as long as
-- nobody has them.
CREATE TABLE check_range (
    first bigint PRIMARY KEY,
    last bigint NOT NULL,
    lease bigint NOT NULL DEFAULT 0
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
CREATE INDEX check_range_by_lease ON check_range (lease, first);

-- Registrations that are to be checked again, and why: an import of a register, or, without a register, the earlier
-- registration that was cancelled.
CREATE TABLE recheck (
    registration bigint PRIMARY KEY,
    register smallint,
    import bigint NOT NULL,
    lease bigint NOT NULL DEFAULT 0
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
CREATE INDEX recheck_by_lease ON recheck (lease, registration);

-- What was leased is somebody's until `expires` (milliseconds since 1970, UTC).
CREATE SEQUENCE check_token;
CREATE TABLE check_lease (
    token bigint PRIMARY KEY,
    expires bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- Until when a node looks for the registrations that changes of registers concern.
CREATE TABLE check_state (spread_until timestamptz NOT NULL);
INSERT INTO check_state VALUES ('-infinity');
