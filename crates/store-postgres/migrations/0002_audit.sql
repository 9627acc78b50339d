-- What was done and read, by whom: one record a row, in chains, each in order and without a gap. body: one line of JSON;
-- hash: SHA-256 over the hash of the record before, the sequence (8 bytes, big end first) and the body.
CREATE TABLE audit (
    chain integer NOT NULL,
    sequence bigint NOT NULL,
    body text NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (chain, sequence)
);
CREATE TRIGGER audit_only_grows
BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION refuse();

-- The end of each chain. A transaction that appends holds the row of its chain; another takes another chain, and nobody
-- waits. So there are as many chains as transactions ever appended at the same time.
CREATE TABLE audit_chain (
    chain integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sequence bigint NOT NULL DEFAULT 0,
    hash bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex')
) WITH (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

CREATE FUNCTION append_audit(bodies text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    taken audit_chain;
    body text;
BEGIN
    SELECT * INTO taken FROM audit_chain ORDER BY chain LIMIT 1 FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        INSERT INTO audit_chain DEFAULT VALUES RETURNING * INTO taken;
    END IF;
    FOREACH body IN ARRAY bodies LOOP
        taken.sequence := taken.sequence + 1;
        taken.hash := sha256(taken.hash || int8send(taken.sequence) || convert_to(body, 'UTF8'));
        INSERT INTO audit (chain, sequence, body, hash) VALUES (taken.chain, taken.sequence, body, taken.hash);
    END LOOP;
    UPDATE audit_chain SET sequence = taken.sequence, hash = taken.hash WHERE chain = taken.chain;
END $$;
