use std::fmt;

/// What an access token lets its holder do. Who may do it to what is decided in the use cases, beside the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Register presences.
    Register,
    /// Cancel registrations.
    Cancel,
    /// Read registrations, performances, works and addresses.
    Consult,
    /// Read the stream of events.
    Events,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 4] = [Self::Register, Self::Cancel, Self::Consult, Self::Events];

    /// Its name in tokens and in the register of clients.
    pub fn name(self) -> &'static str {
        match self {
            Self::Register => "scope:presenceRegistration:register",
            Self::Cancel => "scope:presenceRegistration:cancel",
            Self::Consult => "scope:presenceRegistration:consult",
            Self::Events => "scope:presenceRegistration:events",
        }
    }

    /// Reads a name, to the character.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of scopes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// All there are.
    pub fn all() -> Self {
        Self(Scope::ALL.to_vec())
    }

    /// Those that these names are of; names that are no scope of this service are left out.
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut scopes: Vec<_> = names.into_iter().filter_map(Scope::from_name).collect();
        scopes.sort_unstable();
        scopes.dedup();
        Self(scopes)
    }

    /// Those of a text that divides them by blanks (RFC 6749, section 3.3); `None` when one is not known.
    pub fn parse(text: &str) -> Option<Self> {
        let names: Vec<_> = text.split(' ').filter(|name| !name.is_empty()).collect();
        names.iter().all(|name| Scope::from_name(name).is_some()).then(|| Self::of(names))
    }

    /// Is this one of them?
    pub fn has(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    /// Are all of these among them?
    pub fn cover(&self, others: &Self) -> bool {
        others.0.iter().all(|scope| self.has(*scope))
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, scope) in self.0.iter().enumerate() {
            write!(f, "{}{scope}", if place == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_read_and_written_in_one_order() {
        let text = "scope:presenceRegistration:consult  scope:presenceRegistration:register";
        let scopes = Scopes::parse(text).expect("known");
        let written = "scope:presenceRegistration:register scope:presenceRegistration:consult";
        assert_eq!(scopes.to_string(), written);
        assert!(Scopes::all().cover(&scopes) && !scopes.cover(&Scopes::all()));
        assert_eq!(Scopes::parse("scope:presenceRegistration:admin"), None);
        assert_eq!(Scopes::parse(""), Some(Scopes::default()));
    }
}
