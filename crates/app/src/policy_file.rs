use domain::{EventKind, MomentLimits, Policy, PolicyError, Sector, SectorRule};
use jiff::civil::Date;
use serde::Deserialize;
use thiserror::Error;

const DEFAULT: &str = include_str!("../policy.toml");

/// Why a text is no policy file.
#[derive(Debug, Error)]
pub enum PolicyFileError {
    /// Not the form of a policy file; the text says where and what is allowed.
    #[error("{0}")]
    Form(#[from] toml::de::Error),
    /// A date that is none.
    #[error("rule {place}: from = \"{text}\" is no date of the form 2026-12-31")]
    From {
        /// Which rule, counted from 1.
        place: usize,
        /// What stood there.
        text: String,
    },
    /// Rules that make no policy together.
    #[error(transparent)]
    Policy(#[from] PolicyError),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    moments: Moments,
    rule: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_field_names, reason = "the names of the file say their unit")]
struct Moments {
    ahead_seconds: u32,
    age_seconds: u32,
    offline_seconds: u32,
}

impl Default for Moments {
    fn default() -> Self {
        let MomentLimits { ahead_seconds, age_seconds, offline_seconds } = MomentLimits::default();
        Self { ahead_seconds, age_seconds, offline_seconds }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    sector: Option<SectorName>,
    from: String,
    events: Vec<EventName>,
    days_ahead: u8,
    cancel_days: u8,
    site_radius: Option<u32>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SectorName {
    Construction,
    Guarding,
    Meat,
    Cleaning,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum EventName {
    Day,
    In,
    Out,
}

/// The policy that is built in: the law as it stands.
pub fn default_policy() -> Policy {
    read_policy(DEFAULT).expect("the built-in policy is read in the tests")
}

/// Reads a policy file (TOML): a list of `[[rule]]` with `sector` (none: for works of no known sector and for sectors
/// without a rule), `from`, `events`, `days_ahead`, `cancel_days` and, if wanted, `site_radius`, and a `[moments]` with the limits of begin and end
/// times.
pub fn read_policy(text: &str) -> Result<Policy, PolicyFileError> {
    let file: File = toml::from_str(text)?;
    let rules: Result<_, _> =
        file.rule.into_iter().zip(1..).map(|(rule, place)| sector_rule(rule, place)).collect();
    let Moments { ahead_seconds, age_seconds, offline_seconds } = file.moments;
    let moments = MomentLimits { ahead_seconds, age_seconds, offline_seconds };
    Ok(Policy::new(rules?)?.with_moments(moments))
}

fn sector_rule(rule: Rule, place: usize) -> Result<SectorRule, PolicyFileError> {
    let from: Date =
        rule.from.parse().map_err(|_| PolicyFileError::From { place, text: rule.from.clone() })?;
    Ok(SectorRule {
        sector: rule.sector.map(sector),
        from,
        events: rule.events.into_iter().map(event).collect(),
        days_ahead: rule.days_ahead,
        cancel_days: rule.cancel_days,
        site_radius: rule.site_radius,
    })
}

fn sector(name: SectorName) -> Sector {
    match name {
        SectorName::Construction => Sector::Construction,
        SectorName::Guarding => Sector::Guarding,
        SectorName::Meat => Sector::Meat,
        SectorName::Cleaning => Sector::Cleaning,
    }
}

fn event(name: EventName) -> EventKind {
    match name {
        EventName::Day => EventKind::Day,
        EventName::In => EventKind::In,
        EventName::Out => EventKind::Out,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_built_in_policy_opens_today_and_tomorrow_in_every_sector() {
        let policy = default_policy();
        let today = date(2026, 11, 24);
        for sector in Sector::ALL.into_iter().map(Some).chain([None]) {
            let rule = policy.rule(sector, today);
            assert!(rule.allows(EventKind::Day), "{sector:?}");
            let moments = matches!(sector, None | Some(Sector::Cleaning));
            assert_eq!(rule.allows(EventKind::In), moments, "{sector:?}");
            assert_eq!(rule.allows(EventKind::Out), moments, "{sector:?}");
            assert_eq!((rule.days_ahead, rule.cancel_days), (1, 0), "{sector:?}");
            assert_eq!(rule.site_radius, moments.then_some(500), "{sector:?}");
        }
    }

    #[test]
    fn a_rule_may_change_from_a_day_on() {
        let text = format!(
            "{DEFAULT}\n[[rule]]\nsector = \"construction\"\nfrom = \"2027-01-01\"\nevents = [\"in\", \"out\"]\n\
             days_ahead = 0\ncancel_days = 3\nsite_radius = 250\n"
        );
        let policy = read_policy(&text).expect("a policy");
        let radius = |day| policy.rule(Some(Sector::Construction), day).site_radius;
        assert_eq!(radius(date(2026, 12, 31)), None);
        assert_eq!(radius(date(2027, 1, 1)), Some(250));
        let construction = Some(Sector::Construction);
        assert!(policy.rule(construction, date(2026, 12, 31)).allows(EventKind::Day));
        assert!(!policy.rule(construction, date(2027, 1, 1)).allows(EventKind::Day));
        let text = format!("[moments]\nage_seconds = 60\n{DEFAULT}");
        let moments = read_policy(&text).expect("a policy").moments();
        assert_eq!(moments, MomentLimits { age_seconds: 60, ..MomentLimits::default() });
    }

    #[test]
    fn a_wrong_file_is_told_where_and_why() {
        for (text, told) in [
            (
                "[[rule]]\nfrom = \"2027-13-01\"\nevents = []\ndays_ahead = 1\ncancel_days = 0",
                "2027-13-01",
            ),
            (
                "[[rule]]\nfrom = \"2027-01-01\"\nevents = [\"week\"]\ndays_ahead = 1\ncancel_days = 0",
                "week",
            ),
            (
                "[[rule]]\nfrom = \"2027-01-01\"\nevents = []\ndays_ahead = 1\ncancel_days = 0",
                "no events",
            ),
            ("[[rule]]\nsectr = \"meat\"", "sectr"),
            ("", "rule"),
        ] {
            let error = read_policy(text).expect_err(text).to_string();
            assert!(error.contains(told), "{error}");
        }
    }
}
