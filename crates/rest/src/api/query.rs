//! `presenceRegistrations/query`.

use domain::{
    Caller, Circle, Direction, DraftMoment, ItemError, Mark, Remark, SearchDraft, SearchPresences,
    SearchRefusal, Sort, SortKey,
};
use jiff::civil::Date;

use super::answer::Done;
use super::door::Api;
use super::input::{Input, Object};
use super::json::Json;
use super::language::Language;
use super::problem::{Issue, IssueKind, Problem};
use super::register::{coordinates, moment};
use super::text::Text;
use super::writer::Writer;
use super::{cursor, numbers, show, text};

pub(super) const MEMBERS: &[&str] = &[
    "registrationPeriods",
    "ssin",
    "enterpriseNumber",
    "foreignVatNumber",
    "contractualRelationshipReference",
    "types",
    "validities",
    "remarks",
    "createdFrom",
    "createdUntil",
    "momentFrom",
    "momentUntil",
    "around",
    "sector",
    "sort",
    "pageSize",
    "cursor",
];
const TIME: &str = "a date and time with its offset";
/// What a page has when nothing is said.
const PAGE: u16 = 50;

impl Api {
    pub(super) async fn query(
        &self,
        caller: &Caller,
        body: Json<'_>,
        language: Language,
    ) -> Result<Done, Problem> {
        let mut input = Input::default();
        let read = read(&mut input, body);
        let (mut draft, size, sent_cursor) = input.end(read)?;
        let query = without_page(body);
        if let Some(sent) = sent_cursor {
            let mark = cursor::read(&self.cursors, &query, sent);
            let wrong = || Issue::body(IssueKind::InvalidInput, "cursor", Text::Cursor);
            draft.after = Some(mark.ok_or_else(wrong)?);
        }
        draft.page = Some((0, i32::from(size)));
        let key = draft.sort.key;
        let found = self.app.search(caller, SearchPresences { draft }).await?;
        let page = found.map_err(|refusal| refused(&refusal))?;
        let registrations = &page.registrations;
        let count = registrations.len();
        let next_cursor = registrations.last().filter(|_| count == usize::from(size)).map(|last| {
            let mark = Mark { value: key.value(last), id: last.id };
            cursor::write(&self.cursors, &query, &mark)
        });
        let mut to = Writer::new(512 + show::ROOM * count);
        to.object(|to| {
            to.name("items").list(registrations, |to, it| show::registration(to, it, language));
            to.name("total").number(page.count);
            if let Some(cursor) = next_cursor {
                to.name("nextCursor").text(&cursor);
            }
        });
        Ok(Done::written(to).counted(count, 0))
    }
}

/// What a cursor belongs to: the query without the members that say which page, in whatever order they came.
pub(super) fn without_page(body: Json<'_>) -> String {
    let mut body = serde_json::to_value(body).expect("the names of members are texts");
    if let Some(map) = body.as_object_mut() {
        map.remove("cursor");
        map.remove("pageSize");
    }
    body.sort_all_objects();
    body.to_string()
}

type Read<'v> = (SearchDraft<'v>, u16, Option<&'v str>);

fn read<'v>(input: &mut Input, body: Json<'v>) -> Option<Read<'v>> {
    let body = input.body(body, MEMBERS)?;
    let draft = criteria(input, &body);
    let sort =
        body.read(input, "sort", "one of the sort keys, with - before it for descending", sort);
    let size = body.whole(input, "pageSize", "a whole number from 1 to 500", 1, 500);
    let cursor =
        body.text(input, "cursor", "a text of at most 500 characters", |it| it.len() <= 500);
    let size = size.and_then(|size| u16::try_from(size).ok()).unwrap_or(PAGE);
    Some((SearchDraft { sort: sort.unwrap_or_default(), ..draft? }, size, cursor))
}

