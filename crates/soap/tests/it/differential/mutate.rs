//! Changes to messages: to the tree, knowing the schema, and to the bytes, knowing nothing.

use fastrand::Rng;

use super::pool;
use super::tree::{Attribute, Element, Node, Ns, Value, attribute};

/// Changes one thing in the tree.
pub(crate) fn tree(rng: &mut Rng, root: &mut Element) {
    if rng.u8(..24) == 0 {
        return fill(rng, root);
    }
    let count = elements(root);
    let chosen = rng.usize(..count);
    let donor = rng.usize(..count);
    let mut donors = Some(nth(root, donor).clone()).filter(|found| elements(found) < 40);
    let element = nth(root, chosen);
    match rng.u8(..20) {
        0..=5 => set_text(rng, element),
        6 => {
            element.name = (*rng.choice(pool::NAMES).expect("not empty")).to_owned();
        }
        7 => element.ns = any_namespace(rng),
        8 | 9 => element.attributes.push(any_attribute(rng, &element.name)),
        10 => element.children.push(Node::Text(pool::any(rng).to_owned())),
        11 => element.children.clear(),
        12 => {
            let at = rng.usize(..=element.children.len());
            let new = Element::new(any_namespace(rng), rng.choice(pool::NAMES).expect("not empty"));
            element.children.insert(at, Node::Element(new));
        }
        13 => {
            if let Some(donor) = donors.take() {
                let at = rng.usize(..=element.children.len());
                element.children.insert(at, Node::Element(donor));
            }
        }
        14 => {
            if let Some(donor) = donors.take() {
                *element = donor;
            }
        }
        15 => {
            let at = rng.usize(..=element.children.len());
            element
                .children
                .insert(at, Node::Text(rng.choice(pool::TEXTS).expect("not empty").to_string()));
        }
        _ => children(rng, element),
    }
}

/// Brings every list to the schema's edge, or one beyond it.
fn fill(rng: &mut Rng, element: &mut Element) {
    let most = match element.name.as_str() {
        "RegisterPresencesRequest" | "CancelPresencesRequest" => 200,
        "RegistrationPeriodList" => 31,
        "RemarkList" => 17,
        "StatusList" => 4,
        _ => 0,
    };
    let wanted = most + usize::from(rng.bool());
    if most > 0 && !element.children.is_empty() {
        while element.children.len() < wanted {
            element.children.push(element.children[0].clone());
        }
        return;
    }
    for child in &mut element.children {
        if let Node::Element(inner) = child {
            fill(rng, inner);
        }
    }
}

/// Drops, repeats or exchanges children.
fn children(rng: &mut Rng, element: &mut Element) {
    let count = element.children.len();
    if count == 0 {
        return;
    }
    let at = rng.usize(..count);
    match rng.u8(..6) {
        0 | 1 => {
            element.children.remove(at);
        }
        2 => {
            let other = rng.usize(..count);
            element.children.swap(at, other);
        }
        3 => {
            let copy = element.children[at].clone();
            element.children.insert(rng.usize(..=count), copy);
        }
        4 => {
            // To the edges of the schema's cardinalities.
            let wanted = *rng.choice(&[4, 5, 17, 18, 31, 32, 200, 201]).expect("not empty");
            let copy = element.children[at].clone();
            if matches!(&copy, Node::Element(found) if elements(found) < 10) {
                while element.children.len() < wanted {
                    element.children.insert(at, copy.clone());
                }
            }
        }
        _ => rng.shuffle(&mut element.children),
    }
}

fn set_text(rng: &mut Rng, element: &mut Element) {
    // A person who tests a service changes values: take the first leaf below.
    let mut leaf = element;
    while let Some(index) = leaf.children.iter().position(|child| matches!(child, Node::Element(_)))
    {
        let Node::Element(next) = &mut leaf.children[index] else { return };
        leaf = next;
    }
    let text = pool::edge(rng, &leaf.name);
    leaf.children = vec![Node::Text(text.to_owned())];
}

fn any_namespace(rng: &mut Rng) -> Ns {
    const ALL: [Ns; 9] = [
        Ns::None,
        Ns::Soap,
        Ns::Service,
        Ns::Types,
        Ns::Xsi,
        Ns::Other("http://www.w3.org/2003/05/soap-envelope"),
        Ns::Other("http://socialsecurity.be/presenceregistration/v2"),
        Ns::Other("rel/ative"),
        Ns::Other("urn:x"),
    ];
    ALL[rng.usize(..ALL.len())]
}

