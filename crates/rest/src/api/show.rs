//! How a registration looks in JSON.

use domain::place::RegisteredAddress;
use domain::register::Period;
use domain::{
    Address, Contract, Contractor, Coordinates, EventKind, Located, Moment, PlaceOfWork,
    Registration, Remarks, Sector, Site, Status, Submission, Who, Work,
};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::language::Language;
use super::text;

/// All that is stored of a registration.
pub(super) fn registration(registration: &Registration, language: Language) -> Value {
    let Submission { day, moment, who, works, reference } = &registration.submission;
    let mut shown = Map::new();
    let mut put = |key: &str, value: Value| shown.insert(key.to_owned(), value);
    put("id", registration.id.number().into());
    put("validity", validity(registration.status).into());
    put("remarks", remarks(registration.remarks, language));
    put("type", event(registration.submission.event()).into());
    put("registrationDay", day.to_string().into());
    match moment {
        None => put("registrationDate", day.to_string().into()),
        Some(moment) => put("registrationDate", time(moment.at)),
    };
    if let Some(inss) = who.inss() {
        put("ssin", inss.digits().into());
    }
    match who {
        Who::Worker { company, .. } => {
            put("employer", json!({ "enterpriseNumber": company.to_string() }));
        }
        Who::OfForeign { vat, .. } => {
            put("employer", json!({ "foreignVatNumber": vat.as_str() }));
        }
        Who::Posted { limosa } => {
            put("limosaId", limosa.as_str().into());
        }
    }
    if let Some(moment) = moment {
        put("placeOfWork", place(&moment.place));
        if let Some(located) = &registration.located {
            put("located", self::located(located, moment, language));
        }
    }
    put("contractualRelationshipReference", works.as_str().into());
    if let Some(reference) = reference {
        put("clientReference", reference.as_str().into());
    }
    if let Some(moment) = moment {
        put("late", moment.is_late().into());
        if let Some(since) = moment.offline_since {
            put("offlineSince", time(since));
        }
    }
    if let Some(sector) = registration.sector {
        put("sector", sector.name().into());
    }
    put("createdAt", time(registration.created));
    put("channel", registration.channel.protocol().into());
    if let Some(at) = registration.validated {
        put("validatedAt", time(at));
    }
    if let Some(sender) = sender(&registration.sender) {
        put("sender", sender);
    }
    Value::Object(shown)
}

pub(super) fn sender(sender: &domain::Sender) -> Option<Value> {
    let mut shown = Map::new();
    if let Some(id) = &sender.id {
        shown.insert("senderId".into(), id.as_ref().into());
    }
    if let Some(company) = sender.company {
        shown.insert("enterpriseNumber".into(), company.to_string().into());
    }
    if let Some(user_type) = &sender.user_type {
        shown.insert("userType".into(), user_type.as_ref().into());
    }
    (!shown.is_empty()).then_some(Value::Object(shown))
}

/// The names of statuses.
pub(super) fn validity(status: Status) -> &'static str {
    match status {
        Status::Registered => "pending",
        Status::Validated => "valid",
        Status::Failed => "invalid",
        Status::Cancelled => "cancelled",
    }
}

/// Reads the name of a status.
pub(super) fn read_validity(name: &str) -> Option<Status> {
    Status::ALL.into_iter().find(|status| validity(*status) == name)
}

/// The names of events.
pub(super) fn event(event: EventKind) -> &'static str {
    match event {
        EventKind::Day => "DAY",
        EventKind::In => "IN",
        EventKind::Out => "OUT",
    }
}

/// Reads the name of an event.
pub(super) fn read_event(name: &str) -> Option<EventKind> {
    [EventKind::Day, EventKind::In, EventKind::Out].into_iter().find(|it| event(*it) == name)
}

/// Reads the name of a sector.
pub(super) fn read_sector(name: &str) -> Option<Sector> {
    Sector::from_name(name)
}

pub(super) fn remarks(remarks: Remarks, language: Language) -> Value {
    remarks
        .iter()
        .map(|remark| {
            let (code, detail) = text::remark(remark, language);
            json!({ "code": code, "text": remark.protocol(), "detail": detail })
        })
        .collect()
}

