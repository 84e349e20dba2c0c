//! Filters: what happens to a value before it is kept or tested.

use super::cursor::{Cursor, Fail, Parsed};
use super::query::{quoted_argument, word};
use super::{literal, template};
use crate::ast::{Filter, Setting};

/// The filters here, each after a space.
pub(super) fn filters(cursor: &mut Cursor<'_>) -> Parsed<Vec<Filter>> {
    let mut filters = Vec::new();
    loop {
        let start = cursor.offset();
        if cursor.spaces()
            && let Some(filter) = filter(cursor)?
        {
            filters.push(filter);
        } else {
            cursor.seek(start);
            return Ok(filters);
        }
    }
}

/// The filter here; `None` if the word is none.
fn filter(cursor: &mut Cursor<'_>) -> Parsed<Option<Filter>> {
    let start = cursor.offset();
    let word = word(cursor);
    cursor.eat(word);
    let filter = match word {
        "base64Decode" => Filter::Base64Decode,
        "base64Encode" => Filter::Base64Encode,
        "base64UrlSafeDecode" => Filter::Base64UrlSafeDecode,
        "base64UrlSafeEncode" => Filter::Base64UrlSafeEncode,
        "charsetDecode" | "decode" => Filter::CharsetDecode(quoted_argument(cursor)?),
        "count" => Filter::Count,
        "dateFormat" | "format" => Filter::DateFormat(quoted_argument(cursor)?),
        "daysAfterNow" => Filter::DaysAfterNow,
        "daysBeforeNow" => Filter::DaysBeforeNow,
        "first" => Filter::First,
        "htmlEscape" => Filter::HtmlEscape,
        "htmlUnescape" => Filter::HtmlUnescape,
        "jsonpath" => {
            cursor.some_spaces()?;
            Filter::JsonPath(literal::path(cursor)?)
        }
        "last" => Filter::Last,
        "location" => Filter::Location,
        "nth" => {
            cursor.some_spaces()?;
            Filter::Nth(index(cursor)?)
        }
        "regex" => {
            cursor.some_spaces()?;
            Filter::Regex(literal::pattern(cursor)?)
        }
        "replace" => Filter::Replace(quoted_argument(cursor)?, quoted_argument(cursor)?),
        "replaceRegex" => {
            cursor.some_spaces()?;
            Filter::ReplaceRegex(literal::pattern(cursor)?, quoted_argument(cursor)?)
        }
        "split" => Filter::Split(quoted_argument(cursor)?),
        "toDate" => Filter::ToDate(quoted_argument(cursor)?),
        "toFloat" => Filter::ToFloat,
        "toHex" => Filter::ToHex,
        "toInt" => Filter::ToInt,
        "toString" => Filter::ToString,
        "urlDecode" => Filter::UrlDecode,
        "urlEncode" => Filter::UrlEncode,
        "urlQueryParam" => Filter::UrlQueryParam(quoted_argument(cursor)?),
        "utf8Decode" => Filter::Utf8Decode,
        "utf8Encode" => Filter::Utf8Encode,
        "xpath" => {
            cursor.some_spaces()?;
            Filter::XPath(literal::xpath(cursor)?)
        }
        _ => {
            cursor.seek(start);
            return Ok(None);
        }
    };
    Ok(Some(filter))
}

fn index(cursor: &mut Cursor<'_>) -> Parsed<Setting<i64>> {
    if cursor.sees("{{") {
        return template::placeholder(cursor).map(Setting::Expr);
    }
    let start = cursor.offset();
    let sign = if cursor.eat("-") { -1 } else { 1 };
    let value = literal::natural(cursor, "an index")?;
    let value = i64::try_from(value).map_err(|_| Fail::new(start, "this index is too large"))?;
    Ok(Setting::Literal(sign * value))
}
