use domain::{Cause, RegistrationId, Status};

use super::Fixture;
use super::samples::{stored, worker};

/// Ids beside the given ones lead nowhere.
pub async fn an_unknown_id_is_not_found(fixture: &impl Fixture) {
    let store = fixture.open().await;
    stored(&*store, vec![worker(1, 1, 1)]).await;
    let unknown = RegistrationId::new(RegistrationId::MAX).expect("an id");
    assert_eq!(store.registrations().dossier(unknown).await.expect("read"), None);
}

/// The first step is that it was stored.
pub async fn a_new_registration_has_one_step_in_its_history(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let registration = stored(&*store, vec![worker(1, 1, 1)]).await.remove(0);
    let dossier =
        store.registrations().dossier(registration.id).await.expect("read").expect("found");
    let [first] = &dossier.history[..] else { panic!("one step: {:?}", dossier.history) };
    assert_eq!((first.at, first.status), (registration.created, Status::Registered));
    assert_eq!(first.cause, Cause::Registration);
}
