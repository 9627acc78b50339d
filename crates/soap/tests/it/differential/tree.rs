//! Messages as trees, and valid ones of every operation.

use fastrand::Rng;

use super::pool;

/// The namespaces that messages are made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ns {
    None,
    Soap,
    Service,
    Types,
    Xsi,
    Xml,
    Other(&'static str),
}

impl Ns {
    pub(crate) fn uri(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Soap => "http://schemas.xmlsoap.org/soap/envelope/",
            Self::Service => "http://socialsecurity.be/presenceregistration/v1",
            Self::Types => "http://socialsecurity.be/presenceregistration/schemas/v1",
            Self::Xsi => "http://www.w3.org/2001/XMLSchema-instance",
            Self::Xml => "http://www.w3.org/XML/1998/namespace",
            Self::Other(uri) => uri,
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(String),
    /// A qualified name, to be written with a prefix that is in force.
    Name(Ns, String),
}

#[derive(Clone, Debug)]
pub(crate) struct Attribute {
    pub(crate) ns: Ns,
    pub(crate) name: String,
    pub(crate) value: Value,
}

#[derive(Clone, Debug)]
pub(crate) enum Node {
    Element(Element),
    Text(String),
}

#[derive(Clone, Debug)]
pub(crate) struct Element {
    pub(crate) ns: Ns,
    pub(crate) name: String,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) children: Vec<Node>,
}

impl Element {
    pub(crate) fn new(ns: Ns, name: &str) -> Self {
        Self { ns, name: name.to_owned(), attributes: Vec::new(), children: Vec::new() }
    }

    pub(crate) fn of(ns: Ns, name: &str, children: Vec<Self>) -> Self {
        let children = children.into_iter().map(Node::Element).collect();
        Self { children, ..Self::new(ns, name) }
    }

    fn leaf(name: &str, text: &str) -> Self {
        Self { children: vec![Node::Text(text.to_owned())], ..Self::new(Ns::Types, name) }
    }

    /// The texts of the elements without elements inside, in document order, with the elements' names.
    pub(crate) fn leaves<'t>(&'t self, into: &mut Vec<(&'t str, String)>) {
        let mut text = String::new();
        let mut has_elements = false;
        for child in &self.children {
            match child {
                Node::Element(element) => {
                    has_elements = true;
                    element.leaves(into);
                }
                Node::Text(piece) => text.push_str(piece),
            }
        }
        if !has_elements {
            into.push((&self.name, text));
        }
    }
}

/// A valid message: the envelope with one request.
pub(crate) fn message(rng: &mut Rng) -> Element {
    let mut parts = Vec::new();
    if rng.u8(..4) == 0 {
        parts.push(header(rng));
    }
    let request = match rng.u8(..10) {
        0..=3 => register(rng),
        4..=5 => cancel(rng),
        6..=8 => search(rng),
        _ => get(rng),
    };
    parts.push(Element::of(Ns::Soap, "Body", vec![request]));
    Element::of(Ns::Soap, "Envelope", parts)
}

fn header(rng: &mut Rng) -> Element {
    const WSSE: &str =
        "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    let blocks = (0..rng.usize(..3)).map(|_| {
        let (uri, name) = match rng.u8(..5) {
            0 => (WSSE, "Security"),
            1 => ("http://www.w3.org/2005/08/addressing", "To"),
            2 => ("http://www.w3.org/2005/08/addressing", "Action"),
            3 => ("urn:x", "Trace"),
            _ => (WSSE, "Other"),
        };
        let inner = Element::leaf("Inner", rng.choice(pool::TEXTS).expect("not empty"));
        let mut block = Element::of(Ns::Other(uri), name, vec![inner]);
        if rng.bool() {
            let value = *rng.choice(&["0", "1", "true", " 1", "", "yes"]).expect("not empty");
            block.attributes.push(attribute(Ns::Soap, "mustUnderstand", value));
        }
        if rng.u8(..3) == 0 {
            let next = "http://schemas.xmlsoap.org/soap/actor/next";
            let value = *rng.choice(&[next, "", "urn:other"]).expect("not empty");
            block.attributes.push(attribute(Ns::Soap, "actor", value));
        }
        block
    });
    Element::of(Ns::Soap, "Header", blocks.collect())
}

