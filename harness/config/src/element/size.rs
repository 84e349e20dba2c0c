//! Sizes in bytes: `512m` as Docker writes it, `16MiB`.

use envparity_model::Problem;

use super::{Element, quantities};

/// A size greater than nothing.
pub(crate) static SIZE: Element = Element {
    what: "a size, as \"512m\" or \"16MiB\"",
    check: |text| parse(text).map(drop),
    pattern: Some(r"^[0-9]+(\.[0-9]+)?([bkmgBKMG]|[KMG]iB)?$"),
};

/// Reads a size. Docker's letters count in 1024, as Docker does; `MB` means one thing to Docker and another to
/// everyone else and is refused.
pub(crate) fn parse(text: &str) -> Result<i64, Problem> {
    let bad = || {
        Problem::new(format!("`{text}` is not a size"))
            .hint("a number with a unit: `64k`, `512m`, `16MiB`, `2g`")
    };
    let parts = quantities(text).ok_or_else(bad)?;
    let [(number, unit)] = parts.as_slice() else { return Err(bad()) };
    let factor = match *unit {
        "" | "b" | "B" => 1.0,
        "k" | "K" | "KiB" => 1024.0,
        "m" | "M" | "MiB" => 1024.0 * 1024.0,
        "g" | "G" | "GiB" => 1024.0 * 1024.0 * 1024.0,
        "kb" | "kB" | "KB" | "mb" | "mB" | "MB" | "gb" | "gB" | "GB" => {
            let letter = unit[..1].to_uppercase();
            return Err(Problem::new(format!("the unit `{unit}` in `{text}` is ambiguous"))
                .hint(format!("write `{letter}iB`, which counts in 1024")));
        }
        _ => return Err(bad()),
    };
    let bytes = number * factor;
    // 2^53: beyond it a decimal number no longer holds every byte.
    if !(1.0..=9_007_199_254_740_992.0).contains(&bytes) {
        return Err(Problem::new(format!("the size `{text}` is out of range")));
    }
    Ok(bytes as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_units() {
        assert_eq!(parse("512m").ok(), Some(512 << 20));
        assert_eq!(parse("16MiB").ok(), Some(16 << 20));
        assert_eq!(parse("1.5g").ok(), Some(3 << 29));
        assert_eq!(parse("100").ok(), Some(100));
        for bad in ["", "m", "-1m", "0", "1 m", "16MB", "5x", "1m1k", "99999999999g"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
