//! What entries are rendered and evaluated in.

use std::collections::BTreeMap;

use envparity_model::CaseId;

use crate::ast::{Expr, ExprKind, Part, Template};
use crate::error::Pos;
use crate::{Generator, RenderError, Value};

/// Variables by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Vars(BTreeMap<String, Value>);

impl Vars {
    /// The value of a variable.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Gives a variable a value.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        self.0.insert(name.into(), value.into());
    }

    /// Takes a variable away; its value, if it had one.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name)
    }

    /// All variables, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

/// Reads the files that a suite names.
pub trait Files {
    /// The content of a file; `path` as written in the suite, templates rendered. The error is a reason for people.
    fn read(&self, path: &str) -> Result<Vec<u8>, String>;
}

/// What an entry is rendered and evaluated in: one environment, one case.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The environment's variables.
    pub vars: &'a Vars,
    /// Makes up values.
    pub generator: &'a Generator,
    /// Reads files.
    pub files: &'a dyn Files,
    /// The case. With `repeat`, a case id of its own for each round gives each its own generated values.
    pub case: &'a CaseId,
}

/// A context with the variables that an entry has set itself so far.
pub(crate) struct Scope<'a> {
    pub(crate) cx: Context<'a>,
    own: Vec<(String, Value)>,
}

impl<'a> Scope<'a> {
    pub(crate) fn new(cx: &Context<'a>) -> Self {
        Self { cx: *cx, own: Vec::new() }
    }

    pub(crate) fn set(&mut self, name: &str, value: Value) {
        self.own.push((name.to_owned(), value));
    }

    pub(crate) fn into_own(self) -> Vec<(String, Value)> {
        self.own
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        let own = self.own.iter().rev().find(|(set, _)| set == name);
        own.map(|(_, value)| value).or_else(|| self.cx.vars.get(name))
    }

    /// The value of a placeholder.
    pub(crate) fn value(&self, expr: &Expr) -> Result<Value, RenderError> {
        match &expr.kind {
            ExprKind::Variable(name) => {
                self.get(name).cloned().ok_or_else(|| RenderError::missing(expr.pos, name))
            }
            ExprKind::NewUuid(place) => {
                Ok(Value::String(self.cx.generator.uuid(self.cx.case, &format!("newUuid {place}"))))
            }
            ExprKind::NewDate => Ok(Value::Date(self.cx.generator.now())),
        }
    }

    /// A placeholder as text.
    pub(crate) fn text(&self, expr: &Expr) -> Result<String, RenderError> {
        let value = self.value(expr)?;
        value.render().ok_or_else(|| {
            let message = format!("`{{{{{expr}}}}}` is {} and has no text", value.kind());
            RenderError::malformed(expr.pos, message)
        })
    }

    pub(crate) fn render(&self, template: &Template) -> Result<String, RenderError> {
        let mut out = String::new();
        for part in &*template.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Expr(expr) => out.push_str(&self.text(expr)?),
            }
        }
        Ok(out)
    }

    pub(crate) fn file(&self, path: &Template) -> Result<Vec<u8>, RenderError> {
        let name = self.render(path)?;
        self.read(&name, path.pos)
    }

    pub(crate) fn read(&self, name: &str, pos: Pos) -> Result<Vec<u8>, RenderError> {
        let failed = |reason| RenderError::malformed(pos, format!("cannot read file `{name}`: {reason}"));
        self.cx.files.read(name).map_err(failed)
    }
}
