//! An approved JSON document with every shape that today's answer fits replaced by today's value.

use std::collections::BTreeMap;

use super::json::{quoted, raw};
use super::placeholder::{Pattern, Placeholder};
use super::{ANY_NUMBER, ANY_ORDER, MAX_DEPTH, OPTIONAL};
use crate::json::{Document, Kind};

/// Items of a list without order that are tried with each other.
const TRIED: usize = 512;

/// Both documents, and what their texts are seen through.
pub(super) struct Fit<'f> {
    pub(super) approved: &'f Document<'f>,
    pub(super) today: &'f Document<'f>,
    pub(super) symbols: &'f BTreeMap<String, String>,
    /// Masks the service's own address and secrets.
    pub(super) mask: &'f dyn Fn(&str) -> String,
}

impl Fit<'_> {
    /// The approved document as JSON, filled in.
    pub(super) fn fill(&self) -> String {
        self.value(Document::ROOT, Document::ROOT, 0)
    }

    fn value(&self, mine: usize, theirs: usize, depth: usize) -> String {
        if self.fits(mine, theirs, depth) {
            return raw(self.today, theirs);
        }
        match (self.approved.kind(mine), self.today.kind(theirs)) {
            _ if depth >= MAX_DEPTH => raw(self.approved, mine),
            (Kind::Object, Kind::Object) => self.map(mine, theirs, depth),
            (Kind::Array, Kind::Array) => self.list(mine, theirs, depth),
            _ => raw(self.approved, mine),
        }
    }

    /// Whether today's value is what was approved, apart from what differs by nature.
    fn fits(&self, mine: usize, theirs: usize, depth: usize) -> bool {
        let (kind, other) = (self.approved.kind(mine), self.today.kind(theirs));
        match kind {
            Kind::String => self.text_fits(&self.approved.scalar(mine), theirs),
            _ if kind != other => false,
            _ if depth >= MAX_DEPTH => self.approved.raw(mine) == self.today.raw(theirs),
            Kind::Object => self.map_fits(mine, theirs, depth),
            Kind::Array => self.list_fits(mine, theirs, depth),
            _ => self.approved.raw(mine) == self.today.raw(theirs),
        }
    }

    fn text_fits(&self, text: &str, theirs: usize) -> bool {
        let pattern = Pattern::parse(text);
        let whole = pattern.whole();
        if text == OPTIONAL || whole == Some(&Placeholder::Any) {
            return true;
        }
        let numeric = matches!(
            whole,
            Some(Placeholder::Number | Placeholder::Decimal | Placeholder::Epoch(_) | Placeholder::Bool)
        );
        let value = self.today.scalar(theirs);
        match self.today.kind(theirs) {
            Kind::String => {
                text == value
                    || (!numeric && {
                        let masked = (self.mask)(&value);
                        text == masked || pattern.admits(&masked, self.symbols)
                    })
            }
            Kind::Number => {
                let symbol = matches!(whole, Some(Placeholder::Symbol(_)));
                (numeric && whole != Some(&Placeholder::Bool) || symbol)
                    && pattern.admits(&value, self.symbols)
            }
            Kind::Bool => whole == Some(&Placeholder::Bool),
            Kind::Null | Kind::Array | Kind::Object => false,
        }
    }

    fn members(&self, mine: usize, theirs: usize) -> Members {
        let mut open: Vec<usize> = self.today.children(theirs).collect();
        let mut by_key: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for child in open.iter().rev() {
            by_key.entry(self.today.key(*child).into_owned()).or_default().push(*child);
        }
        let mut pairs: Vec<(usize, Vec<usize>)> = Vec::new();
        let mut used = std::collections::HashSet::new();
        for child in self.approved.children(mine) {
            let partner = by_key.get_mut(self.approved.key(child).as_ref()).and_then(Vec::pop);
            used.extend(partner);
            pairs.push((child, partner.into_iter().collect()));
        }
        open.retain(|child| !used.contains(child));
        for (child, partners) in pairs.iter_mut().filter(|(_, partners)| partners.is_empty()) {
            let key = self.approved.key(*child);
            let pattern = Pattern::parse(&key);
            if pattern.is_literal() {
                continue;
            }
            // Of several values under one shape of key, each takes those that fit it, the first one the rest.
            let of_key: Vec<usize> = open
                .iter()
                .copied()
                .filter(|other| pattern.admits(&(self.mask)(&self.today.key(*other)), self.symbols))
                .collect();
            partners.extend(of_key);
        }
        let shaped: Vec<usize> = open;
        Members { pairs, open: shaped }
    }

    fn map_fits(&self, mine: usize, theirs: usize, depth: usize) -> bool {
        let members = self.members(mine, theirs);
        let mut open: std::collections::HashSet<usize> = members.open.iter().copied().collect();
        let mut literal = true;
        for (child, partners) in &members.pairs {
            let optional = self.is_optional(*child);
            if partners.is_empty() && !optional {
                return false;
            }
            let shaped = partners.iter().any(|partner| members.open.contains(partner));
            for partner in partners {
                let fits = optional || self.fits(*child, *partner, depth + 1);
                if fits {
                    open.remove(partner);
                }
                literal &= fits || shaped;
            }
        }
        literal && open.is_empty()
    }

    fn is_optional(&self, child: usize) -> bool {
        self.approved.kind(child) == Kind::String && self.approved.scalar(child) == OPTIONAL
    }

    fn map(&self, mine: usize, theirs: usize, depth: usize) -> String {
        let members = self.members(mine, theirs);
        let mut done = std::collections::HashSet::new();
        let mut parts = Vec::new();
        for (child, partners) in &members.pairs {
            if partners.is_empty() && !self.is_optional(*child) {
                parts.push(format!("{}:{}", quoted(&self.approved.key(*child)), raw(self.approved, *child)));
            }
            for partner in
                partners.iter().filter(|partner| !done.contains(*partner)).copied().collect::<Vec<_>>()
            {
                let shaped = members.open.contains(&partner);
                // Another value under the same shape of key may fit it.
                let later = shaped
                    && !self.fits(*child, partner, depth + 1)
                    && members.pairs.iter().any(|(other, list)| {
                        list.contains(&partner) && self.fits(*other, partner, depth + 1)
                    });
                if !later {
                    done.insert(partner);
                    let value = self.value(*child, partner, depth + 1);
                    parts.push(format!("{}:{value}", quoted(&self.today.key(partner))));
                }
            }
        }
        format!("{{{}}}", parts.join(","))
    }

    /// The items that were approved, and what is known of the list.
    fn items(&self, mine: usize) -> Items {
        let mut items: Vec<usize> = self.approved.children(mine).collect();
        let first = items.first().filter(|first| self.approved.kind(**first) == Kind::String);
        let marker = first.map(|first| self.approved.scalar(*first));
        let order = marker.as_deref() == Some(ANY_ORDER);
        let number = marker.as_deref() == Some(ANY_NUMBER);
        if order || number {
            items.remove(0);
        }
        Items { nodes: items, order, number }
    }

    fn list_fits(&self, mine: usize, theirs: usize, depth: usize) -> bool {
        let Items { nodes: items, order, number } = self.items(mine);
        let others: Vec<usize> = self.today.children(theirs).collect();
        if number {
            let fits_one = |other: &usize| items.iter().any(|item| self.fits(*item, *other, depth + 1));
            return items.is_empty() || others.iter().all(fits_one);
        }
        if items.len() != others.len() {
            return false;
        }
        if order && items.len() <= TRIED {
            return self.pair(&items, &others, depth).iter().all(Option::is_some);
        }
        items.iter().zip(&others).all(|(item, other)| self.fits(*item, *other, depth + 1))
    }

    /// For each of today's items, the approved one that it fits.
    fn pair(&self, items: &[usize], others: &[usize], depth: usize) -> Vec<Option<usize>> {
        let mut free: Vec<usize> = items.to_vec();
        let mut out = Vec::with_capacity(others.len());
        for other in others {
            let found = free.iter().position(|item| self.fits(*item, *other, depth + 1));
            out.push(found.map(|found| free.remove(found)));
        }
        out
    }

    fn list(&self, mine: usize, theirs: usize, depth: usize) -> String {
        let Items { nodes: items, order, number } = self.items(mine);
        let others: Vec<usize> = self.today.children(theirs).collect();
        let mut out: Vec<String> = Vec::new();
        if number {
            out.extend(others.iter().map(|other| self.value(items[0], *other, depth + 1)));
        } else if order && items.len().max(others.len()) <= TRIED {
            let pairs = self.pair(&items, &others, depth);
            let mut left = items.iter().filter(|item| !pairs.contains(&Some(**item)));
            for (other, pair) in others.iter().zip(&pairs) {
                if let Some(item) = pair.or_else(|| left.next().copied()) {
                    out.push(self.value(item, *other, depth + 1));
                }
            }
            out.extend(left.map(|item| raw(self.approved, *item)));
        } else if items.len() == others.len() {
            let both = items.iter().zip(&others);
            out.extend(both.map(|(item, other)| self.value(*item, *other, depth + 1)));
        } else {
            let mut next = 0;
            for item in &items {
                let later = others[next..].iter().take(TRIED);
                match later.clone().position(|other| self.fits(*item, *other, depth + 1)) {
                    Some(found) => {
                        out.push(raw(self.today, others[next + found]));
                        next += found + 1;
                    }
                    None => out.push(raw(self.approved, *item)),
                }
            }
        }
        format!("[{}]", out.join(","))
    }
}

/// Members of the approved object, each with today's; today's members that no key names.
struct Members {
    pairs: Vec<(usize, Vec<usize>)>,
    open: Vec<usize>,
}

struct Items {
    nodes: Vec<usize>,
    order: bool,
    number: bool,
}
