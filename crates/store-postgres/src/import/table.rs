//! The tables that imports fill, as far as imports need to know them.

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Long,
    Int,
    Text,
    Real,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Long => "bigint",
            Self::Int => "integer",
            Self::Text => "text",
            Self::Real => "double precision",
        }
    }
}

/// A table; no two of its rows have the same columns. Beside it stands one of its name behind `staged_`, for imports.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    /// The columns, with those in front under which an update takes rows away.
    pub(crate) columns: &'static [(&'static str, Kind)],
    /// How many columns stand in front.
    pub(crate) key: usize,
    /// What a row concerns: the person, company, Limosa id and work of a `register_change`, as a statement selects them;
    /// for each change that a row is.
    pub(crate) concerns: &'static [&'static str],
}

impl Table {
    /// The columns, separated by commas.
    pub(super) fn list(&self) -> String {
        self.names(self.columns.len(), "")
    }

    /// The first `count` columns behind a prefix, separated by commas.
    pub(super) fn names(&self, count: usize, prefix: &str) -> String {
        let names = self.columns[..count].iter().map(|(name, _)| format!("{prefix}{name}"));
        names.collect::<Vec<_>>().join(", ")
    }

    /// The condition that a row of `s` and one of `n` are the same.
    pub(super) fn same(&self) -> String {
        let same = self.columns.iter().map(|(name, _)| format!("s.{name} = n.{name}"));
        same.collect::<Vec<_>>().join(" AND ")
    }
}
