//! RSA keys that come from a seed, so that a run repeats the one before. The example takes this file as well.

use std::convert::Infallible;

use fastrand::Rng;
use rsa::PrivateKey;
use rsa::rand_core::{TryCryptoRng, TryRng};

struct Seeded(Rng);

impl TryRng for Seeded {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.0.u32(..))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0.u64(..))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl TryCryptoRng for Seeded {}

/// The key of 2048 bits that comes from this seed.
pub(crate) fn rsa_key(seed: u64) -> PrivateKey {
    PrivateKey::new(&mut Seeded(Rng::with_seed(seed)), 2048).expect("2048 bits are enough")
}
