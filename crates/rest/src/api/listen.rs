//! The stream of events, as server-sent events (WHATWG HTML, section 9.2) of `CloudEvents`.

use std::fmt::Write as _;
use std::sync::Arc;

use app::{Feed, Listening};
use domain::{Caller, StepPosition, WorksReference};

use super::answer::Answer;
use super::call::Call;
use super::door::{on_behalf_of, refuse};
use super::language::Language;
use super::problem::{Issue, IssueKind, Problem};
use super::text::Text;
use super::{numbers, route};
use crate::events::cloud_event;
use crate::oauth::{AccessRefusal, OAuth, Scope};

/// How many milliseconds a client waits before it connects again.
const RETRY: u32 = 2000;
const WORK: &str = "contractualRelationshipReference";

/// What lets callers listen to events.
pub struct Listeners {
    feed: Arc<Feed>,
    source: String,
    tickets: Box<dyn Fn() -> String + Send + Sync>,
}

/// One caller that listens, as long as its token lets it.
pub struct Subscription {
    caller: Caller,
    authorization: Vec<Vec<u8>>,
    behalf: Vec<Vec<u8>>,
    listening: Listening,
    /// What is to be said first.
    greeting: Option<String>,
    ticket: String,
}

impl Subscription {
    /// Who listens.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The ticket of the call.
    pub fn ticket(&self) -> &str {
        &self.ticket
    }

    /// Is there more to hear at once?
    pub fn has_more(&self) -> bool {
        self.listening.has_more()
    }

    /// What keeps the connection alive, and tells how far the client is: it goes on from here after a break, and does
    /// not look again at what it may not see.
    pub fn heartbeat(&self) -> String {
        match self.listening.position() {
            Some(position) => format!("id: {position}\n\n"),
            None => ":\n\n".to_owned(),
        }
    }
}

impl Listeners {
    /// Listeners to this feed. `source` is the address of the REST service, which events name.
    pub fn new(
        feed: Arc<Feed>,
        source: String,
        tickets: Box<dyn Fn() -> String + Send + Sync>,
    ) -> Self {
        Self { feed, source, tickets }
    }

    /// The feed.
    pub fn feed(&self) -> &Feed {
        &self.feed
    }

    /// Lets a caller listen who may; else what is answered to it. `last_event_ids` are the headers `Last-Event-ID`.
    pub async fn listen(
        &self,
        oauth: &OAuth,
        call: Call<'_>,
        last_event_ids: &[&[u8]],
    ) -> Result<Subscription, Box<Answer>> {
        let language = Language::preferred(call.accept_language);
        let ticket = (self.tickets)();
        let begun = self.begin(oauth, &call, last_event_ids, ticket.clone()).await;
        begun.map_err(|problem| {
            let mut answer = refuse(&problem, language, ticket);
            answer.operation = Some(route::EVENTS);
            Box::new(answer)
        })
    }

    async fn begin(
        &self,
        oauth: &OAuth,
        call: &Call<'_>,
        last_event_ids: &[&[u8]],
        ticket: String,
    ) -> Result<Subscription, Problem> {
        let caller = caller(oauth, call.authorization, call.on_behalf_of, &ticket).await?;
        let listening = Listening::new(work(call.query)?, position(last_event_ids)?);
        let copied = |headers: &[&[u8]]| headers.iter().map(|it| it.to_vec()).collect();
        let mut subscription = Subscription {
            caller,
            authorization: copied(call.authorization),
            behalf: copied(call.on_behalf_of),
            listening,
            greeting: None,
            ticket,
        };
        // Whoever may not listen is told so now, by a status.
        let first = self.events(&mut subscription).await.map_err(Problem::from)?;
        let head = format!("retry: {RETRY}\n{}", subscription.heartbeat());
        subscription.greeting = Some(head + &first);
        Ok(subscription)
    }

    /// What is to be told next; nothing where nothing is new, `None` where the caller may not listen any more: its token
    /// is over, or it was revoked.
    pub async fn hear(&self, oauth: &OAuth, subscription: &mut Subscription) -> Option<String> {
        if let Some(greeting) = subscription.greeting.take() {
            return Some(greeting);
        }
        let headers = |all: &[Vec<u8>]| all.to_vec();
        let (authorization, behalf) =
            (headers(&subscription.authorization), headers(&subscription.behalf));
        let authorization: Vec<_> = authorization.iter().map(Vec::as_slice).collect();
        let behalf: Vec<_> = behalf.iter().map(Vec::as_slice).collect();
        match caller(oauth, &authorization, &behalf, &subscription.ticket).await {
            Ok(caller) => subscription.caller = caller,
            Err(problem) => {
                let (ticket, detail) = (&subscription.ticket, problem.why());
                tracing::info!(ticket, detail, "a stream of events ends");
                return None;
            }
        }
        match self.events(subscription).await {
            Ok(text) => Some(text),
            Err(error) => {
                let (ticket, detail) = (&subscription.ticket, error.for_log());
                tracing::warn!(ticket, detail, "a stream of events ends");
                None
            }
        }
    }

    async fn events(&self, subscription: &mut Subscription) -> Result<String, domain::Error> {
        let Subscription { caller, listening, .. } = subscription;
        let mut text = String::new();
        for step in self.feed.hear(caller, listening).await? {
            let event = cloud_event(&step, &self.source);
            // JSON has no line break outside of its texts, and escapes those inside.
            write!(text, "id: {}\ndata: {event}\n\n", step.position).expect("a String");
        }
        Ok(text)
    }
}

async fn caller(
    oauth: &OAuth,
    authorization: &[&[u8]],
    behalf: &[&[u8]],
    ticket: &str,
) -> Result<Caller, Problem> {
    let access = oauth.access(authorization.iter().copied()).await?;
    access.require(Scope::Events).map_err(|refusal: AccessRefusal| Problem::from(refusal))?;
    on_behalf_of(&access, behalf).map(|caller| caller.with_ticket(ticket))
}

/// The work that the query names.
fn work(query: &str) -> Result<Option<WorksReference>, Problem> {
    let mut work = None;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let issue = |kind, detail| Issue { kind, place: "query", name: Some(name.into()), detail };
        if name != WORK {
            return Err(issue(IssueKind::UnknownInput, Text::Unknown).into());
        }
        let read = WorksReference::parse(value).filter(|_| work.is_none());
        let wrong = || issue(IssueKind::SchemaViolation, Text::Expected(numbers::WORKS));
        work = Some(read.ok_or_else(wrong)?);
    }
    Ok(work)
}

/// The position that the client names as its last.
fn position(headers: &[&[u8]]) -> Result<Option<StepPosition>, Problem> {
    let name = Some("Last-Event-ID".to_owned());
    let detail = Text::Expected("once, the id of an event of this stream");
    let wrong = Issue { kind: IssueKind::SchemaViolation, place: "header", name, detail };
    match headers {
        [] => Ok(None),
        [one] => {
            let text = std::str::from_utf8(one).ok();
            Ok(Some(text.and_then(StepPosition::parse).ok_or(wrong)?))
        }
        _ => Err(wrong.into()),
    }
}
