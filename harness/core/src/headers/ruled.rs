//! A header that a rule has compared in its own way.

use envparity_model::Code;

use super::{Headers, One, header, show};
use crate::drift::Drift;
use crate::form::Forms;
use crate::lens::Likeness;
use crate::rules::{Mode, Ruling};

impl Headers<'_> {
    /// Compares a header that differs and stands on both sides by a rule.
    pub(super) fn by_rule(&self, mode: Mode, (left, right): (&[&str], &[&str]), one: &mut One<'_, '_>) {
        let at = one.at;
        let origin = || self.rules.origin_of_header(one.name);
        match mode {
            Mode::Exact => one.judge(left, right),
            Mode::Ignore => {
                let why = format!("ignored by {}", origin());
                (one.shape)(at, "rule", &why);
            }
            Mode::Type | Mode::Shape => {
                let why = format!("compared by presence, by {}", origin());
                (one.shape)(at, "rule", &why);
            }
            Mode::Format => {
                let why = format!("compared by form, by {}", origin());
                (one.shape)(at, "rule", &why);
                let mut forms = Forms::default();
                forms.add(&left.join(", "));
                if forms.check(&right.join(", ")).is_err() {
                    one.drifts.push(header(at, "shape").sides(show(left), show(right)));
                }
            }
            Mode::Texts(rule) => {
                let (l, r) = (left.join(", "), right.join(", "));
                match self.rules.ruling(rule, &self.lens, &l, &r) {
                    Ruling::Equal => (one.shape)(at, "rule", &self.rules.why(rule)),
                    Ruling::Instead(l, r) => {
                        (one.shape)(at, "rule", &self.rules.why(rule));
                        one.judge(&[&l], &[&r]);
                    }
                    // A rule beats noise: what it does not make equal differs, whatever the reference shows.
                    Ruling::Different => {
                        if self.lens.compare(&l, &r) != Likeness::Masked {
                            let drift = Drift::at(Code::ResponseHeader, at).kind("value");
                            one.drifts.push(drift.sides(show(left), show(right)));
                        }
                    }
                }
            }
        }
    }
}
