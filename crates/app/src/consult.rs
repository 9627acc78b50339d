use domain::{
    Caller, Dossier, Error, ErrorKind, GetPresence, SearchPage, SearchPresences, SearchRefusal,
};

use crate::App;
use crate::permission::refused;

impl App {
    /// Finds registrations. A search that makes no sense, or that is too broad, is refused with the reason.
    pub async fn search(
        &self,
        caller: &Caller,
        query: SearchPresences<'_>,
    ) -> Result<Result<SearchPage, SearchRefusal>, Error> {
        let search = match query.draft.check(self.today()) {
            Ok(search) => search,
            Err(refusal) => return Ok(Err(refusal)),
        };
        caller.may_search(&search).map_err(refused)?;
        let visible = caller.visibility();
        match self.store.registrations().search(search, visible, self.search_budget).await {
            Ok(page) => Ok(Ok(seen_page(caller, page))),
            Err(error) => match error.kind() {
                ErrorKind::SearchTooBroad { budget } => Ok(Err(SearchRefusal::TooBroad { budget })),
                _ => Err(error),
            },
        }
    }

    /// One registration with its history; `None` for an id that was never given out, and for one that the caller may
    /// not see: nothing tells the two apart.
    pub async fn get(&self, caller: &Caller, query: GetPresence) -> Result<Option<Dossier>, Error> {
        caller.may_get().map_err(refused)?;
        let dossier = self.seen(caller, query.id).await?;
        Ok(dossier.map(|dossier| caller.reads_dossier(dossier)))
    }
}

fn seen_page(caller: &Caller, page: SearchPage) -> SearchPage {
    let SearchPage { count, registrations } = page;
    let registrations = registrations.into_iter().map(|it| caller.reads(it)).collect();
    SearchPage { count, registrations }
}
