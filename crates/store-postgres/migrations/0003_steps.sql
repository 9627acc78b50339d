-- The steps of all registrations' lives, so that others can be told. One row tells of a whole call: of the first steps of
-- `count` registrations from `registration` on (place 0); or of one later step, at that place in the history. What
-- happened stands there and in the registration, not here.
--
-- entry: the number of the transaction that wrote it, so that who reads knows which may still come: those under way;
-- first: how many steps that transaction told of before. day: a day of the month whose partition the registrations lie in.
CREATE TABLE step (
    entry bigint NOT NULL,
    first integer NOT NULL,
    day integer NOT NULL,
    registration bigint NOT NULL,
    count integer NOT NULL,
    place integer NOT NULL,
    sender text COLLATE "C",
    PRIMARY KEY (entry, first, day)
) PARTITION BY RANGE (day);
CREATE INDEX step_by_sender ON step (sender, entry, first) WHERE sender IS NOT NULL;
CREATE TRIGGER step_only_grows
BEFORE UPDATE OR DELETE ON step FOR EACH ROW EXECUTE FUNCTION refuse();

-- What is added to a transaction's number. It grows when the data was brought to another server, which counts its
-- transactions anew: so a step never comes before those that were there.
CREATE TABLE step_base (base bigint NOT NULL);
INSERT INTO step_base VALUES (0);

CREATE FUNCTION step_entry() RETURNS bigint LANGUAGE sql VOLATILE AS
'SELECT base + pg_current_xact_id()::text::bigint FROM step_base';
