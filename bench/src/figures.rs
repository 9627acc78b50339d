//! Medians and shares of what was measured.

use std::time::Duration;

/// The middle one of `values`, or the upper of the two; 0 of none.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// The half of the rounds in which other programs took least of the machine, which is what `others` tells.
pub(crate) fn quieter_half<T>(rounds: &[T], others: impl Fn(&T) -> f64) -> Vec<&T> {
    let mut rounds: Vec<&T> = rounds.iter().collect();
    rounds.sort_by(|a, b| others(a).total_cmp(&others(b)));
    rounds.truncate(rounds.len().div_ceil(2));
    rounds
}

/// The duration below which `per_mille` of the `sorted` ones lie.
pub(crate) fn quantile(sorted: &[Duration], per_mille: usize) -> Duration {
    let place = (sorted.len() * per_mille / 1000).min(sorted.len().saturating_sub(1));
    sorted.get(place).copied().unwrap_or_default()
}

/// A duration in milliseconds.
pub(crate) fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// A whole number to reckon with; those of a run are far below 2^32.
pub(crate) fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// A large figure as people read it: `123 400`.
pub(crate) fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_whatever_the_order() {
        assert!((median([9.0, 1.0, 5.0]) - 5.0).abs() < f64::EPSILON);
        assert!(median([]).abs() < f64::EPSILON);
    }

    #[test]
    fn disturbed_rounds_do_not_count() {
        let rounds = [(0.9, 'a'), (0.1, 'b'), (0.5, 'c'), (0.0, 'd'), (0.7, 'e')];
        let names: Vec<char> =
            quieter_half(&rounds, |round| round.0).iter().map(|round| round.1).collect();
        assert_eq!(names, ['d', 'b', 'c']);
        assert_eq!(quieter_half(&rounds[..1], |round| round.0).len(), 1);
    }

    #[test]
    fn quantiles_stay_within_what_was_measured() {
        let sorted: Vec<_> = (1..=200).map(Duration::from_millis).collect();
        assert_eq!(quantile(&sorted, 500), Duration::from_millis(101));
        assert_eq!(quantile(&sorted, 990), Duration::from_millis(199));
        assert_eq!(quantile(&sorted, 1000), Duration::from_millis(200));
        assert_eq!(quantile(&[], 500), Duration::ZERO);
    }

    #[test]
    fn large_figures_are_grouped_by_three() {
        for (value, text) in
            [(7.0, "7"), (999.0, "999"), (1000.0, "1 000"), (1_234_567.0, "1 234 567")]
        {
            assert_eq!(grouped(value), text);
        }
    }
}
