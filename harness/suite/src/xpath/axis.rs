//! Axes: from a node to others, the nearest first.

use crate::tree::{Document, Id};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Axis {
    Ancestor,
    AncestorOrSelf,
    Attribute,
    Child,
    Descendant,
    DescendantOrSelf,
    Following,
    FollowingSibling,
    Parent,
    Preceding,
    PrecedingSibling,
    Current,
}

impl Axis {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "ancestor" => Self::Ancestor,
            "ancestor-or-self" => Self::AncestorOrSelf,
            "attribute" => Self::Attribute,
            "child" => Self::Child,
            "descendant" => Self::Descendant,
            "descendant-or-self" => Self::DescendantOrSelf,
            "following" => Self::Following,
            "following-sibling" => Self::FollowingSibling,
            "parent" => Self::Parent,
            "preceding" => Self::Preceding,
            "preceding-sibling" => Self::PrecedingSibling,
            "self" => Self::Current,
            _ => return None,
        })
    }

    /// The nodes on the axis, in the order in which positions count.
    pub(super) fn nodes<'d>(self, document: &'d Document, from: Id) -> Box<dyn Iterator<Item = Id> + 'd> {
        let no_attribute = |id: &Id| !document.is_attribute(*id);
        let parent = move |id: &Id| document.parent(*id);
        match self {
            Self::Ancestor => Box::new(std::iter::successors(document.parent(from), parent)),
            Self::AncestorOrSelf => Box::new(std::iter::successors(Some(from), parent)),
            Self::Attribute => Box::new(document.attributes(from)),
            Self::Child => Box::new(document.children(from)),
            Self::Descendant => Box::new((from + 1..document.end(from)).filter(no_attribute)),
            Self::DescendantOrSelf => {
                let below = (from + 1..document.end(from)).filter(no_attribute);
                Box::new(std::iter::once(from).chain(below))
            }
            Self::Following => Box::new((document.end(from)..document.len()).filter(no_attribute)),
            Self::FollowingSibling => Box::new(siblings(document, from).filter(move |id| *id > from)),
            Self::Parent => Box::new(document.parent(from).into_iter()),
            Self::Preceding => {
                let before = (1..from).rev().filter(no_attribute);
                Box::new(before.filter(move |id| document.end(*id) <= from))
            }
            Self::PrecedingSibling => {
                let before: Vec<Id> = siblings(document, from).take_while(|id| *id < from).collect();
                Box::new(before.into_iter().rev())
            }
            Self::Current => Box::new(std::iter::once(from)),
        }
    }
}

/// The children of a node's parent; none for an attribute.
fn siblings(document: &Document, of: Id) -> impl Iterator<Item = Id> {
    let parent = document.parent(of).filter(|_| !document.is_attribute(of));
    parent.into_iter().flat_map(|parent| document.children(parent))
}
