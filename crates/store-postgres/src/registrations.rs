use std::sync::Arc;

use async_trait::async_trait;
use domain::{
    Dossier, Error, ItemErrors, NewRegistration, Registration, RegistrationId, Search, SearchPage,
    Visibility, WorkMoment,
};
use jiff::Timestamp;
use store::{Audit, Beside, Kept, Registrations, ReplayKey, Transition, Written};
use tokio::sync::{mpsc, oneshot};

use crate::failure::Failure;
use crate::register::Call;
use crate::{PostgresStore, amend, lookup, once, search};

#[async_trait]
impl Registrations for PostgresStore {
    async fn register_with(
        &self,
        registrations: Vec<NewRegistration>,
        beside: Beside,
    ) -> Result<Written<Vec<Registration>>, Error> {
        let Beside { entry, once } = beside;
        if let Some(once) = once {
            return Ok(self.register.store_once(registrations, entry, &once).await?);
        }
        if registrations.is_empty() {
            if let Some(entry) = entry {
                Audit::append(self, entry).await?;
            }
            return Ok(Written::Now(Vec::new()));
        }
        let (reply, answer) = oneshot::channel();
        let call = Call { new: registrations, entry, reply };
        self.calls.try_send(call).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Failure::Full,
            mpsc::error::TrySendError::Closed(_) => Failure::Closed,
        })?;
        answer.await.unwrap_or_else(|_| Err(Failure::Closed.into())).map(Written::Now)
    }

    async fn amend_with(
        &self,
        ids: Vec<Option<RegistrationId>>,
        transition: Arc<Transition>,
        beside: Beside,
    ) -> Result<Written<Vec<Result<Registration, ItemErrors>>>, Error> {
        let amend = || async {
            let mut connection = self.database.connection().await?;
            amend::amend(&mut connection, self.layout, &ids, &*transition, &beside).await
        };
        // With a key, what was done already is told, not done again.
        let written = if beside.once.is_some() {
            self.database.repeat_always("amend once", amend).await?
        } else {
            self.database.repeat("amend", amend).await?
        };
        if let Written::Now(answers) = &written {
            let rows = answers.iter().filter(|answer| answer.is_ok()).count();
            self.counters.committed(1, rows + usize::from(beside.entry.is_some()));
        }
        Ok(written)
    }

    async fn kept(&self, key: ReplayKey, now: Timestamp) -> Result<Option<Kept>, Error> {
        let kept = self.database.repeat_always("kept outcome", || async {
            once::kept(&**self.database.connection().await?, key, now).await
        });
        Ok(kept.await?)
    }

    async fn search(
        &self,
        search: Search,
        visible: Visibility,
        budget: u32,
    ) -> Result<SearchPage, Error> {
        let page = self.database.repeat_always("search", || async {
            search::search(
                &self.database.connection().await?,
                self.layout,
                &search,
                &visible,
                budget,
            )
            .await
        });
        Ok(page.await?)
    }

    async fn moments(
        &self,
        search: Search,
        visible: Visibility,
        budget: u32,
    ) -> Result<Vec<WorkMoment>, Error> {
        let moments = self.database.repeat_always("moments", || async {
            search::moments(
                &self.database.connection().await?,
                self.layout,
                &search,
                &visible,
                budget,
            )
            .await
        });
        Ok(moments.await?)
    }

    async fn dossier(&self, id: RegistrationId) -> Result<Option<Dossier>, Error> {
        let dossier = self.database.repeat_always("dossier", || async {
            lookup::dossier(&mut self.database.connection().await?, self.layout, id).await
        });
        Ok(dossier.await?)
    }
}