fn any_attribute(rng: &mut Rng, element: &str) -> Attribute {
    let typed = |name: &str| Attribute {
        ns: Ns::Xsi,
        name: "type".to_owned(),
        value: Value::Name(Ns::Types, name.to_owned()),
    };
    let text = pool::any(rng);
    match rng.u8(..16) {
        0..=3 => typed(pool::type_of(element)),
        4 => typed(rng.choice(pool::TYPES).expect("not empty")),
        5 => {
            let name = (*rng.choice(pool::TYPES).expect("not empty")).to_owned();
            let ns = any_namespace(rng);
            Attribute { ns: Ns::Xsi, name: "type".to_owned(), value: Value::Name(ns, name) }
        }
        6 => attribute(Ns::Xsi, "type", text),
        7 => attribute(
            Ns::Xsi,
            "nil",
            rng.choice(&["true", "false", "0", "1", ""]).expect("not empty"),
        ),
        8 => attribute(Ns::Xsi, "schemaLocation", "urn:x nowhere.xsd"),
        9 => attribute(Ns::Xsi, "schemaLocation", text),
        10 => attribute(Ns::Xsi, "noNamespaceSchemaLocation", "nowhere.xsd"),
        11 => attribute(Ns::Xsi, "other", text),
        12 => attribute(
            Ns::Xml,
            rng.choice(&["lang", "space", "base", "id"]).expect("not empty"),
            "nl",
        ),
        13 => {
            attribute(Ns::None, rng.choice(&["a", "Id", "type", "nil"]).expect("not empty"), text)
        }
        _ => attribute(
            any_namespace(rng),
            rng.choice(&["a", "mustUnderstand", "type"]).expect("not empty"),
            "1",
        ),
    }
}

fn elements(element: &Element) -> usize {
    1 + element
        .children
        .iter()
        .map(|child| if let Node::Element(inner) = child { elements(inner) } else { 0 })
        .sum::<usize>()
}

/// The n-th element of the tree, counted from the root, which is 0.
fn nth(element: &mut Element, mut n: usize) -> &mut Element {
    if n == 0 {
        return element;
    }
    n -= 1;
    let mut chosen = None;
    for (index, child) in element.children.iter().enumerate() {
        if let Node::Element(inner) = child {
            let size = elements(inner);
            if n < size {
                chosen = Some(index);
                break;
            }
            n -= size;
        }
    }
    match chosen.map(|index| &mut element.children[index]) {
        Some(Node::Element(inner)) => nth(inner, n),
        _ => unreachable!("n is below the number of elements"),
    }
}

/// Changes some bytes.
pub(crate) fn bytes(rng: &mut Rng, message: &mut Vec<u8>) {
    if message.is_empty() {
        return;
    }
    let at = place(rng, message);
    let longest = if rng.bool() { 4 } else { 40 };
    let end = (at + 1 + rng.usize(..longest)).min(message.len());
    match rng.u8(..12) {
        0 => message[at] ^= 1 << rng.u8(..8),
        1 => message[at] = rng.u8(..),
        2 => {
            message.drain(at..end);
        }
        3 => message.insert(at, rng.u8(..)),
        4 => {
            let piece = message[at..end].to_vec();
            let to = place(rng, message);
            message.splice(to..to, piece);
        }
        5 if rng.u8(..4) == 0 => message.truncate(at),
        6 => {
            message.splice(at..end, token(rng, message));
        }
        7 => {
            // A piece of the same message elsewhere.
            let piece = message[at..end].to_vec();
            let to = place(rng, message);
            let until = (to + piece.len()).min(message.len());
            message.splice(to..until, piece);
        }
        _ => {
            message.splice(at..at, token(rng, message));
        }
    }
}

/// Anywhere, and more often where markup begins or near the start.
fn place(rng: &mut Rng, message: &[u8]) -> usize {
    let at = rng.usize(..message.len());
    match rng.u8(..4) {
        0 => rng.usize(..message.len().min(120)),
        1 => message[at..]
            .iter()
            .position(|byte| b"<>\"'= :".contains(byte))
            .map_or(at, |found| at + found),
        _ => at,
    }
}

/// A token, in 16-bit characters when the message seems to be.
fn token(rng: &mut Rng, message: &[u8]) -> Vec<u8> {
    let token = pool::TOKENS[rng.usize(..pool::TOKENS.len())];
    let zeros = message.iter().take(60).filter(|byte| **byte == 0).count();
    match message {
        [0 | 0xFE, ..] if zeros > 20 => token.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        _ if zeros > 20 => token.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        _ => token.as_bytes().to_vec(),
    }
}
