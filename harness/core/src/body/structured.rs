//! What a walk over JSON finds, turned into noise or into drifts.

use envparity_model::{Code, ContextRow};

use super::{Shapes, sides};
use crate::drift::{Drift, Drifts};
use crate::excerpt::short;
use crate::json::{Around, Sink, What};
use crate::noise::Noise;
use crate::path::Path;

/// Turns differences of the reference against itself into noise.
pub(super) struct Learn<'n> {
    pub(super) noise: &'n mut Noise,
    /// Where the document stands, if it is not the body itself.
    pub(super) within: &'n str,
}

impl Sink for Learn<'_> {
    fn found(&mut self, path: &Path<'_>, what: What<'_>, _: Around<'_, '_>) {
        learn_at(self.noise, path.hash(), || format!("{}{}", self.within, path.render_starred()), what);
    }

    fn shaped(&mut self, _: &Path<'_>, _: &'static str, _: String) {}
}

/// Turns one difference of the reference against itself into noise.
pub(super) fn learn_at(noise: &mut Noise, key: u64, at: impl FnOnce() -> String, what: What<'_>) {
    let place = noise.place(key, at);
    match what {
        What::Type { .. } => place.unstable = Some("has another type"),
        What::Removed { .. } | What::Added { .. } => place.unstable = Some("is there in one sample only"),
        What::Duplicate { .. } => place.unstable = Some("stands more often in one sample"),
        What::Noise { of, texts } => {
            let forms = place.values.entry(of).or_default();
            forms.add(&texts.0);
            forms.add(&texts.1);
        }
        What::Value { .. } | What::Format { .. } => place.deep = true,
        What::Length { left, right } => {
            place.length = true;
            place.lengths.get_or_insert((left, right));
        }
        What::Order => place.order = true,
        What::Keys(keys) => {
            place.keys = true;
            for key in &keys {
                place.key_forms.add(key);
            }
        }
        What::Varied => place.varied = true,
        What::Symbolic => place.symbol = true,
    }
}

/// Turns differences between reference and candidate into drifts.
pub(super) struct Judge<'d> {
    pub(super) drifts: &'d mut Drifts,
    pub(super) shapes: &'d mut Shapes,
    /// Where the document stands, if it is not the body itself.
    pub(super) within: &'d str,
}

impl Sink for Judge<'_> {
    fn found(&mut self, path: &Path<'_>, what: What<'_>, around: Around<'_, '_>) {
        let place = path.has_map().then(|| format!("{}{}", self.within, path.render_starred()));
        let at = format!("{}{}", self.within, path.render());
        judge_at(self.drifts, (at, place), what, || around.rows());
    }

    fn shaped(&mut self, path: &Path<'_>, kind: &'static str, why: String) {
        self.shapes.push((format!("{}{}", self.within, path.render_starred()), kind, why));
    }
}

/// Turns one difference between reference and candidate into a drift. The second name of the place is given where it
/// is not the first one without indices.
pub(super) fn judge_at(
    drifts: &mut Drifts,
    (at, place): (String, Option<String>),
    what: What<'_>,
    context: impl FnOnce() -> Vec<ContextRow>,
) {
    let mut drift = match what {
        What::Type { left, right, texts } => {
            let kind = if left.name() == "null" || right.name() == "null" { Some("null") } else { None };
            let show = |kind: &str, text: &str| {
                if kind == text { kind.to_owned() } else { format!("{kind} {}", short(text)) }
            };
            let mut drift = Drift::at(Code::ResponseType, at)
                .sides(show(left.name(), &texts.0), show(right.name(), &texts.1));
            drift.kind = kind.map(str::to_owned);
            drift
        }
        What::Removed { value } => Drift::at(Code::ResponseFieldRemoved, at).sides(short(value), "absent"),
        What::Added { value } => Drift::at(Code::ResponseFieldAdded, at).sides("absent", short(value)),
        What::Duplicate { left, right } => {
            let code = if right > left { Code::ResponseFieldAdded } else { Code::ResponseFieldRemoved };
            let times = |count: u32| if count == 1 { "once".to_owned() } else { format!("{count} times") };
            Drift::at(code, at).kind("duplicate-key").sides(times(left), times(right))
        }
        What::Value { kind, texts } => {
            let (l, r) = sides(&texts.0, &texts.1);
            let mut drift = Drift::at(Code::ResponseValue, at).sides(l, r);
            drift.kind = kind.map(str::to_owned);
            drift
        }
        What::Format { kind, texts } => {
            let (l, r) = sides(&texts.0, &texts.1);
            Drift::at(Code::ResponseFormat, at).kind(kind).sides(l, r)
        }
        What::Length { left, right } => {
            let kind = if right < left { "shorter" } else { "longer" };
            Drift::at(Code::ResponseLength, at)
                .kind(kind)
                .sides(format!("{left} items"), format!("{right} items"))
        }
        What::Order => {
            Drift::at(Code::ResponseOrder, at).sides("in its order", "the same items in another order")
        }
        What::Noise { .. } | What::Keys(_) | What::Varied | What::Symbolic => return,
    };
    drift.place = place;
    drifts.push_within(drift, context);
}
