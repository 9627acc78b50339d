use domain::{Error, ErrorKind};

use super::{Fault, FaultCode, Texts};

impl From<&Error> for Fault {
    fn from(error: &Error) -> Self {
        let code = match error.kind() {
            ErrorKind::Overloaded | ErrorKind::StoreUnavailable | ErrorKind::RegisterBusy => {
                FaultCode::TemporarilyNotAvailable
            }
            ErrorKind::NotAuthorized => FaultCode::NotAuthorized,
            ErrorKind::StoreRefused => FaultCode::NotAvailable,
            // A search that is too broad is answered by the search itself; here it would be a defect.
            ErrorKind::SearchTooBroad { .. } | ErrorKind::Internal => FaultCode::ServiceError,
        };
        Self { private: Some(error.for_log()), ..Self::new(code, None) }
    }
}

/// A period of a search, counted from 1, that ends before it begins.
pub(crate) fn period_ends_before_it_begins(place: usize) -> Fault {
    contradiction(
        &format!("RegistrationPeriod[{place}]"),
        "RegistrationPeriodStartDate",
        "RegistrationPeriodEndDate",
    )
}

/// A creation interval that ends before it begins.
pub(crate) fn creation_ends_before_it_begins() -> Fault {
    contradiction("SearchPresenceRegistrationCriteria", "CreationStartDate", "CreationEndDate")
}

fn contradiction(place: &str, start: &str, end: &str) -> Fault {
    let detail = Texts::new(
        format!("{place}: {end} is before {start}."),
        format!("{place}: {end} ligt voor {start}."),
        format!("{place} : {end} précède {start}."),
        format!("{place}: {end} liegt vor {start}."),
    );
    Fault::new(FaultCode::Contradiction, Some(detail))
}
