//! Versions of Alpine: `1.2.3b_rc4_p5-r6`.
//!
//! The form is described in the manual page apk-package(5) of apk-tools.

use std::cmp::Ordering;

/// Before a release, the release itself, after it.
const SUFFIXES: &[&str] = &["alpha", "beta", "pre", "rc", "", "cvs", "svn", "git", "hg", "p"];
const RELEASE: usize = 4;

/// A version in its parts.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Version<'a> {
    numbers: Vec<&'a str>,
    letter: Option<u8>,
    suffixes: Vec<(usize, Option<u64>)>,
    commit: Option<&'a str>,
    revision: Option<u64>,
}

impl<'a> Version<'a> {
    /// None where the text does not have the form.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let (text, revision) = match text.rsplit_once("-r") {
            Some((text, revision)) => (text, Some(number(revision)?)),
            None => (text, None),
        };
        let (text, commit) = match text.split_once('~') {
            Some((text, commit)) => (text, Some(commit)),
            None => (text, None),
        };
        let mut parts = text.split('_');
        let mut head = parts.next()?;
        let letter = head.bytes().last().filter(u8::is_ascii_lowercase);
        if letter.is_some() {
            head = head.get(..head.len() - 1)?;
        }
        let numbers: Vec<&str> = head.split('.').collect();
        numbers.iter().try_for_each(|part| number(part).map(drop))?;
        let suffixes = parts.map(|part| {
            let digits = part.find(|c: char| c.is_ascii_digit()).unwrap_or(part.len());
            let (name, digits) = part.split_at(digits);
            let rank = SUFFIXES.iter().position(|suffix| *suffix == name && !name.is_empty())?;
            Some((rank, if digits.is_empty() { None } else { Some(number(digits)?) }))
        });
        Some(Self { numbers, letter, suffixes: suffixes.collect::<Option<_>>()?, commit, revision })
    }

    /// None where only the commits differ: they have no order.
    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        let order = self
            .compare_numbers(other)
            .then_with(|| self.letter.cmp(&other.letter))
            .then_with(|| self.compare_suffixes(other));
        if order != Ordering::Equal {
            return Some(order);
        }
        if self.commit != other.commit {
            return None;
        }
        Some(self.revision.cmp(&other.revision))
    }

    /// The first number counts as a number; a later one with a leading zero is a fraction: `1.05` < `1.1`.
    fn compare_numbers(&self, other: &Self) -> Ordering {
        for (at, (a, b)) in self.numbers.iter().zip(&other.numbers).enumerate() {
            let fraction = at > 0 && (a.starts_with('0') || b.starts_with('0'));
            let order = if fraction { a.cmp(b) } else { number(a).cmp(&number(b)) };
            if order != Ordering::Equal {
                return order;
            }
        }
        self.numbers.len().cmp(&other.numbers.len())
    }

    fn compare_suffixes(&self, other: &Self) -> Ordering {
        for at in 0..self.suffixes.len().max(other.suffixes.len()) {
            let suffix = |version: &Self| version.suffixes.get(at).copied().unwrap_or((RELEASE, None));
            let order = suffix(self).cmp(&suffix(other));
            if order != Ordering::Equal {
                return order;
            }
        }
        Ordering::Equal
    }
}

fn number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}
