use std::fmt::Write as _;

use async_trait::async_trait;
use domain::{AuditEntry, AuditPerson, Error, RegistrationId};
use sha2::{Digest, Sha256};
use thiserror::Error as ThisError;

/// Keeps the audit: it only grows, and each record holds the hash of the one before.
///
/// What changes registrations or clients is written with the change, in its transaction: see
/// [`crate::Registrations::register_with`].
#[async_trait]
pub trait Audit: Send + Sync {
    /// Appends the record of something that changes nothing, such as a consultation. When it answers, it is on disk.
    async fn append(&self, entry: AuditEntry) -> Result<(), Error>;

    /// Records in their order, beginning after the one of this sequence (0 for the first); at most `limit`.
    async fn records(&self, after: u64, limit: u32) -> Result<Vec<AuditRecord>, Error>;

    /// The newest record's place and hash; `None` as long as there is none.
    async fn head(&self) -> Result<Option<AuditHead>, Error>;
}

/// A record as it lies in the store.
#[derive(Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// Its place: 1, 2, 3 and so on, without a gap.
    pub sequence: u64,
    /// What it says: one line of JSON (`docs/audit.md`).
    pub body: String,
    /// The hash of it and all before it.
    pub hash: AuditHash,
}

impl std::fmt::Debug for AuditRecord {
    /// Without its body, which holds persons' numbers.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AuditRecord({}, {})", self.sequence, self.hash)
    }
}

/// The end of the chain: who has noted it elsewhere sees later whether what was before it has been changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditHead {
    /// The place of the newest record.
    pub sequence: u64,
    /// Its hash.
    pub hash: AuditHash,
}

/// A hash of the chain.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AuditHash(pub [u8; 32]);

impl AuditHash {
    /// What stands before the first record.
    pub const BEGINNING: Self = Self([0; 32]);

    /// The hash of a record: SHA-256 over the hash before it, its sequence (8 bytes, big end first) and its body.
    #[must_use]
    pub fn next(self, sequence: u64, body: &str) -> Self {
        let hash = Sha256::new()
            .chain_update(self.0)
            .chain_update(sequence.to_be_bytes())
            .chain_update(body.as_bytes());
        Self(hash.finalize().into())
    }
}

impl std::fmt::Display for AuditHash {
    /// 64 hexadecimal digits.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::fmt::Debug for AuditHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// Where the chain is broken.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
pub enum AuditBreach {
    /// A record is missing, or stands elsewhere.
    #[error(
        "after record {after} comes record {found}: what was between them is gone, or the order was changed"
    )]
    Gap {
        /// The last that was right.
        after: u64,
        /// What came then.
        found: u64,
    },
    /// A record is not what it was, or was put in.
    #[error("record {0} does not fit its hash: it, or one before it, was changed")]
    Changed(u64),
    /// The records end before one that was noted.
    #[error("the records end at {last}, but record {noted} was noted: the newest are gone")]
    Cut {
        /// The last that is there.
        last: u64,
        /// The one that was noted.
        noted: u64,
    },
    /// A record is right in itself, and not the one that was noted.
    #[error("record {0} is another one than was noted: the chain was made anew")]
    MadeAnew(u64),
}

/// Goes along the chain, record by record.
#[derive(Debug)]
pub struct AuditCheck {
    last: AuditHead,
    noted: Option<AuditHead>,
}

impl AuditCheck {
    /// Begins at the first record. `noted` is a head that was written down elsewhere before.
    pub fn new(noted: Option<AuditHead>) -> Self {
        Self { last: AuditHead { sequence: 0, hash: AuditHash::BEGINNING }, noted }
    }

