use app::import::{FileError, read_addresses};
use domain::place::{Region, RegisteredAddress};

use super::Told;

const LAMBERT_72: &str = "EPSG:31370_x,EPSG:31370_y,";
const LAMBERT_2008: &str = "EPSG:3812_x,EPSG:3812_y,";
const REST: &str = "EPSG:4326_lat,EPSG:4326_lon,address_id,box_number,house_number,municipality_id,\
     municipality_name_de,municipality_name_fr,municipality_name_nl,postcode,postname_fr,postname_nl,\
     street_id,streetname_de,streetname_fr,streetname_nl,region_code,status\n";

fn read(text: &str) -> Result<Told<RegisteredAddress>, FileError> {
    let mut told = Told::default();
    read_addresses("bru.csv", &mut text.as_bytes(), &mut told).map(|()| told)
}

fn line(latitude: &str, house: &str, rest: &str) -> String {
    format!(
        "1,2,{latitude},4.31653,615867,B3,{house},21001,,Anderlecht,Anderlecht,1070,,,4568,,Rue A,\
         Straat A,{rest}\n"
    )
}

#[test]
fn addresses_are_read_under_the_old_and_the_new_names_of_the_lambert_columns() {
    for lambert in [LAMBERT_72, LAMBERT_2008, LAMBERT_72] {
        let text = format!("{lambert}{REST}{}", line("50.83595", "475", "BE-BRU,current"));
        let told = read(&text).expect("read");
        let [address] = &told.rows[..] else { panic!("{:?}", told.report()) };
        assert_eq!((address.region, address.post_code), (Region::Brussels, 1070));
        assert_eq!(address.street.fr.as_deref(), Some("Rue A"));
        assert_eq!(address.street.nl.as_deref(), Some("Straat A"));
        assert_eq!(address.street.de, None);
        assert_eq!((&*address.house_number, address.box_number.as_deref()), ("475", Some("B3")));
        assert!((address.coordinates.latitude() - 50.83595).abs() < 1e-9);
    }
}

#[test]
fn addresses_that_are_gone_or_nowhere_are_passed_over() {
    let text = [
        line("50.8", "1", "BE-BRU,retired"),
        line("0.00000", "1", "BE-BRU,current"),
        line("", "1", "BE-BRU,proposed"),
        line("50.8", "1", "BE-BRU,proposed"),
    ];
    let told = read(&format!("{LAMBERT_2008}{REST}{}", text.concat())).expect("read");
    assert_eq!((told.rows.len(), told.passed, told.rejected.len()), (1, 3, 0));
}

#[test]
fn flaws_are_told_and_a_file_without_positions_refused() {
    let text = [line("x", "", "BE-BRU,current"), line("50", "1", "BE-XXX,new")];
    let told = read(&format!("{LAMBERT_2008}{REST}{}", text.concat())).expect("read");
    assert_eq!(
        told.report(),
        [
            "bru.csv:2: EPSG:4326_lat: is no number of degrees",
            "bru.csv:2: house_number: is empty",
            "bru.csv:3: status: is one of current, proposed, reserved, retired, rejected",
        ]
    );
    let error = read("EPSG:3812_x,EPSG:3812_y,address_id\n").err().expect("refused");
    assert!(error.to_string().contains("has no column \"EPSG:4326_lat\""), "{error}");
}
