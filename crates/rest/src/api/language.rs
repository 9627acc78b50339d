/// A language in which details are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English, where nothing else is liked.
    English,
    /// Dutch.
    Dutch,
    /// French.
    French,
    /// German.
    German,
}

impl Language {
    const ALL: [Self; 4] = [Self::English, Self::Dutch, Self::French, Self::German];

    /// The tag of the language.
    pub(super) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Dutch => "nl",
            Self::French => "fr",
            Self::German => "de",
        }
    }

    /// The language that `Accept-Language` likes best; English where it likes none that is known (RFC 9110, section
    /// 12.5.4). A variant as `nl-BE` is taken for its language.
    pub fn preferred(header: Option<&str>) -> Self {
        let ranges = header.unwrap_or_default().split(',').map(weighed);
        let known = ranges.filter_map(|(tag, weight)| Some((Self::of(tag)?, weight)));
        // The first of those that are liked best.
        known
            .filter(|(_, weight)| *weight > 0.0)
            .fold(None, |best: Option<(Self, f32)>, next| match best {
                Some(best) if best.1 >= next.1 => Some(best),
                _ => Some(next),
            })
            .map_or(Self::English, |(language, _)| language)
    }

    fn of(tag: &str) -> Option<Self> {
        let main = tag.split('-').next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| main.eq_ignore_ascii_case(language.tag()))
    }
}

fn weighed(range: &str) -> (&str, f32) {
    let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
    let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse().ok());
    (tag.trim(), weight.unwrap_or(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_decide_and_variants_are_their_language() {
        for (header, language) in [
            (None, Language::English),
            (Some("nl-BE"), Language::Dutch),
            (Some("it, fr;q=0.5, de;q=0.7"), Language::German),
            (Some("FR, nl"), Language::French),
            (Some("nl;q=0, es"), Language::English),
            (Some(";;=,"), Language::English),
        ] {
            assert_eq!(Language::preferred(header), language, "{header:?}");
        }
    }
}