    /// Checks the next record.
    pub fn next(&mut self, record: &AuditRecord) -> Result<(), AuditBreach> {
        let AuditRecord { sequence, body, hash } = record;
        if *sequence != self.last.sequence + 1 {
            return Err(AuditBreach::Gap { after: self.last.sequence, found: *sequence });
        }
        if self.last.hash.next(*sequence, body) != *hash {
            return Err(AuditBreach::Changed(*sequence));
        }
        self.last = AuditHead { sequence: *sequence, hash: *hash };
        match self.noted {
            Some(noted) if noted.sequence == *sequence && noted.hash != *hash => {
                Err(AuditBreach::MadeAnew(*sequence))
            }
            _ => Ok(()),
        }
    }

    /// Ends after the last record; answers the head, to be noted elsewhere.
    pub fn end(self) -> Result<AuditHead, AuditBreach> {
        let last = self.last.sequence;
        match self.noted {
            Some(noted) if noted.sequence > last => {
                Err(AuditBreach::Cut { last, noted: noted.sequence })
            }
            _ => Ok(self.last),
        }
    }
}

/// The body of an entry's record: one line of JSON, its members always in the same order. Every backend writes this.
pub fn audit_body(entry: &AuditEntry) -> String {
    let AuditEntry { at, by, action, outcome, ticket, detail, registrations, persons, refused } =
        entry;
    let mut json = String::with_capacity(256 + persons.len() * 14);
    json.push('{');
    text(&mut json, "at", Some(&at.to_string()));
    text(&mut json, "action", Some(action.name()));
    text(&mut json, "outcome", Some(outcome.name()));
    text(&mut json, "role", Some(by.role));
    text(&mut json, "client", by.id.as_deref());
    text(&mut json, "company", by.company.map(|it| it.to_string()).as_deref());
    text(&mut json, "onBehalfOf", by.on_behalf_of.map(|it| it.to_string()).as_deref());
    text(&mut json, "person", by.person.map(domain::Inss::digits).as_deref());
    text(&mut json, "ticket", ticket.as_deref());
    text(&mut json, "detail", Some(&**detail).filter(|detail| !detail.is_empty()));
    let _ = write!(json, "\"refused\":{refused},");
    text(&mut json, "registrations", Some(&ranges(registrations)));
    json.push_str("\"persons\":[");
    for (place, person) in persons.iter().enumerate() {
        json.push_str(if place == 0 { "\"" } else { ",\"" });
        match person {
            AuditPerson::Inss(inss) => {
                let _ = write!(json, "{:011}", inss.number());
            }
            AuditPerson::Limosa(limosa) => json.extend(["limosa:", limosa.as_str()]),
        }
        json.push('"');
    }
    json.push_str("]}");
    json
}

/// A member with a text, and a comma behind it; nothing where there is none.
fn text(json: &mut String, name: &str, value: Option<&str>) {
    let Some(value) = value else { return };
    let _ = write!(json, "\"{name}\":\"");
    for character in value.chars() {
        match character {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            control if control.is_control() => {
                let _ = write!(json, "\\u{:04x}", u32::from(control));
            }
            other => json.push(other),
        }
    }
    json.push_str("\",");
}

