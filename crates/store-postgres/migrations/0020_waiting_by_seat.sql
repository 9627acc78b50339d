-- What waits to be checked lies by the seat of the node that stored it, as registrations do: two nodes write to it all the
-- time. Few rows are there, so they are moved.
ALTER TABLE check_range RENAME TO check_range_before;
ALTER INDEX check_range_pkey RENAME TO check_range_before_pkey;
ALTER INDEX check_range_by_lease RENAME TO check_range_before_by_lease;
CREATE TABLE check_range (
    first bigint PRIMARY KEY,
    last bigint NOT NULL,
    lease bigint NOT NULL DEFAULT 0
) PARTITION BY RANGE (first);
CREATE INDEX check_range_by_lease ON check_range (lease, first);
CREATE TABLE check_range_0 PARTITION OF check_range FOR VALUES FROM (MINVALUE) TO (100000000000000)
WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
CREATE TABLE check_range_1 PARTITION OF check_range FOR VALUES FROM (100000000000000) TO (200000000000000)
WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
CREATE TABLE check_range_2 PARTITION OF check_range FOR VALUES FROM (200000000000000) TO (300000000000000)
WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
CREATE TABLE check_range_3 PARTITION OF check_range FOR VALUES FROM (300000000000000) TO (MAXVALUE)
WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
INSERT INTO check_range SELECT * FROM check_range_before;
DROP TABLE check_range_before;
