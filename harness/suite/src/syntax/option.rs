//! `[Options]`.

use std::time::Duration;

use super::cursor::{Cursor, Fail, Parsed};
use super::{literal, template};
use crate::Value;
use crate::ast::{Count, OptionAst, Setting, VariableValue};

/// The name of the option here, up to its colon; `None` if this line is no option.
pub(super) fn name<'t>(cursor: &mut Cursor<'t>) -> Option<&'t str> {
    let name = cursor.take_while(|c| c.is_ascii_alphanumeric() || "-._".contains(c));
    cursor.spaces();
    (!name.is_empty() && cursor.eat(":")).then_some(name)
}

/// The option on this line.
pub(super) fn option(cursor: &mut Cursor<'_>) -> Parsed<OptionAst> {
    let start = cursor.offset();
    let Some(name) = name(cursor) else { return Err(cursor.unexpected("an option")) };
    cursor.spaces();
    let option = match name {
        "compressed" => OptionAst::Compressed(boolean(cursor)?),
        "connect-timeout" => OptionAst::ConnectTimeout(duration(cursor)?),
        "delay" => OptionAst::Delay(duration(cursor)?),
        "header" => OptionAst::Header(header(cursor)?),
        "insecure" => OptionAst::Insecure(boolean(cursor)?),
        "location" => OptionAst::Location(boolean(cursor)?),
        "location-trusted" => OptionAst::LocationTrusted(boolean(cursor)?),
        "max-redirs" => OptionAst::MaxRedirs(count(cursor)?),
        "max-time" => OptionAst::MaxTime(duration(cursor)?),
        "repeat" => OptionAst::Repeat(finite(cursor)?),
        "retry" => OptionAst::Retry(count(cursor)?),
        "retry-interval" => OptionAst::RetryInterval(duration(cursor)?),
        "skip" => OptionAst::Skip(boolean(cursor)?),
        "user" => OptionAst::User(template::unquoted(cursor)?),
        "variable" => variable(cursor)?,
        "verbose" | "very-verbose" => OptionAst::Verbose(boolean(cursor)?),
        "verbosity" => verbosity(cursor)?,
        _ => return Err(unknown(start, name)),
    };
    cursor.end_line()?;
    Ok(option)
}

fn unknown(start: usize, name: &str) -> Fail {
    let hint = match name {
        "aws-sigv4" | "digest" | "ntlm" | "negotiate" | "netrc" | "netrc-file" | "netrc-optional" => {
            "authenticate with a header, or with [BasicAuth]"
        }
        "cacert" | "cert" | "key" | "pinnedpubkey" => "TLS belongs to the environment: set it in parity.toml",
        "connect-to" | "ipv4" | "ipv6" | "proxy" | "resolve" | "unix-socket" => {
            "the route belongs to the environment: set it in parity.toml"
        }
        "output" => "every response is kept beside the journal",
        "http1.0" | "http1.1" | "http2" | "http3" | "limit-rate" | "path-as-is" => "remove it",
        _ => {
            let message = format!("unknown option `{name}`");
            return Fail::new(start, message).hint(
                "options are variable, retry, retry-interval, location, location-trusted, max-redirs, delay, \
                 skip, repeat, max-time, connect-timeout, compressed, insecure, header, user",
            );
        }
    };
    Fail::new(start, format!("the option `{name}` is not supported")).hint(hint)
}

fn setting<T>(
    cursor: &mut Cursor<'_>,
    literal: impl FnOnce(&mut Cursor<'_>) -> Parsed<T>,
) -> Parsed<Setting<T>> {
    if cursor.sees("{{") {
        template::placeholder(cursor).map(Setting::Expr)
    } else {
        literal(cursor).map(Setting::Literal)
    }
}

fn boolean(cursor: &mut Cursor<'_>) -> Parsed<Setting<bool>> {
    setting(cursor, |cursor| match (cursor.eat("true"), cursor.eat("false")) {
        (true, _) => Ok(true),
        (_, true) => Ok(false),
        _ => Err(cursor.unexpected("`true` or `false`")),
    })
}

fn count(cursor: &mut Cursor<'_>) -> Parsed<Setting<Count>> {
    setting(cursor, |cursor| {
        if cursor.eat("-1") {
            return Ok(Count::Infinite);
        }
        let start = cursor.offset();
        let value = literal::natural(cursor, "a number from -1")?;
        let value = u32::try_from(value).map_err(|_| Fail::new(start, "this number is too large"))?;
        Ok(Count::Finite(value))
    })
}

/// A count with an end.
fn finite(cursor: &mut Cursor<'_>) -> Parsed<Setting<Count>> {
    let start = cursor.offset();
    let count = count(cursor)?;
    if matches!(count, Setting::Literal(Count::Infinite)) {
        let fail = Fail::new(start, "an entry that repeats for ever cannot be compared");
        return Err(fail.hint("say how often: `repeat: 10`"));
    }
    Ok(count)
}

fn duration(cursor: &mut Cursor<'_>) -> Parsed<Setting<Duration>> {
    setting(cursor, |cursor| {
        let value = literal::natural(cursor, "a duration, as `500ms`")?;
        let start = cursor.offset();
        let unit = cursor.take_while(|c| c.is_ascii_alphabetic());
        let factor = match unit {
            "" | "ms" => 1,
            "s" => 1000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => {
                let fail = Fail::new(start, format!("unknown unit `{unit}`"));
                return Err(fail.hint("units are ms, s, m and h"));
            }
        };
        let ms = value.checked_mul(factor).ok_or_else(|| cursor.fail("this duration is too long"))?;
        Ok(Duration::from_millis(ms))
    })
}

fn header(cursor: &mut Cursor<'_>) -> Parsed<crate::ast::Template> {
    let start = cursor.offset();
    let header = template::unquoted(cursor)?;
    if header.constant().is_some_and(|text| !text.contains(':')) {
        return Err(Fail::new(start, "this header has no `:`"));
    }
    Ok(header)
}

/// `name=value`.
fn variable(cursor: &mut Cursor<'_>) -> Parsed<OptionAst> {
    let start = cursor.offset();
    let name = template::variable_name(cursor);
    match name {
        "" => return Err(cursor.unexpected("the name of a variable")),
        "newUuid" | "newDate" => {
            return Err(Fail::new(start, format!("`{name}` is a function, not a variable")));
        }
        _ => {}
    }
    cursor.spaces();
    cursor.expect("=")?;
    cursor.spaces();
    let literal = match cursor.peek() {
        _ if cursor.eat("null") => Some(Value::Null),
        _ if cursor.eat("true") => Some(Value::Bool(true)),
        _ if cursor.eat("false") => Some(Value::Bool(false)),
        Some('0'..='9') => Some(Value::Number(literal::number(cursor)?)),
        Some('-') if cursor.rest()[1..].starts_with(|c: char| c.is_ascii_digit()) => {
            Some(Value::Number(literal::number(cursor)?))
        }
        _ => None,
    };
    let value = match literal {
        Some(value) => VariableValue::Literal(value),
        None if cursor.sees("\"") => VariableValue::Text(template::quoted(cursor)?),
        None => VariableValue::Text(template::unquoted(cursor)?),
    };
    Ok(OptionAst::Variable(name.to_owned(), value))
}

fn verbosity(cursor: &mut Cursor<'_>) -> Parsed<OptionAst> {
    if ["brief", "verbose", "debug"].iter().any(|level| cursor.eat(level)) {
        return Ok(OptionAst::Verbose(Setting::Literal(true)));
    }
    Err(cursor.unexpected("`brief`, `verbose` or `debug`"))
}
