//! Calls that are done once, however often they are sent: what the first came to is told again.

use domain::{
    AuditAction, AuditEntry, Caller, ClientId, Dossier, Error, ErrorKind, ItemErrors,
    NewRegistration, Registration, RegistrationId, Sector, to_milliseconds,
};
use jiff::SignedDuration;
use store::{Kept, KeptItem, Once, ReplayKey};

use crate::App;

/// How long an outcome is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// By which a caller marks a call that it may have to send again.
#[derive(Clone, Copy, Debug)]
pub struct CallKey<'a> {
    /// What the caller has chosen; another caller's is another key.
    pub key: &'a str,
    /// What it asks for: with the same key the same, to the byte.
    pub request: &'a [u8],
}

/// The caller has used the key for another request already. Nothing was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyTaken;

/// An answer for each item.
pub type Answers = Vec<Result<Registration, ItemErrors>>;

impl App {
    /// What the store is to know of a call with a key.
    pub(crate) fn once(
        &self,
        caller: &Caller,
        action: AuditAction,
        key: Option<CallKey<'_>>,
    ) -> Option<Once> {
        let CallKey { key, request } = key?;
        let now = to_milliseconds(self.clock.now());
        let sender = caller.sender().id.as_deref();
        let id = caller.client_id().map_or(sender.unwrap_or_default(), ClientId::as_str);
        let acting_for = caller.acting_for().map(|company| company.to_string()).unwrap_or_default();
        let parts = [caller.role(), id, &*acting_for, action.name(), key];
        Some(Once {
            key: ReplayKey::of("call", &parts.map(str::as_bytes)),
            request: ReplayKey::of("request", &[request]),
            now,
            until: now.saturating_add(KEPT).unwrap_or(now),
            refused: Vec::new(),
        })
    }

    /// What an earlier call with the key came to.
    pub(crate) async fn done_before(&self, once: Option<&Once>) -> Result<Option<Kept>, Error> {
        match once {
            Some(once) => self.store.registrations().kept(once.key, once.now).await,
            None => Ok(None),
        }
    }

    /// Tells again what an earlier call came to: each registration as `tell` makes it of what it is now.
    pub(crate) async fn tell_again(
        &self,
        caller: &Caller,
        action: AuditAction,
        once: Option<Once>,
        kept: Kept,
        tell: fn(Registration, Option<Sector>) -> Registration,
    ) -> Result<Result<Answers, KeyTaken>, Error> {
        if once.is_none_or(|once| once.request != kept.request) {
            return Ok(Err(KeyTaken));
        }
        let mut answers = Vec::with_capacity(kept.items.len());
        for item in kept.items {
            answers.push(match item {
                KeptItem::Done(id, sector) => Ok(tell(self.stored(id).await?, sector)),
                KeptItem::Refused(errors) => Err(errors),
            });
        }
        let shown: Vec<_> = answers.iter().flatten().cloned().collect();
        let entry: AuditEntry = self.entry(caller, action).showing(&shown);
        let entry = AuditEntry { detail: "told again".to_owned(), ..entry };
        self.store.audit().append(entry).await?;
        Ok(Ok(answers))
    }

    async fn stored(&self, id: RegistrationId) -> Result<Registration, Error> {
        let dossier = self.store.registrations().dossier(id).await?;
        let Some(Dossier { registration, .. }) = dossier else {
            return Err(Error::new(ErrorKind::Internal));
        };
        Ok(registration)
    }
}

/// A registration as it stood when it had just been stored.
pub(crate) fn as_first_stored(registration: Registration, sector: Option<Sector>) -> Registration {
    let Registration { id, submission, created, channel, sender, .. } = registration;
    NewRegistration { submission, sector, created, channel, sender }.stored_as(id)
}

/// A cancelled registration, which nothing changes any more but what the registers tell of it.
pub(crate) fn as_cancelled(registration: Registration, sector: Option<Sector>) -> Registration {
    Registration { sector, ..registration }
}
