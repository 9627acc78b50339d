use domain::{
    Caller, Dossier, Error, ErrorKind, GetPresence, SearchPage, SearchPresences, SearchRefusal,
};

use crate::App;

impl App {
    /// Finds registrations. A search that makes no sense, or that is too broad, is refused with the reason.
    pub async fn search(
        &self,
        _caller: &Caller,
        query: SearchPresences<'_>,
    ) -> Result<Result<SearchPage, SearchRefusal>, Error> {
        let search = match query.draft.check(self.today()) {
            Ok(search) => search,
            Err(refusal) => return Ok(Err(refusal)),
        };
        match self.store.registrations().search(search, self.search_budget).await {
            Ok(page) => Ok(Ok(page)),
            Err(error) => match error.kind() {
                ErrorKind::SearchTooBroad { budget } => Ok(Err(SearchRefusal::TooBroad { budget })),
                _ => Err(error),
            },
        }
    }

    /// One registration with its history; `None` for an id that was never given out.
    pub async fn get(
        &self,
        _caller: &Caller,
        query: GetPresence,
    ) -> Result<Option<Dossier>, Error> {
        match query.id {
            Some(id) => self.store.registrations().dossier(id).await,
            None => Ok(None),
        }
    }
}
