/// A table of the content.
#[derive(Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its columns.
    pub columns: &'static [&'static str],
    /// How many of them in front name a row and order all: numbers by their size, texts by their bytes.
    pub key: usize,
}

/// Everything, in the order in which it is moved: the small things first, so that what cannot be taken is seen at once.
///
/// Days are counted since 1970-01-01, moments in milliseconds since then, UTC.
pub const TABLES: &[Table] = &[
    // `id`: the next id that no block has taken; `import`: the last number of an import; `step`: the last of a step; `client`:
    // the version of the register of clients.
    table("number", 1, &["name", "value"]),
    table("secret", 1, &["name", "value"]),
    table(
        "client",
        1,
        &["id", "name", "company", "user_type", "role", "profile", "added", "revoked"],
    ),
    table("client_certificate", 2, &["client", "place", "fingerprint", "issuer", "subject"]),
    table("client_key", 2, &["client", "place", "key_id", "key"]),
    table("client_scope", 2, &["client", "place", "scope"]),
    table("client_mandate", 2, &["client", "place", "employer", "first_day", "last_day"]),
    table("client_kept", 2, &["client", "place", "der"]),
    table("client_handle", 3, &["handle", "client", "place"]),
    table(
        "webhook",
        1,
        &[
            "id",
            "client",
            "url",
            "secret",
            "added",
            "paused",
            "entry",
            "within",
            "delivered",
            "last_delivery",
            "trouble_since",
            "trouble_attempts",
            "trouble_next",
            "trouble_text",
        ],
    ),
    table("replay", 1, &["key", "until"]),
    table("kept_call", 1, &["key", "request", "items", "until"]),
    table("register", 1, &["number", "swaps"]),
    table("register_import", 1, &["id", "register", "source", "at", "added", "removed"]),
    table("register_extract", 1, &["register", "number", "at"]),
    table("register_change", 5, &["import", "inss", "company", "limosa", "works"]),
    table("person", 4, &["inss", "known_from", "known_until", "replaced_by"]),
    table("enterprise", 4, &["number", "exists_from", "exists_until", "situation"]),
    table("mandate", 5, &["enterprise", "inss", "function", "first", "last"]),
    table("employer", 3, &["enterprise", "first", "last"]),
    table(
        "employment",
        6,
        &["inss", "enterprise", "worker_type", "first", "last", "user_enterprise"],
    ),
    table("posted_worker", 7, &["limosa", "inss", "vat", "employer", "country", "first", "last"]),
    table("work", 5, &["reference", "sector", "first", "last", "subject"]),
    table(
        "work_site",
        9,
        &[
            "work",
            "place",
            "post_code",
            "municipality",
            "street",
            "house_number",
            "box_number",
            "longitude",
            "latitude",
        ],
    ),
    table(
        "work_contract",
        7,
        &["work", "company", "vat", "role", "commissioned_by", "first", "last"],
    ),
    // Texts that an address does not have are ''.
    table("address_region", 1, &["region", "addresses", "at"]),
    table(
        "address_street",
        2,
        &[
            "region",
            "street",
            "post_code",
            "municipality_nl",
            "municipality_fr",
            "municipality_de",
            "nl",
            "fr",
            "de",
        ],
    ),
    table("address_name", 4, &["region", "name", "post_code", "street"]),
    table(
        "address",
        4,
        &["region", "street", "house", "id", "house_number", "box_number", "longitude", "latitude"],
    ),
    table(
        "registration",
        1,
        &[
            "id",
            "day",
            "works",
            "company",
            "inss",
            "limosa",
            "reference",
            "sector",
            "created",
            "channel",
            "sender_id",
            "sender_company",
            "sender_type",
            "status",
            "remarks",
            "validated",
            "event",
            "at",
            "place",
            "offline_since",
            "foreign_vat",
            "newest",
            "located",
        ],
    ),
    // With the day, the company and the Limosa id of the registration: where its history lies may depend on them.
    table(
        "history",
        2,
        &[
            "registration",
            "place",
            "at",
            "status",
            "remarks",
            "cause",
            "reason",
            "sender_id",
            "sender_company",
            "sender_type",
            "register",
            "import",
            "day",
            "company",
            "limosa",
        ],
    ),
    // A step of several registrations comes in runs whose days are of one month; first: how many of the step come before.
    table("step", 2, &["entry", "first", "day", "registration", "count", "place", "sender"]),
    table("audit", 2, &["chain", "sequence", "body", "hash"]),
    // Ids from first to last that wait for their first check.
    table("check_range", 1, &["first", "last"]),
    table("recheck", 1, &["registration", "register", "import"]),
];

const fn table(name: &'static str, key: usize, columns: &'static [&'static str]) -> Table {
    Table { name, columns, key }
}

impl Table {
    /// The table of a name.
    pub fn of(name: &str) -> Option<&'static Self> {
        TABLES.iter().find(|table| table.name == name)
    }
}
