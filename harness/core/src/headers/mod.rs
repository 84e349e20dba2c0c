//! Headers: names in lower case, values as multisets, each kind taken apart and compared as what it is.

mod cookies;
mod grammar;
mod hops;
mod learn;
mod lifetime;
mod parts;
mod ruled;

use std::collections::{BTreeMap, BTreeSet};

use envparity_model::{Code, Response};

use crate::drift::{Drift, Drifts};
use crate::excerpt::short;
use crate::form::{Form, Forms};
use crate::lens::{Hand, Lens, Likeness};
use crate::meaning::same_meaning;
use crate::media::MediaType;
use crate::noise::{HeaderNoise, Noise};
use crate::rules::{CaseRules, Marks, Mode};
use cookies::Cookie;
use lifetime::Lifetime;
use parts::{Kind, WHOLE, parts_of};

pub(crate) use learn::learn;

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

/// Whether a header's members have no order.
pub(crate) fn is_list(name: &str) -> bool {
    matches!(Kind::of(name), Kind::List | Kind::Words | Kind::Directives)
}

type Values<'r> = BTreeMap<&'r str, Vec<&'r str>>;

fn group(response: &Response) -> Values<'_> {
    let mut out: Values<'_> = BTreeMap::new();
    for (name, value) in &response.headers {
        out.entry(name.as_str()).or_default().push(value.trim());
    }
    for (name, values) in &mut out {
        // Of cookies of one name the last counts.
        if *name != "set-cookie" {
            values.sort_unstable();
        }
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

/// Takes what was compared by its shape only: place, kind, why.
type Shape<'s> = &'s mut dyn FnMut(&str, &str, &str);

impl Headers<'_> {
    /// Compares all headers.
    pub(crate) fn judge(
        &self,
        reference: &Response,
        candidate: &Response,
        marks: &mut Marks,
        drifts: &mut Drifts,
        shape: Shape<'_>,
    ) {
        let (lefts, rights) = (group(reference), group(candidate));
        let dates = (reference.header("date"), candidate.header("date"));
        let names: BTreeSet<&str> = lefts.keys().chain(rights.keys()).copied().collect();
        for name in names {
            let mode = self.rules.header(name, marks);
            let at = format!("header.{name}");
            if IGNORED.contains(&name) || (name == "content-length" && self.has_body) {
                continue;
            }
            let empty = Vec::new();
            let (left, right) = (lefts.get(name).unwrap_or(&empty), rights.get(name).unwrap_or(&empty));
            // No body, framed in one way or the other.
            let is_framing = name == "content-length" && left.iter().chain(right).all(|value| *value == "0");
            if left == right || is_framing {
                continue;
            }
            let both = !left.is_empty() && !right.is_empty();
            let mut one =
                One { headers: self, name, at: &at, dates, drifts: &mut *drifts, shape: &mut *shape };
            if both || mode == Mode::Ignore {
                self.by_rule(mode, (left, right), &mut one);
            } else {
                one.judge(left, right);
            }
        }
    }
}

/// The comparison of one header.
struct One<'o, 'h> {
    headers: &'o Headers<'h>,
    name: &'o str,
    at: &'o str,
    /// `Date` of both responses.
    dates: (Option<&'o str>, Option<&'o str>),
    drifts: &'o mut Drifts,
    shape: Shape<'o>,
}

impl One<'_, '_> {
    fn judge(&mut self, left: &[&str], right: &[&str]) {
        let (name, sides) = (self.name, (show(left), show(right)));
        if name == "content-type" {
            return self.media(left, right);
        }
        if BANNERS.contains(&name) {
            return self.drifts.push(Drift::at(Code::ResponseBanner, self.at).sides(sides.0, sides.1));
        }
        if name == "content-encoding" {
            let drift = Drift::at(Code::ResponseBytes, self.at).kind("content-encoding");
            return self.drifts.push(drift.sides(sides.0, sides.1));
        }
        if left.is_empty() || right.is_empty() {
            return self.presence(left, right);
        }
        match name {
            "etag" | "last-modified" => self.shaped(left[0], right[0]),
            "set-cookie" => self.cookies(left, right),
            _ if is_timed(name) && lasts_alike(left, right, self.dates) => {}
            _ => self.parts(left, right),
        }
    }

    fn noise(&self) -> Option<&HeaderNoise> {
        self.headers.noise.headers.get(self.name)
    }

    fn push(&mut self, kind: &str, reference: impl Into<String>, candidate: impl Into<String>) {
        self.drifts.push(header(self.at, kind).sides(reference, candidate));
    }

