-- The addresses of the regions' registers; an import writes what differs, in one transaction. Texts that a row does not
-- have are ''.
--
-- region: the number of the domain; at: milliseconds since 1970, UTC.
CREATE TABLE address_region (
    region integer PRIMARY KEY,
    addresses bigint NOT NULL,
    at bigint NOT NULL
);

-- street: a hash of all that makes it different from others.
CREATE TABLE address_street (
    region integer NOT NULL,
    street bigint NOT NULL,
    post_code integer NOT NULL,
    municipality_nl text COLLATE "C" NOT NULL,
    municipality_fr text COLLATE "C" NOT NULL,
    municipality_de text COLLATE "C" NOT NULL,
    nl text COLLATE "C" NOT NULL,
    fr text COLLATE "C" NOT NULL,
    de text COLLATE "C" NOT NULL,
    PRIMARY KEY (region, street)
);

-- Each name of a street, as domain::place::name_key spells it.
CREATE TABLE address_name (
    region integer NOT NULL,
    name text COLLATE "C" NOT NULL,
    post_code integer NOT NULL,
    street bigint NOT NULL,
    PRIMARY KEY (name, post_code, region, street)
);

-- house: as domain::place::house_key spells it; cell: domain::place::cell; longitude, latitude: ten millionths of a degree.
CREATE TABLE address (
    region integer NOT NULL,
    cell bigint NOT NULL,
    street bigint NOT NULL,
    house text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    house_number text COLLATE "C" NOT NULL,
    box_number text COLLATE "C" NOT NULL,
    longitude integer NOT NULL,
    latitude integer NOT NULL
);
CREATE INDEX address_by_cell ON address (cell);
CREATE INDEX address_by_street ON address (street, house);

-- What imports gather before they are swapped in: see staged_person.
CREATE UNLOGGED TABLE staged_address_street AS
SELECT 0::bigint AS import, false AS gone, t.* FROM address_street AS t WITH NO DATA;
CREATE UNLOGGED TABLE staged_address_name AS
SELECT 0::bigint AS import, false AS gone, t.* FROM address_name AS t WITH NO DATA;
CREATE UNLOGGED TABLE staged_address AS
SELECT 0::bigint AS import, false AS gone, t.* FROM address AS t WITH NO DATA;
