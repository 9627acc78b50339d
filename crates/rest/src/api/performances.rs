//! `performances/query`.

use app::{PerformancePage, PerformanceQuery};
use domain::{Caller, Inss, Performance, PerformanceMoment, PerformancePlace, WorksReference};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::answer::Done;
use super::door::Api;
use super::input::Input;
use super::json::Json;
use super::problem::{Issue, IssueKind, Problem};
use super::query::{criteria, refused};
use super::text::Text;
use super::{cursor, show};

pub(super) const MEMBERS: &[&str] = &[
    "registrationPeriods",
    "ssin",
    "enterpriseNumber",
    "foreignVatNumber",
    "contractualRelationshipReference",
    "sector",
    "pageSize",
    "cursor",
];
/// What a page has when nothing is said.
const PAGE: usize = 50;

impl Api {
    pub(super) async fn performances(
        &self,
        caller: &Caller,
        body: Json<'_>,
    ) -> Result<Done, Problem> {
        let mut input = Input::default();
        let read = (|| {
            let body = input.body(body, MEMBERS)?;
            let draft = criteria(&mut input, &body)?;
            let size = body.whole(&mut input, "pageSize", "a whole number from 1 to 500", 1, 500);
            let what = "a text of at most 500 characters";
            let cursor = body.text(&mut input, "cursor", what, |it| it.len() <= 500);
            let size = size.and_then(|size| usize::try_from(size).ok()).unwrap_or(PAGE);
            Some((draft, size, cursor))
        })();
        let (draft, size, sent_cursor) = input.end(read)?;
        let query = super::query::without_page(body);
        let after = match sent_cursor {
            None => None,
            Some(sent) => {
                let place =
                    cursor::read_text(&self.cursors, &query, sent).as_deref().and_then(place);
                let wrong = || Issue::body(IssueKind::InvalidInput, "cursor", Text::Cursor);
                Some(place.ok_or_else(wrong)?)
            }
        };
        let found = self.app.performances(caller, draft, PerformanceQuery { after, size }).await?;
        let PerformancePage { performances, total, more } =
            found.map_err(|refusal| refused(&refusal))?;
        let items: Vec<Value> = performances.iter().map(performance).collect();
        let mut answer = json!({ "items": items, "total": total });
        if let Some(last) = performances.last().filter(|_| more) {
            let place = place_text(last.place());
            answer["nextCursor"] = cursor::write_text(&self.cursors, &query, &place).into();
        }
        Ok(Done::json(&answer).counted(items.len(), 0))
    }
}

/// A place in the order of performances, as a cursor has it.
fn place_text(place: PerformancePlace) -> String {
    let PerformancePlace { inss, works, at, begins } = place;
    format!("{} {works} {} {}", inss.number(), at.as_millisecond(), u8::from(begins))
}

fn place(text: &str) -> Option<PerformancePlace> {
    let parts: Vec<&str> = text.split(' ').collect();
    let [inss, works, at, begins] = parts[..] else { return None };
    Some(PerformancePlace {
        inss: Inss::from_stored(inss.parse().ok()?)?,
        works: WorksReference::parse(works)?,
        at: Timestamp::from_millisecond(at.parse().ok()?).ok()?,
        begins: begins == "1",
    })
}

fn performance(it: &Performance) -> Value {
    let mut shown = json!({
        "ssin": it.inss.digits(),
        "contractualRelationshipReference": it.works.as_str(),
        "state": match (&it.begin, &it.end) {
            (Some(_), Some(_)) => "complete",
            (Some(_), None) => "endMissing",
            _ => "beginMissing",
        },
    });
    for (name, moment) in [("begin", &it.begin), ("end", &it.end)] {
        if let Some(moment) = moment {
            shown[name] = told(moment);
        }
    }
    if let Some(worked) = it.worked() {
        shown["workedSeconds"] = worked.as_secs().into();
    }
    if let Some(gap) = it.break_before {
        shown["breakBeforeSeconds"] = gap.as_secs().into();
    }
    shown
}

fn told(moment: &PerformanceMoment) -> Value {
    let ids: Vec<i64> = moment.ids.iter().map(|id| id.number()).collect();
    json!({ "at": show::time(moment.at), "late": moment.late, "presenceRegistrationIds": ids })
}