    fn presence(&mut self, left: &[&str], right: &[&str]) {
        let excused = match self.noise() {
            Some(noise) if self.name == "set-cookie" => {
                let jar = cookies::parse(if right.is_empty() { left } else { right });
                jar.keys().all(|name| noise.absent.contains(name))
            }
            Some(noise) => noise.presence,
            None => false,
        };
        if !excused {
            let kind = if right.is_empty() { "removed" } else { "added" };
            self.push(kind, show(left), show(right));
        }
    }

    /// By presence and shape.
    fn shaped(&mut self, left: &str, right: &str) {
        (self.shape)(self.at, "header", "compared by presence and shape");
        let alike = if self.name == "etag" { same_etag(left, right) } else { same_form(left, right) };
        if !alike {
            self.push("shape", short(left), short(right));
        }
    }

    fn media(&mut self, left: &[&str], right: &[&str]) {
        let sides = (show(left), show(right));
        let parse = |values: &[&str]| values.first().map(|value| MediaType::parse(value)).unwrap_or_default();
        let (mine, theirs) = (parse(left), parse(right));
        if mine.essence != theirs.essence {
            let drift = Drift::at(Code::ResponseMediaType, self.at);
            return self.drifts.push(drift.sides(sides.0, sides.1));
        }
        let others = |media: &MediaType| {
            let mut params = media.params.clone();
            params.remove("charset");
            // The boundary is made anew for every response.
            params.remove("boundary");
            params
        };
        if mine.charset() != theirs.charset() {
            let drift = Drift::at(Code::ResponseFormat, self.at).kind("charset");
            self.drifts.push(drift.sides(sides.0.clone(), sides.1.clone()));
        }
        if others(&mine) != others(&theirs) {
            self.push("parameter", sides.0, sides.1);
        }
    }

    fn parts(&mut self, left: &[&str], right: &[&str]) {
        let (lefts, rights) = (parts_of(self.name, left), parts_of(self.name, right));
        if Kind::of(self.name) == Kind::Address
            && lefts.contains_key("scheme") != rights.contains_key("scheme")
        {
            let kind = if rights.contains_key("scheme") { "absolute" } else { "relative" };
            if !self.noise().is_some_and(|noise| noise.absent.contains("scheme")) {
                self.push(kind, show(left), show(right));
            }
            return;
        }
        let names: BTreeSet<&String> = lefts.keys().chain(rights.keys()).collect();
        let mut differs = false;
        for part in names {
            let (l, r) = (lefts.get(part), rights.get(part));
            if l != r {
                differs = true;
                self.part(part, l.map_or(&[], Vec::as_slice), r.map_or(&[], Vec::as_slice), (left, right));
            }
        }
        if !differs && left != right {
            let drift = Drift::at(Code::ResponseBytes, self.at).kind("list-order");
            self.drifts.push(drift.sides(show(left), show(right)));
        }
    }

    fn part(&mut self, part: &str, left: &[String], right: &[String], whole: (&[&str], &[&str])) {
        let known = self.noise().cloned().unwrap_or_default();
        if known.presence || known.absent.contains(part) {
            return;
        }
        let sides = if part == WHOLE && Kind::of(self.name) != Kind::Parameters {
            (show(whole.0), show(whole.1))
        } else {
            (show_part(part, left), show_part(part, right))
        };
        if let Some(forms) = known.parts.get(part).filter(|_| !left.is_empty() && !right.is_empty()) {
            (self.shape)(self.at, "header", "differs between two samples of the reference");
            if forms.check(&right.join(", ")).is_err() {
                let kind = if part == WHOLE { "shape" } else { part };
                self.push(kind, sides.0, sides.1);
            }
            return;
        }
        if same_values(left, right, &self.headers.lens) {
            let lens = &self.headers.lens;
            let symbolic = |(l, r): (&String, &String)| l != r && lens.compare(l, r) == Likeness::Symbol;
            if left.iter().zip(right).any(symbolic) {
                (self.shape)(self.at, "symbol", "a captured value stands here, which differs by nature");
            }
            return;
        }
        let kind = match part {
            WHOLE => same_meaning(&left.join(", "), &right.join(", ")).unwrap_or(WHOLE),
            part => part,
        };
        let drift = header(self.at, &short(kind)).sides(sides.0, sides.1);
        let drift = match members(self.name, part, left, right) {
            Some(hint) => drift.hint(hint),
            None => drift,
        };
        self.drifts.push(drift);
    }

