//! The SOAP door: it turns messages into use cases and their outcome into messages, and decides nothing.

mod action;
mod media_type;
mod translate;

use std::sync::Arc;

use app::App;
use domain::{
    Caller, CancelPresence, CancelPresences, Channel, ClientId, GetPresence, ItemErrors,
    RegisterPresences, RegistrationId, SearchPresences, SearchRefusal,
};

use wss::{SignatureAlgorithm, Verified};

use crate::Endpoint;
use crate::decode::decode;
use crate::encode::{self, Refused};
use crate::fault::{
    Environment, Fault, FaultSettings, TransportFault, creation_ends_before_it_begins,
    period_ends_before_it_begins,
};
use crate::gate::{Admitted, Gate, Shown};
use crate::message::{CancelItem, GetRequest, Request, SearchRequest, SubmittedItem};
use crate::token::{self, TokenSettings};
use crate::xml::{Limits, to_text};

/// What a door is told.
pub struct DoorSettings {
    /// How far a message may go.
    pub limits: Limits,
    /// The environment that faults tell.
    pub environment: Environment,
    /// Whom to ask, as faults tell.
    pub contact: Option<String>,
    /// Who is let in.
    pub gate: Gate,
    /// How tokens are issued.
    pub tokens: TokenSettings,
    /// Makes the ticket of each call: unique, and free of what XML would escape.
    pub tickets: Box<dyn Fn() -> String + Send + Sync>,
}

/// Whether a caller may call now, which is asked as soon as it is known who calls.
pub trait Turns: Send + Sync {
    /// Takes the caller's turn, or answers why it has none.
    fn take(&self, caller: &Caller) -> Result<(), TransportFault>;
}

/// Everybody may call always.
impl Turns for () {
    fn take(&self, _: &Caller) -> Result<(), TransportFault> {
        Ok(())
    }
}

/// One call, as the transport received it.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// The address that was called.
    pub endpoint: Endpoint,
    /// The `Content-Type`.
    pub content_type: Option<&'a str>,
    /// The `SOAPAction`, with its quotes if it has any.
    pub soap_action: Option<&'a str>,
    /// The body, unpacked.
    pub body: &'a [u8],
    /// The certificate that was shown when the connection was made.
    pub shown: Option<Shown<'a>>,
    /// Whether the caller may call now.
    pub turns: &'a dyn Turns,
}

/// What to answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status: 200, or 500 with a fault.
    pub status: u16,
    /// The message.
    pub body: Vec<u8>,
    /// After how many seconds a retry is worth while.
    pub retry_after: Option<u32>,
    /// For log and metrics.
    pub outcome: Outcome,
}

/// What became of a call.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The operation, once it is known.
    pub operation: Option<&'static str>,
    /// How many items the call had, or a search found on its page.
    pub items: u32,
    /// How many of them were refused.
    pub refused: u32,
    /// The code of the fault.
    pub fault: Option<&'static str>,
    /// The ticket.
    pub ticket: String,
    /// The client that called, once it is known.
    pub client: Option<ClientId>,
    /// What only the log may show, as why a call was refused; never a person's number.
    pub detail: Option<String>,
}

/// What has become known of a call so far.
#[derive(Default)]
struct Known {
    operation: Option<&'static str>,
    client: Option<ClientId>,
    note: Option<&'static str>,
}

impl Known {
    /// What the log says of a call that was answered.
    fn detail(&self, refused: Option<String>) -> Option<String> {
        match (self.note, refused) {
            (Some(note), Some(refused)) => Some(format!("{note}; {refused}")),
            (note, refused) => refused.or(note.map(str::to_owned)),
        }
    }
}

/// What the log says of a call that the setting `sha1` lets in, so that an operator sees who still needs it.
const SHA1: &str = "signed with RSA-SHA1, which the setting sha1 lets in";

/// The SOAP door.
pub struct Door {
    app: Arc<App>,
    limits: Limits,
    faults: FaultSettings,
    gate: Gate,
    tokens: TokenSettings,
    tickets: Box<dyn Fn() -> String + Send + Sync>,
}

/// A body to answer, with how many items it has and how many were refused.
struct Done {
    body: Vec<u8>,
    items: usize,
    refused: usize,
    /// What the log says of those that were refused.
    why: Option<String>,
}

impl Door {
    /// A door to `app`.
    pub fn new(app: Arc<App>, settings: DoorSettings) -> Self {
        let DoorSettings { limits, environment, contact, gate, tokens, tickets } = settings;
        Self { app, limits, faults: FaultSettings { environment, contact }, gate, tokens, tickets }
    }

    /// Is nothing asked of who calls this address?
    pub fn is_open(&self, endpoint: Endpoint) -> bool {
        self.gate.is_open(endpoint)
    }

    /// Serves one call.
    pub async fn call(&self, call: Call<'_>) -> Answer {
        let mut known = Known::default();
        // Before anything else: what is written down of the call has it too.
        let ticket = (self.tickets)();
        match self.serve(call, &ticket, &mut known).await {
            Ok(Done { body, items, refused, why }) => Answer {
                status: 200,
                body,
                retry_after: None,
                outcome: Outcome {
                    operation: known.operation,
                    items: u32::try_from(items).unwrap_or(u32::MAX),
                    refused: u32::try_from(refused).unwrap_or(u32::MAX),
                    fault: None,
                    ticket,
                    detail: known.detail(why),
                    client: known.client,
                },
            },
            Err(fault) => self.answer(&fault, known, ticket),
        }
    }