/// A moment, in UTC with milliseconds where it has any.
pub(super) fn time(moment: Timestamp) -> Value {
    moment.to_string().into()
}

fn place(place: &PlaceOfWork) -> Value {
    match place {
        PlaceOfWork::Coordinates(point) => json!({ "coordinates": coordinates(*point) }),
        PlaceOfWork::Address(address) => json!({ "address": given(address) }),
    }
}

fn coordinates(point: Coordinates) -> Value {
    json!({ "longitude": point.longitude(), "latitude": point.latitude() })
}

fn given(address: &Address) -> Value {
    let mut shown = json!({
        "postCode": address.post_code,
        "municipalityName": address.municipality,
        "streetName": address.street,
        "houseNumber": address.house_number,
    });
    if let Some(number) = &address.box_number {
        shown["boxNumber"] = number.as_ref().into();
    }
    shown
}

/// What was found out about a place.
fn located(located: &Located, moment: &Moment, language: Language) -> Value {
    let mut shown = Map::new();
    if let Some(nearest) = &located.nearest {
        shown.insert("nearestAddress".into(), address(nearest, language));
        if let Some(point) = moment.place.coordinates() {
            let metres = point.metres_to(nearest.coordinates);
            shown.insert("nearestAddressDistance".into(), tenths(metres).into());
        }
    }
    if let Some(point) = located.coordinates {
        shown.insert("coordinates".into(), coordinates(point));
    }
    if let Some(metres) = located.from_site {
        shown.insert("siteDistance".into(), metres.into());
    }
    Value::Object(shown)
}

/// Metres to the tenth.
pub(super) fn tenths(metres: f64) -> f64 {
    (metres * 10.0).round() / 10.0
}

/// A work, as far as the caller sees its contracts.
pub(super) fn work(work: &Work) -> Value {
    let mut shown = Map::new();
    shown.insert("reference".into(), work.reference.as_str().into());
    shown.insert("sector".into(), work.sector.name().into());
    put_period(&mut shown, work.period);
    shown.insert("registrationDue".into(), work.subject.into());
    let site = |site: &Site| {
        let mut shown = Map::new();
        if let Some(address) = &site.address {
            shown.insert("address".into(), given(address));
        }
        if let Some(point) = site.coordinates {
            shown.insert("coordinates".into(), coordinates(point));
        }
        Value::Object(shown)
    };
    shown.insert("sites".into(), work.sites.iter().map(site).collect());
    shown.insert("contracts".into(), work.contracts.iter().map(contract).collect());
    Value::Object(shown)
}

fn contract(contract: &Contract) -> Value {
    let mut shown = Map::new();
    match &contract.contractor {
        Contractor::Enterprise(company) => {
            shown.insert("enterpriseNumber".into(), company.to_string().into());
        }
        Contractor::Foreign(vat) => {
            shown.insert("foreignVatNumber".into(), vat.as_str().into());
        }
    }
    shown.insert("role".into(), contract.role.name().into());
    if let Some(by) = contract.commissioned_by {
        shown.insert("commissionedBy".into(), by.to_string().into());
    }
    put_period(&mut shown, contract.period);
    Value::Object(shown)
}

fn put_period(shown: &mut Map<String, Value>, period: Period) {
    for (name, day) in [("startDate", period.from()), ("endDate", period.until())] {
        if let Some(day) = day {
            shown.insert(name.into(), day.to_string().into());
        }
    }
}

/// An address of a region's register, in the language where it has that name.
pub(super) fn address(address: &RegisteredAddress, language: Language) -> Value {
    let name = |names: &domain::place::Names| -> Value {
        let wanted = match language {
            Language::Dutch => names.nl.as_deref(),
            Language::French => names.fr.as_deref(),
            Language::German => names.de.as_deref(),
            Language::English => None,
        };
        wanted.or_else(|| names.iter().next()).unwrap_or_default().into()
    };
    let mut shown = json!({
        "postCode": format!("{:04}", address.post_code),
        "municipalityName": name(&address.municipality),
        "streetName": name(&address.street),
        "houseNumber": address.house_number,
    });
    if let Some(number) = &address.box_number {
        shown["boxNumber"] = number.as_ref().into();
    }
    shown
}
