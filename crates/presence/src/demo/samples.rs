use domain::{EnterpriseNumber, Inss, sample};

const WORKERS: u32 = 10;
/// How far the indexes of two sample workers are apart, so that their births differ.
const STRIDE: u32 = 1_234_567;

/// The sample workers.
pub(super) fn workers() -> Vec<Inss> {
    (1..=WORKERS).map(|place| sample::inss(place * STRIDE)).collect()
}

/// The sample employers. The first one signs for itself.
pub(super) fn employers() -> [EnterpriseNumber; 2] {
    [1, 2].map(sample::enterprise_number)
}

/// The social secretariat that acts for the sample employers.
pub(super) fn secretariat() -> EnterpriseNumber {
    sample::enterprise_number(3)
}

/// The intermediary that vouches for others.
pub(super) fn intermediary() -> EnterpriseNumber {
    sample::enterprise_number(4)
}
