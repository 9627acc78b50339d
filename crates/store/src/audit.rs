use std::collections::BTreeMap;
use std::fmt::Write as _;

use async_trait::async_trait;
use domain::{AuditEntry, AuditPerson, Error, RegistrationId};
use sha2::{Digest, Sha256};
use thiserror::Error as ThisError;

/// Keeps the audit: it only grows, and each record holds the hash of the one before in its chain.
///
/// A store that many write at the same time has several chains, so that nobody waits for another to append; which one a
/// record comes to says nothing.
///
/// What changes registrations or clients is written with the change, in its transaction: see
/// [`crate::Registrations::register_with`].
#[async_trait]
pub trait Audit: Send + Sync {
    /// Appends the record of something that changes nothing, such as a consultation. When it answers, it is on disk.
    async fn append(&self, entry: AuditEntry) -> Result<(), Error>;

    /// The records of a chain in their order, beginning after this place in it; at most `limit`.
    async fn records(&self, after: AuditPlace, limit: u32) -> Result<Vec<AuditRecord>, Error>;

    /// The newest record of each chain that has one, in the order of the chains.
    async fn heads(&self) -> Result<Vec<AuditHead>, Error>;
}

/// Where a record stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AuditPlace {
    /// Its chain.
    pub chain: u32,
    /// Its place in the chain: 1, 2, 3 and so on, without a gap.
    pub sequence: u64,
}

impl AuditPlace {
    /// The place before the first record of a chain.
    pub fn before(chain: u32) -> Self {
        Self { chain, sequence: 0 }
    }

    /// The place behind this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self { sequence: self.sequence + 1, ..self }
    }

    /// Reads what is displayed.
    pub fn parse(text: &str) -> Option<Self> {
        let (chain, sequence) = text.split_once('/')?;
        Some(Self { chain: chain.parse().ok()?, sequence: sequence.parse().ok()? })
    }
}

impl std::fmt::Display for AuditPlace {
    /// The chain, a slash, the place in it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.chain, self.sequence)
    }
}

/// A record as it lies in the store.
#[derive(Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// Where it stands.
    pub place: AuditPlace,
    /// What it says: one line of JSON (`docs/audit.md`).
    pub body: String,
    /// The hash of it and all before it.
    pub hash: AuditHash,
}

impl std::fmt::Debug for AuditRecord {
    /// Without its body, which holds persons' numbers.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AuditRecord({}, {})", self.place, self.hash)
    }
}

/// The end of a chain: who has noted it elsewhere sees later whether what was before it has been changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditHead {
    /// The place of the newest record.
    pub place: AuditPlace,
    /// Its hash.
    pub hash: AuditHash,
}

impl AuditHead {
    /// What stands before the first record of a chain.
    pub fn before(chain: u32) -> Self {
        Self { place: AuditPlace::before(chain), hash: AuditHash::BEGINNING }
    }
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

/// Where a chain is broken.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
pub enum AuditBreach {
    /// A record is missing, or stands elsewhere.
    #[error(
        "after record {after} comes record {found}: what was between them is gone, or the order was changed"
    )]
    Gap {
        /// The last that was right.
        after: AuditPlace,
        /// What came then.
        found: AuditPlace,
    },
    /// A record is not what it was, or was put in.
    #[error("record {0} does not fit its hash: it, or one before it, was changed")]
    Changed(AuditPlace),
    /// The records end before one that was noted.
    #[error("the records end at {last}, but record {noted} was noted: the newest are gone")]
    Cut {
        /// The last that is there.
        last: AuditPlace,
        /// The one that was noted.
        noted: AuditPlace,
    },
    /// A record is right in itself, and not the one that was noted.
    #[error("record {0} is another one than was noted: the chain was made anew")]
    MadeAnew(AuditPlace),
}

/// Goes along the chains, record by record.
#[derive(Debug)]
pub struct AuditCheck {
    last: BTreeMap<u32, AuditHead>,
    noted: Vec<AuditHead>,
}

impl AuditCheck {
    /// Begins at the first record of each chain. `noted` are heads that were written down elsewhere before.
    pub fn new(noted: Vec<AuditHead>) -> Self {
        Self { last: BTreeMap::new(), noted }
    }

    /// Checks the next record of its chain.
    pub fn next(&mut self, record: &AuditRecord) -> Result<(), AuditBreach> {
        let AuditRecord { place, body, hash } = record;
        let last = self.last.entry(place.chain).or_insert(AuditHead::before(place.chain));
        if *place != last.place.next() {
            return Err(AuditBreach::Gap { after: last.place, found: *place });
        }
        if last.hash.next(place.sequence, body) != *hash {
            return Err(AuditBreach::Changed(*place));
        }
        *last = AuditHead { place: *place, hash: *hash };
        if self.noted.iter().any(|noted| noted.place == *place && noted.hash != *hash) {
            return Err(AuditBreach::MadeAnew(*place));
        }
        Ok(())
    }

