//! How a registration looks in JSON.

use domain::place::RegisteredAddress;
use domain::register::Period;
use domain::{
    Address, Contract, Contractor, Coordinates, EnterpriseNumber, EventKind, Located, Moment,
    PlaceOfWork, Registration, Remarks, Sector, Sender, Site, Status, Submission, Who, Work,
};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::language::Language;
use super::text;
use super::writer::Writer;

/// About what a registration takes, so that an answer is written without moving it.
pub(super) const ROOM: usize = 640;

/// All that is stored of a registration.
pub(super) fn registration(to: &mut Writer, registration: &Registration, language: Language) {
    let Submission { day, moment, who, works, reference } = &registration.submission;
    to.object(|to| {
        to.name("id").number(registration.id.number());
        to.name("validity").text(validity(registration.status));
        remarks(to.name("remarks"), registration.remarks, language);
        to.name("type").text(event(registration.submission.event()));
        to.name("registrationDay").day(*day);
        match moment {
            None => to.name("registrationDate").day(*day),
            Some(moment) => to.name("registrationDate").moment(moment.at),
        }
        self::who(to, who);
        if let Some(moment) = moment {
            to.name("placeOfWork").value(&place(&moment.place));
            if let Some(located) = &registration.located {
                to.name("located").value(&self::located(located, moment, language));
            }
        }
        to.name("contractualRelationshipReference").text(works.as_str());
        if let Some(reference) = reference {
            to.name("clientReference").text(reference.as_str());
        }
        if let Some(moment) = moment {
            to.name("late").flag(moment.is_late());
            if let Some(since) = moment.offline_since {
                to.name("offlineSince").moment(since);
            }
        }
        if let Some(sector) = registration.sector {
            to.name("sector").text(sector.name());
        }
        to.name("createdAt").moment(registration.created);
        to.name("channel").text(registration.channel.protocol());
        if let Some(at) = registration.validated {
            to.name("validatedAt").moment(at);
        }
        sender(to, "sender", &registration.sender);
    });
}

fn who(to: &mut Writer, who: &Who) {
    if let Some(inss) = who.inss() {
        to.name("ssin").digits::<11>(inss.number());
    }
    match who {
        Who::Worker { company, .. } => {
            to.name("employer").object(|to| enterprise(to, *company));
        }
        Who::OfForeign { vat, .. } => {
            to.name("employer").object(|to| to.name("foreignVatNumber").text(vat.as_str()));
        }
        Who::Posted { limosa } => to.name("limosaId").text(limosa.as_str()),
    }
}

fn enterprise(to: &mut Writer, number: EnterpriseNumber) {
    to.name("enterpriseNumber").digits::<10>(number.number());
}

/// The member `name` with what is known of a sender; nothing where that is nothing.
pub(super) fn sender(to: &mut Writer, name: &'static str, sender: &Sender) {
    if *sender == Sender::default() {
        return;
    }
    to.name(name).object(|to| {
        if let Some(id) = &sender.id {
            to.name("senderId").text(id);
        }
        if let Some(company) = sender.company {
            enterprise(to, company);
        }
        if let Some(user_type) = &sender.user_type {
            to.name("userType").text(user_type);
        }
    });
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

pub(super) fn remarks(to: &mut Writer, remarks: Remarks, language: Language) {
    to.list(remarks.iter(), |to, remark| {
        let (code, detail) = text::remark(remark, language);
        to.object(|to| {
            to.name("code").text(code);
            to.name("text").text(remark.protocol());
            to.name("detail").text(detail);
        });
    });
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
