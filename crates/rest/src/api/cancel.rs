//! `cancelInBulk`.

use app::CallKey;
use domain::{
    Caller, CancelPresence, CancelPresences, CancellationReason, Channel, ItemError, ItemErrors,
    RegistrationId,
};

use super::answer::Done;
use super::door::Api;
use super::input::Input;
use super::json::Json;
use super::language::Language;
use super::problem::{Issue, IssueKind, Problem};
use super::show;
use super::text::Text;
use super::way::Way;
use super::writer::Writer;

impl Api {
    pub(super) async fn cancel(
        &self,
        caller: &Caller,
        body: Json<'_>,
        key: Option<CallKey<'_>>,
        language: Language,
    ) -> Result<Done, Problem> {
        let mut input = Input::default();
        let items = read(&mut input, body);
        let items = input.end(items)?;
        let command = CancelPresences { channel: Channel::Rest, cancellations: &items };
        let answers = self.app.cancel_once(caller, command, key).await??;
        let why = domain::tally_errors(answers.iter().filter_map(|it| it.as_ref().err()));
        let refused = answers.iter().filter(|answer| answer.is_err()).count();
        let mut to = Writer::new(512 + show::ROOM * answers.len());
        to.object(|to| {
            to.name("items").list(answers.iter().enumerate(), |to, (place, answer)| {
                to.object(|to| match answer {
                    Ok(registration) => {
                        let to = to.name("cancelledPresenceRegistration");
                        show::registration(to, registration, language);
                    }
                    Err(errors) => to.name("notCancelledPresenceRegistration").object(|to| {
                        let problem = Problem::BadRequest(issues(errors, place));
                        to.name("id").number(items[place].id);
                        to.name("problem").value(&problem.json(language, None));
                    }),
                });
            });
        });
        Ok(Done::written(to).counted(items.len(), refused).noted(why))
    }
}

fn read<'v>(input: &mut Input, body: Json<'v>) -> Option<Vec<CancelPresence<'v>>> {
    let body = input.body(body, &["items"])?;
    body.required(input, "items")?;
    let items = body.list(input, "items", "a list of 1 to 200 items", 1, 200)?;
    let read: Vec<_> =
        items.into_iter().enumerate().map(|(place, value)| item(input, value, place)).collect();
    read.into_iter().collect()
}

fn item<'v>(input: &mut Input, value: Json<'v>, place: usize) -> Option<CancelPresence<'v>> {
    let item = input.object(
        value,
        Way::default().element("items", place),
        &["id", "cancellationReason"],
    )?;
    item.required(input, "id");
    let id = item.whole(input, "id", "a whole number of 1 to 15 digits", 1, RegistrationId::MAX);
    let reasons = "one of HOLIDAY, DISEASE, PLANNING, C32A, OTHER";
    let reason = item.required_text(input, "cancellationReason", reasons, |text| {
        CancellationReason::ALL.contains(&text)
    });
    Some(CancelPresence { id: id?, reason: reason? })
}

fn issues(errors: &ItemErrors, place: usize) -> Vec<Issue> {
    let issue = |error: ItemError| {
        let kind = match error {
            ItemError::UnknownRegistration | ItemError::RegistrationNotFound => {
                IssueKind::ReferencedResourceNotFound
            }
            _ => IssueKind::InvalidInput,
        };
        Issue::body(kind, format!("items[{place}].id"), Text::Rule(error))
    };
    errors.iter().map(issue).collect()
}
