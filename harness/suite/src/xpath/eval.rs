//! Expressions, evaluated.

use std::cell::Cell;

use super::{Expr, Found, Operator, Path, Start, Step, Test, compare, function, number};
use crate::tree::{Document, Id, Kind};

/// How many nodes one evaluation may look at.
const MAX_VISITS: u64 = 10_000_000;

pub(super) struct Evaluator<'d> {
    pub(super) document: &'d Document,
    visits: Cell<u64>,
}

/// What an expression is evaluated for.
#[derive(Clone, Copy)]
pub(super) struct Focus {
    /// None at the top: libxml2 gives an expression no node to start from, only `/` leads into the document.
    pub(super) node: Option<Id>,
    /// From 1; 0 at the top.
    pub(super) position: usize,
    pub(super) size: usize,
}

impl<'d> Evaluator<'d> {
    pub(super) fn new(document: &'d Document) -> Self {
        Self { document, visits: Cell::new(0) }
    }

    pub(super) fn root(&self, expr: &Expr) -> Result<Found, String> {
        self.eval(expr, Focus { node: None, position: 0, size: 0 })
    }

    pub(super) fn eval(&self, expr: &Expr, focus: Focus) -> Result<Found, String> {
        Ok(match expr {
            Expr::Chain(first, more) => return self.chain(first, more, focus),
            Expr::Negative(operand) => Found::Number(-self.number(&self.eval(operand, focus)?)?),
            Expr::Number(number) => Found::Number(*number),
            Expr::Literal(text) => Found::Text(text.clone()),
            Expr::Call(function, arguments) => return function::call(self, *function, arguments, focus),
            Expr::Path(path) => Found::Nodes(self.path(path, focus)?),
        })
    }

    fn chain(&self, first: &Expr, more: &[(Operator, Expr)], focus: Focus) -> Result<Found, String> {
        let mut value = self.eval(first, focus)?;
        for (operator, operand) in more {
            let decided = match operator {
                Operator::Or => self.truth(&value),
                Operator::And => !self.truth(&value),
                _ => false,
            };
            value = if decided {
                Found::Bool(*operator == Operator::Or)
            } else {
                self.operate(*operator, value, self.eval(operand, focus)?)?
            };
        }
        Ok(value)
    }

    fn operate(&self, operator: Operator, left: Found, right: Found) -> Result<Found, String> {
        let numbers = |op: fn(f64, f64) -> f64| -> Result<Found, String> {
            Ok(Found::Number(op(self.number(&left)?, self.number(&right)?)))
        };
        match operator {
            // What is on the left has not decided.
            Operator::Or | Operator::And => Ok(Found::Bool(self.truth(&right))),
            Operator::Plus => numbers(|a, b| a + b),
            Operator::Minus => numbers(|a, b| a - b),
            Operator::Times => numbers(|a, b| a * b),
            Operator::Div => numbers(|a, b| a / b),
            Operator::Mod => numbers(|a, b| a % b),
            Operator::Union => match (left, right) {
                (Found::Nodes(mut left), Found::Nodes(right)) => {
                    left.extend(right);
                    Ok(Found::Nodes(ordered(left)))
                }
                _ => Err("`|` joins nodes only".to_owned()),
            },
            _ => compare::holds(self, operator, &left, &right).map(Found::Bool),
        }
    }

    fn path(&self, path: &Path, focus: Focus) -> Result<Vec<Id>, String> {
        let mut nodes = match &path.start {
            Start::Root => vec![0],
            Start::Context => focus.node.into_iter().collect(),
            Start::Filter(expr, predicates) => {
                let Found::Nodes(nodes) = self.eval(expr, focus)? else {
                    return Err("a path leads on from nodes only".to_owned());
                };
                self.filter(nodes, predicates)?
            }
        };
        for step in &path.steps {
            let mut next = Vec::new();
            for node in nodes {
                next.extend(self.step(step, node)?);
            }
            nodes = ordered(next);
        }
        Ok(nodes)
    }

    fn step(&self, step: &Step, from: Id) -> Result<Vec<Id>, String> {
        let mut found = Vec::new();
        for node in step.axis.nodes(self.document, from) {
            self.visit(1)?;
            if self.passes(&step.test, node, step.axis == super::axis::Axis::Attribute)? {
                found.push(node);
            }
        }
        self.filter(found, &step.predicates)
    }

