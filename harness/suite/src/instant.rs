//! Points in time, as the date filters know them.

use std::fmt::Write;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

/// A point in time, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(DateTime<Utc>);

impl Instant {
    /// Milliseconds since the Unix epoch; times beyond what a calendar holds become the epoch.
    pub fn from_epoch_ms(ms: i64) -> Self {
        Self(DateTime::from_timestamp_millis(ms).unwrap_or_default())
    }

    /// As a template renders it: `2026-11-24T09:58:00.000000Z`.
    pub fn to_iso(self) -> String {
        self.0.format("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
    }

    /// The whole days from `self` to `other`, towards zero; negative if `other` is earlier.
    pub(crate) fn days_until(self, other: Self) -> i64 {
        other.0.signed_duration_since(self.0).num_days()
    }

    /// By a `strftime` format; `None` if the format has an unknown specifier.
    pub(crate) fn format(self, format: &str) -> Option<String> {
        let mut out = String::new();
        write!(out, "{}", self.0.format(format)).ok()?;
        Some(out)
    }

    /// Reads a text by a `strptime` format: with a zone, without one (then UTC), or a date alone.
    pub(crate) fn parse(text: &str, format: &str) -> Option<Self> {
        if let Ok(zoned) = DateTime::parse_from_str(text, format) {
            return Some(Self(zoned.with_timezone(&Utc)));
        }
        if let Ok(naive) = NaiveDateTime::parse_from_str(text, format) {
            return Some(Self(naive.and_utc()));
        }
        let date = NaiveDate::parse_from_str(text, format).ok()?;
        Some(Self(date.and_hms_opt(0, 0, 0)?.and_utc()))
    }

    /// The `Expires` attribute of a cookie, in either of the two forms in use.
    pub(crate) fn parse_cookie_expiry(text: &str) -> Option<Self> {
        if let Ok(zoned) = DateTime::parse_from_rfc2822(text) {
            return Some(Self(zoned.with_timezone(&Utc)));
        }
        let naive = NaiveDateTime::parse_from_str(text, "%a, %d-%b-%Y %H:%M:%S%.3f GMT").ok()?;
        Some(Self(naive.and_utc()))
    }
}

/// As Hurl shows a date to people.
impl std::fmt::Display for Instant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Whether a text is a date and time by RFC 3339.
pub(crate) fn is_iso_date(text: &str) -> bool {
    DateTime::parse_from_rfc3339(text).is_ok()
}
