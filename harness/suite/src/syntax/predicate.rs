//! Predicates: what must hold of a value.

use super::cursor::{Cursor, Fail, Parsed};
use super::{body, literal, template};
use crate::Value;
use crate::ast::{Content, Expected, Predicate};

/// `not`, if it is there, and the predicate.
pub(super) fn predicate(cursor: &mut Cursor<'_>) -> Parsed<(bool, Predicate)> {
    let start = cursor.offset();
    let not = cursor.eat("not") && cursor.spaces();
    if !not {
        cursor.seek(start);
    }
    Ok((not, positive(cursor)?))
}

fn positive(cursor: &mut Cursor<'_>) -> Parsed<Predicate> {
    let start = cursor.offset();
    for (sign, predicate) in SIGNS {
        if cursor.eat(sign) {
            cursor.spaces();
            return Ok(predicate(comparable(cursor, sign)?));
        }
    }
    let word = cursor.take_while(|c| c.is_ascii_alphanumeric());
    Ok(match word {
        "startsWith" => Predicate::StartsWith(affix(cursor, word)?),
        "endsWith" => Predicate::EndsWith(affix(cursor, word)?),
        "contains" => {
            cursor.some_spaces()?;
            Predicate::Contains(expected(cursor)?)
        }
        "includes" => {
            cursor.some_spaces()?;
            Predicate::Includes(expected(cursor)?)
        }
        "matches" => {
            cursor.some_spaces()?;
            let start = cursor.offset();
            Predicate::Matches(match cursor.peek() {
                Some('`') if !cursor.sees("```") => {
                    let template = template::backticked(cursor)?;
                    literal::template_pattern(cursor, start, template)?
                }
                _ => literal::pattern(cursor)?,
            })
        }
        "exists" => Predicate::Exists,
        "isEmpty" => Predicate::IsEmpty,
        "isBoolean" => Predicate::IsBoolean,
        "isInteger" => Predicate::IsInteger,
        "isFloat" => Predicate::IsFloat,
        "isNumber" => Predicate::IsNumber,
        "isString" => Predicate::IsString,
        "isCollection" => Predicate::IsCollection,
        "isList" => Predicate::IsList,
        "isObject" => Predicate::IsObject,
        "isDate" => Predicate::IsDate,
        "isIsoDate" => Predicate::IsIsoDate,
        "isUuid" => Predicate::IsUuid,
        "isIpv4" => Predicate::IsIpv4,
        "isIpv6" => Predicate::IsIpv6,
        word => {
            cursor.seek(start);
            let fail = cursor.unexpected("a filter or a predicate");
            return Err(match replaced(word) {
                Some(sign) => fail.hint(format!("write `{sign}`")),
                None => fail.hint(
                    "predicates are == != > >= < <= startsWith endsWith contains matches exists isEmpty is…",
                ),
            });
        }
    })
}

type MakePredicate = fn(Expected) -> Predicate;

/// Longer signs first.
const SIGNS: [(&str, MakePredicate); 6] = [
    ("==", Predicate::Equal),
    ("!=", Predicate::NotEqual),
    (">=", Predicate::GreaterOrEqual),
    ("<=", Predicate::LessOrEqual),
    (">", Predicate::Greater),
    ("<", Predicate::Less),
];

/// What older versions of Hurl wrote out.
fn replaced(word: &str) -> Option<&'static str> {
    Some(match word {
        "equals" => "==",
        "notEquals" => "!=",
        "greaterThan" => ">",
        "greaterThanOrEquals" => ">=",
        "lessThan" => "<",
        "lessThanOrEquals" => "<=",
        _ => return None,
    })
}

/// The value after a sign; only numbers, texts and placeholders have an order.
fn comparable(cursor: &mut Cursor<'_>, sign: &str) -> Parsed<Expected> {
    let start = cursor.offset();
    let value = expected(cursor)?;
    let ordered = matches!(value, Expected::Value(Value::Number(_)) | Expected::Text(_) | Expected::Expr(_));
    if sign == "==" || sign == "!=" || ordered {
        return Ok(value);
    }
    Err(Fail::new(start, format!("`{sign}` compares numbers and texts only")))
}

/// A prefix or suffix: text or bytes.
fn affix(cursor: &mut Cursor<'_>, word: &str) -> Parsed<Expected> {
    cursor.some_spaces()?;
    let start = cursor.offset();
    let value = expected(cursor)?;
    if matches!(value, Expected::Text(_) | Expected::Value(Value::Bytes(_))) {
        return Ok(value);
    }
    Err(Fail::new(start, format!("`{word}` takes a text, `hex,…;` or `base64,…;`")))
}

fn expected(cursor: &mut Cursor<'_>) -> Parsed<Expected> {
    let rest = cursor.rest();
    Ok(match cursor.peek() {
        Some('"') => Expected::Text(template::quoted(cursor)?),
        Some('`') if rest.starts_with("```") => match body::multiline(cursor)? {
            Content::RawText(text) => Expected::Value(Value::String(text)),
            Content::Text(text) | Content::JsonText(text) | Content::XmlText(text) => Expected::Text(text),
            _ => return Err(cursor.unexpected("a text")),
        },
        Some('`') => Expected::Text(template::backticked(cursor)?),
        Some('{') if rest.starts_with("{{") => Expected::Expr(template::placeholder(cursor)?),
        Some('-' | '0'..='9') => Expected::Value(Value::Number(literal::number(cursor)?)),
        Some('/') => {
            literal::pattern(cursor)?;
            Expected::Regex
        }
        _ if cursor.eat("null") => Expected::Value(Value::Null),
        _ if cursor.eat("true") => Expected::Value(Value::Bool(true)),
        _ if cursor.eat("false") => Expected::Value(Value::Bool(false)),
        _ if rest.starts_with("hex,") => Expected::Value(Value::Bytes(literal::hex(cursor)?)),
        _ if rest.starts_with("base64,") => Expected::Value(Value::Bytes(literal::base64(cursor)?)),
        _ if rest.starts_with("file,") => Expected::File(literal::file(cursor)?),
        _ => {
            let fail = cursor.unexpected("a value");
            return Err(fail.hint("a value is a number, `\"text\"`, true, false, null, `{{variable}}`, `file,…;`, `hex,…;` or `base64,…;`"));
        }
    })
}
