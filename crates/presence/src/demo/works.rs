use domain::register::Change;
use domain::{Clock, Error, Sector, Work, sample};
use store::Store;

/// Sample works of each sector.
const PER_SECTOR: usize = 2;

/// The sample works: always the same, with references that nobody declared.
pub(super) fn works() -> Vec<Work> {
    let sectors = Sector::ALL.into_iter().flat_map(|sector| [sector; PER_SECTOR]);
    sectors
        .zip(1..)
        .map(|(sector, index)| Work::new(sample::works_reference(index), sector))
        .collect()
}

/// Makes the sample works known.
pub(crate) async fn fill(store: &dyn Store, clock: &dyn Clock) -> Result<(), Error> {
    let change = Change::put_works(works(), "demonstration", clock.now());
    store.registers().change(change).await.map(drop)
}
