/// A text in the languages of the contract's users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Texts {
    pub(crate) en: String,
    pub(crate) nl: String,
    pub(crate) fr: String,
    pub(crate) de: String,
}

impl Texts {
    pub(crate) fn new(
        en: impl Into<String>,
        nl: impl Into<String>,
        fr: impl Into<String>,
        de: impl Into<String>,
    ) -> Self {
        Self { en: en.into(), nl: nl.into(), fr: fr.into(), de: de.into() }
    }

    /// This text and then another.
    pub(super) fn followed_by(self, other: Option<&Self>) -> Self {
        let Some(other) = other else { return self };
        Self {
            en: format!("{} {}", self.en, other.en),
            nl: format!("{} {}", self.nl, other.nl),
            fr: format!("{} {}", self.fr, other.fr),
            de: format!("{} {}", self.de, other.de),
        }
    }

    /// Each language with its text.
    pub(super) fn each(&self) -> [(&'static str, &str); 4] {
        [("en", &self.en), ("nl", &self.nl), ("fr", &self.fr), ("de", &self.de)]
    }
}
