-- What was acknowledged lies in the journal beside this file before it lies here. salt: of the journal whose frames belong to
-- this database; applied: the number of the last of its frames that is here.
CREATE TABLE journal (
    salt INTEGER NOT NULL,
    applied INTEGER NOT NULL
) STRICT;
INSERT INTO journal VALUES (0, 0);
