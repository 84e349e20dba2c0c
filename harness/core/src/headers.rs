//! Headers: names in lower case, values as multisets, each kind compared as what it is.

use std::collections::{BTreeMap, BTreeSet};

use envparity_model::{Code, Response};

use crate::cookies::{self, Cookie};
use crate::drift::{Drift, Drifts};
use crate::excerpt::short;
use crate::form::{Form, Forms};
use crate::lens::{Lens, Likeness};
use crate::meaning::same_meaning;
use crate::media::MediaType;
use crate::noise::Noise;
use crate::rules::{CaseRules, Marks, Mode};

/// Say nothing about the service: they differ from response to response, or belong to the connection.
pub(crate) const IGNORED: &[&str] = &[
    "date",
    "age",
    "connection",
    "keep-alive",
    "transfer-encoding",
    "via",
    "x-request-id",
    "x-correlation-id",
    "traceparent",
    "tracestate",
    "x-amzn-trace-id",
    "trailer",
    "proxy-connection",
];

/// Name the software that answers: information that points at a version.
pub(crate) const BANNERS: &[&str] =
    &["server", "x-powered-by", "x-aspnet-version", "x-aspnetmvc-version", "x-generator"];

/// Lists whose members have no order.
const LISTS: &[&str] = &[
    "accept",
    "accept-ch",
    "accept-encoding",
    "accept-patch",
    "accept-post",
    "accept-ranges",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-expose-headers",
    "allow",
    "cache-control",
    "clear-site-data",
    "pragma",
    "vary",
    "x-robots-tag",
];

/// Hold URLs.
const ADDRESSES: &[&str] = &["location", "content-location", "link", "refresh"];

type Values<'r> = BTreeMap<&'r str, Vec<&'r str>>;

fn group(response: &Response) -> Values<'_> {
    let mut out: Values<'_> = BTreeMap::new();
    for (name, value) in &response.headers {
        out.entry(name.as_str()).or_default().push(value.trim());
    }
    for values in out.values_mut() {
        values.sort_unstable();
    }
    out
}

/// Everything that a comparison of headers needs to know.
pub(crate) struct Headers<'h> {
    pub(crate) lens: Lens<'h>,
    pub(crate) noise: &'h Noise,
    /// There was a control sample: what it does not show is stable.
    pub(crate) controlled: bool,
    pub(crate) rules: &'h CaseRules<'h>,
    /// A body was received by one side and is compared by itself: its length says nothing more.
    pub(crate) has_body: bool,
}

/// Learns which headers of the reference differ against itself. An error where the media type does: it never is
/// noise.
pub(crate) fn learn(
    first: &Response,
    second: &Response,
    lens: &Lens<'_>,
    noise: &mut Noise,
) -> Result<(), String> {
    let (lefts, rights) = (group(first), group(second));
    let names: BTreeSet<&str> = lefts.keys().chain(rights.keys()).copied().collect();
    for name in names {
        let (left, right) = (lefts.get(name), rights.get(name));
        if IGNORED.contains(&name)
            || BANNERS.contains(&name)
            || matches!(name, "etag" | "last-modified" | "content-length" | "content-encoding")
        {
            continue;
        }
        let (Some(left), Some(right)) = (left, right) else {
            if name == "content-type" {
                return Err("the media type is there in one sample of the reference only".to_owned());
            }
            noise.headers.entry(name.to_owned()).or_default().presence = true;
            continue;
        };
        if name == "content-type" {
            if MediaType::parse(left[0]).essence != MediaType::parse(right[0]).essence {
                return Err(format!(
                    "the media type is `{}` and `{}` on the reference",
                    short(left[0]),
                    short(right[0])
                ));
            }
        } else if name == "set-cookie" {
            learn_cookies(left, right, noise);
        } else if left != right && !is_same_list(name, left, right) && !same_values(left, right, lens) {
            let known = noise.headers.entry(name.to_owned()).or_default();
            known.forms.add(&left.join(", "));
            known.forms.add(&right.join(", "));
        }
    }
    Ok(())
}

fn learn_cookies(left: &[&str], right: &[&str], noise: &mut Noise) {
    let (lefts, rights) = (cookies::parse(left.iter().copied()), cookies::parse(right.iter().copied()));
    let names: BTreeSet<&String> = lefts.keys().chain(rights.keys()).collect();
    for name in names {
        match (lefts.get(name), rights.get(name)) {
            (Some(l), Some(r)) if l.value != r.value => {
                let forms = noise.cookies.entry(name.clone()).or_default();
                forms.add(&l.value);
                forms.add(&r.value);
            }
            (Some(_), Some(_)) => {}
            _ => noise.headers.entry("set-cookie".to_owned()).or_default().presence = true,
        }
    }
}

