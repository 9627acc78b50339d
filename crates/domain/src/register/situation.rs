/// The juridical situation of an enterprise: a code of three digits of the Crossroads Bank (`code.csv`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JuridicalSituation(u16);

impl JuridicalSituation {
    /// The normal situation.
    pub const NORMAL: Self = Self(0);

    /// Situations in which an enterprise has ended, or works only to be wound up: dissolutions and liquidations (010 to
    /// 014), mergers and divisions in which it goes under (015 to 019), its number's replacement (006), the closure of
    /// its activity (020 to 022), an annulled file (026), and bankruptcies, opened or closed (048 to 053).
    const ENDING: [(u16, u16); 5] = [(6, 6), (10, 22), (26, 26), (48, 48), (50, 53)];

    /// Reads the three digits; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse().ok().map(Self)).flatten()
    }

    /// The situation of a stored number.
    pub fn from_number(number: i64) -> Option<Self> {
        u16::try_from(number).ok().filter(|number| *number <= 999).map(Self)
    }

    /// The code as a number, for stores.
    pub fn number(self) -> u16 {
        self.0
    }

    /// Does it end the enterprise's activity?
    pub fn ends_activity(self) -> bool {
        Self::ENDING.iter().any(|(first, last)| (*first..=*last).contains(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_all_codes_exactly_these_end_an_activity() {
        let ending: Vec<_> = (0..=999)
            .filter_map(JuridicalSituation::from_number)
            .filter(|situation| situation.ends_activity())
            .map(JuridicalSituation::number)
            .collect();
        let documented =
            [6, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 26, 48, 50, 51, 52, 53];
        assert_eq!(ending, documented, "docs/registers.md names them");
    }

    #[test]
    fn three_digits_are_read() {
        assert_eq!(JuridicalSituation::parse("000"), Some(JuridicalSituation::NORMAL));
        assert_eq!(JuridicalSituation::parse("050").map(JuridicalSituation::number), Some(50));
        for text in ["", "0", "0500", "05a", "٠٥٠"] {
            assert_eq!(JuridicalSituation::parse(text), None, "{text}");
        }
        assert_eq!(JuridicalSituation::from_number(1000), None);
    }
}
