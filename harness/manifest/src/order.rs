//! Which of two versions is newer, by the rules of each ecosystem.

use std::cmp::Ordering;

use envparity_model::Ecosystem;

mod apk;

/// The order of two versions; none where a rule cannot read one of them. Never a guess.
pub fn compare_versions(ecosystem: Ecosystem, a: &str, b: &str) -> Option<Ordering> {
    if a == b {
        return Some(Ordering::Equal);
    }
    match ecosystem {
        Ecosystem::Deb => {
            let read = |text: &str| text.parse::<debversion::Version>().ok();
            Some(read(a)?.cmp(&read(b)?))
        }
        Ecosystem::Pypi => {
            let read = |text: &str| text.parse::<pep440_rs::Version>().ok();
            Some(read(a)?.cmp(&read(b)?))
        }
        Ecosystem::Gem => {
            let read = |text: &str| text.parse::<gem_version::GemVersion>().ok();
            read(a)?.partial_cmp(&read(b)?)
        }
        Ecosystem::Npm => {
            let read = |text: &str| nodejs_semver::Version::parse(text).ok();
            Some(read(a)?.cmp(&read(b)?))
        }
        Ecosystem::Apk => apk::Version::parse(a)?.compare(&apk::Version::parse(b)?),
        Ecosystem::Rpm => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_ecosystem_has_its_own_order() {
        use Ecosystem::{Apk, Deb, Gem, Npm, Pypi, Rpm};
        use Ordering::{Equal, Greater, Less};
        for (ecosystem, a, b, expected) in [
            (Deb, "1:0.9", "2.0", Some(Greater)),
            (Deb, "2.36-9+deb12u9", "2.36-9+deb12u10", Some(Less)),
            (Deb, "1.0~rc1-1", "1.0-1", Some(Less)),
            (Pypi, "2.0.0rc1", "2.0.0", Some(Less)),
            (Pypi, "1.10", "1.9", Some(Greater)),
            (Pypi, "1.0", "1.0.0", Some(Equal)),
            (Pypi, "2023-custom", "2024", None),
            (Gem, "1.3.0.dev.1", "1.3.0", Some(Less)),
            (Gem, "2.2.22", "2.2.4", Some(Greater)),
            (Gem, "git-0123456", "git-89abcde", None),
            (Npm, "1.0.0-beta.2", "1.0.0-beta.11", Some(Less)),
            (Npm, "10.0.0", "9.9.9", Some(Greater)),
            (Apk, "1.2.3-r4", "1.2.3-r10", Some(Less)),
            (Apk, "1.2_rc1-r5", "1.2-r0", Some(Less)),
            (Apk, "1.2_p1", "1.2", Some(Greater)),
            (Apk, "1.2_p1", "1.2.0", Some(Less)),
            (Apk, "1.2a", "1.2", Some(Greater)),
            (Apk, "1.05", "1.1", Some(Less)),
            (Apk, "1-r2", "1-ruff", None),
            (Rpm, "1", "2", None),
        ] {
            assert_eq!(compare_versions(ecosystem, a, b), expected, "{ecosystem} {a} {b}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_compared_without_a_panic_and_both_ways_agree(
            ecosystem in prop::sample::select(Ecosystem::ALL),
            a in "([0-9a-z.:~+_-]{0,20}|\\PC{0,12})",
            b in "([0-9a-z.:~+_-]{0,20}|\\PC{0,12})",
        ) {
            let forth = compare_versions(ecosystem, &a, &b);
            prop_assert_eq!(forth.map(Ordering::reverse), compare_versions(ecosystem, &b, &a));
            prop_assert_eq!(compare_versions(ecosystem, &a, &a), Some(Ordering::Equal));
        }
    }
}
