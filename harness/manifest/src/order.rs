//! Which of two versions is newer, by the rules of each ecosystem.

use std::cmp::Ordering;

use envparity_model::Ecosystem;

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
        Ecosystem::Apk | Ecosystem::Rpm => None,
    }
}
