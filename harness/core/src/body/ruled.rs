//! A text body as a rule at `body` has it compared.

use std::borrow::Cow;

use super::Shapes;
use crate::lens::Lens;
use crate::noise::TextNoise;
use crate::rules::{CaseRules, Mode, Ruling};

/// What a rule makes of two differing texts.
pub(super) enum Ruled<'t> {
    /// Nothing more is compared.
    Equal,
    /// These are compared, with what is noise in them.
    Compare(Cow<'t, str>, Cow<'t, str>, Cow<'t, TextNoise>),
}

/// Whether rules at `body` say how its text is compared: markup is text then, unless others look into it.
pub(super) fn is_text(rules: &CaseRules<'_>) -> bool {
    if rules.looks_into_markup() {
        return false;
    }
    let lists = rules.lists(&[]);
    rules.text_body() != Mode::Exact || lists.unordered || lists.set
}

/// Applies the rules at `body` to two texts.
pub(super) fn apply<'t>(
    texts: (&'t str, &'t str),
    noise: &'t TextNoise,
    rules: &CaseRules<'_>,
    lens: &Lens<'_>,
    shapes: &mut Shapes,
) -> Ruled<'t> {
    let mut say = |kind: &'static str, why: String| shapes.push(("body".to_owned(), kind, why));
    let by = |how: &str| format!("{how} by {}", rules.origin(&[]));
    let same = |noise| Ruled::Compare(Cow::Borrowed(texts.0), Cow::Borrowed(texts.1), noise);
    match rules.text_body() {
        Mode::Exact => {}
        Mode::Ignore => {
            say("rule", by("ignored"));
            return Ruled::Equal;
        }
        Mode::Shape | Mode::Type => {
            say("rule", by("compared by its type"));
            return Ruled::Equal;
        }
        Mode::Format => {
            say("rule", by("compared by form"));
            let mut noise = noise.clone();
            for (at, line) in texts.0.lines().enumerate() {
                noise.lines.entry(at).or_default().add(line);
            }
            return same(Cow::Owned(noise));
        }
        Mode::Texts(rule) => match rules.ruling(rule, lens, texts.0, texts.1) {
            Ruling::Equal => {
                say("rule", rules.why(rule));
                return Ruled::Equal;
            }
            Ruling::Different => return same(Cow::Owned(TextNoise::default())),
            Ruling::Instead(l, r) => {
                say("rule", rules.why(rule));
                return Ruled::Compare(l, r, Cow::Borrowed(noise));
            }
        },
    }
    let lists = rules.lists(&[]);
    if !lists.unordered && !lists.set {
        return same(Cow::Borrowed(noise));
    }
    let how = if lists.set { "repetition and order of lines do not" } else { "the order of lines does not" };
    say("order", format!("{how} count, by {}", rules.origin_of_lists(&[])));
    let sorted = |text: &str| {
        let mut lines: Vec<&str> = text.lines().collect();
        lines.sort_unstable();
        if lists.set {
            lines.dedup();
        }
        lines.join("\n")
    };
    let (l, r) = (sorted(texts.0), sorted(texts.1));
    if l == r { Ruled::Equal } else { Ruled::Compare(Cow::Owned(l), Cow::Owned(r), Cow::Borrowed(noise)) }
}