impl Headers<'_> {
    /// Compares all headers.
    pub(crate) fn judge(
        &self,
        reference: &Response,
        candidate: &Response,
        marks: &mut Marks,
        drifts: &mut Drifts,
        shape: &mut dyn FnMut(&str, &str, &str),
    ) {
        let (lefts, rights) = (group(reference), group(candidate));
        let names: BTreeSet<&str> = lefts.keys().chain(rights.keys()).copied().collect();
        for name in names {
            let mode = self.rules.header(name, marks);
            let at = format!("header.{name}");
            if mode == Mode::Ignore {
                shape(&at, "rule", "ignored by rule");
                continue;
            }
            if IGNORED.contains(&name) || (name == "content-length" && self.has_body) {
                continue;
            }
            let empty = Vec::new();
            let (left, right) = (lefts.get(name).unwrap_or(&empty), rights.get(name).unwrap_or(&empty));
            if left == right {
                continue;
            }
            match mode {
                Mode::Type if !left.is_empty() && !right.is_empty() => {
                    shape(&at, "rule", "compared by presence, by rule");
                }
                Mode::Format if !left.is_empty() && !right.is_empty() => {
                    shape(&at, "rule", "compared by form, by rule");
                    let mut forms = Forms::default();
                    forms.add(&left.join(", "));
                    by_forms(&at, &forms, left, right, drifts);
                }
                _ => self.one(name, &at, left, right, drifts, shape),
            }
        }
    }

    fn one(
        &self,
        name: &str,
        at: &str,
        left: &[&str],
        right: &[&str],
        drifts: &mut Drifts,
        shape: &mut dyn FnMut(&str, &str, &str),
    ) {
        let sides = (show(left), show(right));
        if name == "content-type" {
            return media(at, left, right, drifts);
        }
        if BANNERS.contains(&name) {
            return drifts.push(Drift::at(Code::ResponseBanner, at).sides(sides.0, sides.1));
        }
        if name == "content-encoding" {
            return drifts
                .push(Drift::at(Code::ResponseBytes, at).kind("content-encoding").sides(sides.0, sides.1));
        }
        let learned = self.noise.headers.get(name);
        if left.is_empty() || right.is_empty() {
            if !learned.is_some_and(|noise| noise.presence) {
                let kind = if right.is_empty() { "removed" } else { "added" };
                drifts.push(Drift::at(Code::ResponseHeader, at).kind(kind).sides(sides.0, sides.1));
            }
            return;
        }
        match name {
            "etag" | "last-modified" => {
                shape(at, "header", "compared by presence and shape");
                let alike =
                    if name == "etag" { same_etag(left[0], right[0]) } else { same_form(left[0], right[0]) };
                if !alike {
                    drifts.push(Drift::at(Code::ResponseHeader, at).kind("shape").sides(sides.0, sides.1));
                }
            }
            "set-cookie" => self.cookies(at, left, right, drifts, shape),
            _ if is_same_list(name, left, right) => {
                drifts.push(Drift::at(Code::ResponseBytes, at).kind("list-order").sides(sides.0, sides.1));
            }
            _ => match learned.filter(|noise| !noise.presence) {
                Some(noise) => {
                    shape(at, "header", "differs between two samples of the reference");
                    by_forms(at, &noise.forms, left, right, drifts);
                }
                None if learned.is_some() || same_values(left, right, &self.lens) => {}
                None => {
                    let kind = if ADDRESSES.contains(&name) { address_kind(left, right) } else { None };
                    let kind =
                        kind.or_else(|| same_meaning(&left.join(", "), &right.join(", "))).unwrap_or("value");
                    drifts.push(Drift::at(Code::ResponseHeader, at).kind(kind).sides(sides.0, sides.1));
                }
            },
        }
    }

    fn cookies(
        &self,
        at: &str,
        left: &[&str],
        right: &[&str],
        drifts: &mut Drifts,
        shape: &mut dyn FnMut(&str, &str, &str),
    ) {
        let (lefts, rights) = (cookies::parse(left.iter().copied()), cookies::parse(right.iter().copied()));
        let names: BTreeSet<&String> = lefts.keys().chain(rights.keys()).collect();
        let loose = self.noise.headers.get("set-cookie").is_some_and(|noise| noise.presence);
        let cookie =
            |kind: &str, l: String, r: String| Drift::at(Code::ResponseHeader, at).kind(kind).sides(l, r);
        for name in names {
            match (lefts.get(name), rights.get(name)) {
                (Some(l), Some(r)) => {
                    if l.attributes != r.attributes && !self.same_attributes(l, r) {
                        drifts.push(cookie(
                            "cookie-attributes",
                            format!("{name}: {}", l.show()),
                            format!("{name}: {}", r.show()),
                        ));
                    }
                    if l.value != r.value {
                        self.cookie_value(at, name, l, r, drifts, shape);
                    }
                }
                _ if loose => {}
                (Some(_), None) => drifts.push(cookie("cookie-removed", short(name), "absent".to_owned())),
                (None, _) => drifts.push(cookie("cookie-added", "absent".to_owned(), short(name))),
            }
        }
    }

    fn same_attributes(&self, left: &Cookie, right: &Cookie) -> bool {
        left.attributes.keys().eq(right.attributes.keys())
            && left.attributes.iter().all(|(name, mine)| {
                let theirs = &right.attributes[name];
                mine == theirs || self.lens.compare(mine, theirs) != Likeness::Different
            })
    }

    fn cookie_value(
        &self,
        at: &str,
        name: &str,
        left: &Cookie,
        right: &Cookie,
        drifts: &mut Drifts,
        shape: &mut dyn FnMut(&str, &str, &str),
    ) {
        let known = self.noise.cookies.get(name);
        let stable = self.controlled && known.is_none();
        if stable
            && matches!(
                self.lens.compare(&left.value, &right.value),
                Likeness::Different | Likeness::Conflict
            )
        {
            let sides = (format!("{name}={}", short(&left.value)), format!("{name}={}", short(&right.value)));
            drifts.push(Drift::at(Code::ResponseHeader, at).kind("cookie-value").sides(sides.0, sides.1));
        } else if !stable {
            shape(at, "header", "the values of cookies are compared by shape");
            let fits = known.map_or_else(
                || same_form(&left.value, &right.value),
                |forms| forms.check(&right.value).is_ok(),
            );
            if !fits {
                let sides =
                    (format!("{name}={}", short(&left.value)), format!("{name}={}", short(&right.value)));
                drifts.push(Drift::at(Code::ResponseHeader, at).kind("cookie-shape").sides(sides.0, sides.1));
            }
        }
    }
}

