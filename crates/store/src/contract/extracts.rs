use domain::register::Register;
use jiff::Timestamp;

use super::Fixture;

/// Each register holds the extract that was noted last, also after a restart.
pub async fn the_extract_noted_last_is_remembered(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let (one, other) = (Register::Enterprises, Register::Persons);
    assert_eq!(store.extracts().extract(one).await.expect("read"), None);
    for number in [140, 141] {
        store.extracts().set_extract(one, number, Timestamp::UNIX_EPOCH).await.expect("noted");
    }
    drop(store);
    let store = fixture.open().await;
    assert_eq!(store.extracts().extract(one).await.expect("read"), Some(141));
    assert_eq!(store.extracts().extract(other).await.expect("read"), None);
}
