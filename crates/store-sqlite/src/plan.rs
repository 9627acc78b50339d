//! Which statement a search runs: one index, chosen by the criteria, and never a scan.

use domain::{Search, SortKey};

/// How the registrations of a day are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// By the person, the most selective of all.
    Inss,
    /// By the person's newest number, where another one was declared.
    Newest,
    /// By the work and the employer.
    WorksAndCompany,
    /// By the work.
    Works,
    /// By the employer.
    Company,
    /// By the enterprise that sent them for another one.
    Sender,
    /// By the day alone.
    Day,
}

/// What is read of each registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Breadth {
    /// The id and the day, which the index has.
    Id,
    /// All that filters and sort keys look at, from the row.
    Row,
    /// What performances are made of, which the index of moments has.
    Moment,
}

/// The statement of a search, to be run once for each of its days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) access: Access,
    pub(crate) breadth: Breadth,
}

impl Plan {
    /// The plan of a search that goes this way and keeps only what matches.
    pub(crate) fn new(access: Access, search: &Search) -> Self {
        let employer = search.company.is_some() || search.foreign_vat.is_some();
        let beside_the_index = match access {
            Access::Inss | Access::Newest | Access::Sender => search.works.is_some() || employer,
            _ => false,
        } || !matches!(access, Access::Inss | Access::Newest)
            && search.inss.is_some();
        let filtered = search.foreign_vat.is_some()
            || search.events.is_some()
            || search.moment_from.is_some()
            || search.moment_until.is_some()
            || search.near.is_some()
            || search.statuses.is_some()
            || search.remarks.is_some()
            || search.created_from.is_some()
            || search.created_until.is_some()
            || search.sector.is_some();
        let sorted = !matches!(search.sort.key, SortKey::Id | SortKey::RegistrationDate);
        let breadth =
            if beside_the_index || filtered || sorted { Breadth::Row } else { Breadth::Id };
        Self { access, breadth }
    }

    /// The same, reading all that visibility looks at too.
    pub(crate) fn with_row(self) -> Self {
        Self { breadth: Breadth::Row, ..self }
    }

    /// The plan of the same way to moments.
    pub(crate) fn to_moments(self, search: &Search, limited: bool) -> Self {
        let beside_the_index = search.near.is_some()
            || search.remarks.is_some()
            || search.created_from.is_some()
            || search.created_until.is_some()
            || search.sector.is_some();
        let covered = self.access == Access::Company && !limited && !beside_the_index;
        Self { breadth: if covered { Breadth::Moment } else { Breadth::Row }, ..self }
    }

