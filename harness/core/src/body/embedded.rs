//! JSON that stands within another body: data for the scripts of a page.

use envparity_model::CaseId;

use super::Shapes;
use super::structured::{Judge, Learn};
use crate::drift::Drifts;
use crate::json::{Document, Purpose, Walk};
use crate::lens::Lens;
use crate::noise::Noise;
use crate::rules::{CaseRules, Rules};

/// Two texts that may be JSON, at one place of two bodies.
pub(super) struct Embedded<'e> {
    pub(super) texts: (&'e str, &'e str),
    /// The place as it is shown, and with `[*]` for ordinals.
    pub(super) place: (String, String),
    pub(super) lens: Lens<'e>,
}

impl Embedded<'_> {
    /// Learns what differs by nature. Whether anything does; none where it is no JSON on both sides.
    pub(super) fn learn(&self, noise: &mut Noise) -> Option<bool> {
        let documents = self.documents()?;
        let inner = noise.embedded.entry(self.place.1.clone()).or_default();
        let mut sink = Learn { noise: inner, within: &self.place.1 };
        Some(with_no_rules(|rules| {
            Walk::new((&documents.0, &documents.1), self.lens, Purpose::Learn, rules, &mut sink).run()
        }))
    }

    /// Compares them, with what was learned. Whether anything differs; none where it is no JSON on both sides.
    pub(super) fn judge(
        &self,
        noise: &Noise,
        controlled: bool,
        drifts: &mut Drifts,
        shapes: &mut Shapes,
    ) -> Option<bool> {
        let documents = self.documents()?;
        let nothing = Noise::default();
        let inner = noise.embedded.get(&self.place.1).unwrap_or(&nothing);
        let mut sink = Judge { drifts, shapes, within: &self.place.0 };
        Some(with_no_rules(|rules| {
            let purpose = Purpose::Judge(inner, controlled);
            Walk::new((&documents.0, &documents.1), self.lens, purpose, rules, &mut sink).run()
        }))
    }

    fn documents(&self) -> Option<(Document<'_>, Document<'_>)> {
        Some((Document::parse(self.texts.0).ok()?, Document::parse(self.texts.1).ok()?))
    }
}

/// The rules of a case are about its body, not about what is embedded there.
fn with_no_rules<T>(walk: impl FnOnce(&CaseRules<'_>) -> T) -> T {
    let mut none = Rules::new(&[]);
    walk(&none.of(&CaseId::new("")))
}
