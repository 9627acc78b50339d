//! A set of the Crossroads Bank for Enterprises, in the published form.

use std::io::{self, Write as _};

use fastrand::Rng;

use super::Out;

/// What is published, to a million enterprises.
const ESTABLISHMENTS: f64 = 0.9;
const DENOMINATIONS: f64 = 3.3 / 1.9;
const ADDRESSES: f64 = 2.8 / 1.9;
const ACTIVITIES: f64 = 36.0 / 1.9;

const ENTERPRISE: &str = "\"EnterpriseNumber\",\"Status\",\"JuridicalSituation\",\
     \"TypeOfEnterprise\",\"JuridicalForm\",\"JuridicalFormCAC\",\"StartDate\"";
const ESTABLISHMENT: &str = "\"EstablishmentNumber\",\"StartDate\",\"EnterpriseNumber\"";
const DENOMINATION: &str = "\"EntityNumber\",\"Language\",\"TypeOfDenomination\",\"Denomination\"";
const ADDRESS: &str = "\"EntityNumber\",\"TypeOfAddress\",\"CountryNL\",\"CountryFR\",\"Zipcode\",\
     \"MunicipalityNL\",\"MunicipalityFR\",\"StreetNL\",\"StreetFR\",\"HouseNumber\",\"Box\",\
     \"ExtraAddressInfo\",\"DateStrikingOff\"";
const ACTIVITY: &str =
    "\"EntityNumber\",\"ActivityGroup\",\"NaceVersion\",\"NaceCode\",\"Classification\"";

pub(super) struct Set {
    pub(super) enterprises: u32,
    pub(super) extract: u32,
    pub(super) update: bool,
}

/// Numbers that the register has not given out begin with 01; a big set needs more of them.
pub(super) fn enterprise(index: u32) -> String {
    let base = 1_000_000 + u64::from(index);
    let digits = format!("{base:08}{:02}", 97 - base % 97);
    format!("{}.{}.{}", &digits[..4], &digits[4..7], &digits[7..])
}

fn establishment(index: u32) -> String {
    let base = 20_000_000 + u64::from(index);
    let digits = format!("{base:08}{:02}", 97 - base % 97);
    format!("{}.{}.{}.{}", &digits[..1], &digits[1..4], &digits[4..7], &digits[7..])
}

/// The small set of companies 1 to `count`, into files beside the others.
pub(super) fn write_of(out: &mut Out, count: u32) -> io::Result<()> {
    let set = Set { enterprises: count, extract: 1, update: false };
    write_files(out, &set, (1, count), &mut Rng::with_seed(1), 0.1)
}

pub(super) fn write(out: &mut Out, set: &Set, rng: &mut Rng) -> io::Result<()> {
    if set.update {
        // A thousandth of the enterprises is written anew.
        let (first, count) = (set.enterprises / 2, set.enterprises.div_ceil(1000));
        write_update(out, set, (first, count), rng)
    } else {
        write_files(out, set, (0, set.enterprises), rng, 1.0)
    }
}

fn meta(out: &mut Out, set: &Set) -> io::Result<()> {
    let mut file = out.file("meta.csv", "\"Variable\",\"Value\"")?;
    let kind = if set.update { "update" } else { "full" };
    writeln!(file, "\"SnapshotDate\",\"31-10-2026\"")?;
    writeln!(file, "\"ExtractTimestamp\",\"01-11-2026 06:00:00\"")?;
    writeln!(file, "\"ExtractType\",\"{kind}\"\n\"ExtractNumber\",\"{}\"", set.extract)?;
    writeln!(file, "\"Version\",\"1.0.0\"")?;
    let mut file = out.file("code.csv", "\"Category\",\"Code\",\"Language\",\"Description\"")?;
    writeln!(file, "\"Status\",\"AC\",\"FR\",\"Actif\"\n\"Status\",\"AC\",\"NL\",\"Actief\"")
}

fn write_files(
    out: &mut Out,
    set: &Set,
    (first, count): (u32, u32),
    rng: &mut Rng,
    activity: f64,
) -> io::Result<()> {
    meta(out, set)?;
    lines(out, "", (first, count), rng, activity)
}

fn write_update(
    out: &mut Out,
    set: &Set,
    (first, count): (u32, u32),
    rng: &mut Rng,
) -> io::Result<()> {
    meta(out, set)?;
    for name in ["denomination", "address", "activity"] {
        let mut file = out.file(&format!("{name}_delete.csv"), "\"EntityNumber\"")?;
        for index in first..first + count {
            writeln!(file, "\"{}\"", enterprise(index))?;
        }
    }
    let mut file = out.file("enterprise_delete.csv", "\"EnterpriseNumber\"")?;
    for index in first..first + count {
        writeln!(file, "\"{}\"", enterprise(index))?;
    }
    let mut file = out.file("establishment_delete.csv", "\"EstablishmentNumber\"")?;
    for index in first..first + count {
        writeln!(file, "\"{}\"", establishment(index))?;
    }
    lines(out, "_insert", (first, count), rng, 1.0)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "shares of a number that fits"
)]
fn share(count: u32, of: f64) -> u32 {
    (f64::from(count) * of).ceil() as u32
}

fn lines(
    out: &mut Out,
    kind: &str,
    (first, count): (u32, u32),
    rng: &mut Rng,
    activity: f64,
) -> io::Result<()> {
    let of = |place: u32| first + place % count;
    let mut file = out.file(&format!("enterprise{kind}.csv"), ENTERPRISE)?;
    for index in first..first + count {
        let (day, month, year) = (1 + rng.u32(..28), 1 + rng.u32(..12), 1990 + rng.u32(..30));
        let number = enterprise(index);
        writeln!(file, "\"{number}\",\"AC\",\"000\",\"2\",\"610\",,{day:02}-{month:02}-{year}")?;
    }
    let mut file = out.file(&format!("establishment{kind}.csv"), ESTABLISHMENT)?;
    for index in first..first + share(count, ESTABLISHMENTS) {
        writeln!(file, "\"{}\",01-01-2010,\"{}\"", establishment(index), enterprise(of(index)))?;
    }
    let mut file = out.file(&format!("denomination{kind}.csv"), DENOMINATION)?;
    for place in 0..share(count, DENOMINATIONS) {
        let number = enterprise(of(place));
        let which = 1 + place / count;
        writeln!(file, "\"{number}\",\"2\",\"{which:03}\",\"Voorbeeld \"\"{place}\"\" nv\"")?;
    }
    let mut file = out.file(&format!("address{kind}.csv"), ADDRESS)?;
    for place in 0..share(count, ADDRESSES) {
        let (number, code) = (enterprise(of(place)), 1000 + rng.u32(..8990));
        writeln!(
            file,
            "\"{number}\",\"REGO\",,,\"{code}\",\"Stad {code}\",\"Ville {code}\",\"Straat\",\"Rue\",\
             \"{}\",\"\",\"\",",
            1 + place % 200
        )?;
    }
    let mut file = out.file(&format!("activity{kind}.csv"), ACTIVITY)?;
    for place in 0..share(count, ACTIVITIES * activity) {
        let (number, code) = (enterprise(of(place)), 10_000 + rng.u32(..85_000));
        writeln!(file, "\"{number}\",\"001\",\"2025\",\"{code}\",\"MAIN\"")?;
    }
    Ok(())
}
