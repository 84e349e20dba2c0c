//! The core functions (XPath 1.0, section 4).

use super::eval::{Evaluator, Focus};
use super::{Expr, Found, number};
use crate::tree::{Document, Id, Kind, Name};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Boolean,
    Ceiling,
    Concat,
    Contains,
    Count,
    False,
    Floor,
    Id,
    Lang,
    Last,
    LocalName,
    Name,
    NamespaceUri,
    NormalizeSpace,
    Not,
    Number,
    Position,
    Round,
    StartsWith,
    String,
    StringLength,
    Substring,
    SubstringAfter,
    SubstringBefore,
    Sum,
    Translate,
    True,
}

impl Function {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "boolean" => Self::Boolean,
            "ceiling" => Self::Ceiling,
            "concat" => Self::Concat,
            "contains" => Self::Contains,
            "count" => Self::Count,
            "false" => Self::False,
            "floor" => Self::Floor,
            "id" => Self::Id,
            "lang" => Self::Lang,
            "last" => Self::Last,
            "local-name" => Self::LocalName,
            "name" => Self::Name,
            "namespace-uri" => Self::NamespaceUri,
            "normalize-space" => Self::NormalizeSpace,
            "not" => Self::Not,
            "number" => Self::Number,
            "position" => Self::Position,
            "round" => Self::Round,
            "starts-with" => Self::StartsWith,
            "string" => Self::String,
            "string-length" => Self::StringLength,
            "substring" => Self::Substring,
            "substring-after" => Self::SubstringAfter,
            "substring-before" => Self::SubstringBefore,
            "sum" => Self::Sum,
            "translate" => Self::Translate,
            "true" => Self::True,
            _ => return None,
        })
    }

    /// Whether it takes so many arguments.
    pub(super) fn takes(self, arguments: usize) -> bool {
        match self {
            Self::False | Self::Last | Self::Position | Self::True => arguments == 0,
            Self::LocalName
            | Self::Name
            | Self::NamespaceUri
            | Self::NormalizeSpace
            | Self::Number
            | Self::String
            | Self::StringLength => arguments <= 1,
            Self::Contains | Self::StartsWith | Self::SubstringAfter | Self::SubstringBefore => {
                arguments == 2
            }
            Self::Substring => matches!(arguments, 2 | 3),
            Self::Translate => arguments == 3,
            Self::Concat => arguments >= 2,
            _ => arguments == 1,
        }
    }
}

pub(super) fn call(
    evaluator: &Evaluator<'_>,
    function: Function,
    arguments: &[Expr],
    focus: Focus,
) -> Result<Found, String> {
    let call = Call { evaluator, arguments, focus };
    Ok(match function {
        Function::Boolean => Found::Bool(evaluator.truth(&call.value(0)?)),
        Function::Not => Found::Bool(!evaluator.truth(&call.value(0)?)),
        Function::True => Found::Bool(true),
        Function::False => Found::Bool(false),
        Function::Contains => Found::Bool(call.text(0)?.contains(&call.text(1)?)),
        Function::StartsWith => Found::Bool(call.text(0)?.starts_with(&call.text(1)?)),
        Function::Lang => {
            let language = call.text(0)?;
            Found::Bool(focus.node.is_some_and(|node| is_in_language(evaluator.document, node, &language)))
        }
        Function::Number => Found::Number(evaluator.number(&call.value(0)?)?),
        Function::Ceiling => Found::Number(evaluator.number(&call.value(0)?)?.ceil()),
        Function::Floor => Found::Number(evaluator.number(&call.value(0)?)?.floor()),
        Function::Round => Found::Number(number::round(evaluator.number(&call.value(0)?)?)),
        Function::Count => Found::Number(call.nodes()?.len() as f64),
        Function::Last | Function::Position if focus.position == 0 => {
            return Err("`position()` and `last()` stand in predicates only".to_owned());
        }
        Function::Last => Found::Number(focus.size as f64),
        Function::Position => Found::Number(focus.position as f64),
        Function::StringLength => Found::Number(call.text(0)?.chars().count() as f64),
        Function::Sum => {
            let mut sum = 0.0;
            for node in call.nodes()? {
                sum += number::from_text(&evaluator.text_of(node)?);
            }
            Found::Number(sum)
        }
        Function::String => Found::Text(call.text(0)?),
        Function::NormalizeSpace => {
            let text = call.text(0)?;
            let words = text.split([' ', '\t', '\n', '\r']).filter(|word| !word.is_empty());
            Found::Text(words.collect::<Vec<_>>().join(" "))
        }
        Function::Concat => {
            let texts = (0..arguments.len()).map(|index| call.text(index));
            Found::Text(texts.collect::<Result<String, _>>()?)
        }
        Function::SubstringAfter => {
            Found::Text(call.text(0)?.split_once(&call.text(1)?).map_or("", |(_, after)| after).to_owned())
        }
        Function::SubstringBefore => {
            Found::Text(call.text(0)?.split_once(&call.text(1)?).map_or("", |(before, _)| before).to_owned())
        }
        Function::Substring => Found::Text(call.substring()?),
        Function::Translate => Found::Text(translate(&call.text(0)?, &call.text(1)?, &call.text(2)?)),
        Function::LocalName => Found::Text(call.name(|name| name.local.clone())?),
        Function::Name => Found::Text(call.name(Name::qualified)?),
        Function::NamespaceUri => Found::Text(call.name(|name| name.namespace.clone())?),
        Function::Id => Found::Nodes(by_id(evaluator, &call.value(0)?)?),
    })
}