/// A header that may differ, within the forms seen.
fn by_forms(at: &str, forms: &Forms, left: &[&str], right: &[&str], drifts: &mut Drifts) {
    if forms.check(&right.join(", ")).is_err() {
        drifts.push(Drift::at(Code::ResponseHeader, at).kind("shape").sides(show(left), show(right)));
    }
}

fn media(at: &str, left: &[&str], right: &[&str], drifts: &mut Drifts) {
    let sides = (show(left), show(right));
    let parse = |values: &[&str]| values.first().map(|value| MediaType::parse(value)).unwrap_or_default();
    let (mine, theirs) = (parse(left), parse(right));
    if mine.essence != theirs.essence {
        return drifts.push(Drift::at(Code::ResponseMediaType, at).sides(sides.0, sides.1));
    }
    if mine.charset() != theirs.charset() {
        drifts.push(
            Drift::at(Code::ResponseFormat, at).kind("charset").sides(sides.0.clone(), sides.1.clone()),
        );
    }
    let others = |media: &MediaType| {
        let mut params = media.params.clone();
        params.remove("charset");
        // The boundary is made anew for every response.
        params.remove("boundary");
        params
    };
    if others(&mine) != others(&theirs) {
        drifts.push(Drift::at(Code::ResponseHeader, at).kind("parameter").sides(sides.0, sides.1));
    }
}

fn show(values: &[&str]) -> String {
    if values.is_empty() { "absent".to_owned() } else { short(&values.join(", ")) }
}

fn same_values(left: &[&str], right: &[&str], lens: &Lens<'_>) -> bool {
    left.len() == right.len()
        && left
            .iter()
            .zip(right)
            .all(|(l, r)| l == r || matches!(lens.compare(l, r), Likeness::Masked | Likeness::Symbol))
}

/// The same members in another order or case, or spread over other lines.
fn is_same_list(name: &str, left: &[&str], right: &[&str]) -> bool {
    if !LISTS.contains(&name) {
        return false;
    }
    let members = |values: &[&str]| {
        let joined = values.join(",").to_ascii_lowercase();
        let mut list: Vec<String> =
            joined.split(',').map(|m| m.trim().to_owned()).filter(|m| !m.is_empty()).collect();
        list.sort_unstable();
        list
    };
    members(left) == members(right)
}

fn same_etag(left: &str, right: &str) -> bool {
    left.starts_with("W/") == right.starts_with("W/") && left.contains('"') == right.contains('"')
}

fn same_form(left: &str, right: &str) -> bool {
    let mut forms = Forms::default();
    forms.add(left);
    let free = matches!(Form::of(left), Form::Phrase(_))
        || Form::of(left).is_volatile() && Form::of(right).is_volatile();
    forms.check(right).is_ok() || (free && matches!(Form::of(right), Form::Phrase(_)))
}

/// An absolute address on one side, a relative one on the other.
fn address_kind(left: &[&str], right: &[&str]) -> Option<&'static str> {
    let absolute = |values: &[&str]| values.iter().any(|value| value.contains("://"));
    match (absolute(left), absolute(right)) {
        (false, true) => Some("absolute"),
        (true, false) => Some("relative"),
        _ => None,
    }
}
