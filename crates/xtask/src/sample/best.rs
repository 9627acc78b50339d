//! The addresses of the three regions, spread over towns and their streets.

use std::f64::consts::TAU;
use std::io::{self, Write as _};

use fastrand::Rng;

use super::Out;

const HEADER: &str = "EPSG:3812_x,EPSG:3812_y,EPSG:4326_lat,EPSG:4326_lon,address_id,box_number,\
     house_number,municipality_id,municipality_name_de,municipality_name_fr,municipality_name_nl,\
     postcode,postname_fr,postname_nl,street_id,streetname_de,streetname_fr,streetname_nl,region_code,\
     status";
/// What is made of a region.
struct Part {
    file: &'static str,
    region: &'static str,
    first_code: u32,
    codes: u32,
    middle: (f64, f64),
    reach: (f64, f64),
    /// Of a hundred addresses.
    share: u32,
}

const PARTS: [Part; 3] = [
    Part {
        file: "openaddress-bebru.csv",
        region: "BE-BRU",
        first_code: 1000,
        codes: 200,
        middle: (4.36, 50.85),
        reach: (0.09, 0.07),
        share: 12,
    },
    Part {
        file: "openaddress-bevlg.csv",
        region: "BE-VLG",
        first_code: 1500,
        codes: 600,
        middle: (4.3, 51.0),
        reach: (1.2, 0.22),
        share: 56,
    },
    Part {
        file: "openaddress-bewal.csv",
        region: "BE-WAL",
        first_code: 4000,
        codes: 600,
        middle: (4.9, 50.25),
        reach: (1.0, 0.4),
        share: 32,
    },
];
const HOUSES: u32 = 40;
/// About a degree of 111 km to a street of some hundred metres.
const STREET: f64 = 0.002;

pub(super) fn write(out: &mut Out, addresses: u32, rng: &mut Rng) -> io::Result<()> {
    for Part { file, region, first_code, codes, middle, reach, share } in PARTS {
        let mut file = out.file(file, HEADER)?;
        let count = u64::from(addresses) * u64::from(share) / 100;
        let (mut id, mut street) = (0, 0);
        while id < count {
            street += 1;
            let code = first_code + rng.u32(..codes);
            // Streets crowd in the middle.
            let far = rng.f64() * rng.f64();
            let angle = rng.f64() * TAU;
            let (longitude, latitude) =
                (middle.0 + reach.0 * far * angle.cos(), middle.1 + reach.1 * far * angle.sin());
            for house in 1..=HOUSES {
                let boxes = if rng.u32(..5) == 0 { 4 } else { 1 };
                for place in 1..=boxes {
                    if id == count {
                        break;
                    }
                    id += 1;
                    let along = f64::from(house) / f64::from(HOUSES);
                    let (longitude, latitude) = (
                        longitude + STREET * along * angle.sin(),
                        latitude + STREET * along * angle.cos(),
                    );
                    let box_number = if boxes > 1 { format!("{place:04}") } else { String::new() };
                    writeln!(
                        file,
                        "0.00000,0.00000,{latitude:.5},{longitude:.5},{id},{box_number},{house},{code},,\
                         Ville {code},Stad {code},{code},,,{street},,Rue {street},Straat {street},\
                         {region},current"
                    )?;
                }
            }
        }
    }
    Ok(())
}
