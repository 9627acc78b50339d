/// A set of numbers below a limit, a bit each.
pub(super) struct Bits {
    words: Vec<u64>,
    count: u64,
}

impl Bits {
    pub(super) fn below(limit: u64) -> Self {
        let words = usize::try_from(limit.div_ceil(64)).unwrap_or_default();
        Self { words: vec![0; words], count: 0 }
    }

    /// Adds a number; answers whether it is new. One beyond the limit never is.
    pub(super) fn insert(&mut self, number: u64) -> bool {
        let (word, bit) = split(number);
        let Some(word) = self.words.get_mut(word) else { return false };
        let new = *word & bit == 0;
        *word |= bit;
        self.count += u64::from(new);
        new
    }

    pub(super) fn contains(&self, number: u64) -> bool {
        let (word, bit) = split(number);
        self.words.get(word).is_some_and(|word| word & bit != 0)
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }
}

fn split(number: u64) -> (usize, u64) {
    (usize::try_from(number / 64).unwrap_or(usize::MAX), 1 << (number % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_in_once() {
        let mut bits = Bits::below(100);
        assert!(bits.insert(0) && bits.insert(64) && bits.insert(99));
        assert!(!bits.insert(64) && !bits.insert(1000));
        assert!(bits.contains(99) && !bits.contains(98) && !bits.contains(u64::MAX));
        assert_eq!(bits.count(), 3);
    }
}
