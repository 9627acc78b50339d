use std::fmt::Write as _;

use jiff::Timestamp;
use serde_json::{Value, json};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// It is well.
    Well,
    /// To be known; nothing has to be done.
    Note,
    /// Something will go wrong, or works less well than it could.
    Warning,
    /// Something is wrong.
    Error,
}

impl Level {
    fn name(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The status of the program, as monitors take it.
    pub(crate) fn status(self) -> u8 {
        match self {
            Self::Well | Self::Note => 0,
            Self::Warning => 1,
            Self::Error => 2,
        }
    }
}

/// One thing that was looked at.
struct Finding {
    area: &'static str,
    level: Level,
    what: String,
    todo: Option<String>,
}

/// Everything that was found.
pub(crate) struct Report {
    at: Timestamp,
    findings: Vec<Finding>,
}

impl Report {
    pub(crate) fn new(at: Timestamp) -> Self {
        Self { at, findings: Vec::new() }
    }

    /// Something is well.
    pub(crate) fn well(&mut self, area: &'static str, what: impl Into<String>) {
        self.findings.push(Finding { area, level: Level::Well, what: what.into(), todo: None });
    }

    /// Something is not, and what is to be done about it.
    pub(crate) fn tell(
        &mut self,
        level: Level,
        area: &'static str,
        what: impl Into<String>,
        todo: impl Into<String>,
    ) {
        let (what, todo) = (what.into(), Some(todo.into()));
        self.findings.push(Finding { area, level, what, todo });
    }

    /// The worst that was found.
    pub(crate) fn worst(&self) -> Level {
        self.findings.iter().map(|finding| finding.level).max().unwrap_or(Level::Well)
    }

    /// For a reader: a line for each finding, and what to do beneath it.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for Finding { area, level, what, todo } in &self.findings {
            writeln!(text, "{:<8} {area:<13} {what}", level.name()).expect("a String");
            if let Some(todo) = todo {
                writeln!(text, "{:<22} → {todo}", "").expect("a String");
            }
        }
        let count = |of: Level| self.findings.iter().filter(|it| it.level == of).count();
        let (errors, warnings) = (count(Level::Error), count(Level::Warning));
        writeln!(text, "{} findings, {errors} errors, {warnings} warnings", self.findings.len())
            .expect("a String");
        text
    }

    /// For a program.
    pub(crate) fn json(&self) -> String {
        let finding = |it: &Finding| -> Value {
            json!({ "area": it.area, "level": it.level.name(), "what": it.what, "todo": it.todo })
        };
        let findings: Vec<_> = self.findings.iter().map(finding).collect();
        let report = json!({
            "at": self.at,
            "version": env!("CARGO_PKG_VERSION"),
            "worst": self.worst().name(),
            "findings": findings,
        });
        format!("{report:#}\n")
    }
}

#[cfg(test)]
impl Report {
    /// What was found in an area, the worst first.
    pub(super) fn of(&self, area: &str) -> Vec<(Level, &str)> {
        let found = self.findings.iter().filter(|finding| finding.area == area);
        let mut found: Vec<_> = found.map(|it| (it.level, it.what.as_str())).collect();
        found.sort_by_key(|(level, _)| std::cmp::Reverse(*level));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_says_what_to_do_and_its_status_is_that_of_the_worst() {
        let mut report = Report::new(Timestamp::UNIX_EPOCH);
        report.well("one", "is well");
        assert_eq!(report.worst().status(), 0);
        report.tell(Level::Note, "two", "is so", "leave it");
        assert_eq!(report.worst().status(), 0);
        report.tell(Level::Warning, "three", "will end", "make another");
        assert_eq!(report.worst().status(), 1);
        report.tell(Level::Error, "four", "has ended", "make another");
        assert_eq!(report.worst().status(), 2);
        let text = report.text();
        assert!(text.starts_with("well     one           is well\n"), "{text}");
        assert!(text.contains("\n                       → make another\n"), "{text}");
        assert!(text.ends_with("4 findings, 1 errors, 1 warnings\n"), "{text}");
        let json: Value = serde_json::from_str(&report.json()).expect("JSON");
        assert_eq!(
            (&json["worst"], &json["findings"][3]["level"]),
            (&"error".into(), &"error".into())
        );
        assert_eq!(json["findings"][0]["todo"], Value::Null);
    }
}