    /// Ends after the last records; answers the heads, to be noted elsewhere, in the order of the chains.
    pub fn end(self) -> Result<Vec<AuditHead>, AuditBreach> {
        for AuditHead { place: noted, .. } in self.noted {
            let last = self
                .last
                .get(&noted.chain)
                .map_or(AuditPlace::before(noted.chain), |last| last.place);
            if noted > last {
                return Err(AuditBreach::Cut { last, noted });
            }
        }
        Ok(self.last.into_values().collect())
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

    fn place(sequence: u64) -> AuditPlace {
        AuditPlace { chain: 1, sequence }
    }

    fn record(before: AuditHash, sequence: u64, body: &str) -> AuditRecord {
        let hash = before.next(sequence, body);
        AuditRecord { place: place(sequence), body: body.to_owned(), hash }
    }

    fn chain_of(bodies: [&str; 4]) -> Vec<AuditRecord> {
        let mut before = AuditHash::BEGINNING;
        let mut add = |(sequence, body)| {
            let record = record(before, sequence, body);
            before = record.hash;
            record
        };
        (1..).zip(bodies).map(&mut add).collect()
    }

    fn chain() -> Vec<AuditRecord> {
        chain_of(["one", "two", "three", "four"])
    }

    fn verify(records: &[AuditRecord], noted: &[AuditHead]) -> Result<Vec<AuditHead>, AuditBreach> {
        let mut check = AuditCheck::new(noted.to_vec());
        records.iter().try_for_each(|record| check.next(record))?;
        check.end()
    }

    fn head(record: &AuditRecord) -> AuditHead {
        AuditHead { place: record.place, hash: record.hash }
    }

    #[test]
    fn a_whole_chain_is_right_and_tells_its_head() {
        let chain = chain();
        for noted in [&[][..], &[head(&chain[1])], &[head(&chain[3]), head(&chain[0])]] {
            assert_eq!(verify(&chain, noted), Ok(vec![head(&chain[3])]));
        }
        assert_eq!(verify(&[], &[]), Ok(vec![]));
    }

    #[test]
    fn each_chain_is_held_against_itself_whatever_lies_between_its_records() {
        let one = chain();
        let mut two = chain_of(["a", "b", "c", "d"]);
        for record in &mut two {
            record.place.chain = 2;
        }
        let heads = vec![head(&one[3]), head(&two[3])];
        let mixed: Vec<_> =
            one.iter().zip(&two).flat_map(|(one, two)| [one.clone(), two.clone()]).collect();
        for records in [&[&two[..], &one].concat(), &mixed] {
            assert_eq!(verify(records, &heads), Ok(heads.clone()));
        }
        let cut = AuditBreach::Cut { last: AuditPlace::before(2), noted: two[3].place };
        assert_eq!(verify(&one, &heads), Err(cut), "a whole chain is gone");
        two[1].body = "B".to_owned();
        assert_eq!(verify(&two, &[]), Err(AuditBreach::Changed(two[1].place)));
    }

    #[test]
    fn a_changed_removed_added_or_moved_record_shows() {
        let whole = chain();
        let changed = |body: &str| {
            let mut chain = whole.clone();
            chain[1].body = body.to_owned();
            chain
        };
        assert_eq!(verify(&changed("2"), &[]), Err(AuditBreach::Changed(place(2))));
        let mut rehashed = changed("2");
        rehashed[1].hash = whole[0].hash.next(2, "2");
        assert_eq!(verify(&rehashed, &[]), Err(AuditBreach::Changed(place(3))));
        let removed = [&whole[..1], &whole[2..]].concat();
        let gap = AuditBreach::Gap { after: place(1), found: place(3) };
        assert_eq!(verify(&removed, &[]), Err(gap.clone()));
        let mut moved = whole.clone();
        moved.swap(1, 2);
        assert_eq!(verify(&moved, &[]), Err(gap));
        let doubled = [&whole[..2], &whole[1..]].concat();
        assert_eq!(
            verify(&doubled, &[]),
            Err(AuditBreach::Gap { after: place(2), found: place(2) })
        );
    }

    #[test]
    fn a_noted_head_shows_a_cut_end_and_a_chain_made_anew() {
        let whole = chain();
        let noted = [head(&whole[3])];
        let cut = AuditBreach::Cut { last: place(2), noted: place(4) };
        assert_eq!(verify(&whole[..2], &noted), Err(cut));
        let other = chain_of(["other"; 4]);
        assert_eq!(verify(&other, &noted), Err(AuditBreach::MadeAnew(place(4))));
    }

    #[test]
    fn a_place_is_read_as_it_is_displayed() {
        let place = AuditPlace { chain: 3, sequence: 4711 };
        assert_eq!(place.to_string(), "3/4711");
        assert_eq!(AuditPlace::parse("3/4711"), Some(place));
        for text in ["", "/", "3", "3/", "/1", "a/1", "1/-1", "1/2/3"] {
            assert_eq!(AuditPlace::parse(text), None, "{text}");
        }
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
