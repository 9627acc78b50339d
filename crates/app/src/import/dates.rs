use jiff::civil::Date;

/// Reads `yyyy-mm-dd`.
pub(super) fn iso(text: &str) -> Option<Date> {
    let [year, month, day] = parts(text, [4, 2, 2])?;
    date(year, month, day)
}

/// Reads `dd-mm-yyyy`, as the Crossroads Bank writes it.
pub(super) fn day_first(text: &str) -> Option<Date> {
    let [day, month, year] = parts(text, [2, 2, 4])?;
    date(year, month, day)
}

fn date(year: u16, month: u16, day: u16) -> Option<Date> {
    let year = i16::try_from(year).ok().filter(|year| *year > 0)?;
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Three numbers of these many digits with hyphens between them.
fn parts(text: &str, lengths: [usize; 3]) -> Option<[u16; 3]> {
    let mut numbers = [0; 3];
    let mut parts = text.split('-');
    for (number, length) in numbers.iter_mut().zip(lengths) {
        let part = parts.next()?;
        let digits = part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
        *number = digits.then(|| part.parse().ok()).flatten()?;
    }
    parts.next().is_none().then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_both_orders() {
        let day = jiff::civil::date(2026, 2, 28);
        assert_eq!(iso("2026-02-28"), Some(day));
        assert_eq!(day_first("28-02-2026"), Some(day));
        for text in
            ["", "2026-02-29", "26-02-28", "2026-2-28", "2026/02/28", "0000-01-01", "2026-02-28-"]
        {
            assert_eq!(iso(text), None, "{text}");
        }
        assert_eq!(day_first("2026-02-28"), None);
    }
}