struct Call<'a> {
    evaluator: &'a Evaluator<'a>,
    arguments: &'a [Expr],
    focus: Focus,
}

impl Call<'_> {
    /// An argument, or the context node in its place.
    fn value(&self, index: usize) -> Result<Found, String> {
        match self.arguments.get(index) {
            Some(argument) => self.evaluator.eval(argument, self.focus),
            None => Ok(Found::Nodes(self.focus.node.into_iter().collect())),
        }
    }

    fn text(&self, index: usize) -> Result<String, String> {
        self.evaluator.text(&self.value(index)?)
    }

    fn nodes(&self) -> Result<Vec<Id>, String> {
        match self.value(0)? {
            Found::Nodes(nodes) => Ok(nodes),
            _ => Err("a function needs nodes, and was given a value".to_owned()),
        }
    }

    /// Something about the name of the first node; empty for what has none.
    fn name(&self, of: impl Fn(&Name) -> String) -> Result<String, String> {
        let nodes = self.nodes()?;
        Ok(match nodes.first().map(|node| self.evaluator.document.kind(*node)) {
            Some(Kind::Element(name) | Kind::Attribute(name, _)) => of(name),
            Some(Kind::Instruction(target, _)) => {
                of(&Name { prefix: String::new(), local: target.clone(), namespace: String::new() })
            }
            _ => String::new(),
        })
    }

    /// The characters whose positions, from 1, are in the rounded range.
    fn substring(&self) -> Result<String, String> {
        let text = self.text(0)?;
        let from = number::round(self.evaluator.number(&self.value(1)?)?);
        let to = match self.arguments.get(2) {
            Some(_) => from + number::round(self.evaluator.number(&self.value(2)?)?),
            None => f64::INFINITY,
        };
        let characters = text.chars().zip(1_u32..);
        Ok(characters
            .filter(|(_, at)| f64::from(*at) >= from && f64::from(*at) < to)
            .map(|(c, _)| c)
            .collect())
    }
}

fn translate(text: &str, from: &str, to: &str) -> String {
    let from: Vec<char> = from.chars().collect();
    let to: Vec<char> = to.chars().collect();
    let replaced = text.chars().filter_map(|c| match from.iter().position(|old| *old == c) {
        Some(index) => to.get(index).copied(),
        None => Some(c),
    });
    replaced.collect()
}

/// Whether the nearest `xml:lang` (`lang` in HTML) is the language, or a part of it.
fn is_in_language(document: &Document, node: Id, language: &str) -> bool {
    let lines = std::iter::successors(Some(node), |node| document.parent(*node));
    let mut tags = lines.filter_map(|node| {
        document.attributes(node).find_map(|at| match document.kind(at) {
            Kind::Attribute(name, value) if name.qualified() == "xml:lang" => {
                Some(value.to_ascii_lowercase())
            }
            _ => None,
        })
    });
    let language = language.to_ascii_lowercase();
    tags.next().is_some_and(|tag| {
        tag.strip_prefix(&language).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    })
}

/// The elements with one of these ids: `id` in HTML, `xml:id` in XML.
fn by_id(evaluator: &Evaluator<'_>, value: &Found) -> Result<Vec<Id>, String> {
    let document = evaluator.document;
    let text = match value {
        Found::Nodes(nodes) => {
            let texts: Result<Vec<_>, _> = nodes.iter().map(|node| evaluator.text_of(*node)).collect();
            texts?.join(" ")
        }
        value => evaluator.text(value)?,
    };
    let wanted: Vec<&str> = text.split_ascii_whitespace().collect();
    let attribute = if document.html { "id" } else { "xml:id" };
    let has_id = |id: &Id| {
        document.attributes(*id).any(|at| match document.kind(at) {
            Kind::Attribute(name, value) => name.qualified() == attribute && wanted.contains(&value.as_str()),
            _ => false,
        })
    };
    Ok((0..document.len()).filter(has_id).collect())
}