    /// The statement; its parameters are the day and what [`Access`] names.
    pub(crate) fn sql(self) -> String {
        let columns = match self.breadth {
            Breadth::Id => "id, day",
            Breadth::Row => {
                "id, day, works, company, status, remarks, created, sector, channel, sender_id, \
                 inss, sender_company, event, at, place, foreign_vat, newest, offline_since"
            }
            Breadth::Moment => {
                "id, day, works, company, status, 0, 0, NULL, NULL, NULL, inss, NULL, event, at, NULL, \
                 foreign_vat, NULL, offline_since"
            }
        };
        let (index, condition) = match self.access {
            Access::Inss => ("registration_by_inss", "day = ?1 AND inss = ?2"),
            Access::Newest => {
                ("registration_by_newest", "day = ?1 AND newest = ?2 AND newest IS NOT NULL")
            }
            Access::WorksAndCompany => {
                ("registration_by_works", "day = ?1 AND works = ?2 AND company = ?3")
            }
            Access::Works => ("registration_by_works", "day = ?1 AND works = ?2"),
            Access::Company if self.breadth == Breadth::Moment => {
                ("moment_by_company", "day = ?1 AND company = ?2 AND event IS NOT NULL")
            }
            Access::Company => ("registration_by_company", "day = ?1 AND company = ?2"),
            // What an employer sent for itself is found by the employer, and not in this index.
            Access::Sender => (
                "registration_by_sender",
                "day = ?1 AND sender_company = ?2 AND sender_company IS NOT company",
            ),
            Access::Day => ("registration_by_company", "day = ?1"),
        };
        format!("SELECT {columns} FROM registration INDEXED BY {index} WHERE {condition}")
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::HashSet;

    use domain::{
        Days, Direction, EventKind, ForeignVatNumber, Remarks, Sector, Sort, Status, sample,
    };
    use jiff::Timestamp;
    use rusqlite::Connection;

    use super::*;
    use crate::way::Way;
    use crate::{
        addresses, audit, clients, events, lookup, once, registers, replays, schema, search, usage,
    };

    pub(crate) fn database() -> Connection {
        let mut connection = Connection::open_in_memory().expect("memory");
        schema::migrate(&mut connection).expect("the schema");
        connection
    }

    /// The steps by which SQLite runs a statement.
    pub(crate) fn steps(connection: &Connection, sql: &str) -> Vec<String> {
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect(sql);
        for parameter in 1..=statement.parameter_count() {
            statement.raw_bind_parameter(parameter, 1).expect("bound");
        }
        let mut rows = statement.raw_query();
        let mut steps = Vec::new();
        while let Some(row) = rows.next().expect("a plan") {
            steps.push(row.get(3).expect("a text"));
        }
        steps
    }

    /// Every combination of criteria and order that the contract allows.
    fn every_search() -> impl Iterator<Item = Search> {
        (0..1024_u32).flat_map(|given| {
            let given = move |bit: u32| given >> bit & 1 == 1;
            let orders = SortKey::ALL.into_iter().flat_map(|key| {
                Direction::ALL.into_iter().map(move |direction| Sort { key, direction })
            });
            orders.map(move |sort| Search {
                inss: given(0).then(|| sample::inss(1)),
                company: given(1).then(|| sample::enterprise_number(1)),
                works: given(2).then(|| sample::works_reference(1)),
                statuses: given(3).then(|| Status::ALL.into_iter().collect()),
                remarks: given(4).then_some(Remarks::NONE),
                days: Days::default(),
                created_from: given(5).then_some(Timestamp::UNIX_EPOCH),
                created_until: given(6).then_some(Timestamp::UNIX_EPOCH),
                sector: given(7).then_some(Sector::Meat),
                foreign_vat: given(8).then(|| ForeignVatNumber::parse("FR1").expect("a number")),
                events: given(9).then(|| [EventKind::In].into_iter().collect()),
                sort,
                ..Search::of(Days::default())
            })
        })
    }

    #[test]
    fn no_search_scans_or_sorts_in_the_database() {
        let connection = database();
        let statements: HashSet<String> =
            every_search().map(|search| Way::of(&search).plan.sql()).collect();
        assert_eq!(statements.len(), 10, "five ways in, each with and without the row");
        for sql in statements {
            let steps = steps(&connection, &sql);
            let [step] = &steps[..] else { panic!("{sql}: {steps:?}") };
            assert!(step.starts_with("SEARCH registration USING"), "{sql}: {step}");
            let (_, way) = step.split_once('(').expect("the columns of the index that are used");
            assert!(way.starts_with("day=?"), "{sql}: {step}");
            let conditions = sql.matches("= ?").count();
            assert_eq!(step.matches("=?").count(), conditions, "{sql}: {step}");
        }
    }

    #[test]
    fn the_index_alone_answers_searches_without_filters() {
        let connection = database();
        for search in every_search() {
            let plan = Way::of(&search).plan;
            let covered = steps(&connection, &plan.sql())[0].contains("COVERING INDEX");
            assert_eq!(covered, plan.breadth == Breadth::Id, "{search:?}");
        }
    }

    #[test]
    fn what_was_sent_for_others_is_found_by_its_index() {
        let connection = database();
        for search in every_search() {
            let plan = Plan::new(Access::Sender, &search);
            let steps = steps(&connection, &plan.sql());
            let way = "registration_by_sender (day=? AND sender_company=?)";
            let [step] = &steps[..] else { panic!("{search:?}: {steps:?}") };
            assert!(step.starts_with("SEARCH") && step.ends_with(way), "{search:?}: {step}");
        }
    }

    #[test]
    fn moments_of_an_employer_are_read_from_their_index_alone() {
        let connection = database();
        let mut covered = 0;
        for search in every_search() {
            let plan = Way::of(&search).plan.to_moments(&search, false);
            let steps = steps(&connection, &plan.sql());
            let [step] = &steps[..] else { panic!("{search:?}: {steps:?}") };
            assert!(step.starts_with("SEARCH"), "{search:?}: {step}");
            if plan.breadth == Breadth::Moment {
                covered += 1;
                let way = "USING COVERING INDEX moment_by_company (day=? AND company=?)";
                assert!(step.ends_with(way), "{search:?}: {step}");
            }
        }
        assert!(covered > 100, "{covered}");
    }

    #[test]
    fn look_ups_are_a_step_in_an_index() {
        let connection = database();
        for (sql, expected) in [
            (search::by_id(), "SEARCH registration USING INTEGER PRIMARY KEY (rowid=?)"),
            (lookup::history(), "SEARCH history USING PRIMARY KEY (registration=?)"),
            (registers::works::SECTOR.to_owned(), "SEARCH work USING PRIMARY KEY (reference=?)"),
            (
                registers::works::LED_BY.to_owned(),
                "SEARCH work_contract USING COVERING INDEX work_contract_by_leader (company=?)",
            ),
            (clients::BY_ID.to_owned(), "SEARCH client USING PRIMARY KEY (id=?)"),
            (clients::LIST.to_owned(), "SEARCH client USING PRIMARY KEY (id>?)"),
            (
                clients::BY_FINGERPRINT.to_owned(),
                "SEARCH client_certificate USING COVERING INDEX client_by_fingerprint (fingerprint=?)",
            ),
            (
                clients::BY_SUBJECT.to_owned(),
                "SEARCH client_certificate USING COVERING INDEX client_by_subject (subject=? AND issuer=?)",
            ),
            (audit::RECORDS.to_owned(), "SEARCH audit USING INTEGER PRIMARY KEY (rowid>?)"),
            (once::KEPT.to_owned(), "SEARCH kept_call USING PRIMARY KEY (key=?)"),
            (
                once::OVER.to_owned(),
                "SEARCH kept_call USING COVERING INDEX kept_call_by_end (until<?)",
            ),
            (
                replays::OVER.to_owned(),
                "SEARCH replay USING COVERING INDEX replay_by_end (until<?)",
            ),
            (
                usage::OVER.to_owned(),
                "SEARCH caller_use USING COVERING INDEX caller_use_by_moment (at<?)",
            ),
            (usage::TOLD.to_owned(), "SEARCH caller_use USING INDEX caller_use_by_moment (at>?)"),
            (events::steps::OF_ALL.to_owned(), "SEARCH step USING INTEGER PRIMARY KEY (rowid>?)"),
            (
                events::steps::OF_SENDER.to_owned(),
                "SEARCH step USING INDEX step_by_sender (sender=? AND number>?)",
            ),
            (
                addresses::IN_CELLS.to_owned(),
                "SEARCH address_cell USING PRIMARY KEY (generation=? AND cell>? AND cell<?)",
            ),
        ] {
            assert_eq!(steps(&connection, &sql), [expected]);
        }
        let by_handle = [
            "SEARCH named USING PRIMARY KEY (handle=?)",
            "SEARCH kept USING PRIMARY KEY (client=? AND place=?)",
        ];
        assert_eq!(steps(&connection, clients::BY_HANDLE), by_handle);
        assert_eq!(steps(&connection, audit::HEAD), ["SCAN audit"]);
        assert!(audit::HEAD.ends_with("DESC LIMIT 1"), "a scan that ends at its first row");
        for sql in [search::FIRST_DAY, search::LAST_DAY] {
            let steps = steps(&connection, sql);
            assert_eq!(steps, ["SCAN registration USING COVERING INDEX registration_by_company"]);
            assert!(sql.ends_with("LIMIT 1"), "a scan that ends at its first row");
        }
    }
}
