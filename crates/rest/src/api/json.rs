//! JSON as it came in, borrowed from the body as far as it can be, and in one piece of memory: a call of 200 items has some
//! thousand values.

use std::borrow::Cow;
use std::fmt;
use std::mem::take;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Serialize, Serializer};
use serde_json::Number;

/// A document: its values in the order of the body, each before what is in it.
pub(super) struct Document<'b>(Vec<Node<'b>>);

struct Node<'b> {
    /// The name of a member; empty for every other value.
    name: Cow<'b, str>,
    value: Value<'b>,
    /// How many nodes it has, itself and all that is in it.
    size: usize,
}

enum Value<'b> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'b, str>),
    List,
    Object,
}

/// A value of a document.
#[derive(Clone, Copy)]
pub(super) struct Json<'v> {
    node: &'v Node<'v>,
    inside: &'v [Node<'v>],
}

/// What is in a list or an object, in the order of the body.
#[derive(Clone)]
pub(super) struct Inside<'v>(&'v [Node<'v>]);

impl<'b> Document<'b> {
    /// Reads the whole of a text.
    pub(super) fn read(text: &'b str) -> Result<Self, serde_json::Error> {
        // Values of the contract take about so many bytes.
        let mut nodes = Vec::with_capacity(text.len() / 24 + 1);
        let mut json = serde_json::Deserializer::from_str(text);
        Reader::new(&mut nodes).deserialize(&mut json)?;
        json.end()?;
        Ok(Self(nodes))
    }

    /// The value that it is.
    pub(super) fn root(&self) -> Json<'_> {
        Inside(&self.0).next().expect("a document is a value")
    }
}

impl<'v> Json<'v> {
    pub(super) fn is_null(self) -> bool {
        matches!(self.node.value, Value::Null)
    }

    pub(super) fn as_str(self) -> Option<&'v str> {
        if let Value::Text(text) = &self.node.value { Some(text) } else { None }
    }

    /// The elements of a list.
    pub(super) fn as_list(self) -> Option<Inside<'v>> {
        matches!(self.node.value, Value::List).then_some(Inside(self.inside))
    }

    /// The members of an object. Of two with the same name the last one counts, as most readers of JSON have it.
    pub(super) fn as_object(self) -> Option<Inside<'v>> {
        matches!(self.node.value, Value::Object).then_some(Inside(self.inside))
    }

    /// The name of a member.
    pub(super) fn name(self) -> &'v str {
        &self.node.name
    }

    pub(super) fn as_f64(self) -> Option<f64> {
        if let Value::Number(number) = &self.node.value { number.as_f64() } else { None }
    }

    pub(super) fn as_i64(self) -> Option<i64> {
        if let Value::Number(number) = &self.node.value { number.as_i64() } else { None }
    }
}

impl<'v> Iterator for Inside<'v> {
    type Item = Json<'v>;

    fn next(&mut self) -> Option<Json<'v>> {
        let node = self.0.first()?;
        let (whole, rest) = self.0.split_at(node.size);
        self.0 = rest;
        Some(Json { node, inside: &whole[1..] })
    }
}

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.node.value {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(value) => value.serialize(serializer),
            Value::Number(number) => number.serialize(serializer),
            Value::Text(text) => text.serialize(serializer),
            Value::List => serializer.collect_seq(Inside(self.inside)),
            Value::Object => {
                serializer.collect_map(Inside(self.inside).map(|member| (member.name(), member)))
            }
        }
    }
}

/// Reads one value to the end of the nodes.
struct Reader<'n, 'b> {
    nodes: &'n mut Vec<Node<'b>>,
    name: Cow<'b, str>,
}

impl<'n, 'b> Reader<'n, 'b> {
    /// Of a value that has no name.
    fn new(nodes: &'n mut Vec<Node<'b>>) -> Self {
        Self { nodes, name: Cow::Borrowed("") }
    }

    fn push(&mut self, value: Value<'b>) {
        self.nodes.push(Node { name: take(&mut self.name), value, size: 1 });
    }

    /// Sets the size of the value at `place`, all of which is read.
    fn close(&mut self, place: usize) {
        self.nodes[place].size = self.nodes.len() - place;
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_, 'de> {
    type Value = ();

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("JSON")
    }

    fn visit_unit<E>(mut self) -> Result<(), E> {
        self.push(Value::Null);
        Ok(())
    }

    fn visit_bool<E>(mut self, value: bool) -> Result<(), E> {
        self.push(Value::Bool(value));
        Ok(())
    }

    fn visit_i64<E>(mut self, value: i64) -> Result<(), E> {
        self.push(Value::Number(value.into()));
        Ok(())
    }

    fn visit_u64<E>(mut self, value: u64) -> Result<(), E> {
        self.push(Value::Number(value.into()));
        Ok(())
    }

    fn visit_f64<E>(mut self, value: f64) -> Result<(), E> {
        self.push(Number::from_f64(value).map_or(Value::Null, Value::Number));
        Ok(())
    }

    fn visit_borrowed_str<E>(mut self, text: &'de str) -> Result<(), E> {
        self.push(Value::Text(Cow::Borrowed(text)));
        Ok(())
    }

    fn visit_str<E>(mut self, text: &str) -> Result<(), E> {
        self.push(Value::Text(Cow::Owned(text.to_owned())));
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut elements: A) -> Result<(), A::Error> {
        let place = self.nodes.len();
        self.push(Value::List);
        while elements.next_element_seed(Reader::new(self.nodes))?.is_some() {}
        self.close(place);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
        let place = self.nodes.len();
        self.push(Value::Object);
        while let Some(name) = members.next_key_seed(Names)? {
            members.next_value_seed(Reader { nodes: &mut *self.nodes, name })?;
        }
        self.close(place);
        Ok(())
    }
}

/// Reads the name of a member.
struct Names;

impl<'de> DeserializeSeed<'de> for Names {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Names {
    type Value = Cow<'de, str>;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("the name of a member")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_what_serde_json_reads() {
        for text in [
            r#"{"a":[1,-2,2.5,1e3,18446744073709551615,null,true,"x\u00e9\n"],"b\"":{},"a":"last"}"#,
            " [ ] ",
            r#""\ud83d\ude00""#,
            "12",
            r#"{"a":{"b":[[],{},[{"c":[1,[2,3]],"d":"e"}],4]},"f":[]}"#,
        ] {
            let read = Document::read(text).unwrap();
            let expected: serde_json::Value = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_value(read.root()).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_serde_json_refuses_is_refused() {
        let deep = "[".repeat(200);
        for text in ["", "{", "[1,]", "{\"a\"}", "nul", "1 2", "\"\u{1}\"", "\"\\ud800\"", &deep] {
            assert!(serde_json::from_str::<serde_json::Value>(text).is_err(), "{text}");
            assert!(Document::read(text).is_err(), "{text}");
        }
    }
}
