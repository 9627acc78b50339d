use domain::place::NearAddress;
use domain::{
    AuditAction, AuditEntry, Caller, Coordinates, Dossier, Error, ErrorKind, EventKind,
    GetPresence, Performance, PerformancePlace, Search, SearchDraft, SearchPage, SearchPresences,
    SearchRefusal, Unseen, Work, WorksReference, performances,
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

    /// The performances that begin or end on the days of a search, whole, also where their other moment lies on the day
    /// before or after. The events of the search, its order and its page do not count.
    pub async fn performances(
        &self,
        caller: &Caller,
        draft: SearchDraft<'_>,
        page: PerformanceQuery,
    ) -> Result<Result<PerformancePage, SearchRefusal>, Error> {
        let events = Some([EventKind::In, EventKind::Out].into_iter().collect());
        let draft = SearchDraft { events, ..draft };
        let search = match draft.check(self.today()) {
            Ok(search) => search,
            Err(refusal) => return self.refused(caller, String::new(), refusal).await,
        };
        self.permit(caller, AuditAction::Search, caller.may_search(&search)).await?;
        let criteria = criteria(&search);
        let wanted = search.days.clone();
        let search = Search { days: search.days.with_neighbours(), ..search };
        let visible = self.visibility(caller, &search).await?;
        let moments =
            match self.store.registrations().moments(search, visible, self.search_budget).await {
                Ok(moments) => moments,
                Err(error) => match error.kind() {
                    ErrorKind::SearchTooBroad { budget } => {
                        let refusal = SearchRefusal::TooBroad { budget };
                        return self.refused(caller, criteria, refusal).await;
                    }
                    _ => return Err(error),
                },
            };
        let mut found = performances(moments);
        found.retain(|it| it.touches(|day| wanted.contains(day)));
        let page = page.of(found);
        let entry =
            self.entry(caller, AuditAction::Search).showing_performances(&page.performances);
        self.store.audit().append(AuditEntry { detail: criteria, ..entry }).await?;
        Ok(Ok(page))
    }

    /// A work, with what the caller may see of its contracts. It names no person, and so is not written down.
    pub async fn work_seen(
        &self,
        caller: &Caller,
        reference: WorksReference,
    ) -> Result<Option<Work>, Error> {
        let work = self.store.works().work(reference).await?;
        Ok(work.map(|work| caller.reads_work(work)))
    }

    /// The addresses at or near a point, nearest first. Everyone may see them.
    pub async fn addresses_near(
        &self,
        point: Coordinates,
        metres: u32,
    ) -> Result<Vec<NearAddress>, Error> {
        self.store.addresses().nearest(point, metres, 100).await
    }

    /// One registration with its history. No door may tell its caller why one is not shown.
    pub async fn get(
        &self,
        caller: &Caller,
        query: GetPresence,
    ) -> Result<Result<Dossier, Unseen>, Error> {
        self.permit(caller, AuditAction::Get, caller.may_get()).await?;
        let dossier = self.seen(caller, query.id).await?;
        let asked = query.id.map(|id| format!("id={id}")).unwrap_or_default();
        let shown = dossier.as_ref().ok().map(|dossier| &dossier.registration);
        self.write_down(caller, AuditAction::Get, asked, shown.map_or(&[], std::slice::from_ref))
            .await?;
        Ok(dossier.map(|dossier| caller.reads_dossier(dossier)))
    }
}

/// Which part of the performances.
#[derive(Clone, Copy, Debug)]
pub struct PerformanceQuery {
    /// Those after this place; from the first on where there is none.
    pub after: Option<PerformancePlace>,
    /// How many at most.
    pub size: usize,
}

/// A part of the performances.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PerformancePage {
    /// The performances.
    pub performances: Vec<Performance>,
    /// How many there are in all.
    pub total: usize,
    /// Are there any after these?
    pub more: bool,
}

impl PerformanceQuery {
    fn of(self, mut found: Vec<Performance>) -> PerformancePage {
        let total = found.len();
        let passed = |after| found.partition_point(|it| it.place() <= after);
        let first = self.after.map_or(0, passed);
        found.drain(..first);
        let more = found.len() > self.size;
        found.truncate(self.size);
        PerformancePage { performances: found, total, more }
    }
}

fn seen_page(caller: &Caller, page: SearchPage) -> SearchPage {
    let SearchPage { count, registrations } = page;
    let registrations = registrations.into_iter().map(|it| caller.reads(it)).collect();
    SearchPage { count, registrations }
}
