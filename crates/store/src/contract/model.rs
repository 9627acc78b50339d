//! The plain definition of a search, which knows nothing of indexes.

use std::cmp::Ordering;

use domain::{Direction, Registration, Search, SortKey, Visibility};

/// Every registration that matches and may be seen, in the order of the search.
pub(super) fn found(
    all: &[Registration],
    search: &Search,
    visible: &Visibility,
) -> Vec<Registration> {
    let mut found: Vec<_> =
        all.iter().filter(|it| matches(it, search) && visible.shows(it)).cloned().collect();
    found.sort_by(|a, b| {
        let keys = compare(a, b, search.sort.key);
        let keys = match search.sort.direction {
            Direction::Ascending => keys,
            Direction::Descending => keys.reverse(),
        };
        keys.then(a.id.cmp(&b.id))
    });
    found
}

fn matches(registration: &Registration, search: &Search) -> bool {
    let submission = &registration.submission;
    let day = submission.day;
    let moment = submission.moment.as_deref();
    search.inss.is_none_or(|inss| submission.who.inss() == Some(inss))
        && search.company.is_none_or(|company| submission.who.company() == Some(company))
        && search.works.is_none_or(|works| submission.works == works)
        && search.statuses.is_none_or(|statuses| statuses.contains(registration.status))
        && search.remarks.is_none_or(|remarks| remarks.intersects(registration.remarks))
        && search.days.intervals().iter().any(|(first, last)| (first..=last).contains(&&day))
        && search.created_from.is_none_or(|from| registration.created >= from)
        && search.created_until.is_none_or(|until| registration.created <= until)
        && search.sector.is_none_or(|sector| registration.sector == Some(sector))
        && search.events.is_none_or(|events| events.contains(submission.event()))
        && search.foreign_vat.as_ref().is_none_or(|vat| submission.who.foreign_vat() == Some(vat))
        && search.moment_from.is_none_or(|from| moment.is_some_and(|moment| moment.at >= from))
        && search.moment_until.is_none_or(|until| moment.is_some_and(|moment| moment.at <= until))
        && search.near.is_none_or(|near| {
            let point = moment.and_then(|moment| moment.place.coordinates());
            point.is_some_and(|point| near.contains(point))
        })
}

/// Those of `found` that come after the mark of the search.
pub(super) fn after_mark(found: Vec<Registration>, search: &Search) -> Vec<Registration> {
    let Some(mark) = &search.after else { return found };
    let key = search.sort.key;
    let comes_after = |registration: &Registration| {
        let keys = key.value(registration).cmp(&mark.value);
        let keys = match search.sort.direction {
            Direction::Ascending => keys,
            Direction::Descending => keys.reverse(),
        };
        keys.then(registration.id.cmp(&mark.id)).is_gt()
    };
    found.into_iter().filter(comes_after).collect()
}

fn compare(a: &Registration, b: &Registration, key: SortKey) -> Ordering {
    match key {
        SortKey::Id => a.id.cmp(&b.id),
        SortKey::RegistrationDate => a.submission.day.cmp(&b.submission.day),
        SortKey::CreationDate => a.created.cmp(&b.created),
        SortKey::Status => a.status.protocol().cmp(b.status.protocol()),
        SortKey::PlaceOfWork => a.submission.works.as_str().cmp(b.submission.works.as_str()),
        SortKey::CompanyId => a.submission.who.company().cmp(&b.submission.who.company()),
        SortKey::Channel => a.channel.protocol().cmp(b.channel.protocol()),
        SortKey::SenderId => a.sender.id.cmp(&b.sender.id),
    }
}
