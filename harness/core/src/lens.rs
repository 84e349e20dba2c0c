//! Two texts seen through what is known of their sides: authorities and symbols.

use std::borrow::Cow;

use crate::authority::Authority;
use crate::symbols::{Symbols, Who};

/// Which of the two documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hand {
    Left,
    Right,
}

/// How two differing texts compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Likeness {
    /// Equal once the authorities are masked.
    Masked,
    /// Equal once symbols stand for captured values.
    Symbol,
    /// Different; one of them is a symbol that the other is not.
    Conflict,
    /// Different.
    Different,
}

/// What is known of the sides of one comparison.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lens<'l> {
    pub(crate) symbols: &'l Symbols,
    pub(crate) sides: (Who, Who),
    pub(crate) authorities: (&'l Authority, &'l Authority),
}

impl Lens<'_> {
    /// Compares two texts that differ as bytes.
    pub(crate) fn compare(&self, left: &str, right: &str) -> Likeness {
        let (who, other) = self.sides;
        if !self.symbols.is_empty() && self.symbols.same(left, who, right, other) {
            return Likeness::Symbol;
        }
        let (l, r) = (self.authorities.0.mask(left), self.authorities.1.mask(right));
        if l == r {
            return Likeness::Masked;
        }
        if self.symbols.is_empty() {
            return Likeness::Different;
        }
        let (ls, rs) = (self.symbols.replace(who, &l), self.symbols.replace(other, &r));
        if ls.is_none() && rs.is_none() {
            return Likeness::Different;
        }
        if ls.as_deref().unwrap_or(&l) == rs.as_deref().unwrap_or(&r) {
            return Likeness::Symbol;
        }
        Likeness::Conflict
    }

    /// A text as it is hashed: masked, symbols replaced. Equal results are equal texts.
    pub(crate) fn normal<'t>(&self, hand: Hand, text: &'t str) -> Cow<'t, str> {
        let (who, authority) = match hand {
            Hand::Left => (self.sides.0, self.authorities.0),
            Hand::Right => (self.sides.1, self.authorities.1),
        };
        let masked = authority.mask(text);
        match self.symbols.replace(who, &masked) {
            Some(replaced) => Cow::Owned(replaced),
            None => masked,
        }
    }
}
