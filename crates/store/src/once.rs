use domain::{AuditEntry, ItemErrors, NewRegistration, Registration, RegistrationId, Sector};
use jiff::Timestamp;

use crate::ReplayKey;

/// What is written together with a change, in its transaction.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// Appended to the audit, with what became of the change.
    pub entry: Option<AuditEntry>,
    /// Under which the outcome is kept, so that the call is done once however often it is sent.
    pub once: Option<Once>,
}

impl From<Option<AuditEntry>> for Beside {
    fn from(entry: Option<AuditEntry>) -> Self {
        Self { entry, once: None }
    }
}

/// A call that is done once.
#[derive(Clone, Debug)]
pub struct Once {
    /// By which a repetition is known.
    pub key: ReplayKey,
    /// What was asked: a repetition asks the same.
    pub request: ReplayKey,
    /// The present. Outcomes that are over then are forgotten little by little.
    pub now: Timestamp,
    /// Until when the outcome is kept.
    pub until: Timestamp,
    /// Items that were refused before the store was asked, each with its place among all; ascending.
    pub refused: Vec<(usize, ItemErrors)>,
}

/// What a change came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written<T> {
    /// It was done now.
    Now(T),
    /// Nothing was done: an outcome is kept under this key already.
    Before(Kept),
}

impl<T> Written<T> {
    /// What was done now; `None` when it was done before, which never holds for a change that has no [`Once`].
    pub fn now(self) -> Option<T> {
        match self {
            Self::Now(done) => Some(done),
            Self::Before(_) => None,
        }
    }
}

/// The outcome of a call, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// What was asked.
    pub request: ReplayKey,
    /// What became of each item, in their order.
    pub items: Vec<KeptItem>,
}

/// What became of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeptItem {
    /// It was stored, or changed; with the sector that the registration then had.
    Done(RegistrationId, Option<Sector>),
    /// It was refused.
    Refused(ItemErrors),
}

impl Once {
    /// The outcome of a call whose items were stored, but for those refused before.
    pub fn registered(&self, ids: &[RegistrationId], new: &[NewRegistration]) -> Vec<KeptItem> {
        let mut stored = ids.iter().zip(new).map(|(id, new)| KeptItem::Done(*id, new.sector));
        let mut refused = self.refused.iter().peekable();
        let count = ids.len() + self.refused.len();
        (0..count)
            .filter_map(|place| match refused.next_if(|(other, _)| *other == place) {
                Some((_, errors)) => Some(KeptItem::Refused(errors.clone())),
                None => stored.next(),
            })
            .collect()
    }

    /// The outcome of a call whose items were decided on.
    pub fn decided(answers: &[Result<Registration, ItemErrors>]) -> Vec<KeptItem> {
        let item = |answer: &Result<Registration, ItemErrors>| match answer {
            Ok(registration) => KeptItem::Done(registration.id, registration.sector),
            Err(errors) => KeptItem::Refused(errors.clone()),
        };
        answers.iter().map(item).collect()
    }
}

impl KeptItem {
    /// Items as one text, for stores: read back by [`Self::from_stored`], and stable for ever.
    pub fn to_stored(items: &[Self]) -> String {
        let one = |item: &Self| match item {
            Self::Done(id, None) => id.to_string(),
            Self::Done(id, Some(sector)) => format!("{id}/{}", sector.number()),
            Self::Refused(errors) => format!("!{}", errors.to_stored()),
        };
        items.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    /// Reads stored items.
    pub fn from_stored(text: &str) -> Option<Vec<Self>> {
        let one = |item: &str| {
            if let Some(errors) = item.strip_prefix('!') {
                return ItemErrors::from_stored(errors).map(Self::Refused);
            }
            let (id, sector) = match item.split_once('/') {
                None => (item, None),
                Some((id, sector)) => (id, Some(Sector::from_number(sector.parse().ok()?)?)),
            };
            Some(Self::Done(RegistrationId::new(id.parse().ok()?)?, sector))
        };
        text.split(' ').filter(|item| !item.is_empty()).map(one).collect()
    }
}

#[cfg(test)]
mod tests {
    use domain::ItemError;

    use super::*;

    #[test]
    fn stored_items_are_read_back() {
        let id = RegistrationId::new(17).expect("an id");
        let items = vec![
            KeptItem::Done(id, None),
            KeptItem::Refused(ItemError::Inss.into()),
            KeptItem::Done(id, Some(Sector::Meat)),
        ];
        let text = KeptItem::to_stored(&items);
        assert_eq!(text, "17 !5 17/3");
        assert_eq!(KeptItem::from_stored(&text), Some(items));
        assert_eq!(KeptItem::from_stored(""), Some(Vec::new()));
        for text in ["x", "17/9", "!", "0"] {
            assert_eq!(KeptItem::from_stored(text), None, "{text}");
        }
    }
}
