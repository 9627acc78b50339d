//! A work as a JSON object: the lines of `works.jsonl` and the administrator's interface.

use domain::register::Period;
use domain::{
    Address, Contract, ContractRole, Contractor, Coordinates, Sector, Site, Work, WorksReference,
};
use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::cells::{enterprise, vat};
use super::flaw::shown;
use super::{Flaw, dates};

/// The most sites and contracts of a work.
const MOST: usize = 10_000;
const LONGEST: usize = 255;

/// Reads a work, or says all that is wrong with it, each with its path in the object.
pub fn read_work(value: &Value) -> Result<Work, Vec<Flaw>> {
    let mut flaws = Vec::new();
    let work = work(value, &mut flaws);
    match work {
        Some(work) if flaws.is_empty() => Ok(work),
        _ => Err(flaws),
    }
}

fn work(value: &Value, flaws: &mut Vec<Flaw>) -> Option<Work> {
    let keys = [
        "reference",
        "sector",
        "from",
        "until",
        "subjectToPresenceRegistration",
        "sites",
        "contracts",
    ];
    let mut object = Object::new(value, String::new(), &keys, flaws)?;
    let reference = object.needed("reference", |text| {
        WorksReference::parse(text)
            .ok_or("is no reference: 13 digits and capitals without I and O".into())
    });
    let sector = object.needed("sector", |text| {
        Sector::from_name(text).ok_or("is one of construction, guarding, meat, cleaning".into())
    });
    let period = object.period();
    let subject = object.bool("subjectToPresenceRegistration");
    let sites = object.list("sites", site);
    let contracts = object.list("contracts", contract);
    Some(Work {
        reference: reference?,
        sector: sector?,
        period: period?,
        subject: subject?,
        sites: sites?,
        contracts: contracts?,
    })
}

fn site(value: &Value, path: String, flaws: &mut Vec<Flaw>) -> Option<Site> {
    let mut object = Object::new(value, path, &["address", "coordinates"], flaws)?;
    let address = object.inner("address", address);
    let coordinates = object.inner("coordinates", coordinates);
    if address.is_none() && coordinates.is_none() {
        return object.flaw("", "needs an address or coordinates");
    }
    Some(Site { address, coordinates })
}

fn address(value: &Value, path: String, flaws: &mut Vec<Flaw>) -> Option<Address> {
    let keys = ["postCode", "municipality", "street", "houseNumber", "boxNumber"];
    let mut object = Object::new(value, path, &keys, flaws)?;
    let post_code = object.needed("postCode", |text| {
        let digits = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.into()).ok_or("is no post code: 4 digits".into())
    });
    let municipality = object.needed("municipality", kept);
    let street = object.needed("street", kept);
    let house_number = object.needed("houseNumber", kept);
    let box_number = object.maybe("boxNumber", kept);
    Some(Address {
        post_code: post_code?,
        municipality: municipality?,
        street: street?,
        house_number: house_number?,
        box_number,
    })
}

fn kept(text: &str) -> Result<Box<str>, String> {
    let fits = !text.trim().is_empty() && text.len() <= LONGEST;
    fits.then(|| text.trim().into()).ok_or(format!("has 1 to {LONGEST} bytes"))
}

fn coordinates(value: &Value, path: String, flaws: &mut Vec<Flaw>) -> Option<Coordinates> {
    let mut object = Object::new(value, path, &["longitude", "latitude"], flaws)?;
    let (longitude, latitude) = (object.number("longitude"), object.number("latitude"));
    match Coordinates::new(longitude?, latitude?) {
        None => object.flaw("", "are not on the earth: longitude -180 to 180, latitude -90 to 90"),
        coordinates => coordinates,
    }
}

fn contract(value: &Value, path: String, flaws: &mut Vec<Flaw>) -> Option<Contract> {
    let keys = ["enterpriseNumber", "foreignVatNumber", "role", "commissionedBy", "from", "until"];
    let mut object = Object::new(value, path, &keys, flaws)?;
    let before = object.flaws.len();
    let belgian = object.maybe("enterpriseNumber", enterprise);
    let foreign = object.maybe("foreignVatNumber", vat);
    let right = object.flaws.len() == before;
    let role = object.needed("role", |text| {
        ContractRole::from_name(text).ok_or("is one of builder, contractor, subcontractor".into())
    });
    let commissioned_by = object.maybe("commissionedBy", enterprise);
    let period = object.period();
    let contractor = match (belgian, foreign) {
        (Some(number), None) => Some(Contractor::Enterprise(number)),
        (None, Some(number)) => Some(Contractor::Foreign(number)),
        _ if right => object.flaw("", "needs one of enterpriseNumber and foreignVatNumber"),
        _ => None,
    };
    Some(Contract { contractor: contractor?, role: role?, commissioned_by, period: period? })
}

/// An object under way, with its path for the flaws.
struct Object<'v, 'f> {
    map: &'v Map<String, Value>,
    path: String,
    flaws: &'f mut Vec<Flaw>,
}

