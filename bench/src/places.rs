//! Look-ups of addresses, in data that `cargo xtask sample best` and `presence import addresses` have filled.

use std::f64::consts::TAU;
use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use domain::Coordinates;
use domain::place::AddressQuery;
use store::{Addresses, Store as _};
use store_postgres::PostgresStore;
use store_sqlite::SqliteStore;

use crate::Outcome;
use crate::figures::quantile;

const ROUNDS: usize = 2000;
const METRES: u32 = 500;
const MOST: u32 = 10;
/// The middles and reaches of the regions that the sample has.
const REGIONS: [((f64, f64), (f64, f64)); 3] =
    [((4.36, 50.85), (0.09, 0.07)), ((4.3, 51.0), (1.2, 0.22)), ((4.9, 50.25), (1.0, 0.4))];

/// Numbers from 0 to 1, the same in every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(self.0 >> 32).unwrap_or_default()) / f64::from(u32::MAX)
    }
}

/// Measures the addresses in a folder of data, or in a database, by its URL.
pub(crate) fn measure(place: &str) -> Outcome<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let folder = Path::new(place);
        if folder.is_dir() {
            let store = SqliteStore::open(folder, store_sqlite::Options::default())?;
            return look_up(store.addresses()).await;
        }
        let store = PostgresStore::open(place, store_postgres::Options::default()).await?;
        look_up(store.addresses()).await
    })
}

async fn look_up(addresses: &dyn Addresses) -> Outcome<String> {
    let mut numbers = Numbers(1);
    let (mut near, mut found, mut sum) = (Vec::new(), Vec::new(), 0);
    for round in 0..ROUNDS {
        let ((longitude, latitude), (east, north)) = REGIONS[round % REGIONS.len()];
        // Where addresses crowd, as people do.
        let (far, angle) = (numbers.next() * numbers.next(), numbers.next() * TAU);
        let point = Coordinates::new(
            longitude + east * far * angle.cos(),
            latitude + north * far * angle.sin(),
        );
        let point = point.ok_or("off the earth")?;
        let begun = Instant::now();
        let answer = addresses.nearest(point, METRES, MOST).await?;
        near.push(begun.elapsed());
        sum += answer.len();
        let Some(one) = answer.into_iter().next() else { continue };
        let asked = AddressQuery {
            post_code: Some(one.address.post_code),
            municipality: None,
            street: one.address.street.iter().next().unwrap_or_default().to_uppercase().into(),
            house_number: one.address.house_number,
            box_number: one.address.box_number,
        };
        let begun = Instant::now();
        addresses.find(asked, MOST).await?;
        found.push(begun.elapsed());
    }
    let regions = addresses.regions().await?;
    let all: u64 = regions.iter().map(|region| region.addresses).sum();
    let mut page = format!("{all} addresses; {} found near a point, on average\n", sum / ROUNDS);
    writeln!(page, "nearest {MOST} within {METRES} m: {}", shown(&mut near))?;
    writeln!(page, "an address by its name: {}", shown(&mut found))?;
    Ok(page)
}

fn shown(times: &mut [Duration]) -> String {
    times.sort_unstable();
    format!("median {:?}, 99 of 100 {:?}", quantile(times, 500), quantile(times, 990))
}
