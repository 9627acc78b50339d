use domain::place::NearAddress;
use domain::{
    AuditAction, Caller, Coordinates, Dossier, Error, ErrorKind, EventKind, GetPresence, Page,
    Performance, SearchDraft, SearchPage, SearchPresences, SearchRefusal, WorkMoment, performances,
};

use crate::App;
use crate::audit::criteria;

impl App {
    /// Finds registrations. A search that makes no sense, or that is too broad, is refused with the reason.
    pub async fn search(
        &self,
        caller: &Caller,
        query: SearchPresences<'_>,
    ) -> Result<Result<SearchPage, SearchRefusal>, Error> {
        let search = match query.draft.check(self.today()) {
            Ok(search) => search,
            Err(refusal) => return self.refused(caller, String::new(), refusal).await,
        };
        self.permit(caller, AuditAction::Search, caller.may_search(&search)).await?;
        let criteria = criteria(&search);
        let visible = self.visibility(caller, &search).await?;
        match self.store.registrations().search(search, visible, self.search_budget).await {
            Ok(page) => {
                let action = AuditAction::Search;
                self.write_down(caller, action, criteria, &page.registrations).await?;
                Ok(Ok(seen_page(caller, page)))
            }
            Err(error) => match error.kind() {
                ErrorKind::SearchTooBroad { budget } => {
                    self.refused(caller, criteria, SearchRefusal::TooBroad { budget }).await
                }
                _ => Err(error),
            },
        }
    }

    /// A search that was refused shows nothing, and is written down all the same.
    async fn refused<T>(
        &self,
        caller: &Caller,
        criteria: String,
        refusal: SearchRefusal,
    ) -> Result<Result<T, SearchRefusal>, Error> {
        self.write_down(caller, AuditAction::Search, criteria, &[]).await?;
        Ok(Err(refusal))
    }

    /// The performances of what a search finds; its events, its order and its page do not count.
    pub async fn performances(
        &self,
        caller: &Caller,
        draft: SearchDraft<'_>,
    ) -> Result<Result<Vec<Performance>, SearchRefusal>, Error> {
        let events = Some([EventKind::In, EventKind::Out].into_iter().collect());
        let draft = SearchDraft { events, ..draft };
        let mut search = match draft.check(self.today()) {
            Ok(search) => search,
            Err(refusal) => return self.refused(caller, String::new(), refusal).await,
        };
        // All of them: the budget bounds how many that can be.
        search.page = Page { first_row: 0, fetch_size: u16::MAX };
        self.permit(caller, AuditAction::Search, caller.may_search(&search)).await?;
        let criteria = criteria(&search);
        let budget = self.search_budget.min(u16::MAX.into());
        let visible = self.visibility(caller, &search).await?;
        match self.store.registrations().search(search, visible, budget).await {
            Ok(page) => {
                let action = AuditAction::Search;
                self.write_down(caller, action, criteria, &page.registrations).await?;
                let SearchPage { registrations, .. } = seen_page(caller, page);
                Ok(Ok(performances(registrations.iter().filter_map(WorkMoment::of).collect())))
            }
            Err(error) => match error.kind() {
                ErrorKind::SearchTooBroad { budget } => {
                    self.refused(caller, criteria, SearchRefusal::TooBroad { budget }).await
                }
                _ => Err(error),
            },
        }
    }

    /// The addresses at or near a point, nearest first. Everyone may see them.
    pub async fn addresses_near(
        &self,
        point: Coordinates,
        metres: u32,
    ) -> Result<Vec<NearAddress>, Error> {
        self.store.addresses().nearest(point, metres, 100).await
    }

    /// One registration with its history; `None` for an id that was never given out, and for one that the caller may
    /// not see: nothing tells the two apart.
    pub async fn get(&self, caller: &Caller, query: GetPresence) -> Result<Option<Dossier>, Error> {
        self.permit(caller, AuditAction::Get, caller.may_get()).await?;
        let dossier = self.seen(caller, query.id).await?;
        let asked = query.id.map(|id| format!("id={id}")).unwrap_or_default();
        let shown = dossier.as_ref().map(|dossier| &dossier.registration);
        self.write_down(caller, AuditAction::Get, asked, shown.map_or(&[], std::slice::from_ref))
            .await?;
        Ok(dossier.map(|dossier| caller.reads_dossier(dossier)))
    }
}

fn seen_page(caller: &Caller, page: SearchPage) -> SearchPage {
    let SearchPage { count, registrations } = page;
    let registrations = registrations.into_iter().map(|it| caller.reads(it)).collect();
    SearchPage { count, registrations }
}
