/// What a consulting administration reads: ready profiles.
///
/// All read only. Which fields a profile shows and by what it may search is our choice, as narrow as the task of each
/// allows; `docs/permissions.md` says it as a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Public services that consult an employer's or a work's presences.
    Dolsis,
    /// Inspectors' assistant: who is at a work.
    MyDia,
    /// The employment office: was this person at work?
    RvaOnem,
}

/// A criterion by which a search may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Criterion {
    /// The person.
    Person,
    /// The employer.
    Company,
    /// The work.
    Works,
    /// The status.
    Status,
    /// The remarks.
    Remarks,
    /// The moment of creation.
    Creation,
    /// The sector.
    Sector,
    /// Begin or end of work, its time and place.
    Moment,
}

/// A part of a registration that a reader may not see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The client's own reference.
    Reference,
    /// Who sent it, and who cancelled it.
    Sender,
    /// The remarks of its checks.
    Remarks,
    /// The steps of its life before the last.
    History,
}

impl Profile {
    /// Every profile.
    pub const ALL: [Self; 3] = [Self::Dolsis, Self::MyDia, Self::RvaOnem];

    /// Its name, as commands and stores have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dolsis => "dolsis",
            Self::MyDia => "mydia",
            Self::RvaOnem => "rva-onem",
        }
    }

    /// Reads a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name() == name)
    }

    /// May it search by this?
    pub fn may_search_by(self, criterion: Criterion) -> bool {
        use Criterion::{Company, Creation, Moment, Person, Remarks, Sector, Status, Works};
        match self {
            Self::Dolsis => {
                matches!(criterion, Person | Company | Works | Status | Sector | Moment)
            }
            Self::MyDia => {
                matches!(
                    criterion,
                    Person | Company | Works | Status | Remarks | Creation | Sector | Moment
                )
            }
            Self::RvaOnem => matches!(criterion, Person | Status),
        }
    }

    /// Of these criteria, a search has to name one.
    pub fn must_search_by(self) -> &'static [Criterion] {
        match self {
            Self::Dolsis | Self::MyDia => {
                &[Criterion::Person, Criterion::Company, Criterion::Works]
            }
            Self::RvaOnem => &[Criterion::Person],
        }
    }

    /// May it look a registration up by its id?
    pub fn may_get(self) -> bool {
        match self {
            Self::Dolsis | Self::MyDia => true,
            Self::RvaOnem => false,
        }
    }

    /// Does it see this part?
    pub fn shows(self, field: Field) -> bool {
        match self {
            Self::Dolsis => matches!(field, Field::Remarks | Field::History),
            Self::MyDia => matches!(field, Field::Remarks | Field::History | Field::Sender),
            Self::RvaOnem => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for profile in Profile::ALL {
            assert_eq!(Profile::from_name(profile.name()), Some(profile));
        }
        assert_eq!(Profile::from_name("Dolsis"), None);
    }

    #[test]
    fn what_a_profile_must_search_by_it_may_search_by() {
        for profile in Profile::ALL {
            let required = profile.must_search_by();
            assert!(required.iter().all(|criterion| profile.may_search_by(*criterion)));
            assert!(!required.is_empty(), "no profile reads everything of a day");
        }
    }

    #[test]
    fn who_does_not_see_remarks_does_not_search_by_them() {
        for profile in Profile::ALL {
            assert!(profile.shows(Field::Remarks) || !profile.may_search_by(Criterion::Remarks));
        }
    }
}
