//! Durations: `500ms`, `30s`, `1m30s`.

use std::time::Duration;

use envparity_model::Problem;

use super::{Element, quantities};

/// Longer than any run.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// A duration longer than nothing.
pub(crate) static DURATION: Element = Element {
    what: "a duration, as \"30s\"",
    check: |text| parse(text).map(drop),
    pattern: Some(r"^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$"),
};

/// A duration of a second or more.
pub(crate) static GAP: Element = Element {
    what: "a duration, as \"2s\"",
    check: |text| match parse(text)? {
        gap if gap < Duration::from_secs(1) => Err(Problem::new(format!("`{text}` is less than a second"))
            .hint(
                "values made from the clock differ only from one second to the next; `1100ms` is the default",
            )),
        _ => Ok(()),
    },
    pattern: DURATION.pattern,
};

/// Reads a duration: units `ms`, `s`, `m`, `h`, each at most once, the largest first.
pub(crate) fn parse(text: &str) -> Result<Duration, Problem> {
    let bad = || {
        Problem::new(format!("`{text}` is not a duration"))
            .hint("a number with a unit: `500ms`, `30s`, `2m`, `1m30s`")
    };
    let mut seconds = 0.0;
    let mut last = f64::INFINITY;
    for (number, unit) in quantities(text).ok_or_else(bad)? {
        let factor = match unit {
            "ms" => 0.001,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return Err(bad()),
        };
        if factor >= last {
            return Err(bad());
        }
        last = factor;
        seconds += number * factor;
    }
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if duration > LONGEST => {
            Err(Problem::new(format!("`{text}` is longer than a day")).hint("the longest duration is `24h`"))
        }
        // Whole milliseconds, so that `1.1s` and `1100ms` are the same value.
        Ok(duration) if duration >= Duration::from_millis(1) => {
            Ok(Duration::from_millis((duration.as_secs_f64() * 1000.0).round() as u64))
        }
        _ => Err(Problem::new(format!("`{text}` is no time at all")).hint("the shortest duration is `1ms`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_units() {
        let millis = |text| parse(text).map(|d| d.as_millis()).ok();
        assert_eq!(millis("500ms"), Some(500));
        assert_eq!(millis("30s"), Some(30_000));
        assert_eq!(millis("1.1s"), Some(1100));
        assert_eq!(millis("1m30s"), Some(90_000));
        assert_eq!(millis("24h"), Some(86_400_000));
        for bad in
            ["", "30", "s", "30 s", "-1s", "1s1m", "1s1s", "0s", "1d", "25h", "1.s", "1..2s", "99e9s", "٣s"]
        {
            assert_eq!(millis(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_gap_is_a_second_or_more() {
        assert!((GAP.check)("1s").is_ok());
        assert!((GAP.check)("999ms").is_err());
    }
}
