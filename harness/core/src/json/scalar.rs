//! Two scalars of one type.

use std::borrow::Cow;

use super::document::{Kind, NodeId};
use super::number::Decimal;
use super::walk::{Purpose, Walk, What};
use crate::form::{Form, Forms, Misfit};
use crate::lens::Likeness;
use crate::meaning::same_meaning;
use crate::rules::{Mode, Ruling};

impl<'a> Walk<'_, 'a> {
    pub(super) fn scalar(&mut self, left: NodeId, right: NodeId, kind: Kind, mode: Mode) {
        let texts = (self.left.scalar(left), self.right.scalar(right));
        if texts.0 == texts.1 {
            return;
        }
        match mode {
            Mode::Format => self.by_format(kind, texts),
            Mode::Texts(rule) => self.by_rule(rule, kind, texts),
            _ => self.in_full(kind, texts),
        }
    }

    /// A rule beats noise: what it does not make equal differs, whatever the reference shows.
    fn by_rule(&mut self, rule: usize, kind: Kind, texts: (Cow<'a, str>, Cow<'a, str>)) {
        let instead = match self.rules.ruling(rule, &self.lens, &texts.0, &texts.1) {
            Ruling::Equal => return self.shaped("rule", |walk| walk.rules.why(rule)),
            Ruling::Different => None,
            Ruling::Instead(l, r) => Some((Cow::Owned(l.into_owned()), Cow::Owned(r.into_owned()))),
        };
        if let Some(texts) = instead {
            return self.in_full(kind, texts);
        }
        if self.is_learning() {
            return self.explain();
        }
        if matches!(self.lens.compare(&texts.0, &texts.1), Likeness::Masked) {
            return self.explain();
        }
        self.found(difference(kind, texts));
    }

    fn in_full(&mut self, kind: Kind, texts: (Cow<'a, str>, Cow<'a, str>)) {
        let likeness = self.lens.compare(&texts.0, &texts.1);
        if likeness == Likeness::Masked {
            return self.explain();
        }
        if self.is_learning() {
            return self.found(match likeness {
                Likeness::Symbol => What::Symbolic,
                _ => What::Noise { of: kind, texts },
            });
        }
        let place = self.place();
        if let Some(forms) = place.and_then(|place| place.values.get(&kind)) {
            return self.by_noise(forms, kind, texts);
        }
        let symbolic = place.is_some_and(|place| place.symbol);
        if likeness == Likeness::Symbol && (symbolic || matches!(self.purpose, Purpose::Judge(_, false))) {
            return self.by_symbol(texts);
        }
        if symbolic {
            return self.found(What::Value { kind: Some("symbol"), texts });
        }
        self.found(difference(kind, texts));
    }

    /// A captured value: its type is the same already, its form must be too.
    fn by_symbol(&mut self, texts: (Cow<'a, str>, Cow<'a, str>)) {
        self.shaped("symbol", |_| "a captured value stands here, which differs by nature".to_owned());
        if !Form::of(&texts.0).admits(&Form::of(&texts.1)) {
            self.found(What::Format { kind: "shape", texts });
        }
    }

    fn by_noise(&mut self, forms: &Forms, kind: Kind, texts: (Cow<'a, str>, Cow<'a, str>)) {
        self.explain();
        if let Some(what) = misfit(forms, kind, &texts) {
            self.found(what);
        }
    }

    fn by_format(&mut self, kind: Kind, texts: (Cow<'a, str>, Cow<'a, str>)) {
        if self.is_learning() {
            return self.explain();
        }
        let mut forms = Forms::default();
        forms.add(&texts.0);
        self.silence("compared by type and form");
        if let Some(what) = misfit(&forms, kind, &texts) {
            self.found(what);
        }
    }
}

/// Whether a value that may differ is of another form than those seen.
fn misfit<'v>(forms: &Forms, kind: Kind, texts: &(Cow<'v, str>, Cow<'v, str>)) -> Option<What<'v>> {
    // A number has a sign, decimals and an exponent by value; only decimals where none were is another form.
    if kind == Kind::Bool || (kind == Kind::Number && texts.1.contains(['e', 'E'])) {
        return None;
    }
    let texts = (texts.0.clone(), texts.1.clone());
    match forms.check(&texts.1) {
        Ok(()) => None,
        Err(Misfit::Form("number-format")) if kind == Kind::Number => {
            Some(What::Format { kind: "lexeme", texts })
        }
        Err(Misfit::Form(kind)) => Some(What::Format { kind, texts }),
        Err(Misfit::Content) => Some(What::Value { kind: None, texts }),
    }
}

/// Two values that differ and are not noise.
fn difference<'v>(kind: Kind, texts: (Cow<'v, str>, Cow<'v, str>)) -> What<'v> {
    match kind {
        Kind::Number => number_difference(texts),
        Kind::String => match same_meaning(&texts.0, &texts.1) {
            Some(kind) => What::Format { kind, texts },
            None => What::Value { kind: None, texts },
        },
        _ => What::Value { kind: None, texts },
    }
}

fn number_difference<'v>(texts: (Cow<'v, str>, Cow<'v, str>)) -> What<'v> {
    let (Some(left), Some(right)) = (Decimal::parse(&texts.0), Decimal::parse(&texts.1)) else {
        return What::Value { kind: None, texts };
    };
    if left == right {
        return What::Format { kind: "lexeme", texts };
    }
    if is_epoch(&texts.0, &texts.1) || is_epoch(&texts.1, &texts.0) {
        return What::Format { kind: "date-format", texts };
    }
    let (l, r) = (left.approximate(), right.approximate());
    let close = (l - r).abs() <= l.abs().max(r.abs()) * 1e-6;
    let precision = close && !(left.is_whole() && right.is_whole() && texts.0.len() < 16);
    What::Value { kind: precision.then_some("precision"), texts }
}

/// Seconds since the epoch against milliseconds.
fn is_epoch(seconds: &str, millis: &str) -> bool {
    seconds.len() == 10 && millis.len() == 13 && millis.starts_with(seconds) && seconds.starts_with('1')
}
