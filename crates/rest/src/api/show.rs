//! How a registration looks in JSON.

use std::fmt::Display;

use domain::place::RegisteredAddress;
use domain::register::Period;
use domain::{
    Address, Contract, Contractor, Coordinates, EnterpriseNumber, EventKind, Located, Moment,
    PlaceOfWork, Registration, Remarks, Sector, Site, Status, Submission, Who, Work,
};
use jiff::Timestamp;
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::language::Language;
use super::text;

/// All that is stored of a registration: written as it goes, since answers have hundreds of them.
pub(super) struct Shown<'r> {
    pub(super) registration: &'r Registration,
    pub(super) language: Language,
}

/// What is written as its text.
struct AsText<T>(T);

impl<T: Display> Serialize for AsText<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { registration, language } = *self;
        let Submission { day, moment, who, works, reference } = &registration.submission;
        let mut shown = serializer.serialize_map(None)?;
        shown.serialize_entry("id", &registration.id.number())?;
        shown.serialize_entry("validity", validity(registration.status))?;
        shown.serialize_entry("remarks", &remarks(registration.remarks, language))?;
        shown.serialize_entry("type", event(registration.submission.event()))?;
        shown.serialize_entry("registrationDay", &AsText(day))?;
        match moment {
            None => shown.serialize_entry("registrationDate", &AsText(day))?,
            Some(moment) => shown.serialize_entry("registrationDate", &AsText(moment.at))?,
        }
        if let Some(inss) = who.inss() {
            shown.serialize_entry("ssin", &inss.digits())?;
        }
        match who {
            Who::Worker { company, .. } => shown.serialize_entry("employer", &Employer(company))?,
            Who::OfForeign { vat, .. } => {
                shown.serialize_entry("employer", &json!({ "foreignVatNumber": vat.as_str() }))?;
            }
            Who::Posted { limosa } => shown.serialize_entry("limosaId", limosa.as_str())?,
        }
        if let Some(moment) = moment {
            shown.serialize_entry("placeOfWork", &place(&moment.place))?;
            if let Some(located) = &registration.located {
                shown.serialize_entry("located", &self::located(located, moment, language))?;
            }
        }
        shown.serialize_entry("contractualRelationshipReference", works.as_str())?;
        if let Some(reference) = reference {
            shown.serialize_entry("clientReference", reference.as_str())?;
        }
        if let Some(moment) = moment {
            shown.serialize_entry("late", &moment.is_late())?;
            if let Some(since) = moment.offline_since {
                shown.serialize_entry("offlineSince", &AsText(since))?;
            }
        }
        if let Some(sector) = registration.sector {
            shown.serialize_entry("sector", sector.name())?;
        }
        shown.serialize_entry("createdAt", &AsText(registration.created))?;
        shown.serialize_entry("channel", registration.channel.protocol())?;
        if let Some(at) = registration.validated {
            shown.serialize_entry("validatedAt", &AsText(at))?;
        }
        if let Some(sender) = sender(&registration.sender) {
            shown.serialize_entry("sender", &sender)?;
        }
        shown.end()
    }
}

/// An employer by its number.
struct Employer<'r>(&'r EnterpriseNumber);

impl Serialize for Employer<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([("enterpriseNumber", AsText(self.0))])
    }
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
