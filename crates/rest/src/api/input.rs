//! Reads JSON of a form that the contract gives, and notes everything that is not of that form.

use super::json::{Inside, Json};
use super::problem::{Issue, IssueKind, Problem};
use super::text::Text;
use super::way::Way;

/// What was found wrong so far.
#[derive(Default)]
pub(super) struct Input {
    issues: Vec<Issue>,
}

/// An object of the body, with the way to it.
pub(super) struct Object<'v> {
    members: Inside<'v>,
    way: Way,
}

/// More would help nobody.
const MOST_ISSUES: usize = 100;

impl Input {
    /// The body as an object with no other members than these.
    pub(super) fn body<'v>(&mut self, body: Json<'v>, known: &[&str]) -> Option<Object<'v>> {
        self.object(body, Way::default(), known)
    }

    pub(super) fn object<'v>(
        &mut self,
        value: Json<'v>,
        way: Way,
        known: &[&str],
    ) -> Option<Object<'v>> {
        let Some(members) = value.as_object() else {
            self.violation(way, Text::Expected("an object"));
            return None;
        };
        let object = Object { members, way };
        for member in object.members.clone().filter(|it| !known.contains(&it.name())) {
            let name = object.name_of(member.name());
            self.note(Issue::body(IssueKind::UnknownInput, name, Text::Unknown));
        }
        Some(object)
    }

    pub(super) fn violation(&mut self, way: Way, detail: Text) {
        self.note(Issue::body(IssueKind::SchemaViolation, way.to_string(), detail));
    }

    fn note(&mut self, issue: Issue) {
        if self.issues.len() < MOST_ISSUES {
            self.issues.push(issue);
        }
    }

    /// Everything that is wrong, or `made` when that is nothing.
    pub(super) fn end<T>(self, made: Option<T>) -> Result<T, Problem> {
        match made {
            Some(made) if self.issues.is_empty() => Ok(made),
            _ => Err(Problem::BadRequest(self.issues)),
        }
    }
}

impl<'v> Object<'v> {
    /// The way to a member.
    pub(super) fn way(&self, key: &'static str) -> Way {
        self.way.member(key)
    }

    /// The way to an element of a member that is a list.
    pub(super) fn element(&self, key: &'static str, place: usize) -> Way {
        self.way.element(key, place)
    }

    /// The way to a member that the contract does not know.
    fn name_of(&self, key: &str) -> String {
        let way = self.way.to_string();
        if way.is_empty() { key.to_owned() } else { format!("{way}.{key}") }
    }

    /// A member, if it is there.
    pub(super) fn get(&self, key: &str) -> Option<Json<'v>> {
        self.members.clone().filter(|member| member.name() == key).last()
    }

    /// A member that has to be there.
    pub(super) fn required(&self, input: &mut Input, key: &'static str) -> Option<Json<'v>> {
        let value = self.get(key);
        if value.is_none() {
            input.violation(self.way(key), Text::Required);
        }
        value
    }

    /// A member that is a text for which `holds`; `what` says which texts those are.
    pub(super) fn text(
        &self,
        input: &mut Input,
        key: &'static str,
        what: &'static str,
        holds: impl FnOnce(&str) -> bool,
    ) -> Option<&'v str> {
        self.read(input, key, what, |text| holds(text).then_some(text))
    }

    /// The same of one that has to be there.
    pub(super) fn required_text(
        &self,
        input: &mut Input,
        key: &'static str,
        what: &'static str,
        holds: impl FnOnce(&str) -> bool,
    ) -> Option<&'v str> {
        self.required_read(input, key, what, |text| holds(text).then_some(text))
    }

    /// A member that is a whole number from `least` to `most`.
    pub(super) fn whole(
        &self,
        input: &mut Input,
        key: &'static str,
        what: &'static str,
        least: i64,
        most: i64,
    ) -> Option<i64> {
        let number = whole(self.get(key)?).filter(|number| (least..=most).contains(number));
        self.expected(input, key, what, number)
    }

    /// A member that `read` can read.
    pub(super) fn read<T>(
        &self,
        input: &mut Input,
        key: &'static str,
        what: &'static str,
        read: impl FnOnce(&'v str) -> Option<T>,
    ) -> Option<T> {
        let read = self.get(key)?.as_str().and_then(read);
        self.expected(input, key, what, read)
    }

    /// The same of one that has to be there.
    pub(super) fn required_read<T>(
        &self,
        input: &mut Input,
        key: &'static str,
        what: &'static str,
        read: impl FnOnce(&'v str) -> Option<T>,
    ) -> Option<T> {
        let read = self.required(input, key)?.as_str().and_then(read);
        self.expected(input, key, what, read)
    }

    fn expected<T>(
        &self,
        input: &mut Input,
        key: &'static str,
        what: &'static str,
        read: Option<T>,
    ) -> Option<T> {
        if read.is_none() {
            input.violation(self.way(key), Text::Expected(what));
        }
        read
    }

    /// The elements of a member that is a list of `least` to `most`.
    pub(super) fn list(
        &self,
        input: &mut Input,
        key: &'static str,
        what: &'static str,
        least: usize,
        most: usize,
    ) -> Option<Vec<Json<'v>>> {
        let list: Option<Vec<_>> = self.get(key)?.as_list().map(Iterator::collect);
        let list = list.filter(|list| (least..=most).contains(&list.len()));
        self.expected(input, key, what, list)
    }

    /// A list of names, each read by `read`.
    pub(super) fn names<T>(
        &self,
        input: &mut Input,
        key: &'static str,
        what: &'static str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<Vec<T>> {
        let list = self.list(input, key, what, 1, 20)?;
        let names: Option<Vec<T>> = list.iter().map(|name| name.as_str().and_then(&read)).collect();
        self.expected(input, key, what, names)
    }
}

/// A whole number, which JSON may also write as `1.0`.
#[expect(clippy::cast_possible_truncation, reason = "it is whole and small, as was checked")]
pub(super) fn whole(value: Json<'_>) -> Option<i64> {
    value.as_i64().or_else(|| {
        let number = value.as_f64()?;
        (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64)
    })
}
