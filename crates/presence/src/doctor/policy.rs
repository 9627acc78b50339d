use std::fs;

use domain::{Policy, Sector};
use jiff::civil::Date;

use super::report::{Level, Report};
use crate::config::Config;

const AREA: &str = "policy";

/// Which rules hold today, and which changes are to come.
pub(super) fn examine(config: &Config, today: Date, report: &mut Report) {
    let Some(path) = &config.policy else {
        report.well(AREA, "the rules that are built in hold");
        return rules(&app::default_policy(), today, report);
    };
    let shown = path.display();
    let todo = "mend the file: the service does not start with it";
    match fs::read_to_string(path) {
        Err(error) => report.tell(Level::Error, AREA, format!("{shown}: {error}"), todo),
        Ok(text) => match app::read_policy(&text) {
            Err(error) => report.tell(Level::Error, AREA, format!("{shown}: {error}"), todo),
            Ok(policy) => {
                report.well(AREA, format!("{shown} can be read"));
                rules(&policy, today, report);
            }
        },
    }
}

fn rules(policy: &Policy, today: Date, report: &mut Report) {
    for sector in Sector::ALL.into_iter().map(Some).chain([None]) {
        let name = sector.map_or("works of no known sector", Sector::name);
        let rule = policy.rule(sector, today);
        let what = format!(
            "{name}: {} days ahead, {} to cancel, since {}",
            rule.days_ahead, rule.cancel_days, rule.from
        );
        if rule.from > today {
            let todo = format!("give {name} a rule that begins today or before");
            let text = format!("{name}: no rule has begun; the first begins on {}", rule.from);
            report.tell(Level::Warning, AREA, text, todo);
        } else if rule.sector != sector {
            let todo =
                "none, if the rule for all others is meant; else give the sector one of its own";
            report.tell(Level::Note, AREA, format!("{what} (the rule for all others)"), todo);
        } else {
            report.well(AREA, what);
        }
        for change in policy.changes(sector, today) {
            let todo = "none, if the change is meant";
            report.tell(
                Level::Note,
                AREA,
                format!("{name}: another rule holds from {change} on"),
                todo,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn rules_that_have_not_begun_and_those_to_come_are_told() {
        let rule = |sector: &str, from: &str| {
            format!(
                "[[rule]]\n{sector}from = \"{from}\"\nevents = [\"day\"]\ndays_ahead = 1\ncancel_days = 0\n"
            )
        };
        let text = rule("", "2014-01-01") + &rule("sector = \"meat\"\n", "2027-01-01");
        let policy = app::read_policy(&text).expect("a policy");
        let mut report = Report::new(jiff::Timestamp::UNIX_EPOCH);
        rules(&policy, date(2026, 11, 25), &mut report);
        let found = report.of(AREA);
        assert!(
            found.iter().any(|(_, what)| *what == "meat: another rule holds from 2027-01-01 on"),
            "{found:?}"
        );
        assert_eq!(report.worst(), Level::Note);
        let mut report = Report::new(jiff::Timestamp::UNIX_EPOCH);
        rules(&policy, date(2013, 1, 1), &mut report);
        assert_eq!(report.worst(), Level::Warning);
    }
}