pub(crate) fn attribute(ns: Ns, name: &str, value: &str) -> Attribute {
    Attribute { ns, name: name.to_owned(), value: Value::Text(value.to_owned()) }
}

fn register(rng: &mut Rng) -> Element {
    let items = (0..few(rng)).map(|_| {
        let mut parts = Vec::new();
        if rng.bool() {
            parts.push(leaf(rng, "RegistrationDate"));
        }
        if rng.u8(..4) == 0 {
            parts.push(leaf(rng, "LimosaId"));
        } else {
            parts.extend([leaf(rng, "INSS"), leaf(rng, "CompanyID")]);
        }
        parts.push(leaf(rng, "WorkPlaceId"));
        if rng.bool() {
            parts.push(leaf(rng, "ClientPresenceRegistrationReference"));
        }
        Element::of(Ns::Service, "PresenceRegistrationRequest", parts)
    });
    Element::of(Ns::Service, "RegisterPresencesRequest", items.collect())
}

fn cancel(rng: &mut Rng) -> Element {
    let items = (0..few(rng)).map(|_| {
        let parts = vec![leaf(rng, "PresenceRegistrationId"), leaf(rng, "CancellationReason")];
        Element::of(Ns::Service, "CancelPresenceRequest", parts)
    });
    Element::of(Ns::Service, "CancelPresencesRequest", items.collect())
}

fn get(rng: &mut Rng) -> Element {
    const NAME: &str = "GetPresenceRegistrationRequest";
    let id = leaf(rng, "PresenceRegistrationId");
    Element::of(Ns::Service, NAME, vec![Element::of(Ns::Service, NAME, vec![id])])
}

fn search(rng: &mut Rng) -> Element {
    let mut criteria = Vec::new();
    for name in ["INSS", "CompanyID", "WorkPlaceId"] {
        if rng.bool() {
            criteria.push(leaf(rng, name));
        }
    }
    for (list, item, most) in [("StatusList", "Status", 4), ("RemarkList", "Remark", 17)] {
        if rng.u8(..3) == 0 {
            let items = (0..rng.usize(1..=most)).map(|_| leaf(rng, item)).collect();
            criteria.push(Element::of(Ns::Types, list, items));
        }
    }
    let periods = (0..if rng.u8(..8) == 0 { 31 } else { rng.usize(1..4) }).map(|_| {
        let days = ["RegistrationPeriodStartDate", "RegistrationPeriodEndDate"];
        Element::of(Ns::Types, "RegistrationPeriod", days.map(|name| leaf(rng, name)).into())
    });
    criteria.push(Element::of(Ns::Types, "RegistrationPeriodList", periods.collect()));
    for name in ["CreationStartDate", "CreationEndDate", "Sector"] {
        if rng.u8(..3) == 0 {
            criteria.push(leaf(rng, name));
        }
    }
    let mut parts = vec![Element::of(Ns::Types, "SearchPresenceRegistrationCriteria", criteria)];
    if rng.bool() {
        let page = ["FirstRow", "FetchSize"].map(|name| leaf(rng, name)).into();
        parts.push(Element::of(Ns::Types, "PaginationProperties", page));
    }
    if rng.bool() {
        let sort = ["SortDirection", "SortCriteria"].map(|name| leaf(rng, name)).into();
        parts.push(Element::of(Ns::Types, "SortingProperties", sort));
    }
    let request = Element::of(Ns::Service, "SearchPresenceRequest", parts);
    Element::of(Ns::Service, "SearchPresencesRequest", vec![request])
}

fn few(rng: &mut Rng) -> usize {
    match rng.u8(..60) {
        0 => 200,
        1..=3 => 10,
        _ => rng.usize(1..4),
    }
}

fn leaf(rng: &mut Rng, name: &str) -> Element {
    Element::leaf(name, rng.choice(pool::valid(name)).expect("every leaf has values"))
}
