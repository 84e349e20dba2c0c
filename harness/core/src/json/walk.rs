//! Two documents walked side by side. What differs goes to a sink: once to learn noise, once to find drift.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::around::Around;
use super::document::{Document, Kind, NodeId};
use crate::lens::{Hand, Lens};
use crate::noise::{Noise, Place};
use crate::path::{Path, Step};
use crate::rules::{CaseRules, Lists, Mode};

/// Deepest level that is compared value by value; below it, subtrees are equal or not.
const MAX_DEPTH: usize = 128;

/// Places of which it is looked up whether they vary: each costs a walk along its path.
const LOOKED_UP: usize = 256;

/// One difference.
#[derive(Debug)]
pub(crate) enum What<'v> {
    /// Another JSON type.
    Type { left: Kind, right: Kind, texts: (Cow<'v, str>, Cow<'v, str>) },
    /// On the left only.
    Removed { value: &'v str },
    /// On the right only.
    Added { value: &'v str },
    /// One key another number of times.
    Duplicate { left: u32, right: u32 },
    /// Another value.
    Value { kind: Option<&'static str>, texts: (Cow<'v, str>, Cow<'v, str>) },
    /// The same value in another form, or noise of another form.
    Format { kind: &'static str, texts: (Cow<'v, str>, Cow<'v, str>) },
    /// Another number of items.
    Length { left: usize, right: usize },
    /// The same items in another order.
    Order,
    /// Another value (while learning).
    Noise { of: Kind, texts: (Cow<'v, str>, Cow<'v, str>) },
    /// Keys that differ by nature (while learning).
    Keys(Vec<Cow<'v, str>>),
    /// Type or presence, where the left side itself holds both (while learning).
    Varied,
    /// A captured value (while learning).
    Symbolic,
}

/// Takes what a walk finds.
pub(crate) trait Sink {
    /// A difference at this place.
    fn found(&mut self, path: &Path<'_>, what: What<'_>, around: Around<'_, '_>);

    /// Only the shape was compared at this place, because of a `kind` of knowledge.
    fn shaped(&mut self, path: &Path<'_>, kind: &'static str, why: String);
}

/// Why two documents are walked.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose<'n> {
    /// The reference against itself: every difference is found.
    Learn,
    /// The reference against a candidate, with what was learned; whether there was a control at all.
    Judge(&'n Noise, bool),
}

/// A walk over two documents.
pub(crate) struct Walk<'w, 'a> {
    pub(super) left: &'w Document<'a>,
    pub(super) right: &'w Document<'a>,
    pub(super) lens: Lens<'w>,
    pub(super) purpose: Purpose<'w>,
    pub(super) rules: &'w CaseRules<'w>,
    pub(super) flat: bool,
    pub(super) path: Path<'a>,
    /// For each depth that was stepped into, the values of both sides.
    entered: Vec<(NodeId, NodeId)>,
    pub(super) sink: &'w mut dyn Sink,
    pub(super) varied: HashMap<u64, bool>,
    /// Numbers of large values, by side, node, blindness and place.
    pub(super) canons: HashMap<(bool, NodeId, bool, u64), u64>,
    /// Within items of a list that are not the same thing on both sides (while learning).
    pub(super) foreign: usize,
    /// While items are lined up: do not see what noise excuses.
    pub(super) blind: bool,
    /// Something differs in meaning, noise and symbols included: unequal bytes say nothing more.
    explained: bool,
    /// Places and kinds for which `shaped` was said: once is enough.
    told: HashSet<(u64, &'static str)>,
}

impl<'w, 'a> Walk<'w, 'a> {
    pub(crate) fn new(
        documents: (&'w Document<'a>, &'w Document<'a>),
        lens: Lens<'w>,
        purpose: Purpose<'w>,
        rules: &'w CaseRules<'w>,
        sink: &'w mut dyn Sink,
    ) -> Self {
        Self {
            left: documents.0,
            right: documents.1,
            lens,
            purpose,
            flat: rules.is_plain(),
            rules,
            path: Path::default(),
            entered: vec![(Document::ROOT, Document::ROOT)],
            sink,
            varied: HashMap::new(),
            canons: HashMap::new(),
            blind: true,
            foreign: 0,
            explained: false,
            told: HashSet::new(),
        }
    }

    /// Compares both documents. True where something differs in meaning, whether or not it is drift.
    pub(crate) fn run(mut self) -> bool {
        let mode = self.rules.body();
        self.value(Document::ROOT, Document::ROOT, mode);
        self.explained
    }

    pub(super) fn found(&mut self, what: What<'_>) {
        self.explained = true;
        let around =
            Around { documents: (self.left, self.right), steps: self.path.steps(), entered: &self.entered };
        self.sink.found(&self.path, what, around);
    }

    /// A difference that noise, a rule or a symbol explains.
    pub(super) fn explain(&mut self) {
        self.explained = true;
    }

    pub(super) fn shaped(&mut self, kind: &'static str, why: impl FnOnce(&Self) -> String) {
        self.explained = true;
        if self.told.insert((self.path.hash(), kind)) {
            let why = why(self);
            self.sink.shaped(&self.path, kind, why);
        }
    }

    pub(super) fn is_learning(&self) -> bool {
        matches!(self.purpose, Purpose::Learn)
    }

    /// Whether anything was learned at all.
    pub(super) fn has_noise(&self) -> bool {
        matches!(self.purpose, Purpose::Judge(noise, _) if !noise.places.is_empty())
    }

    /// What was learned about this place.
    pub(super) fn place(&self) -> Option<&'w Place> {
        match self.purpose {
            Purpose::Learn => None,
            Purpose::Judge(noise, _) => noise.places.get(&self.path.hash()),
        }
    }

    /// Walks one step down on both sides.
    pub(super) fn step(&mut self, step: Step<'a>, left: NodeId, right: NodeId, mode: Mode) {
        if self.is_same(left, right) {
            return;
        }
        self.path.push(step);
        self.entered.push((left, right));
        self.value(left, right, mode);
        self.entered.pop();
        self.path.pop();
    }

    /// Equal as bytes: equal, without a further look.
    pub(super) fn is_same(&self, left: NodeId, right: NodeId) -> bool {
        self.left.kind(left) == self.right.kind(right) && self.left.raw(left) == self.right.raw(right)
    }

    fn value(&mut self, left: NodeId, right: NodeId, inherited: Mode) {
        let mode = self.mode(inherited);
        if mode == Mode::Ignore && !self.keeps_below() {
            return self.silence("ignored");
        }
        if self.place().is_some_and(|place| place.unstable.is_some()) {
            return self.explain();
        }
        let (l, r) = (self.left.kind(left), self.right.kind(right));
        if l != r {
            return self.other_type(left, right, mode);
        }
        if self.path.depth() >= MAX_DEPTH {
            return self.deep(left, right);
        }
        // Below a place that is compared by its type, only what a rule names is compared.
        let below = mode.below();
        if mode == Mode::Type && (l.is_scalar() || !self.keeps_below()) {
            return self.silence("compared by its type");
        }
        match l {
            Kind::Object => self.object(left, right, below),
            Kind::Array => self.array(left, right, below),
            _ if mode == Mode::Ignore => self.silence("ignored"),
            _ if mode == Mode::Shape => self.silence("compared by its type"),
            kind => self.scalar(left, right, kind, mode),
        }
    }

    /// Below the deepest level that is looked into, subtrees are equal or not.
    fn deep(&mut self, left: NodeId, right: NodeId) {
        if self.place().is_some_and(|place| place.deep) {
            self.explain();
        } else if !self.same_tokens(left, right) {
            let texts = (Cow::Borrowed(self.left.raw(left)), Cow::Borrowed(self.right.raw(right)));
            self.found(What::Value { kind: Some("deep"), texts });
        }
    }

    pub(super) fn mode(&self, inherited: Mode) -> Mode {
        if self.flat { inherited } else { self.rules.mode_at(self.path.steps(), inherited) }
    }

    /// How the array or object at the walk's place is lined up.
    pub(super) fn lists(&self) -> Lists<'w> {
        if self.flat { Lists::default() } else { self.rules.lists(self.path.steps()) }
    }

    /// Whether some rule compares what lies below the walk's place, which is ignored.
    pub(super) fn keeps_below(&self) -> bool {
        !self.flat && self.rules.keeps_below(self.path.steps())
    }

    /// Nothing more is compared here, by rule.
    pub(super) fn silence(&mut self, how: &str) {
        self.shaped("rule", |walk| format!("{how} by {}", walk.rules.origin(walk.path.steps())));
    }

    fn other_type(&mut self, left: NodeId, right: NodeId, mode: Mode) {
        if mode == Mode::Ignore {
            // What a rule compares below has gone, or has come.
            self.silence("ignored");
            self.kept(Hand::Left, left, mode);
            return self.kept(Hand::Right, right, mode);
        }
        if self.place().is_some_and(|place| place.varied) || self.is_excused_by_shape(mode) {
            return self.explain();
        }
        if self.is_learning() && self.is_varied() {
            return self.found(What::Varied);
        }
        let texts = (show(self.left, left), show(self.right, right));
        self.found(What::Type { left: self.left.kind(left), right: self.right.kind(right), texts });
    }

    /// Reports what stands on one side only and is compared by a rule, below a place that is ignored.
    pub(super) fn kept(&mut self, hand: Hand, id: NodeId, inherited: Mode) {
        if self.path.depth() >= MAX_DEPTH || !self.keeps_below() {
            return;
        }
        let document = self.document(hand);
        let is_object = document.kind(id) == Kind::Object;
        let children: Vec<NodeId> = document.children(id).collect();
        for (at, child) in children.into_iter().enumerate() {
            let step = if is_object { Step::Key(document.key(child)) } else { Step::Index(at) };
            self.path.push(step);
            let mode = self.mode(inherited);
            if mode == Mode::Ignore {
                self.kept(hand, child, mode);
            } else {
                let value = document.raw(child);
                self.found(if hand == Hand::Left { What::Removed { value } } else { What::Added { value } });
            }
            self.path.pop();
        }
    }

    pub(super) fn document(&self, hand: Hand) -> &'w Document<'a> {
        match hand {
            Hand::Left => self.left,
            Hand::Right => self.right,
        }
    }

    /// Whether a list that is compared by its shape shows both what differs here on the reference itself.
    pub(super) fn is_excused_by_shape(&mut self, mode: Mode) -> bool {
        mode == Mode::Shape && self.in_list() && holds_both(self.left, self.path.steps())
    }

    fn in_list(&self) -> bool {
        self.path.steps().iter().any(|step| !matches!(step, Step::Key(_)))
    }

    /// Whether subtrees are equal token by token: the comparison below the deepest level.
    fn same_tokens(&self, left: NodeId, right: NodeId) -> bool {
        let (l, r) = (self.left.below(left), self.right.below(right));
        l.len() == r.len()
            && l.zip(r).enumerate().all(|(at, (l, r))| {
                self.left.kind(l) == self.right.kind(r)
                    && (at == 0 || self.left.same_key(l, self.right, r))
                    && self.left.len(l) == self.right.len(r)
                    && (!self.left.kind(l).is_scalar() || self.left.scalar(l) == self.right.scalar(r))
            })
    }

    /// Whether one side by itself shows, within a list, both what differs here: both types, or both presence and
    /// absence. Then it is the data that varies, not the contract.
    pub(super) fn is_varied(&mut self) -> bool {
        if !self.in_list() {
            return false;
        }
        if self.foreign > 0 {
            return true;
        }
        let key = self.path.hash();
        if let Some(known) = self.varied.get(&key) {
            return *known;
        }
        if self.varied.len() == LOOKED_UP {
            return false;
        }
        let steps = self.path.steps();
        let varied = holds_both(self.left, steps) || holds_both(self.right, steps);
        self.varied.insert(key, varied);
        varied
    }
}

/// A value for people.
fn show<'a>(document: &Document<'a>, id: NodeId) -> Cow<'a, str> {
    if document.kind(id).is_scalar() { document.scalar(id) } else { Cow::Borrowed(document.raw(id)) }
}

/// Whether the places that a path without indices names are of several types, or present and absent.
fn holds_both(document: &Document<'_>, steps: &[Step<'_>]) -> bool {
    let mut here = vec![Document::ROOT];
    let mut absent = false;
    for step in steps {
        let mut next = Vec::new();
        absent = false;
        for id in here {
            match step {
                Step::Key(key) => match document.member(id, key) {
                    Some(child) => next.push(child),
                    None => absent = true,
                },
                Step::Index(_) | Step::AnyKey | Step::MapKey(_) => next.extend(document.children(id)),
            }
        }
        here = next;
    }
    let mut kinds = here.iter().map(|id| document.kind(*id));
    let first = kinds.next();
    first.is_some() && (absent || kinds.any(|kind| Some(kind) != first))
}
