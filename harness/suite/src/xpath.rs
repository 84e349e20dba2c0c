//! XPath 1.0 (<https://www.w3.org/TR/1999/REC-xpath-19991116/>), as libxml2 evaluates it for Hurl.
//!
//! Without variables and the namespace axis. Work is bounded: an expression that looks at too many nodes of a
//! hostile document fails, it does not hang.

#![expect(clippy::float_cmp, reason = "XPath compares numbers exactly")]

mod axis;
mod compare;
mod eval;
mod function;
mod number;
mod parse;

use crate::tree::{Document, Id};

/// An expression.
#[derive(Debug, Clone)]
pub(crate) struct Expression(Expr);

/// What an expression gives.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Found {
    /// In document order, each once.
    Nodes(Vec<Id>),
    Bool(bool),
    Number(f64),
    Text(String),
}

impl Expression {
    /// Reads an expression; the error is a reason for people.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        parse::expression(text).map(Self)
    }

    /// Evaluates it from the root of a document.
    pub(crate) fn evaluate(&self, document: &Document) -> Result<Found, String> {
        eval::Evaluator::new(document).root(&self.0)
    }
}

/// Chains instead of pairs: a long expression is no deep one.
#[derive(Debug, Clone)]
enum Expr {
    /// Operands with operators of one precedence, from left to right.
    Chain(Box<Expr>, Vec<(Operator, Expr)>),
    /// An odd number of minus signs.
    Negative(Box<Expr>),
    Number(f64),
    Literal(String),
    Call(function::Function, Vec<Expr>),
    Path(Path),
}

#[derive(Debug, Clone)]
struct Path {
    start: Start,
    steps: Vec<Step>,
}

#[derive(Debug, Clone)]
enum Start {
    Root,
    Context,
    /// `(expression)[predicate]…`
    Filter(Box<Expr>, Vec<Expr>),
}

#[derive(Debug, Clone)]
struct Step {
    axis: axis::Axis,
    test: Test,
    predicates: Vec<Expr>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    /// `node()`
    Any,
    Text,
    Comment,
    /// `processing-instruction("target")`
    Instruction(Option<String>),
    /// `*` or `prefix:*`
    Principal(Option<String>),
    Name(Option<String>, String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Plus,
    Minus,
    Times,
    Div,
    Mod,
    Union,
}
