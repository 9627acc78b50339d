use app::import::{FileError, read_register};
use domain::register::{Employment, Period, Person, Register, Row};
use domain::sample::{enterprise_number, inss};
use jiff::civil::date;

use super::Told;

fn read(register: Register, text: &str) -> Result<Told<Row>, FileError> {
    let mut told = Told::default();
    let today = date(2026, 11, 25);
    read_register(register, "a.csv", &mut text.as_bytes(), today, &mut told).map(|()| told)
}

#[test]
fn every_cell_is_read() {
    let (old, new) = (inss(1), inss(2));
    let text = format!(
        "inss,known_from,known_until,replaced_by\n{},1990-01-01,,\n\n{},,2020-12-31,{}\n",
        new.digits(),
        old.digits(),
        new.digits()
    );
    let told = read(Register::Persons, &text).expect("read");
    let until = Period::new(None, Some(date(2020, 12, 31))).expect("in order");
    let expected = [
        Person { inss: new, known: Period::since(date(1990, 1, 1)), replaced_by: None },
        Person { inss: old, known: until, replaced_by: Some(new) },
    ];
    assert_eq!(told.rows, expected.map(Row::Person));
    assert_eq!(told.report(), [""; 0]);
}

#[test]
fn columns_are_known_by_their_names() {
    let text = format!(
        "\u{feff}user_enterprise_number,more,until,from,inss,worker_type,enterprise_number\r\n\
         {},\"x,\"\"y\"\"\n\",,2026-01-01,{},\"BCW\",{}\r\n",
        enterprise_number(2),
        inss(1).digits(),
        enterprise_number(1)
    );
    let told = read(Register::Employments, &text).expect("read");
    let expected = Employment {
        inss: inss(1),
        enterprise: enterprise_number(1),
        worker_type: "BCW".into(),
        period: Period::since(date(2026, 1, 1)),
        user: Some(enterprise_number(2)),
    };
    assert_eq!(told.rows, [Row::Employment(expected)]);
}

#[test]
fn a_file_without_its_columns_is_refused() {
    let error = read(Register::Employers, "enterprise_number,from\n").err().expect("refused");
    let expected = "a.csv: has no column \"until\"; its columns are enterprise_number, from";
    assert_eq!(error.to_string(), expected);
    let headless = read(Register::Persons, &format!("{},,,\n", inss(1).digits())).err();
    let text = headless.expect("refused").to_string();
    assert!(text.contains("its columns are ###########"), "{text}");
    let error = read(Register::Employers, "").err().expect("refused");
    assert!(error.to_string().contains("no header line"), "{error}");
    let error = read(Register::Employers, "from,until,from,enterprise_number\n").err();
    assert!(error.expect("refused").to_string().contains("\"from\" twice"));
}

#[test]
fn every_flaw_of_a_line_is_told_with_its_place_and_no_number_of_a_person() {
    let good = inss(1).digits();
    let text = format!(
        "inss,enterprise_number,worker_type,from,until,user_enterprise_number\n\
         {good},{},,2026-01-02,2026-01-01,\n\
         12345678901,0400000087,,2026-13-01,,123\n\
         {good},{}\n\
         \"{good}\",\"{}\",,,,\n",
        enterprise_number(1),
        enterprise_number(1),
        enterprise_number(1),
    );
    let told = read(Register::Employments, &text).expect("read");
    assert_eq!(told.rows.len(), 1);
    assert_eq!(
        told.report(),
        [
            "a.csv:2: until: is before from",
            "a.csv:3: inss: is no valid person's number: 11 digits, of which the last two check the \
             others",
            "a.csv:3: enterprise_number: the check digits of the enterprise number are wrong",
            "a.csv:3: from: is no date: yyyy-mm-dd",
            "a.csv:3: user_enterprise_number: is no enterprise number: an enterprise number has 10 \
             digits and begins with 0 or 1",
            "a.csv:4: has 2 cells where the header has 6",
        ]
    );
}

#[test]
fn lines_are_counted_as_an_editor_counts_them() {
    let bad = "x,,\n";
    let text = format!("enterprise_number,from,until\r\n\r\n{bad}\n\n\"a\nb\",,\n{bad}");
    let lines: Vec<_> = read(Register::Employers, &text)
        .expect("read")
        .rejected
        .iter()
        .map(|bad| bad.line)
        .collect();
    assert_eq!(lines, [3, 6, 8]);
}

#[test]
fn a_file_that_ends_inside_quotes_is_truncated() {
    let text = "limosa_id,inss,foreign_vat_number,employer_name,country,from,until\n1,,,\"A";
    let error = read(Register::PostedWorkers, text).err().expect("refused");
    assert_eq!(error.to_string(), "a.csv: is truncated: it ends inside quotes");
}

#[test]
fn a_record_that_is_too_long_is_rejected_and_the_next_one_read() {
    let long = "x".repeat(200_000);
    let number = enterprise_number(1);
    let text =
        format!("enterprise_number,from,until\n\"{long}\",,\n{number},,\n{}\n", ",".repeat(500));
    let told = read(Register::Employers, &text).expect("read");
    assert_eq!(told.rows.len(), 1);
    let lines: Vec<_> = told.rejected.iter().map(|bad| bad.line).collect();
    assert_eq!(lines, [2, 4]);
}

#[test]
fn bytes_that_are_no_text_are_told() {
    let mut told = Told::default();
    let mut bytes: &[u8] = b"enterprise_number,inss,function,from,until\n\xff,1,\xfe,,\n";
    let today = date(2026, 11, 25);
    read_register(Register::Mandates, "m", &mut bytes, today, &mut told).expect("read");
    let report = told.report();
    assert!(report.contains(&"m:2: function: is no UTF-8".to_owned()), "{report:?}");
}
