use ::store::Store;
use domain::register::Register;
use jiff::Timestamp;

use super::days;
use super::report::{Level, Report};
use super::store::unreadable;

const AREA: &str = "registers";
/// So many of the newest imports and changes are looked at.
const IMPORTS: u32 = 100_000;

/// After how many days an operator should ask why nothing came. Employments and posted workers change by the day, the
/// others less often.
fn patience(register: Register) -> i64 {
    match register {
        Register::Employments | Register::PostedWorkers | Register::Works => 7,
        _ => 35,
    }
}

/// Are the registers filled, and how old is what they hold?
pub(super) async fn examine(store: &dyn Store, now: Timestamp, report: &mut Report) {
    let imports = match store.registers().imports(IMPORTS).await {
        Ok(imports) => imports,
        Err(error) => return unreadable(report, AREA, &error),
    };
    for register in Register::ALL {
        let name = register.name();
        // The newest is the first.
        let newest = imports.iter().find(|import| import.register == register);
        let Some(newest) = newest else {
            report.tell(
                Level::Warning,
                AREA,
                format!("{name}: empty, nothing was ever imported"),
                format!("`presence import {name} …` (docs/import.md); until then checks find nothing there, and remark it"),
            );
            continue;
        };
        let age = days(newest.at, now);
        let text = format!("{name}: of {:.0}, {age} days ago", newest.at);
        if age > patience(register) {
            let todo = format!(
                "import what is new (`presence import {name} …`), or see why no import has run"
            );
            report.tell(Level::Warning, AREA, text, todo);
        } else {
            report.well(AREA, text);
        }
    }
    match store.addresses().regions().await {
        Ok(regions) if regions.is_empty() => report.tell(
            Level::Note,
            AREA,
            "addresses: empty",
            "`presence import addresses …`; without it no address is found near a point",
        ),
        Ok(regions) => {
            let all: u64 = regions.iter().map(|region| region.addresses).sum();
            report.well(AREA, format!("addresses: {all} of {} regions", regions.len()));
        }
        Err(error) => unreadable(report, AREA, &error),
    }
}
