//! No bytes make a reader panic, and every line is answered for.

use app::import::read_register;
use domain::register::{Register, Row};
use jiff::civil::date;
use proptest::prelude::*;

use super::Told;

fn header(register: Register) -> &'static str {
    match register {
        Register::Persons => "inss,known_from,known_until,replaced_by\n",
        Register::Mandates => "enterprise_number,inss,function,from,until\n",
        Register::Employers => "enterprise_number,from,until\n",
        _ => "",
    }
}

proptest! {
    #[test]
    fn any_lines_are_rows_or_rejected(
        lines in prop::collection::vec("[^\"\\r\\n]{1,40}", 0..20),
        register in prop::sample::select(vec![
            Register::Persons, Register::Mandates, Register::Employers,
        ]),
    ) {
        let text = format!("{}{}", header(register), lines.join("\n"));
        let mut told = Told::<Row>::default();
        let today = date(2026, 11, 25);
        read_register(register, "a", &mut text.as_bytes(), today, &mut told).expect("read");
        prop_assert_eq!(told.rows.len() + told.rejected.len(), lines.len());
        let places: Vec<_> = told.rejected.iter().map(|bad| bad.line).collect();
        prop_assert!(places.iter().all(|line| (2..=lines.len() as u64 + 1).contains(line)));
    }

    #[test]
    fn any_bytes_are_read_to_an_end(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        register in prop::sample::select(Register::ALL.to_vec()),
    ) {
        let text = [header(register).as_bytes(), &bytes].concat();
        let mut told = Told::<Row>::default();
        let _ = read_register(register, "a", &mut &text[..], date(2026, 11, 25), &mut told);
        prop_assert!(told.rejected.iter().all(|bad| !bad.flaws.is_empty()));
    }
}
