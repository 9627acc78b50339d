//! Requests, written as a client might.

use domain::sample;

/// An envelope around a request, whose content is given; `t` is the prefix of types.
pub(super) fn envelope(request: &str, content: &str) -> String {
    format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>\
         <m:{request} xmlns:m=\"http://socialsecurity.be/presenceregistration/v1\" \
         xmlns:t=\"http://socialsecurity.be/presenceregistration/schemas/v1\">{content}</m:{request}>\
         </s:Body></s:Envelope>"
    )
}

pub(super) fn register(items: &[String]) -> String {
    let items: Vec<_> =
        items.iter().map(|item| element("m:PresenceRegistrationRequest", item)).collect();
    envelope("RegisterPresencesRequest", &items.concat())
}

pub(super) fn cancel(items: &[(i64, &str)]) -> String {
    let items: Vec<_> = items
        .iter()
        .map(|(id, reason)| {
            let id = element("t:PresenceRegistrationId", &id.to_string());
            element("m:CancelPresenceRequest", &(id + &element("t:CancellationReason", reason)))
        })
        .collect();
    envelope("CancelPresencesRequest", &items.concat())
}

/// A search: what stands before and after the periods in the criteria, and what follows the criteria.
pub(super) fn search(before: &str, periods: &[(&str, &str)], after: &str, rest: &str) -> String {
    let periods: Vec<_> = periods.iter().map(|(start, end)| period(start, end)).collect();
    let periods = element("t:RegistrationPeriodList", &periods.concat());
    let criteria =
        element("t:SearchPresenceRegistrationCriteria", &format!("{before}{periods}{after}"));
    let request = element("m:SearchPresenceRequest", &(criteria + rest));
    envelope("SearchPresencesRequest", &request)
}

/// The same of today and tomorrow, with what follows the criteria.
pub(super) fn search_all(rest: &str) -> String {
    search("", &[("2026-11-24", "2026-11-25")], "", rest)
}

pub(super) fn page(first_row: i32, fetch_size: i32) -> String {
    let first_row = element("t:FirstRow", &first_row.to_string());
    let fetch_size = element("t:FetchSize", &fetch_size.to_string());
    element("t:PaginationProperties", &(first_row + &fetch_size))
}

pub(super) fn sort(direction: &str, key: &str) -> String {
    let parts = element("t:SortDirection", direction) + &element("t:SortCriteria", key);
    element("t:SortingProperties", &parts)
}

pub(super) fn get(id: i64) -> String {
    let id = element("t:PresenceRegistrationId", &id.to_string());
    envelope("GetPresenceRegistrationRequest", &element("m:GetPresenceRegistrationRequest", &id))
}

/// A worker at the sample work of this number, without a date.
pub(super) fn worker(person: u32, work: u32) -> String {
    let inss = element("t:INSS", &sample::inss(person).digits());
    let company = element("t:CompanyID", &sample::enterprise_number(1).number().to_string());
    inss + &company + &element("t:WorkPlaceId", sample::works_reference(work).as_str())
}

pub(super) fn element(name: &str, content: &str) -> String {
    format!("<{name}>{content}</{name}>")
}

fn period(start: &str, end: &str) -> String {
    let start = element("t:RegistrationPeriodStartDate", start);
    let end = element("t:RegistrationPeriodEndDate", end);
    element("t:RegistrationPeriod", &(start + &end))
}
