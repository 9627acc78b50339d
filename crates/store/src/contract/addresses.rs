use domain::place::{AddressQuery, Fit, Names, Region, RegisteredAddress, metres_between};
use domain::{Coordinates, ErrorKind};
use fastrand::Rng;
use jiff::Timestamp;

use super::Fixture;
use crate::{Addresses, Store};

fn point(longitude: f64, latitude: f64) -> Coordinates {
    Coordinates::new(longitude, latitude).expect("on earth")
}

fn names(nl: &str, fr: &str) -> Names {
    Names { nl: Some(nl.into()), fr: Some(fr.into()), de: None }
}

pub(super) fn address(id: u32, house: &str, box_number: Option<&str>) -> RegisteredAddress {
    RegisteredAddress {
        region: Region::Brussels,
        id: id.to_string().into(),
        post_code: 1070,
        municipality: names("Anderlecht", "Anderlecht"),
        street: names("Bergense Steenweg", "Chaussée de Mons"),
        house_number: house.into(),
        box_number: box_number.map(Into::into),
        coordinates: point(4.316_53 + f64::from(id) * 1e-5, 50.835_95),
    }
}

fn ask(street: &str, house: &str, box_number: Option<&str>) -> AddressQuery {
    AddressQuery {
        post_code: Some(1070),
        municipality: None,
        street: street.into(),
        house_number: house.into(),
        box_number: box_number.map(Into::into),
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("in range")
}

/// Imports; answers how many regions changed.
async fn import(addresses: &dyn Addresses, rows: Vec<RegisteredAddress>, second: i64) -> usize {
    let mut staging = addresses.begin().await.expect("begun");
    staging.put(rows).await.expect("put");
    staging.swap(at(second), None, &|_, _| ()).await.expect("swapped").len()
}

async fn found(store: &dyn Store, asked: AddressQuery) -> Vec<(String, Fit)> {
    let found = store.addresses().find(asked, 10).await.expect("found");
    found.into_iter().map(|one| (one.address.id.to_string(), one.fit)).collect()
}

/// Every spelling and language finds the address whole; boxes and letters are given up one after the other.
pub async fn an_address_is_found_however_it_is_written(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let rows = vec![
        address(1, "475", None),
        address(2, "475", Some("B2")),
        address(3, "475", Some("3")),
        address(4, "477A", None),
    ];
    assert_eq!(import(store.addresses(), rows.clone(), 1).await, 1);
    let one = |id: &str, fit| vec![(id.to_owned(), fit)];
    for street in ["Chaussée de Mons", "CHAUSSEE DE MONS", "chée de mons", "bergense stwg"] {
        let asked = ask(street, "0475", Some("bus 3"));
        assert_eq!(found(store.as_ref(), asked).await, one("3", Fit::Exact), "{street}");
    }
    let mons = |house, box_number| ask("chaussée de mons", house, box_number);
    assert_eq!(found(store.as_ref(), mons("475", None)).await, one("1", Fit::Exact));
    assert_eq!(found(store.as_ref(), mons("475", Some("99"))).await.len(), 3);
    assert_eq!(found(store.as_ref(), mons("477", None)).await, one("4", Fit::Number));
    assert_eq!(found(store.as_ref(), mons("47", None)).await, []);
    assert_eq!(found(store.as_ref(), ask("Rue de Mons", "475", None)).await, []);
    let whole = store.addresses().find(mons("475", Some("b2")), 1).await.expect("found");
    assert_eq!(whole[0].address, rows[1]);
}

/// Without a post code the municipality tells which street; without both there is no answer.
pub async fn a_municipality_does_for_a_post_code(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let mut elsewhere = address(2, "475", None);
    elsewhere.post_code = 7000;
    elsewhere.municipality = names("Bergen", "Mons");
    import(store.addresses(), vec![address(1, "475", None), elsewhere], 1).await;
    let mut asked = ask("Chaussée de Mons", "475", None);
    asked.post_code = None;
    assert_eq!(found(store.as_ref(), asked.clone()).await, []);
    asked.municipality = Some("MONS".into());
    assert_eq!(found(store.as_ref(), asked.clone()).await, [("2".to_owned(), Fit::Exact)]);
    asked.post_code = Some(1070);
    assert_eq!(found(store.as_ref(), asked).await, [("1".to_owned(), Fit::Exact)]);
}

/// What is near agrees with the plain definition.
pub async fn nearest_addresses_agree_with_the_plain_definition(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let mut rng = Rng::with_seed(7);
    let mut near = |middle: f64, spread: f64| {
        (middle + (rng.f64() - 0.5) * spread * 1e0).mul_add(1e5, 0.0).round() / 1e5
    };
    let rows: Vec<_> = (0..600)
        .map(|id| RegisteredAddress {
            region: Region::ALL[id as usize % 3],
            coordinates: point(near(4.35, 0.04), near(50.84, 0.02)),
            ..address(id, &id.to_string(), None)
        })
        .collect();
    import(store.addresses(), rows.clone(), 1).await;
    for (metres, most) in [(500, 10), (40, 10), (1000, 100), (500, 1)] {
        for _ in 0..20 {
            let to = point(near(4.35, 0.05), near(50.84, 0.03));
            let mut expected: Vec<_> = rows
                .iter()
                .map(|row| (metres_between(to, row.coordinates), row.region, row.id.clone()))
                .filter(|(distance, ..)| *distance <= f64::from(metres))
                .collect();
            expected.sort_by(|one, other| one.partial_cmp(other).expect("numbers"));
            expected.truncate(most as usize);
            let found = store.addresses().nearest(to, metres, most).await.expect("found");
            let found: Vec<_> =
                found.into_iter().map(|near| (near.address.region, near.address.id)).collect();
            let expected: Vec<_> =
                expected.into_iter().map(|(_, region, id)| (region, id)).collect();
            assert_eq!(found, expected, "{metres} {most}");
        }
    }
}

/// A region's import takes the place of what the region had, and of nothing else; the same again changes nothing.
pub async fn an_import_takes_the_place_of_its_region(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let addresses = store.addresses();
    let flemish = RegisteredAddress { region: Region::Flanders, ..address(9, "9", None) };
    assert_eq!(import(addresses, vec![address(1, "1", None), flemish.clone()], 1).await, 2);
    assert_eq!(import(addresses, vec![flemish.clone(), address(1, "1", None)], 2).await, 0);
    let twice = vec![address(2, "2", None), address(2, "2", None)];
    assert_eq!(import(addresses, twice, 3).await, 1);
    let near = addresses.nearest(point(4.3166, 50.835_95), 500, 10).await.expect("found");
    let near: Vec<_> = near.iter().map(|near| &*near.address.id).collect();
    assert_eq!(near.len(), 2, "{near:?}");
    assert!(near.contains(&"9") && near.contains(&"2"));
    let regions = addresses.regions().await.expect("read");
    let regions: Vec<_> = regions.iter().map(|one| (one.region, one.addresses, one.at)).collect();
    assert_eq!(regions, [(Region::Brussels, 1, at(3)), (Region::Flanders, 1, at(1))]);
}

/// One import at a time; one that is dropped leaves nothing, and the next may begin.
pub async fn an_import_that_is_dropped_leaves_nothing(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let mut staging = store.addresses().begin().await.expect("begun");
    staging.put(vec![address(1, "1", None)]).await.expect("put");
    let second = store.addresses().begin().await.err().expect("refused");
    assert_eq!(second.kind(), ErrorKind::RegisterBusy);
    drop(staging);
    assert_eq!(store.addresses().regions().await.expect("read"), []);
    assert_eq!(import(store.addresses(), vec![address(2, "2", None)], 1).await, 1);
    drop(store);
    let store = fixture.open().await;
    let near = store.addresses().nearest(point(4.3166, 50.835_95), 500, 10).await.expect("found");
    assert_eq!(near.len(), 1);
}