impl<'v, 'f> Object<'v, 'f> {
    /// Refuses what is no object and names that mean nothing: a mistyped name would be lost silently.
    fn new(
        value: &'v Value,
        path: String,
        keys: &[&str],
        flaws: &'f mut Vec<Flaw>,
    ) -> Option<Self> {
        let Some(map) = value.as_object() else {
            flaws.push(Flaw::new(path, "is no JSON object"));
            return None;
        };
        let mut object = Self { map, path, flaws };
        for key in map.keys().filter(|key| !keys.contains(&key.as_str())) {
            object.flaw::<()>(
                &shown(key),
                format!("means nothing here; known are {}", keys.join(", ")),
            );
        }
        Some(object)
    }

    fn flaw<T>(&mut self, key: &str, reason: impl Into<String>) -> Option<T> {
        self.flaws.push(Flaw::new(below(&self.path, key), reason));
        None
    }

    fn present(&self, key: &str) -> Option<&'v Value> {
        self.map.get(key).filter(|value| !value.is_null())
    }

    fn maybe<T>(&mut self, key: &str, read: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let value = self.present(key)?;
        match value.as_str().ok_or("is no string".into()).and_then(read) {
            Ok(value) => Some(value),
            Err(reason) => self.flaw(key, reason),
        }
    }

    fn needed<T>(&mut self, key: &str, read: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        if self.present(key).is_none() {
            return self.flaw(key, "is missing");
        }
        self.maybe(key, read)
    }

    fn bool(&mut self, key: &str) -> Option<bool> {
        match self.present(key).map(Value::as_bool) {
            Some(Some(value)) => Some(value),
            Some(None) => self.flaw(key, "is true or false"),
            None => self.flaw(key, "is missing"),
        }
    }

    fn number(&mut self, key: &str) -> Option<f64> {
        match self.present(key).map(Value::as_f64) {
            Some(Some(value)) => Some(value),
            Some(None) => self.flaw(key, "is a number of degrees"),
            None => self.flaw(key, "is missing"),
        }
    }

    fn date(&mut self, key: &str) -> Option<Date> {
        self.maybe(key, |text| dates::iso(text).ok_or("is no date: yyyy-mm-dd".into()))
    }

    fn period(&mut self) -> Option<Period> {
        let before = self.flaws.len();
        let (from, until) = (self.date("from"), self.date("until"));
        if self.flaws.len() > before {
            return None;
        }
        match Period::new(from, until) {
            None => self.flaw("until", "is before from"),
            period => period,
        }
    }

    fn inner<T>(
        &mut self,
        key: &str,
        read: impl FnOnce(&'v Value, String, &mut Vec<Flaw>) -> Option<T>,
    ) -> Option<T> {
        let value = self.present(key)?;
        let path = below(&self.path, key);
        read(value, path, self.flaws)
    }

    /// A list, none when it is missing.
    fn list<T>(
        &mut self,
        key: &str,
        read: impl Fn(&'v Value, String, &mut Vec<Flaw>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let Some(value) = self.present(key) else { return Some(Vec::new()) };
        let Some(values) = value.as_array() else { return self.flaw(key, "is no list") };
        if values.len() > MOST {
            return self.flaw(key, format!("has more than {MOST} entries"));
        }
        let path = below(&self.path, key);
        let read = |(place, value)| read(value, format!("{path}[{place}]"), self.flaws);
        values.iter().enumerate().map(read).collect::<Vec<_>>().into_iter().collect()
    }
}

fn below(path: &str, key: &str) -> String {
    match (path, key) {
        ("", key) => key.into(),
        (path, "") => path.into(),
        (path, key) => format!("{path}.{key}"),
    }
}

/// A work as [`read_work`] reads it.
pub fn work_to_json(work: &Work) -> Value {
    json!({
        "reference": work.reference.as_str(),
        "sector": work.sector.name(),
        "from": work.period.from().map(|day| day.to_string()),
        "until": work.period.until().map(|day| day.to_string()),
        "subjectToPresenceRegistration": work.subject,
        "sites": work.sites.iter().map(site_to_json).collect::<Vec<_>>(),
        "contracts": work.contracts.iter().map(contract_to_json).collect::<Vec<_>>(),
    })
}

fn site_to_json(site: &Site) -> Value {
    let mut value = Map::new();
    if let Some(address) = &site.address {
        let mut inner = json!({
            "postCode": address.post_code,
            "municipality": address.municipality,
            "street": address.street,
            "houseNumber": address.house_number,
        });
        if let Some(number) = &address.box_number {
            inner["boxNumber"] = json!(number);
        }
        value.insert("address".into(), inner);
    }
    if let Some(point) = site.coordinates {
        let inner = json!({ "longitude": point.longitude(), "latitude": point.latitude() });
        value.insert("coordinates".into(), inner);
    }
    Value::Object(value)
}

fn contract_to_json(contract: &Contract) -> Value {
    let mut value = Map::new();
    match &contract.contractor {
        Contractor::Enterprise(number) => {
            value.insert("enterpriseNumber".into(), json!(number.to_string()));
        }
        Contractor::Foreign(number) => {
            value.insert("foreignVatNumber".into(), json!(number.as_str()));
        }
    }
    value.insert("role".into(), json!(contract.role.name()));
    if let Some(number) = contract.commissioned_by {
        value.insert("commissionedBy".into(), json!(number.to_string()));
    }
    value.insert("from".into(), json!(contract.period.from().map(|day| day.to_string())));
    value.insert("until".into(), json!(contract.period.until().map(|day| day.to_string())));
    Value::Object(value)
}
