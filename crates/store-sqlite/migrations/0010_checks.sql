-- What waits to be checked. New registrations wait from the id `next` on: that they do costs nothing when they are stored,
-- as ids ascend with the commits. token: the last lease that was given.
CREATE TABLE check_state (next INTEGER NOT NULL, token INTEGER NOT NULL) STRICT;
INSERT INTO check_state VALUES (1, 0);

-- New registrations from first to last are somebody's until `expires` (milliseconds since 1970, UTC).
CREATE TABLE check_lease (
    token INTEGER PRIMARY KEY,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT;

-- Registrations that are to be checked again, and why: an import of a register, or, without a register, the earlier
-- registration that was cancelled. lease: 0 as long as nobody has it.
CREATE TABLE recheck (
    registration INTEGER PRIMARY KEY,
    register INTEGER,
    import INTEGER NOT NULL,
    lease INTEGER NOT NULL
) STRICT;
CREATE INDEX recheck_by_lease ON recheck (lease);
