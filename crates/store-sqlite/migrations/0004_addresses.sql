-- The addresses of the regions' registers. An import writes a generation of its own, beside the one that is looked at;
-- the swap is one row of address_region. Rows of a generation that no region names are left over and are taken away.
--
-- region: the number of the domain; at: milliseconds since 1970, UTC; digest: of the rows, whatever their order.
CREATE TABLE address_region (
    region INTEGER PRIMARY KEY,
    generation INTEGER NOT NULL,
    addresses INTEGER NOT NULL,
    digest BLOB NOT NULL,
    at INTEGER NOT NULL
) STRICT;

-- street: a hash of all that makes it different from others.
CREATE TABLE address_street (
    generation INTEGER NOT NULL,
    street INTEGER NOT NULL,
    post_code INTEGER NOT NULL,
    municipality_nl TEXT,
    municipality_fr TEXT,
    municipality_de TEXT,
    nl TEXT,
    fr TEXT,
    de TEXT,
    PRIMARY KEY (generation, street)
) STRICT, WITHOUT ROWID;

-- Each name of a street, as domain::place::name_key spells it.
CREATE TABLE address_name (
    generation INTEGER NOT NULL,
    name TEXT NOT NULL,
    post_code INTEGER NOT NULL,
    street INTEGER NOT NULL,
    PRIMARY KEY (generation, name, post_code, street)
) STRICT, WITHOUT ROWID;

-- house: as domain::place::house_key spells it; longitude, latitude: ten millionths of a degree.
CREATE TABLE address (
    generation INTEGER NOT NULL,
    street INTEGER NOT NULL,
    house TEXT NOT NULL,
    id TEXT NOT NULL,
    house_number TEXT NOT NULL,
    box_number TEXT,
    longitude INTEGER NOT NULL,
    latitude INTEGER NOT NULL,
    PRIMARY KEY (generation, street, house, id)
) STRICT, WITHOUT ROWID;

-- Where they lie: domain::place::cell. Each points at an address.
CREATE TABLE address_cell (
    generation INTEGER NOT NULL,
    cell INTEGER NOT NULL,
    longitude INTEGER NOT NULL,
    latitude INTEGER NOT NULL,
    street INTEGER NOT NULL,
    house TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (generation, cell, longitude, latitude, street, house, id)
) STRICT, WITHOUT ROWID;
