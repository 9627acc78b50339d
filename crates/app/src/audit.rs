//! What is written down: every change with what it changes, every consultation before its answer.

use std::fmt::Write as _;

use domain::{
    AuditAction, AuditEntry, Caller, Error, ErrorKind, Refusal, Registration, Search,
    to_milliseconds,
};

use crate::App;

impl App {
    /// An entry of the present moment.
    pub(crate) fn entry(&self, caller: &Caller, action: AuditAction) -> AuditEntry {
        AuditEntry::new(caller, action, to_milliseconds(self.clock.now()))
    }

    /// Lets a call go on that its caller may make. One that it may not make is written down and refused; the cause, for
    /// the log, says which check failed.
    pub(crate) async fn permit(
        &self,
        caller: &Caller,
        action: AuditAction,
        permitted: Result<(), Refusal>,
    ) -> Result<(), Error> {
        let Err(refusal) = permitted else { return Ok(()) };
        let entry = self.entry(caller, action).denied(refusal.to_string());
        self.store.audit().append(entry).await?;
        Err(Error::caused_by(ErrorKind::NotAuthorized, refusal))
    }

    /// Writes down what is about to be shown.
    pub(crate) async fn write_down(
        &self,
        caller: &Caller,
        action: AuditAction,
        detail: String,
        shown: &[Registration],
    ) -> Result<(), Error> {
        let entry = AuditEntry { detail, ..self.entry(caller, action).showing(shown) };
        self.store.audit().append(entry).await
    }
}

/// What a search went by.
pub(crate) fn criteria(search: &Search) -> String {
    let mut text = String::new();
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            let blank = if text.is_empty() { "" } else { " " };
            let _ = write!(text, "{blank}{name}={value}");
        }
    };
    let days = search.days.intervals().iter().map(|(first, last)| format!("{first}/{last}"));
    add("days", Some(days.collect::<Vec<_>>().join(",")));
    add("inss", search.inss.map(domain::Inss::digits));
    add("company", search.company.map(|company| company.to_string()));
    add("foreignVat", search.foreign_vat.as_ref().map(ToString::to_string));
    add("works", search.works.map(|works| works.to_string()));
    add("statuses", search.statuses.map(|statuses| format!("{statuses:?}")));
    add("remarks", search.remarks.map(|remarks| remarks.bits().to_string()));
    add("from", search.created_from.map(|from| from.to_string()));
    add("until", search.created_until.map(|until| until.to_string()));
    add("momentFrom", search.moment_from.map(|from| from.to_string()));
    add("momentUntil", search.moment_until.map(|until| until.to_string()));
    add("near", search.near.map(|near| format!("{near:?}")));
    add("sector", search.sector.map(|sector| sector.to_string()));
    add("first", Some(search.page.first_row.to_string()));
    add("most", Some(search.page.fetch_size.to_string()));
    text
}
