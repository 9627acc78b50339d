//! `registerInBulk`.

use app::CallKey;
use domain::{
    Address, Caller, Channel, Coordinates, Draft, DraftDay, DraftEvent, DraftWho, EventKind,
    ItemError, ItemErrors, MomentKind, PlaceOfWork, RegisterPresences, Registration,
};
use jiff::Timestamp;
use jiff::civil::Date;

use super::answer::Done;
use super::door::Api;
use super::input::{Input, Object};
use super::json::Json;
use super::language::Language;
use super::problem::{Issue, IssueKind, Problem};
use super::text::Text;
use super::way::Way;
use super::writer::Writer;
use super::{numbers, show};

pub(super) const ITEM: &[&str] = &[
    "registrationDate",
    "ssin",
    "type",
    "employer",
    "limosaId",
    "placeOfWork",
    "contractualRelationshipReference",
    "offlineSince",
    "clientReference",
];
const WHEN: &str =
    "a date as 2026-11-23 or a date and time with its offset as 2026-11-23T07:58:03Z";

/// An item of the right form.
struct Item<'v> {
    when: When,
    kind: EventKind,
    who: DraftWho<'v>,
    place: Option<PlaceOfWork>,
    works: &'v str,
    offline_since: Option<Timestamp>,
    reference: Option<&'v str>,
}

#[derive(Clone, Copy)]
enum When {
    Day(Date),
    Moment(Timestamp),
}

impl Api {
    pub(super) async fn register(
        &self,
        caller: &Caller,
        body: Json<'_>,
        key: Option<CallKey<'_>>,
        language: Language,
    ) -> Result<Done, Problem> {
        let mut input = Input::default();
        let items = read(&mut input, body);
        let items = input.end(items)?;
        let mut drafts = Vec::with_capacity(items.len());
        // Of each item, what is wrong with it beyond its form.
        let wrong: Vec<Option<Issue>> = (0..)
            .zip(items)
            .map(|(place, item)| draft(item, place).map(|draft| drafts.push(draft)).err())
            .collect();
        let command = RegisterPresences { channel: Channel::Rest, drafts: &drafts };
        let answers = self.app.register_once(caller, command, key).await??;
        let why = domain::tally_errors(answers.iter().filter_map(|it| it.as_ref().err()));
        let items = wrong.len();
        let mut answers = answers.iter();
        let mut refused = 0;
        let mut to = Writer::new(512 + show::ROOM * items);
        to.object(|to| {
            to.name("items").list((0..).zip(wrong), |to, (place, wrong)| {
                let issues = match wrong {
                    Some(issue) => vec![issue],
                    None => match answers.next().expect("every draft is answered") {
                        Ok(registration) => return created(to, registration, language),
                        Err(errors) => issues(errors, place),
                    },
                };
                refused += 1;
                let problem = Problem::BadRequest(issues).json(language, None);
                to.object(|to| {
                    let to = to.name("notCreatedPresenceRegistration");
                    to.object(|to| to.name("problem").value(&problem));
                });
            });
        });
        Ok(Done::written(to).counted(items, refused).noted(why))
    }
}

fn created(to: &mut Writer, registration: &Registration, language: Language) {
    to.object(|to| {
        show::registration(to.name("createdPresenceRegistration"), registration, language);
    });
}

fn read<'v>(input: &mut Input, body: Json<'v>) -> Option<Vec<Item<'v>>> {
    let body = input.body(body, &["items"])?;
    body.required(input, "items")?;
    let items = body.list(input, "items", "a list of 1 to 200 items", 1, 200)?;
    let read: Vec<_> =
        items.into_iter().enumerate().map(|(place, value)| item(input, value, place)).collect();
    read.into_iter().collect()
}

fn item<'v>(input: &mut Input, value: Json<'v>, place: usize) -> Option<Item<'v>> {
    let item = input.object(value, Way::default().element("items", place), ITEM)?;
    let when = item.required_read(input, "registrationDate", WHEN, when);
    let kind = item.required_read(input, "type", "IN, OUT or DAY", show::read_event);
    let who = who(input, &item);
    let place = match item.get("placeOfWork") {
        None => Some(None),
        Some(value) => place_of_work(input, value, item.way("placeOfWork")).map(Some),
    };
    let works = item.required_text(
        input,
        "contractualRelationshipReference",
        numbers::WORKS,
        numbers::works,
    );
    let offline_since = item.read(input, "offlineSince", "a date and time with its offset", moment);
    let reference =
        item.text(input, "clientReference", "at most 24 characters", |it| it.chars().count() <= 24);
    Some(Item {
        when: when?,
        kind: kind?,
        who: who?,
        place: place?,
        works: works?,
        offline_since,
        reference,
    })
}

fn who<'v>(input: &mut Input, item: &Object<'v>) -> Option<DraftWho<'v>> {
    let limosa = item.text(input, "limosaId", numbers::LIMOSA, numbers::limosa);
    let ssin = item.text(input, "ssin", numbers::SSIN, numbers::ssin);
    let employer = item.get("employer").map(|value| {
        input.object(value, item.way("employer"), &["enterpriseNumber", "foreignVatNumber"])
    });
    if let Some(limosa) = limosa {
        for key in ["ssin", "employer"] {
            if item.get(key).is_some() {
                input.violation(item.way(key), Text::Expected("left out beside limosaId"));
            }
        }
        return Some(DraftWho::Posted { limosa });
    }
    item.required(input, "ssin");
    item.required(input, "employer");
    let employer = employer??;
    let number = employer.text(input, "enterpriseNumber", numbers::ENTERPRISE, numbers::enterprise);
    let vat = employer.text(input, "foreignVatNumber", numbers::VAT, numbers::vat);
    if employer.get("enterpriseNumber").is_some() == employer.get("foreignVatNumber").is_some() {
        input.violation(item.way("employer"), Text::OneEmployer);
    }
    let inss = ssin?;
    match (number, vat) {
        (Some(number), _) => {
            Some(DraftWho::Worker { inss, company: numbers::enterprise_number(number) })
        }
        (None, Some(vat)) => Some(DraftWho::OfForeign { inss, vat }),
        (None, None) => None,
    }
}