    /// Answers a call that the transport refused.
    pub fn fault(&self, fault: TransportFault) -> Answer {
        self.answer(&fault.into(), Known::default(), (self.tickets)())
    }

    fn answer(&self, fault: &Fault, known: Known, ticket: String) -> Answer {
        let told = fault.detail.as_ref().map(|texts| texts.en.clone());
        Answer {
            status: 500,
            body: fault.envelope(&ticket, &self.faults),
            retry_after: fault.retry_after(),
            outcome: Outcome {
                operation: known.operation,
                items: 0,
                refused: 0,
                fault: Some(fault.code.code()),
                ticket,
                client: known.client,
                detail: fault.private.clone().or(told),
            },
        }
    }

    async fn serve(&self, call: Call<'_>, ticket: &str, known: &mut Known) -> Result<Done, Fault> {
        let charset = media_type::charset(call.content_type)?;
        let text = to_text(call.body, charset)?;
        if call.endpoint == Endpoint::TokenService {
            known.operation = Some(token::OPERATION);
            let id = format!("_{}", (self.tickets)());
            let answer = token::answer(&self.gate, self.tokens, call, &text, &id);
            let (body, caller) = answer.await?;
            known.client = caller.client_id().cloned();
            return Ok(Done { body, items: 1, refused: 0, why: None });
        }
        let Admitted { caller, signed } = self.gate.admit(call.endpoint, &text, call.shown).await?;
        known.client = caller.client_id().cloned();
        let sha1 = signed.as_ref().is_some_and(|it| it.algorithm == SignatureAlgorithm::RsaSha1);
        known.note = sha1.then_some(SHA1);
        let caller = caller.with_ticket(ticket);
        call.turns.take(&caller)?;
        let message = signed.as_ref().map_or(&*text, Verified::message);
        let request = decode(message, &self.limits)?;
        let name = action::operation(&request);
        known.operation = Some(name);
        action::check(call.soap_action, name)?;
        match request {
            Request::Register(items) => self.register(&caller, &items).await,
            Request::Cancel(items) => self.cancel(&caller, &items).await,
            Request::Search(request) => self.search(&caller, &request).await,
            Request::Get(request) => self.get(&caller, request).await,
        }
    }

    async fn register(&self, caller: &Caller, items: &[SubmittedItem<'_>]) -> Result<Done, Fault> {
        let drafts: Vec<_> = items.iter().map(translate::draft).collect();
        let answers = self
            .app
            .register(caller, RegisterPresences { channel: Channel::WebService, drafts: &drafts })
            .await;
        let answers = answers.map_err(|error| Fault::from(&error))?;
        Ok(done(encode::registered(items, &answers), &answers))
    }

    async fn cancel(&self, caller: &Caller, items: &[CancelItem<'_>]) -> Result<Done, Fault> {
        let cancellations: Vec<_> =
            items.iter().map(|item| CancelPresence { id: item.id, reason: &item.reason }).collect();
        let command =
            CancelPresences { channel: Channel::WebService, cancellations: &cancellations };
        let answers = self.app.cancel(caller, command).await;
        let answers = answers.map_err(|error| Fault::from(&error))?;
        Ok(done(encode::cancelled(items, &answers), &answers))
    }

    async fn search(&self, caller: &Caller, request: &SearchRequest<'_>) -> Result<Done, Fault> {
        let query = SearchPresences { draft: translate::search(request) };
        let answer = self.app.search(caller, query).await;
        let (refused, why) = match answer.map_err(|error| Fault::from(&error))? {
            Ok(page) => {
                let body = encode::found(request, &page);
                let items = page.registrations.len();
                return Ok(Done { body, items, refused: 0, why: None });
            }
            Err(SearchRefusal::PeriodEndsBeforeItBegins(place)) => {
                return Err(period_ends_before_it_begins(place));
            }
            // SOAP has no criterion of moments, so that the second never comes.
            Err(
                SearchRefusal::CreationEndsBeforeItBegins
                | SearchRefusal::MomentsEndBeforeTheyBegin,
            ) => {
                return Err(creation_ends_before_it_begins());
            }
            Err(SearchRefusal::Invalid(errors)) => {
                let body = encode::refused(request, &Refused::Invalid(&errors));
                (body, domain::tally_errors([&errors]))
            }
            Err(SearchRefusal::TooBroad { budget }) => {
                let body = encode::refused(request, &Refused::TooBroad { budget });
                let error = domain::Error::new(domain::ErrorKind::SearchTooBroad { budget });
                (body, Some(error.for_log()))
            }
        };
        Ok(Done { body: refused, items: 1, refused: 1, why })
    }

    async fn get(&self, caller: &Caller, request: GetRequest) -> Result<Done, Fault> {
        let query = GetPresence { id: RegistrationId::new(request.id) };
        let dossier = self.app.get(caller, query).await.map_err(|error| Fault::from(&error))?;
        let body = encode::got(request, dossier.as_ref().ok());
        let why = dossier.err().map(|unseen| unseen.to_string());
        Ok(Done { body, items: 1, refused: usize::from(why.is_some()), why })
    }
}

fn done<T>(body: Vec<u8>, answers: &[Result<T, ItemErrors>]) -> Done {
    let errors = || answers.iter().filter_map(|answer| answer.as_ref().err());
    let (refused, why) = (errors().count(), domain::tally_errors(errors()));
    Done { body, items: answers.len(), refused, why }
}
