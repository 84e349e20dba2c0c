//! What stands around a difference in two documents, side by side.

use envparity_model::ContextRow;

use super::document::{Document, Kind, NodeId};
use crate::excerpt::line;
use crate::path::Step;

/// Neighbours shown before and after.
const NEAR: usize = 2;

/// Where a walk stands when it finds something.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Around<'w, 'a> {
    pub(super) documents: (&'w Document<'a>, &'w Document<'a>),
    pub(super) steps: &'w [Step<'a>],
    /// For each depth that was stepped into, the values of both sides.
    pub(super) entered: &'w [(NodeId, NodeId)],
}

impl Around<'_, '_> {
    /// The neighbours of the place in the object or list that holds it. None for the document itself, and for an item
    /// that one list has and the other lacks: it has no neighbours there.
    pub(crate) fn rows(&self) -> Vec<ContextRow> {
        let depth = self.steps.len();
        let Some(parents) = depth.checked_sub(1).and_then(|above| self.entered.get(above)) else {
            return Vec::new();
        };
        match &self.steps[depth - 1] {
            Step::Key(key) | Step::MapKey(key) => self.members(*parents, key),
            Step::Index(_) => self.entered.get(depth).map_or(Vec::new(), |own| self.items(*parents, *own)),
            Step::AnyKey => Vec::new(),
        }
    }

    /// Members in the order of the side that has the key, the reference first, each with its partner.
    fn members(&self, (left, right): (NodeId, NodeId), key: &str) -> Vec<ContextRow> {
        let (mine, theirs) = self.documents;
        if mine.kind(left) != Kind::Object || theirs.kind(right) != Kind::Object {
            return Vec::new();
        }
        let on_left = mine.member(left, key).is_some();
        let (document, parent) = if on_left { (mine, left) } else { (theirs, right) };
        let members: Vec<NodeId> = document.children(parent).collect();
        let Some(at) = members.iter().rposition(|member| document.key(*member) == key) else {
            return Vec::new();
        };
        let near = &members[at.saturating_sub(NEAR)..members.len().min(at + NEAR + 1)];
        let row = |member: &NodeId| {
            let name = document.key(*member);
            let show = |document: &Document<'_>, parent| {
                document.member(parent, &name).map(|id| line(&format!("{name}: {}", written(document, id))))
            };
            ContextRow { reference: show(mine, left), candidate: show(theirs, right), differs: name == key }
        };
        near.iter().map(row).collect()
    }

    /// Items around two that were lined up, by their distance.
    fn items(&self, (left, right): (NodeId, NodeId), own: (NodeId, NodeId)) -> Vec<ContextRow> {
        let near = |document: &Document<'_>, parent, own| {
            let items: Vec<NodeId> = document.children(parent).collect();
            let at = items.iter().position(|item| *item == own);
            move |distance: usize| {
                // `distance` counts from the first neighbour before.
                let at = (at? + distance).checked_sub(NEAR)?;
                items.get(at).copied().map(|item| (at, item))
            }
        };
        let mine = near(self.documents.0, left, own.0);
        let theirs = near(self.documents.1, right, own.1);
        let show = |document: &Document<'_>, (at, item): (usize, NodeId)| {
            line(&format!("[{at}] {}", written(document, item)))
        };
        let row = |distance: usize| ContextRow {
            reference: mine(distance).map(|item| show(self.documents.0, item)),
            candidate: theirs(distance).map(|item| show(self.documents.1, item)),
            differs: distance == NEAR,
        };
        let rows = (0..=2 * NEAR).map(row);
        rows.filter(|row| row.reference.is_some() || row.candidate.is_some()).collect()
    }
}

/// A value as it is written, a string with its quotes.
fn written<'d>(document: &Document<'d>, id: NodeId) -> &'d str {
    &document.text[document.span(id)]
}
