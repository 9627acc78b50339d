-- Nodes that register at the same time give ids of different ranges, and months are divided by these: a table is made longer
-- under a lock, for which two that write into the same one would wait. A seat is a range: number * 100 000 000 000 000 and
-- up. Who sits there tells it whenever it takes a block of ids; who comes takes the seat that was left alone the longest.
--
-- holder: a number that a node gets when it takes a seat, so that it sees when another one has taken it since.
CREATE TABLE seat (
    number bigint PRIMARY KEY,
    holder bigint NOT NULL DEFAULT 0,
    used timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO seat (number) SELECT generate_series(0, 3);
CREATE SEQUENCE seat_holder;
