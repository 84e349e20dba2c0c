//! Two texts, or two values of an attribute, at one place of both trees.

use std::borrow::Cow;

use super::compare::{Comparison, Purpose};
use crate::form::{Form, Forms, Misfit};
use crate::json::{Kind, What};
use crate::lens::Likeness;
use crate::meaning::same_meaning;
use crate::rules::{Mode, Ruling};

type Texts<'t> = (Cow<'t, str>, Cow<'t, str>);

impl<'c> Comparison<'c> {
    pub(super) fn text(&mut self, left: &'c str, right: &'c str) {
        if left == right {
            return;
        }
        match self.mode() {
            Mode::Ignore => self.silence("ignored"),
            Mode::Type | Mode::Shape => self.silence("compared by its type"),
            Mode::Format => self.by_format((Cow::Borrowed(left), Cow::Borrowed(right))),
            Mode::Texts(rule) => self.by_rule(rule, left, right),
            Mode::Exact => self.in_full((Cow::Borrowed(left), Cow::Borrowed(right))),
        }
    }

    /// A rule beats noise: what it does not make equal differs, whatever the reference shows.
    fn by_rule(&mut self, rule: usize, left: &'c str, right: &'c str) {
        match self.rules.ruling(rule, &self.lens, left, right) {
            Ruling::Equal => self.shaped("rule", |walk| walk.rules.why(rule)),
            Ruling::Instead(l, r) => self.in_full((l, r)),
            Ruling::Different if self.is_learning() => self.explain(),
            Ruling::Different if self.lens.compare(left, right) == Likeness::Masked => self.explain(),
            Ruling::Different => self.found(difference((Cow::Borrowed(left), Cow::Borrowed(right)))),
        }
    }

    fn by_format(&mut self, texts: Texts<'c>) {
        if self.is_learning() {
            return self.explain();
        }
        let mut forms = Forms::default();
        forms.add(&texts.0);
        self.silence("compared by form");
        self.by_noise(&forms, texts);
    }

    fn in_full(&mut self, texts: Texts<'c>) {
        let likeness = self.lens.compare(&texts.0, &texts.1);
        if likeness == Likeness::Masked {
            return self.explain();
        }
        if self.is_learning() {
            return self.found(match likeness {
                Likeness::Symbol => What::Symbolic,
                _ => What::Noise { of: Kind::String, texts },
            });
        }
        if let Some(forms) = self.place().and_then(|place| place.values.get(&Kind::String)).cloned() {
            return self.by_noise(&forms, texts);
        }
        let symbolic = self.place().is_some_and(|place| place.symbol);
        let uncontrolled = matches!(self.purpose, Purpose::Judge { controlled: false, .. });
        if likeness == Likeness::Symbol && (symbolic || uncontrolled) {
            self.shaped("symbol", |_| "a captured value stands here, which differs by nature".to_owned());
            if !Form::of(&texts.0).admits(&Form::of(&texts.1)) {
                self.found(What::Format { kind: "shape", texts });
            }
        } else if symbolic {
            self.found(What::Value { kind: Some("symbol"), texts });
        } else {
            self.found(difference(texts));
        }
    }

    fn by_noise(&mut self, forms: &Forms, texts: Texts<'c>) {
        self.explain();
        match forms.check(&texts.1) {
            Ok(()) => {}
            Err(Misfit::Form(kind)) => self.found(What::Format { kind, texts }),
            Err(Misfit::Content) => self.found(What::Value { kind: None, texts }),
        }
    }
}

/// Two values that differ and are not noise.
fn difference(texts: Texts<'_>) -> What<'_> {
    match same_meaning(&texts.0, &texts.1) {
        Some(kind) => What::Format { kind, texts },
        None => What::Value { kind: None, texts },
    }
}