/// Ids as `1-200,205`, in the order given.
fn ranges(ids: &[RegistrationId]) -> String {
    let mut text = String::new();
    let mut rest = ids.iter().map(|id| id.number()).peekable();
    while let Some(first) = rest.next() {
        let mut last = first;
        while let Some(next) = rest.next_if(|next| *next == last + 1) {
            last = next;
        }
        let comma = if text.is_empty() { "" } else { "," };
        let _ = if first == last {
            write!(text, "{comma}{first}")
        } else {
            write!(text, "{comma}{first}-{last}")
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use domain::{AuditAction, Caller, Sender, sample};

    use super::*;

    fn record(before: AuditHash, sequence: u64, body: &str) -> AuditRecord {
        AuditRecord { sequence, body: body.to_owned(), hash: before.next(sequence, body) }
    }

    fn chain() -> Vec<AuditRecord> {
        let mut before = AuditHash::BEGINNING;
        let mut add = |sequence, body| {
            let record = record(before, sequence, body);
            before = record.hash;
            record
        };
        vec![add(1, "one"), add(2, "two"), add(3, "three"), add(4, "four")]
    }

    fn verify(records: &[AuditRecord], noted: Option<AuditHead>) -> Result<AuditHead, AuditBreach> {
        let mut check = AuditCheck::new(noted);
        records.iter().try_for_each(|record| check.next(record))?;
        check.end()
    }

    fn head(record: &AuditRecord) -> AuditHead {
        AuditHead { sequence: record.sequence, hash: record.hash }
    }

    #[test]
    fn a_whole_chain_is_right_and_tells_its_head() {
        let chain = chain();
        for noted in [None, Some(head(&chain[1])), Some(head(&chain[3]))] {
            assert_eq!(verify(&chain, noted), Ok(head(&chain[3])));
        }
    }

    #[test]
    fn a_changed_removed_added_or_moved_record_shows() {
        let whole = chain();
        let changed = |body: &str| {
            let mut chain = whole.clone();
            chain[1].body = body.to_owned();
            chain
        };
        assert_eq!(verify(&changed("2"), None), Err(AuditBreach::Changed(2)));
        let mut rehashed = changed("2");
        rehashed[1].hash = whole[0].hash.next(2, "2");
        assert_eq!(verify(&rehashed, None), Err(AuditBreach::Changed(3)));
        let removed = [&whole[..1], &whole[2..]].concat();
        assert_eq!(verify(&removed, None), Err(AuditBreach::Gap { after: 1, found: 3 }));
        let mut moved = whole.clone();
        moved.swap(1, 2);
        assert_eq!(verify(&moved, None), Err(AuditBreach::Gap { after: 1, found: 3 }));
        let doubled = [&whole[..2], &whole[1..]].concat();
        assert_eq!(verify(&doubled, None), Err(AuditBreach::Gap { after: 2, found: 2 }));
    }

    #[test]
    fn a_noted_head_shows_a_cut_end_and_a_chain_made_anew() {
        let whole = chain();
        let noted = Some(head(&whole[3]));
        assert_eq!(verify(&whole[..2], noted), Err(AuditBreach::Cut { last: 2, noted: 4 }));
        let other: Vec<_> = {
            let mut before = AuditHash::BEGINNING;
            (1..=4)
                .map(|sequence| {
                    let record = record(before, sequence, "other");
                    before = record.hash;
                    record
                })
                .collect()
        };
        assert_eq!(verify(&other, noted), Err(AuditBreach::MadeAnew(4)));
    }

    #[test]
    fn ids_in_a_row_are_told_as_a_range() {
        let ids = |numbers: &[i64]| -> Vec<_> {
            numbers.iter().filter_map(|number| RegistrationId::new(*number)).collect()
        };
        for (numbers, text) in [
            (&[][..], ""),
            (&[7], "7"),
            (&[1, 2, 3, 7, 9, 10], "1-3,7,9-10"),
            (&[3, 2, 2], "3,2,2"),
        ] {
            assert_eq!(ranges(&ids(numbers)), text);
        }
    }

    #[test]
    fn a_body_is_one_line_of_json_whatever_its_texts_hold() {
        let sender = Sender { id: Some("a\"b\\c\nd\u{85}é".into()), ..Sender::default() };
        let at = "2026-11-24T08:00:00.5Z".parse().expect("a moment");
        let caller = Caller::open(sender).with_ticket("t-1");
        let mut entry = AuditEntry::new(&caller, AuditAction::Search, at);
        entry.persons = vec![AuditPerson::Inss(sample::inss(1))];
        let expected = format!(
            "{{\"at\":\"2026-11-24T08:00:00.5Z\",\"action\":\"presence.search\",\"outcome\":\"done\",\
             \"role\":\"open\",\"client\":\"a\\\"b\\\\c\\u000ad\\u0085é\",\"ticket\":\"t-1\",\
             \"refused\":0,\"registrations\":\"\",\"persons\":[\"{}\"]}}",
            sample::inss(1).digits()
        );
        assert_eq!(audit_body(&entry), expected);
    }
}
