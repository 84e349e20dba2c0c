//! XPath, on bodies and on values.

use crate::Value;
use crate::ast::XPath;
use crate::context::Scope;
use crate::tree::Document;
use crate::xpath::{Expression, Found};

/// What an XPath finds: a number, boolean or text, or how many nodes, as in Hurl.
pub(super) fn find(path: &XPath, document: &Document, scope: &Scope<'_>) -> Result<Value, String> {
    let found = match path {
        XPath::Constant(expression) => expression.evaluate(document),
        XPath::Template(template) => {
            let text = scope.render(template).map_err(|e| e.reason())?;
            Expression::parse(&text)?.evaluate(document)
        }
    };
    Ok(match found? {
        Found::Nodes(nodes) => Value::Nodes(nodes.len()),
        Found::Bool(value) => Value::Bool(value),
        Found::Number(number) => Value::from(number),
        Found::Text(text) => Value::String(text),
    })
}