/// The criteria, which searches of registrations and of performances share.
pub(super) fn criteria<'v>(input: &mut Input, body: &Object<'v>) -> Option<SearchDraft<'v>> {
    body.required(input, "registrationPeriods");
    let periods = periods(input, body);
    let names = |input: &mut Input| {
        let statuses = body.names(input, "validities", "a list of validities", show::read_validity);
        let events = body.names(input, "types", "a list of IN, OUT, DAY", show::read_event);
        let remarks = body.names(input, "remarks", "a list of codes of remarks", read_remark);
        (statuses, events, remarks)
    };
    let (statuses, events, remarks) = names(input);
    let sector =
        body.read(input, "sector", "construction, guarding, meat or cleaning", show::read_sector);
    let draft = SearchDraft {
        inss: body.text(input, "ssin", numbers::SSIN, numbers::ssin),
        company: body
            .text(input, "enterpriseNumber", numbers::ENTERPRISE, numbers::enterprise)
            .map(numbers::enterprise_number),
        foreign_vat: body.text(input, "foreignVatNumber", numbers::VAT, numbers::vat),
        works: body.text(input, "contractualRelationshipReference", numbers::WORKS, numbers::works),
        statuses: statuses.map(|list| list.into_iter().collect()),
        events: events.map(|list| list.into_iter().collect()),
        remarks: remarks.map(|list| list.into_iter().collect()),
        created_from: body.read(input, "createdFrom", TIME, moment).map(DraftMoment::Instant),
        created_until: body.read(input, "createdUntil", TIME, moment).map(DraftMoment::Instant),
        moment_from: body.read(input, "momentFrom", TIME, moment),
        moment_until: body.read(input, "momentUntil", TIME, moment),
        sector: sector.map(|sector| sector.number().into()),
        near: circle(input, body),
        ..SearchDraft::default()
    };
    if draft.company.is_some() && draft.foreign_vat.is_some() {
        input.violation(body.way("foreignVatNumber"), Text::OneEmployer);
    }
    Some(SearchDraft { periods: periods?, ..draft })
}

fn periods(input: &mut Input, body: &Object<'_>) -> Option<Vec<(Date, Date)>> {
    let what = "a list of 1 to 31 periods";
    let list = body.list(input, "registrationPeriods", what, 1, 31)?;
    let mut periods = Vec::with_capacity(list.len());
    for (place, value) in list.into_iter().enumerate() {
        let way = body.element("registrationPeriods", place);
        let period = input.object(value, way, &["startDate", "endDate"])?;
        let mut day = |key| {
            period.required(input, key);
            period.read(input, key, "a date as 2026-11-23", |text| {
                (text.len() == 10).then(|| text.parse().ok()).flatten()
            })
        };
        let (start, end) = (day("startDate"), day("endDate"));
        periods.push((start?, end?));
    }
    Some(periods)
}

fn circle(input: &mut Input, body: &Object<'_>) -> Option<Circle> {
    let around =
        input.object(body.get("around")?, body.way("around"), &["coordinates", "radius"])?;
    let point = around.required(input, "coordinates");
    let centre = point.and_then(|it| coordinates(input, it, around.way("coordinates")));
    around.required(input, "radius");
    let radius = around.whole(input, "radius", "metres, a whole number from 1 to 50000", 1, 50_000);
    Some(Circle { centre: centre?, radius: u32::try_from(radius?).ok()? })
}

fn read_remark(code: &str) -> Option<Remark> {
    Remark::ALL.into_iter().find(|remark| text::remark(*remark, Language::English).0 == code)
}

fn sort(text: &str) -> Option<Sort> {
    let (name, direction) = match text.strip_prefix('-') {
        Some(name) => (name, Direction::Descending),
        None => (text, Direction::Ascending),
    };
    let key = match name {
        "id" => SortKey::Id,
        "registrationDate" => SortKey::RegistrationDate,
        "createdAt" => SortKey::CreationDate,
        "validity" => SortKey::Status,
        "contractualRelationshipReference" => SortKey::PlaceOfWork,
        "enterpriseNumber" => SortKey::CompanyId,
        "channel" => SortKey::Channel,
        "senderId" => SortKey::SenderId,
        _ => return None,
    };
    Some(Sort { key, direction })
}

/// Why a search is not done, at the member that it is about.
pub(super) fn refused(refusal: &SearchRefusal) -> Problem {
    let wrong = |name: &str, detail| Issue::body(IssueKind::InvalidInput, name, detail).into();
    match refusal {
        SearchRefusal::PeriodEndsBeforeItBegins(place) => {
            wrong(&format!("registrationPeriods[{}]", place - 1), Text::PeriodEndsBeforeItBegins)
        }
        SearchRefusal::CreationEndsBeforeItBegins => {
            wrong("createdUntil", Text::PeriodEndsBeforeItBegins)
        }
        SearchRefusal::MomentsEndBeforeTheyBegin => {
            wrong("momentUntil", Text::PeriodEndsBeforeItBegins)
        }
        SearchRefusal::TooBroad { budget } => wrong("registrationPeriods", Text::TooBroad(*budget)),
        SearchRefusal::Invalid(errors) => {
            let issue = |error: ItemError| {
                let name = match error {
                    ItemError::Inss => "ssin",
                    ItemError::ForeignVat => "foreignVatNumber",
                    ItemError::WorkPlace => "contractualRelationshipReference",
                    ItemError::Sector => "sector",
                    ItemError::Page => "pageSize",
                    _ => "enterpriseNumber",
                };
                Issue::body(IssueKind::InvalidInput, name, Text::Rule(error))
            };
            Problem::BadRequest(errors.iter().map(issue).collect())
        }
    }
}
