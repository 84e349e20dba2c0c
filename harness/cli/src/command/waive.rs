//! `parity waive`: known differences, written into the configuration.

use envparity_config::Day;
use envparity_model::Problem;
use envparity_orchestrator::WaiveRequest;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use super::report::find;
use crate::args::{Common, WaiveArgs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::{output, settings};

/// Waives.
pub(crate) fn execute(common: &Common, args: &WaiveArgs) -> Result<Exit, Failure> {
    let settings = settings::load(common, Vec::new())?;
    let config = settings.given.path.as_deref().unwrap_or("parity.toml");
    for (name, text) in [("reason", &args.reason), ("owner", &args.owner)] {
        if text.trim().is_empty() {
            return Err(Failure::usage(Problem::new(format!("`--{name}` says nothing"))));
        }
    }
    let today = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let request = WaiveRequest {
        findings: args.findings.clone(),
        reason: args.reason.clone(),
        owner: args.owner.clone(),
        expires: last_day(&args.expires, today, settings.resolved.config.policy.max_waiver_days)?,
    };
    let folder = find(&args.run)?;
    let waived = envparity_orchestrator::waive(&folder, config.as_ref(), &request).map_err(Failure::usage)?;
    let mut said: Vec<String> =
        waived.lines.iter().map(|line| envparity_report::visible(line).into_owned()).collect();
    let beside = if waived.with_pairs { " and `parity.waivers.toml`" } else { "" };
    said.push(format!("written to `{config}`{beside}, until {}", request.expires));
    output::result(&format!("{}\n", said.join("\n")));
    Ok(Exit::Done)
}

/// `2026-12-31`, or `90d` from today.
fn last_day(text: &str, today: Date, longest: Option<u32>) -> Result<Day, Failure> {
    let days = text.strip_suffix('d').and_then(|days| days.parse::<u32>().ok());
    let date = match days {
        Some(days) => today.checked_add(i64::from(days).days()).ok(),
        None => text.parse().ok(),
    };
    let malformed = || {
        Problem::new(format!("`{text}` is no day"))
            .hint("write it as `--expires 2026-12-31` or `--expires 90d`")
    };
    let date: Date = date.ok_or_else(|| Failure::usage(malformed()))?;
    let left = today.until(date).map_or(-1, |span| i64::from(span.get_days()));
    if left < 0 {
        return Err(Failure::usage(Problem::new(format!("`{date}` is over"))));
    }
    if let Some(longest) = longest.filter(|longest| left > i64::from(*longest)) {
        return Err(Failure::usage(
            Problem::new(format!("`{date}` is more than {longest} days away"))
                .hint("`[policy] max-waiver-days` is the longest life of a waiver"),
        ));
    }
    let part = |number: i16| u16::try_from(number).unwrap_or_default();
    let small = |number: i8| u8::try_from(number).unwrap_or_default();
    Ok(Day { year: part(date.year()), month: small(date.month()), day: small(date.day()) })
}
