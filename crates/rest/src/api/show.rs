//! How a registration looks in JSON.

use domain::{
    EventKind, PlaceOfWork, Registration, Remarks, Sector, Status, Submission, Who,
    place::RegisteredAddress,
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
    if let Some(moment) = moment {
        put("placeOfWork", place(&moment.place));
        put("late", moment.is_late().into());
        if let Some(since) = moment.offline_since {
            put("offlineSince", time(since));
        }
    }
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
    put("contractualRelationshipReference", works.as_str().into());
    if let Some(reference) = reference {
        put("clientReference", reference.as_str().into());
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
        PlaceOfWork::Coordinates(point) => json!({
            "coordinates": { "longitude": point.longitude(), "latitude": point.latitude() }
        }),
        PlaceOfWork::Address(address) => {
            let mut shown = json!({
                "postCode": address.post_code,
                "municipalityName": address.municipality,
                "streetName": address.street,
                "houseNumber": address.house_number,
            });
            if let Some(number) = &address.box_number {
                shown["boxNumber"] = number.as_ref().into();
            }
            json!({ "address": shown })
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
