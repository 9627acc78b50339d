use domain::{Sector, Work, sample};

/// Sample works of each sector.
const PER_SECTOR: usize = 2;

/// The sample works, as the console shows them; all of them stand in the committed file, with contracts and sites.
pub(super) fn works() -> Vec<Work> {
    let sectors = Sector::ALL.into_iter().flat_map(|sector| [sector; PER_SECTOR]);
    sectors
        .zip(1..)
        .map(|(sector, index)| Work::new(sample::works_reference(index), sector))
        .collect()
}
