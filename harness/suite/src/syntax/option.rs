//! `[Options]`.

use std::time::Duration;

use super::cursor::{Cursor, Fail, Parsed};
use super::{literal, template};
use crate::Value;
use crate::ast::{ConnectionOption, Count, OptionAst, Rate, Setting, Switch, VariableValue};

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
        "aws-sigv4" => OptionAst::AwsSigV4(template::unquoted(cursor)?),
        "cacert" => OptionAst::Connection(ConnectionOption::CaCert, template::file_name(cursor)?),
        "cert" => OptionAst::Connection(ConnectionOption::Cert, template::file_name(cursor)?),
        "compressed" => OptionAst::Compressed(boolean(cursor)?),
        "connect-timeout" => OptionAst::ConnectTimeout(duration(cursor)?),
        "connect-to" => OptionAst::Connection(ConnectionOption::ConnectTo, template::unquoted(cursor)?),
        "delay" => OptionAst::Delay(duration(cursor)?),
        "header" => OptionAst::Header(header(cursor)?),
        "http1.0" => OptionAst::Switch(Switch::Http10, boolean(cursor)?),
        "http1.1" => OptionAst::Switch(Switch::Http11, boolean(cursor)?),
        "http2" => OptionAst::Switch(Switch::Http2, boolean(cursor)?),
        "http3" => OptionAst::Switch(Switch::Http3, off(cursor, name)?),
        "insecure" => OptionAst::Insecure(boolean(cursor)?),
        "ipv4" => OptionAst::Switch(Switch::IpV4, boolean(cursor)?),
        "ipv6" => OptionAst::Switch(Switch::IpV6, boolean(cursor)?),
        "key" => OptionAst::Connection(ConnectionOption::Key, template::file_name(cursor)?),
        "limit-rate" => OptionAst::LimitRate(rate(cursor)?),
        "location" => OptionAst::Location(boolean(cursor)?),
        "location-trusted" => OptionAst::LocationTrusted(boolean(cursor)?),
        "max-redirs" => OptionAst::MaxRedirs(count(cursor)?),
        "max-time" => OptionAst::MaxTime(duration(cursor)?),
        // What is switched off is what is done in any case.
        "digest" | "negotiate" | "ntlm" | "path-as-is" => OptionAst::Verbose(off(cursor, name)?),
        "netrc" | "netrc-optional" => OptionAst::Netrc(boolean(cursor)?),
        "netrc-file" => OptionAst::NetrcFile(template::unquoted(cursor)?),
        "output" => OptionAst::Output(template::file_name(cursor)?),
        "proxy" => OptionAst::Connection(ConnectionOption::Proxy, template::unquoted(cursor)?),
        "repeat" => OptionAst::Repeat(finite(cursor)?),
        "resolve" => OptionAst::Connection(ConnectionOption::Resolve, template::unquoted(cursor)?),
        "retry" => OptionAst::Retry(count(cursor)?),
        "retry-interval" => OptionAst::RetryInterval(duration(cursor)?),
        "skip" => OptionAst::Skip(boolean(cursor)?),
        "unix-socket" => OptionAst::Connection(ConnectionOption::UnixSocket, template::unquoted(cursor)?),
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
    if name == "pinnedpubkey" {
        return not_supported(start, name).hint("say which authorities are trusted with `cacert`");
    }
    Fail::new(start, format!("unknown option `{name}`")).hint(
        "options are variable, retry, retry-interval, location, location-trusted, max-redirs, delay, skip, repeat, \
         max-time, connect-timeout, compressed, insecure, header, user, cacert, cert, key, resolve, connect-to, \
         proxy, unix-socket, http1.0, http1.1, http2, ipv4, ipv6, limit-rate, aws-sigv4, netrc-file",
    )
}

fn not_supported(start: usize, name: &str) -> Fail {
    Fail::new(start, format!("the option `{name}` is not supported"))
}

/// A switch that may only be off: what it would switch on is not supported.
fn off(cursor: &mut Cursor<'_>, name: &str) -> Parsed<Setting<bool>> {
    let start = cursor.offset();
    if matches!(boolean(cursor)?, Setting::Literal(false)) {
        return Ok(Setting::Literal(false));
    }
    let hint = match name {
        "http3" => "responses over HTTP/2 and HTTP/1.1 are compared",
        "path-as-is" => "write the path without `.` and `..`",
        _ => "authenticate with a header, with [BasicAuth], `user` or `aws-sigv4`",
    };
    Err(not_supported(start, name).hint(hint))
}

fn rate(cursor: &mut Cursor<'_>) -> Parsed<Setting<Rate>> {
    setting(cursor, |cursor| literal::natural(cursor, "a number of bytes in a second").map(Rate))
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
