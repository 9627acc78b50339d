use std::fmt;

use sha2::{Digest as _, Sha256};

use super::{Row, Value};

/// The digest of rows, whatever their order: the sum of their SHA-256, modulo 2^256.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digest([u64; 4]);

impl Digest {
    /// Adds a row.
    pub fn add(&mut self, row: &Row) {
        let mut hash = Sha256::new();
        for value in &row.0 {
            feed(&mut hash, value);
        }
        let hash: [u8; 32] = hash.finalize().into();
        let mut carry = false;
        for (sum, part) in self.0.iter_mut().zip(hash.chunks_exact(8)) {
            let part = u64::from_le_bytes(part.try_into().expect("chunks of 8"));
            let (with, over) = sum.overflowing_add(part);
            let (with, more) = with.overflowing_add(carry.into());
            *sum = with;
            carry = over || more;
        }
    }

    /// Reads what is displayed.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        let mut parts = [0; 4];
        for (place, part) in parts.iter_mut().enumerate() {
            *part = u64::from_str_radix(&text[16 * place..][..16], 16).ok()?;
        }
        Some(Self(parts))
    }
}

impl fmt::Display for Digest {
    /// 64 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| write!(f, "{part:016x}"))
    }
}

/// Each value tells its kind and its length, so that no two rows are fed alike.
fn feed(hash: &mut Sha256, value: &Value) {
    let mut long = |kind: u8, bytes: &[u8]| {
        hash.update([kind]);
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    match value {
        Value::Nothing => hash.update([0]),
        Value::Whole(number) => long(1, &number.to_le_bytes()),
        Value::Real(number) => long(2, &number.to_le_bytes()),
        Value::Text(text) => long(3, text.as_bytes()),
        Value::Bytes(bytes) => long(4, bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rows: &[Row]) -> Digest {
        let mut digest = Digest::default();
        for row in rows {
            digest.add(row);
        }
        digest
    }

    fn text(values: &[&str]) -> Row {
        Row(values.iter().map(|value| Value::Text((*value).to_owned())).collect())
    }

    #[test]
    fn the_order_of_rows_does_not_count_but_every_value_does() {
        let rows =
            [text(&["a", "b"]), text(&["c", "d"]), Row(vec![Value::Whole(7), Value::Nothing])];
        let reversed: Vec<_> = rows.iter().rev().cloned().collect();
        assert_eq!(of(&rows), of(&reversed));
        for other in [
            vec![text(&["a", "b"]), text(&["c", "d"])],
            vec![text(&["ab", ""]), text(&["c", "d"]), rows[2].clone()],
            vec![rows[0].clone(), rows[1].clone(), Row(vec![Value::Nothing, Value::Whole(7)])],
            vec![rows[0].clone(), rows[0].clone(), rows[2].clone()],
        ] {
            assert_ne!(of(&rows), of(&other));
        }
    }

    #[test]
    fn what_is_displayed_is_read_back() {
        let digest = of(&[text(&["a"]), text(&["b"])]);
        assert_eq!(Digest::parse(&digest.to_string()), Some(digest));
        for wrong in ["", "00", &"x".repeat(64), &"é".repeat(32)] {
            assert_eq!(Digest::parse(wrong), None);
        }
    }
}