    fn filter(&self, mut nodes: Vec<Id>, predicates: &[Expr]) -> Result<Vec<Id>, String> {
        for predicate in predicates {
            let size = nodes.len();
            let mut kept = Vec::new();
            for (index, node) in nodes.into_iter().enumerate() {
                self.visit(1)?;
                let position = index + 1;
                let value = self.eval(predicate, Focus { node: Some(node), position, size })?;
                let holds = match value {
                    Found::Number(number) => number == position as f64,
                    value => self.truth(&value),
                };
                if holds {
                    kept.push(node);
                }
            }
            nodes = kept;
        }
        Ok(nodes)
    }

    fn passes(&self, test: &Test, node: Id, attributes: bool) -> Result<bool, String> {
        let name = match self.document.kind(node) {
            Kind::Element(name) if !attributes => Some(name),
            Kind::Attribute(name, _) if attributes => Some(name),
            _ => None,
        };
        Ok(match test {
            Test::Any => true,
            Test::Text => matches!(self.document.kind(node), Kind::Text(_)),
            Test::Comment => matches!(self.document.kind(node), Kind::Comment(_)),
            Test::Instruction(wanted) => match self.document.kind(node) {
                Kind::Instruction(target, _) => wanted.as_ref().is_none_or(|wanted| wanted == target),
                _ => false,
            },
            Test::Principal(None) => name.is_some(),
            Test::Principal(Some(prefix)) => {
                let namespace = self.namespace(prefix)?;
                name.is_some_and(|name| name.namespace == namespace)
            }
            Test::Name(prefix, local) => {
                let namespace = prefix.as_ref().map_or(Ok(""), |prefix| self.namespace(prefix))?;
                name.is_some_and(|name| name.local == *local && name.namespace == namespace)
            }
        })
    }

    fn namespace(&self, prefix: &str) -> Result<&'d str, String> {
        if prefix == "xml" {
            return Ok("http://www.w3.org/XML/1998/namespace");
        }
        let found = self.document.namespaces.iter().rev().find(|(its, _)| its == prefix);
        found
            .map(|(_, namespace)| namespace.as_str())
            .ok_or_else(|| format!("the document declares no namespace prefix `{prefix}`"))
    }

    /// Counts work.
    pub(super) fn visit(&self, nodes: u64) -> Result<(), String> {
        self.visits.set(self.visits.get() + nodes);
        if self.visits.get() > MAX_VISITS {
            return Err(format!("the XPath looks at more than {MAX_VISITS} nodes of this document"));
        }
        Ok(())
    }

    /// The string value of a node.
    pub(super) fn text_of(&self, node: Id) -> Result<String, String> {
        self.visit(u64::from(self.document.end(node) - node))?;
        Ok(self.document.text(node))
    }

    /// As `string()` converts.
    pub(super) fn text(&self, value: &Found) -> Result<String, String> {
        Ok(match value {
            Found::Nodes(nodes) => match nodes.first() {
                Some(node) => self.text_of(*node)?,
                None => String::new(),
            },
            Found::Bool(value) => value.to_string(),
            Found::Number(value) => number::to_text(*value),
            Found::Text(text) => text.clone(),
        })
    }

    /// As `number()` converts.
    pub(super) fn number(&self, value: &Found) -> Result<f64, String> {
        Ok(match value {
            Found::Number(number) => *number,
            Found::Bool(value) => f64::from(u8::from(*value)),
            Found::Nodes(_) | Found::Text(_) => number::from_text(&self.text(value)?),
        })
    }

    /// As `boolean()` converts.
    #[expect(clippy::unused_self, reason = "stands beside `text` and `number`")]
    pub(super) fn truth(&self, value: &Found) -> bool {
        match value {
            Found::Nodes(nodes) => !nodes.is_empty(),
            Found::Bool(value) => *value,
            Found::Number(number) => *number != 0.0 && !number.is_nan(),
            Found::Text(text) => !text.is_empty(),
        }
    }
}

/// In document order, each once.
fn ordered(mut nodes: Vec<Id>) -> Vec<Id> {
    nodes.sort_unstable();
    nodes.dedup();
    nodes
}
