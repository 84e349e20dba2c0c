//! Comparisons (XPath 1.0, section 3.4).

use super::eval::Evaluator;
use super::{Found, Operator, number};

/// Whether a comparison holds; with nodes, whether it holds for one of them.
pub(super) fn holds(
    evaluator: &Evaluator<'_>,
    operator: Operator,
    left: &Found,
    right: &Found,
) -> Result<bool, String> {
    match (left, right) {
        (Found::Nodes(left), Found::Nodes(right)) => {
            let texts = |nodes: &[u32]| -> Result<Vec<Found>, String> {
                nodes.iter().map(|node| evaluator.text_of(*node).map(Found::Text)).collect()
            };
            let (left, right) = (texts(left)?, texts(right)?);
            for one in &left {
                for other in &right {
                    evaluator.visit(1)?;
                    if single(evaluator, operator, one, other)? {
                        return Ok(true);
                    }
                }
            }
            Ok(false)
        }
        (Found::Nodes(nodes), Found::Bool(_)) | (Found::Bool(_), Found::Nodes(nodes)) => {
            let truth = Found::Bool(!nodes.is_empty());
            let (left, right) =
                if matches!(left, Found::Nodes(_)) { (&truth, right) } else { (left, &truth) };
            single(evaluator, operator, left, right)
        }
        (Found::Nodes(nodes), other) => {
            any(nodes, |node| single(evaluator, operator, &Found::Text(evaluator.text_of(node)?), other))
        }
        (other, Found::Nodes(nodes)) => {
            any(nodes, |node| single(evaluator, operator, other, &Found::Text(evaluator.text_of(node)?)))
        }
        (left, right) => single(evaluator, operator, left, right),
    }
}

fn any(nodes: &[u32], holds: impl Fn(u32) -> Result<bool, String>) -> Result<bool, String> {
    for node in nodes {
        if holds(*node)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A comparison without nodes.
fn single(
    evaluator: &Evaluator<'_>,
    operator: Operator,
    left: &Found,
    right: &Found,
) -> Result<bool, String> {
    let equal = || -> Result<bool, String> {
        Ok(match (left, right) {
            (Found::Bool(_), _) | (_, Found::Bool(_)) => evaluator.truth(left) == evaluator.truth(right),
            (Found::Text(left), Found::Text(right)) => left == right,
            _ => number_of(left) == number_of(right),
        })
    };
    let (one, other) = (number_of(left), number_of(right));
    Ok(match operator {
        Operator::Equal => equal()?,
        Operator::NotEqual => !equal()?,
        Operator::Less => one < other,
        Operator::LessOrEqual => one <= other,
        Operator::Greater => one > other,
        _ => one >= other,
    })
}

fn number_of(value: &Found) -> f64 {
    match value {
        Found::Number(number) => *number,
        Found::Bool(value) => f64::from(u8::from(*value)),
        Found::Text(text) => number::from_text(text),
        Found::Nodes(_) => f64::NAN,
    }
}
