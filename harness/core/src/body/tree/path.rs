//! Places in a tree, written as XPath has them: `/html/body/table[2]/tr[1]/td[3]/@class`.

use std::fmt::Write;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::{Element, Id, Tree};

/// Longest name that is written out.
const LONGEST_NAME: usize = 64;

/// A path that grows and shrinks while trees are walked, with a hash for each depth: the key under which noise is
/// learned. Ordinals of items in lists are dropped from it; those of cells and paragraphs, which tell columns and
/// pieces of a page apart, are not.
#[derive(Debug, Default)]
pub(super) struct Path<'t> {
    steps: Vec<Step<'t>>,
    hashes: Vec<u64>,
}

/// One step down.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step<'t> {
    Element { name: &'t str, ordinal: Option<usize>, is_item: bool },
    Attribute(&'t str),
}

impl<'t> Path<'t> {
    pub(super) fn push(&mut self, step: Step<'t>) {
        let mut hasher = DefaultHasher::new();
        // Not those of JSON: a body may be either.
        (self.hash(), "markup").hash(&mut hasher);
        match step {
            Step::Element { name, ordinal, is_item } => {
                (0u8, name, ordinal.filter(|_| !is_item)).hash(&mut hasher);
            }
            Step::Attribute(name) => (1u8, name).hash(&mut hasher),
        }
        self.steps.push(step);
        self.hashes.push(hasher.finish());
    }

    pub(super) fn pop(&mut self) {
        self.steps.pop();
        self.hashes.pop();
    }

    pub(super) fn steps(&self) -> &[Step<'t>] {
        &self.steps
    }

    pub(super) fn hash(&self) -> u64 {
        self.hashes.last().copied().unwrap_or(0)
    }

    /// The names of the elements on the way.
    pub(super) fn names(&self) -> Vec<&'t str> {
        let name = |step: &Step<'t>| match step {
            Step::Element { name, .. } => Some(*name),
            Step::Attribute(_) => None,
        };
        self.steps.iter().filter_map(name).collect()
    }

    /// With the ordinal of each element.
    pub(super) fn render(&self) -> String {
        self.write(false)
    }

    /// With `[*]` for ordinals that the key does not hold.
    pub(super) fn render_starred(&self) -> String {
        self.write(true)
    }

    fn write(&self, starred: bool) -> String {
        let mut out = String::new();
        for step in &self.steps {
            let cut = |name| crate::excerpt::cut(name, LONGEST_NAME);
            let _ = match step {
                Step::Element { name, ordinal: None, .. } => write!(out, "/{}", cut(name)),
                Step::Element { name, is_item: true, .. } if starred => write!(out, "/{}[*]", cut(name)),
                Step::Element { name, ordinal: Some(ordinal), .. } => {
                    write!(out, "/{}[{ordinal}]", cut(name))
                }
                Step::Attribute(name) => write!(out, "/@{}", cut(name)),
            };
        }
        if out.is_empty() { "body".to_owned() } else { out }
    }
}

impl Element {
    /// The step to this element.
    pub(super) fn step(&self) -> Step<'_> {
        Step::Element { name: &self.name, ordinal: self.ordinal, is_item: self.is_item }
    }
}

impl Tree {
    /// Shows every element and attribute by the steps to it.
    pub(crate) fn each_place<'t>(&'t self, show: &mut impl FnMut(&[Step<'t>])) {
        self.places_below(Self::ROOT, &mut Path::default(), show);
    }

    fn places_below<'t>(&'t self, id: Id, path: &mut Path<'t>, show: &mut impl FnMut(&[Step<'t>])) {
        let Some(element) = self.element(id) else { return };
        for (name, _) in &element.attributes {
            path.push(Step::Attribute(name));
            show(path.steps());
            path.pop();
        }
        for child in &element.children {
            if let Some(element) = self.element(*child) {
                path.push(element.step());
                show(path.steps());
                self.places_below(*child, path, show);
                path.pop();
            }
        }
    }
}
