-- Each chain of the audit lies in a table of its own, so that transactions that append at the same time never make the same
-- table longer. What there is of chains stays where it is; these are ended, and new ones begin behind them.
ALTER TABLE audit_chain ADD COLUMN ended boolean NOT NULL DEFAULT false;

DROP TRIGGER audit_only_grows ON audit;
ALTER TABLE audit RENAME TO audit_before;
ALTER INDEX audit_pkey RENAME TO audit_before_pkey;
CREATE TABLE audit (LIKE audit_before INCLUDING ALL) PARTITION BY RANGE (chain);

DO $$
DECLARE
    next integer := (SELECT coalesce(max(chain), 0) + 1 FROM audit_chain);
BEGIN
    UPDATE audit_chain SET ended = true;
    IF EXISTS (SELECT FROM audit_before) THEN
        EXECUTE format('ALTER TABLE audit ATTACH PARTITION audit_before FOR VALUES FROM (MINVALUE) TO (%s)', next);
    ELSE
        DROP TABLE audit_before;
    END IF;
    -- More transactions than that hardly append at the same moment; the chains of those have one table together.
    FOR nth IN next..next + 31 LOOP
        EXECUTE format('CREATE TABLE audit_%s PARTITION OF audit FOR VALUES FROM (%s) TO (%s)', nth, nth, nth + 1);
    END LOOP;
    PERFORM setval(pg_get_serial_sequence('audit_chain', 'chain'), next, false);
    INSERT INTO audit_chain (sequence) SELECT 0 FROM generate_series(0, 31);
END $$;
CREATE TABLE audit_rest PARTITION OF audit DEFAULT;

CREATE TRIGGER audit_only_grows
BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION refuse();

-- Whoever takes a chain tries to, and goes on to the next one: a row that is skipped because it is locked may still be waited
-- for, when it has just been changed.
CREATE OR REPLACE FUNCTION append_audit(bodies text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    free integer;
    found_one boolean := false;
    taken audit_chain;
    body text;
BEGIN
    FOR free IN SELECT chain FROM audit_chain WHERE NOT ended ORDER BY chain LOOP
        found_one := pg_try_advisory_xact_lock(1096107081, free);
        EXIT WHEN found_one;
    END LOOP;
    IF found_one THEN
        SELECT * INTO taken FROM audit_chain WHERE chain = free FOR UPDATE;
    ELSE
        INSERT INTO audit_chain DEFAULT VALUES RETURNING * INTO taken;
    END IF;
    FOREACH body IN ARRAY bodies LOOP
        taken.sequence := taken.sequence + 1;
        taken.hash := sha256(taken.hash || int8send(taken.sequence) || convert_to(body, 'UTF8'));
        INSERT INTO audit (chain, sequence, body, hash) VALUES (taken.chain, taken.sequence, body, taken.hash);
    END LOOP;
    UPDATE audit_chain SET sequence = taken.sequence, hash = taken.hash WHERE chain = taken.chain;
END $$;
