//! Predicates, checked.

use std::cmp::Ordering;
use std::net::IpAddr;

use super::query::regex;
use crate::ast::{AssertAst, Expected, Predicate};
use crate::context::Scope;
use crate::{Value, instant};

/// Checks a value. `Ok(None)` if the assert holds, else what was found. `Err` if it could not be checked.
pub(super) fn check(
    assert: &AssertAst,
    value: Option<&Value>,
    scope: &Scope<'_>,
) -> Result<Option<String>, String> {
    let Some(value) = value else {
        // Nothing was found: every predicate fails, and holds after `not`.
        return Ok((!assert.not).then(|| "none".to_owned()));
    };
    // A value of the wrong type fails an assert with `not`, too.
    let holds = holds(&assert.predicate, value, scope)?.is_some_and(|holds| holds != assert.not);
    Ok((!holds).then(|| value.show()))
}

/// Whether a predicate holds; `None` if it does not apply to the value's type.
fn holds(predicate: &Predicate, value: &Value, scope: &Scope<'_>) -> Result<Option<bool>, String> {
    let expected = |expected| resolve(expected, scope);
    let ordered = |other: &Expected, wanted: &[Ordering]| -> Result<Option<bool>, String> {
        Ok(order(value, resolve(other, scope)?.as_ref()).map(|found| wanted.contains(&found)))
    };
    Ok(match predicate {
        Predicate::Equal(other) => Some(expected(other)?.is_some_and(|other| *value == other)),
        Predicate::NotEqual(other) => Some(expected(other)?.is_none_or(|other| *value != other)),
        Predicate::Greater(other) => ordered(other, &[Ordering::Greater])?,
        Predicate::GreaterOrEqual(other) => ordered(other, &[Ordering::Greater, Ordering::Equal])?,
        Predicate::Less(other) => ordered(other, &[Ordering::Less])?,
        Predicate::LessOrEqual(other) => ordered(other, &[Ordering::Less, Ordering::Equal])?,
        Predicate::StartsWith(other) => match (value, expected(other)?) {
            (Value::String(text), Some(Value::String(prefix))) => Some(text.starts_with(&prefix)),
            (Value::Bytes(bytes), Some(Value::Bytes(prefix))) => Some(bytes.starts_with(&prefix)),
            _ => None,
        },
        Predicate::EndsWith(other) => match (value, expected(other)?) {
            (Value::String(text), Some(Value::String(suffix))) => Some(text.ends_with(&suffix)),
            (Value::Bytes(bytes), Some(Value::Bytes(suffix))) => Some(bytes.ends_with(&suffix)),
            _ => None,
        },
        Predicate::Contains(other) => contains(value, expected(other)?),
        Predicate::Includes(other) => match value {
            Value::List(values) => Some(expected(other)?.is_some_and(|other| values.contains(&other))),
            _ => None,
        },
        Predicate::Matches(pattern) => match value {
            Value::String(text) => Some(regex(pattern, scope)?.is_match(text)),
            _ => None,
        },
        predicate => of_type(predicate, value),
    })
}

/// Predicates without an argument.
fn of_type(predicate: &Predicate, value: &Value) -> Option<bool> {
    let text = match value {
        Value::String(text) => Some(text.as_str()),
        _ => None,
    };
    let number = match value {
        Value::Number(number) => Some(number),
        _ => None,
    };
    match predicate {
        Predicate::Exists => Some(*value != Value::Nodes(0)),
        Predicate::IsEmpty => match value {
            Value::List(values) => Some(values.is_empty()),
            Value::Object(members) => Some(members.is_empty()),
            Value::Bytes(bytes) => Some(bytes.is_empty()),
            Value::String(text) => Some(text.is_empty()),
            Value::Nodes(size) => Some(*size == 0),
            _ => None,
        },
        Predicate::IsBoolean => Some(matches!(value, Value::Bool(_))),
        Predicate::IsInteger => Some(number.is_some_and(|number| !number.is_float())),
        Predicate::IsFloat => Some(number.is_some_and(crate::Number::is_float)),
        Predicate::IsNumber => Some(number.is_some()),
        Predicate::IsString => Some(text.is_some()),
        Predicate::IsCollection => {
            Some(matches!(value, Value::Bytes(_) | Value::List(_) | Value::Object(_) | Value::Nodes(_)))
        }
        Predicate::IsList => Some(matches!(value, Value::Bytes(_) | Value::List(_))),
        Predicate::IsObject => Some(matches!(value, Value::Object(_) | Value::Nodes(_))),
        Predicate::IsDate => Some(matches!(value, Value::Date(_))),
        Predicate::IsIsoDate => text.map(instant::is_iso_date),
        Predicate::IsUuid => text.map(is_uuid),
        Predicate::IsIpv4 => text.map(|text| text.parse().is_ok_and(|ip: IpAddr| ip.is_ipv4())),
        Predicate::IsIpv6 => text.map(|text| text.parse().is_ok_and(|ip: IpAddr| ip.is_ipv6())),
        _ => None,
    }
}

/// What a predicate compares with; `None` for a regular expression, which equals nothing.
fn resolve(expected: &Expected, scope: &Scope<'_>) -> Result<Option<Value>, String> {
    let resolved = match expected {
        Expected::Value(value) => Ok(value.clone()),
        Expected::Text(text) => scope.render(text).map(Value::String),
        Expected::File(path) => scope.file(path).map(Value::Bytes),
        Expected::Expr(expr) => scope.value(expr),
        Expected::Regex => return Ok(None),
    };
    resolved.map(Some).map_err(|e| e.reason())
}

/// The order of two values, if they have one.
fn order(left: &Value, right: Option<&Value>) -> Option<Ordering> {
    match (left, right?) {
        (Value::Number(left), Value::Number(right)) => Some(left.compare(right)),
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        (Value::Date(left), Value::Date(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

fn contains(value: &Value, part: Option<Value>) -> Option<bool> {
    match (value, part) {
        (Value::String(text), Some(Value::String(part))) => Some(text.contains(&part)),
        (Value::Bytes(bytes), Some(Value::Bytes(part))) => {
            Some(part.is_empty() || bytes.windows(part.len()).any(|window| window == part))
        }
        (Value::List(values), part) => Some(part.is_some_and(|part| values.contains(&part))),
        _ => None,
    }
}

/// With hyphens or without, in braces or as a URN.
fn is_uuid(text: &str) -> bool {
    let hex = |text: &str| text.bytes().all(|b| b.is_ascii_hexdigit());
    if text.len() == 32 && hex(text) {
        return true;
    }
    let braced = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let text = braced.or_else(|| text.strip_prefix("urn:uuid:")).unwrap_or(text);
    let mut groups = text.split('-');
    [8, 4, 4, 4, 12].iter().all(|len| groups.next().is_some_and(|group| group.len() == *len && hex(group)))
        && groups.next().is_none()
}
