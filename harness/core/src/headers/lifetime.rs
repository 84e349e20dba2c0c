//! Moments in headers as what they mean: how long from now. `now` is the response's own `Date`.

use crate::moment::Moment;

/// Two responses are made within seconds, and clocks are read before and after: so much says nothing.
const SLACK: i64 = 10;

/// How long something lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lifetime {
    /// It is over.
    Past,
    /// Seconds from now.
    Seconds(i64),
    /// It ends at a moment; when the response was made is not known.
    Moment,
}

impl Lifetime {
    /// Reads an HTTP date, given that of the response.
    pub(super) fn of(value: &str, date: Option<&str>) -> Option<Self> {
        let end = Moment::parse(value)?.epoch()?;
        let Some(now) = date.and_then(Moment::parse).and_then(|moment| moment.epoch()) else {
            // Cookies are taken back with a date in the first days of the epoch.
            return Some(if end < 366 * 86_400 { Self::Past } else { Self::Moment });
        };
        Some(if end <= now { Self::Past } else { Self::Seconds(end - now) })
    }

    /// Whether both last equally long, give or take seconds, or a hundredth.
    pub(super) fn is_like(self, other: Self) -> bool {
        match (self, other) {
            (Self::Seconds(mine), Self::Seconds(theirs)) => {
                (mine - theirs).abs() <= SLACK.max(mine.max(theirs) / 100)
            }
            (Self::Moment, Self::Seconds(_)) | (Self::Seconds(_), Self::Moment) => true,
            (mine, theirs) => mine == theirs,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_taken_from_the_date_of_the_response() {
        let of = |value, date| Lifetime::of(value, date);
        let date = Some("Tue, 24 Nov 2026 09:58:01 GMT");
        let hour = of("Tue, 24 Nov 2026 10:58:01 GMT", date).expect("a date");
        assert_eq!(hour, Lifetime::Seconds(3600));
        let later =
            of("Tue, 24 Nov 2026 10:58:05 GMT", Some("Tue, 24 Nov 2026 09:58:04 GMT")).expect("a date");
        assert!(hour.is_like(later));
        assert!(!hour.is_like(of("Tue, 24 Nov 2026 11:58:01 GMT", date).expect("a date")));
        assert_eq!(of("Thu, 01-Jan-1970 00:00:00 GMT", None), Some(Lifetime::Past));
        assert_eq!(of("Thu, 01 Jan 1970 00:00:00 GMT", date), Some(Lifetime::Past));
        assert_eq!(of("Tue, 24 Nov 2026 10:58:01 GMT", None), Some(Lifetime::Moment));
        assert_eq!(of("0", date), None);
    }
}