    fn cookies(&mut self, left: &[&str], right: &[&str]) {
        let (lefts, rights) = (cookies::parse(left), cookies::parse(right));
        let names: BTreeSet<&String> = lefts.keys().chain(rights.keys()).collect();
        let loose = self.noise().map(|noise| noise.absent.clone()).unwrap_or_default();
        for name in names {
            match (lefts.get(name), rights.get(name)) {
                (Some(l), Some(r)) => {
                    let lens = self.headers.lens;
                    let same = |mine: &str, theirs: &str| lens.compare(mine, theirs) != Likeness::Different;
                    for found in l.differences(r, self.dates, same) {
                        if !(found.is_lifetime && loose.contains(&format!("{name} {}", found.attribute))) {
                            let name = short(name);
                            self.push(
                                &format!("cookie-{}", short(&found.attribute)),
                                format!("{name}: {}", short(&found.sides.0)),
                                format!("{name}: {}", short(&found.sides.1)),
                            );
                        }
                    }
                    if l.value != r.value {
                        self.cookie_value(name, l, r);
                    }
                }
                _ if loose.contains(name) => {}
                (Some(_), None) => self.push("cookie-removed", short(name), "absent"),
                (None, _) => self.push("cookie-added", "absent", short(name)),
            }
        }
    }

    fn cookie_value(&mut self, name: &str, left: &Cookie, right: &Cookie) {
        let known = self.headers.noise.cookies.get(name);
        let differs = if self.headers.controlled && known.is_none() {
            let likeness = self.headers.lens.compare(&left.value, &right.value);
            matches!(likeness, Likeness::Different | Likeness::Conflict).then_some("cookie-value")
        } else {
            (self.shape)(self.at, "header", "the values of cookies are compared by shape");
            let quoted = |cookie: &Cookie| cookie.value.starts_with('"');
            let fits = known.map_or_else(
                || quoted(left) == quoted(right) && same_form(&left.value, &right.value),
                |forms| forms.check(&right.value).is_ok(),
            );
            (!fits).then_some("cookie-shape")
        };
        if let Some(kind) = differs {
            let side = |cookie: &Cookie| format!("{}={}", short(name), short(&cookie.value));
            self.push(kind, side(left), side(right));
        }
    }
}

fn header(at: &str, kind: &str) -> Drift {
    Drift::at(Code::ResponseHeader, at).kind(kind)
}

fn show(values: &[&str]) -> String {
    if values.is_empty() { "absent".to_owned() } else { short(&values.join(", ")) }
}

fn show_part(part: &str, values: &[String]) -> String {
    match (part, values) {
        (_, []) => "absent".to_owned(),
        (_, [only]) if only.is_empty() => short(part),
        (WHOLE, values) => short(&values.join(", ")),
        (part, values) => short(&format!("{part}={}", values.join(", "))),
    }
}

/// Which members of a list are there on one side only.
fn members(name: &str, part: &str, left: &[String], right: &[String]) -> Option<String> {
    if part != WHOLE || !matches!(Kind::of(name), Kind::List | Kind::MediaTypes) {
        return None;
    }
    let only = |these: &[String], those: &[String]| {
        these.iter().filter(|member| !those.contains(member)).cloned().collect::<Vec<_>>().join(", ")
    };
    let (gone, come) = (only(left, right), only(right, left));
    Some(match (gone.is_empty(), come.is_empty()) {
        (false, true) => format!("it lacks {}", short(&gone)),
        (true, false) => format!("it has {} more", short(&come)),
        _ => format!("it lacks {}, and has {} more", short(&gone), short(&come)),
    })
}

/// The same values, once what is known of both sides is taken into account.
fn same_values(left: &[String], right: &[String], lens: &Lens<'_>) -> bool {
    let normal = |hand: Hand, values: &[String]| {
        let mut out: Vec<String> = values.iter().map(|value| lens.normal(hand, value).into_owned()).collect();
        out.sort_unstable();
        out
    };
    left.len() == right.len()
        && (left
            .iter()
            .zip(right)
            .all(|(l, r)| l == r || matches!(lens.compare(l, r), Likeness::Masked | Likeness::Symbol))
            || normal(Hand::Left, left) == normal(Hand::Right, right))
}

/// Says a moment that is to be taken from that of the response.
fn is_timed(name: &str) -> bool {
    matches!(name, "expires" | "retry-after" | "sunset")
}

fn lasts_alike(left: &[&str], right: &[&str], dates: (Option<&str>, Option<&str>)) -> bool {
    let (Some(l), Some(r)) = (left.first(), right.first()) else {
        return false;
    };
    left.len() == right.len()
        && matches!(
            (Lifetime::of(l, dates.0), Lifetime::of(r, dates.1)),
            (Some(mine), Some(theirs)) if mine.is_like(theirs)
        )
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
