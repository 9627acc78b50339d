//! A grid over the earth, so that a plain index finds what is near: cells of a thousandth of a degree (in Belgium some
//! 111 by 70 metres), numbered line by line. What is near lies in a few runs of numbers, one a line.

use std::ops::RangeInclusive;

use crate::Coordinates;

const PER_DEGREE: f64 = 1000.0;
const CELLS_PER_LINE: i64 = 360_001;
/// Metres of a degree of latitude, on the mean sphere.
const METRES: f64 = 111_195.0;

/// The number of the cell in which a point lies.
pub fn cell(point: Coordinates) -> i64 {
    line(point.latitude()) * CELLS_PER_LINE + column(point.longitude())
}

fn line(latitude: f64) -> i64 {
    whole((latitude.clamp(-90.0, 90.0) + 90.0) * PER_DEGREE)
}

fn column(longitude: f64) -> i64 {
    whole((longitude.clamp(-180.0, 180.0) + 180.0) * PER_DEGREE)
}

#[expect(clippy::cast_possible_truncation, reason = "at most 360 000")]
fn whole(value: f64) -> i64 {
    value.floor() as i64
}

/// Runs of cells, a line each.
pub type Cells = Vec<RangeInclusive<i64>>;

/// Every cell that holds a point within `metres` of a point, and some more.
///
/// Points beyond the 180th meridian are not looked for.
pub fn window(around: Coordinates, metres: f64) -> Cells {
    let height = metres / METRES;
    // At the poles every longitude is near.
    let width = (metres / (METRES * shrink(around.latitude().abs() + height))).min(360.0);
    let columns = column(around.longitude() - width)..=column(around.longitude() + width);
    let lines = line(around.latitude() - height)..=line(around.latitude() + height);
    lines
        .map(|line| {
            let first = line * CELLS_PER_LINE;
            first + columns.start()..=first + columns.end()
        })
        .collect()
}

/// How much shorter a degree of longitude is at a latitude.
fn shrink(latitude: f64) -> f64 {
    latitude.min(90.0).to_radians().cos().max(1e-9)
}

/// The distance of two points that are near to each other, in metres: exact to a thousandth within some kilometres.
pub fn metres_between(one: Coordinates, other: Coordinates) -> f64 {
    let middle = f64::midpoint(one.latitude(), other.latitude());
    let north = (one.latitude() - other.latitude()) * METRES;
    let east = (one.longitude() - other.longitude()) * METRES * shrink(middle.abs());
    north.hypot(east)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn point(longitude: f64, latitude: f64) -> Coordinates {
        Coordinates::new(longitude, latitude).expect("on earth")
    }

    #[test]
    fn distances_are_those_of_the_earth() {
        let metres = metres_between(point(4.351_71, 50.846_71), point(4.365_71, 50.846_71));
        assert!((metres - 983.0).abs() < 3.0, "{metres}");
        let metres = metres_between(point(4.35, 50.84), point(4.35, 50.85));
        assert!((metres - 1112.0).abs() < 2.0, "{metres}");
    }

    #[test]
    fn the_corners_of_the_earth_have_cells() {
        for (longitude, latitude) in [(-180.0, -90.0), (180.0, 90.0), (-180.0, 90.0)] {
            assert!(!window(point(longitude, latitude), 500.0).is_empty());
            assert!(cell(point(longitude, latitude)) >= 0);
        }
    }

    proptest! {
        #[test]
        fn what_is_near_lies_in_the_window(
            longitude in 2.5f64..6.5, latitude in 49.4f64..51.6,
            east in -0.008f64..0.008, north in -0.005f64..0.005, metres in 1.0f64..600.0,
        ) {
            let (here, there) = (point(longitude, latitude), point(longitude + east, latitude + north));
            if metres_between(here, there) <= metres {
                prop_assert!(window(here, metres).iter().any(|run| run.contains(&cell(there))));
            }
        }
    }
}