fn place_of_work(input: &mut Input, value: Json<'_>, way: Way) -> Option<PlaceOfWork> {
    let place = input.object(value, way, &["coordinates", "address"])?;
    match (place.get("coordinates"), place.get("address")) {
        (Some(point), None) => {
            let way = place.way("coordinates");
            coordinates(input, point, way).map(PlaceOfWork::Coordinates)
        }
        (None, Some(value)) => {
            address(input, value, place.way("address")).map(PlaceOfWork::Address)
        }
        _ => {
            input.violation(way, Text::OnePlace);
            None
        }
    }
}

/// Coordinates of the body.
pub(super) fn coordinates(input: &mut Input, value: Json<'_>, way: Way) -> Option<Coordinates> {
    let point = input.object(value, way, &["longitude", "latitude"])?;
    let mut degrees = |key: &'static str, what, most: f64| {
        let value = point.required(input, key)?;
        let degrees = value.as_f64().filter(|degrees| degrees.abs() <= most);
        if degrees.is_none() {
            input.violation(point.way(key), Text::Expected(what));
        }
        degrees
    };
    let longitude = degrees("longitude", "a number from -180 to 180", 180.0);
    let latitude = degrees("latitude", "a number from -90 to 90", 90.0);
    Coordinates::new(longitude?, latitude?)
}

fn address(input: &mut Input, value: Json<'_>, way: Way) -> Option<Address> {
    const PART: &str = "1 to 100 characters without control characters";
    let keys = ["postCode", "municipalityName", "streetName", "houseNumber", "boxNumber"];
    let address = input.object(value, way, &keys)?;
    for key in &keys[..4] {
        address.required(input, key);
    }
    let post_code = address.text(input, "postCode", "4 digits", |text| {
        text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit())
    });
    let mut part = |key| address.text(input, key, PART, Address::is_part);
    let (municipality, street, house) =
        (part("municipalityName"), part("streetName"), part("houseNumber"));
    // The known form sends null where there is no box.
    let boxed = match address.get("boxNumber") {
        Some(value) if !value.is_null() => part("boxNumber"),
        _ => None,
    };
    Address::of_parts(post_code?, municipality?, street?, house?, boxed)
}

fn when(text: &str) -> Option<When> {
    if text.len() == 10 { text.parse().ok().map(When::Day) } else { moment(text).map(When::Moment) }
}

/// A date and time of RFC 3339.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let form = text.as_bytes();
    let is_time = form.len() >= 20 && form.len() <= 40 && form[4] == b'-' && form[10] == b'T';
    let zone = text.get(19..).is_some_and(|rest| rest.contains(['Z', '+', '-']));
    (is_time && zone && !text.contains('[')).then(|| text.parse().ok()).flatten()
}

/// The draft of an item, when date and place fit its type.
fn draft(item: Item<'_>, place: usize) -> Result<Draft<'_>, Issue> {
    let wrong = |key: &str, detail| {
        Err(Issue::body(IssueKind::InvalidInput, format!("items[{place}].{key}"), detail))
    };
    let kind = match item.kind {
        EventKind::Day => None,
        EventKind::In => Some(MomentKind::In),
        EventKind::Out => Some(MomentKind::Out),
    };
    let day = match (item.when, kind) {
        (When::Day(_), Some(_)) => {
            return wrong("registrationDate", Text::Expected("a date and time with its offset"));
        }
        (When::Moment(_), None) => {
            return wrong("registrationDate", Text::Expected("a date as 2026-11-23"));
        }
        (When::Day(day), None) => {
            if item.place.is_some() {
                return wrong("placeOfWork", Text::PlaceOfDay);
            }
            if item.offline_since.is_some() {
                return wrong("offlineSince", Text::Expected("left out beside DAY"));
            }
            DraftDay::On(day)
        }
        (When::Moment(at), Some(kind)) => {
            let Some(place) = item.place else {
                return wrong("placeOfWork", Text::PlaceMissing);
            };
            let offline_since = item.offline_since;
            DraftDay::Of(Box::new(DraftEvent { kind, at, place, offline_since }))
        }
    };
    Ok(Draft { day, who: item.who, works: item.works, reference: item.reference })
}

/// What the rules say of an item, each at the member that it is about.
fn issues(errors: &ItemErrors, place: usize) -> Vec<Issue> {
    let issue = |error: ItemError| {
        let name = format!("items[{place}]{}", member(error));
        Issue::body(IssueKind::InvalidInput, name, Text::Rule(error))
    };
    errors.iter().map(issue).collect()
}

fn member(error: ItemError) -> &'static str {
    match error {
        ItemError::CompanyShape | ItemError::CompanyCheck => ".employer.enterpriseNumber",
        ItemError::ForeignVat => ".employer.foreignVatNumber",
        ItemError::NotForEmployer => ".employer",
        ItemError::WorkPlace => ".contractualRelationshipReference",
        ItemError::Inss => ".ssin",
        ItemError::LimosaId => ".limosaId",
        ItemError::RegistrationDate | ItemError::MomentAhead | ItemError::MomentTooOld => {
            ".registrationDate"
        }
        ItemError::DayNotAllowed | ItemError::MomentNotAllowed => ".type",
        ItemError::OfflineSince => ".offlineSince",
        _ => "",
    }
}
