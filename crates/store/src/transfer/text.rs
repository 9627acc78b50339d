use std::fmt::Write as _;

use super::{Row, Value};

impl Row {
    /// A row in a line, for marks. It may hold persons' numbers.
    pub fn to_text(&self) -> String {
        let values: Vec<_> = self.0.iter().map(Value::to_text).collect();
        values.join(" ")
    }

    /// Reads what [`Self::to_text`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let values = text.split(' ').filter(|value| !value.is_empty());
        Some(Self(values.map(Value::parse).collect::<Option<_>>()?))
    }
}

impl Value {
    fn to_text(&self) -> String {
        let hex = |kind: char, bytes: &[u8]| {
            bytes.iter().fold(String::from(kind), |mut text, byte| {
                write!(text, "{byte:02x}").expect("a String takes every text");
                text
            })
        };
        match self {
            Self::Nothing => "n".to_owned(),
            Self::Whole(number) => format!("w{number}"),
            Self::Real(number) => format!("r{:016x}", number.to_bits()),
            Self::Text(text) => hex('t', text.as_bytes()),
            Self::Bytes(bytes) => hex('b', bytes),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_at_checked(1)?;
        let bytes = || -> Option<Vec<u8>> {
            let digit = |place: usize| rest.get(place..place + 2);
            (0..rest.len())
                .step_by(2)
                .map(|place| u8::from_str_radix(digit(place)?, 16).ok())
                .collect()
        };
        Some(match kind {
            "n" if rest.is_empty() => Self::Nothing,
            "w" => Self::Whole(rest.parse().ok()?),
            "r" => Self::Real(f64::from_bits(u64::from_str_radix(rest, 16).ok()?)),
            "t" => Self::Text(String::from_utf8(bytes()?).ok()?),
            "b" => Self::Bytes(bytes()?),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::TABLES;
    use super::*;

    #[test]
    fn marks_are_read_back() {
        let row = Row(vec![
            Value::Whole(-7),
            Value::Text("a b é".to_owned()),
            Value::Text(String::new()),
            Value::Bytes(vec![0, 255]),
            Value::Real(4.35),
            Value::Nothing,
        ]);
        assert_eq!(Row::parse(&row.to_text()), Some(row));
        assert_eq!(Row::parse(""), Some(Row(Vec::new())));
        for wrong in ["x", "w", "t0", "tzz", "tff", "nn"] {
            assert_eq!(Row::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn names_are_different_and_keys_stand_in_front() {
        for (place, table) in TABLES.iter().enumerate() {
            assert!(TABLES[..place].iter().all(|other| other.name != table.name), "{}", table.name);
            assert!(table.key > 0 && table.key <= table.columns.len(), "{}", table.name);
        }
    }
}
