//! The order of suspicion.

use std::collections::BTreeMap;

use envparity_core::culprit::Difference;

/// How likely a difference is to blame: what is suspected of the findings, else by what it is.
fn weigh(difference: &Difference, suspicion: &BTreeMap<String, f64>) -> f64 {
    let subject = difference.subject.as_str();
    let by_kind = match difference.factor.kind.as_str() {
        "package" if ["pkg:pypi/", "pkg:gem/", "pkg:npm/"].iter().any(|start| subject.starts_with(start)) => {
            2.0
        }
        "package" => 0.5,
        "env" => 1.5,
        "image" => 2.0,
        _ if ["/etc/", "/usr/", "/var/", "/lib"].iter().any(|start| subject.starts_with(start)) => 0.3,
        _ => 2.5,
    };
    let one_sided = difference.factor.reference.is_none() || difference.factor.candidate.is_none();
    suspicion.get(subject).copied().unwrap_or(0.0).max(by_kind) - if one_sided { 0.25 } else { 0.0 }
}

/// The most suspicious first. What one side lacks comes after what depends on it, which inherits its suspicion: the
/// one that was chosen is to be named, not what it brought along.
pub(super) fn sort_by_suspicion(list: &mut Vec<Difference>, suspicion: &BTreeMap<String, f64>) {
    let own: Vec<f64> = list.iter().map(|difference| weigh(difference, suspicion)).collect();
    let mut weights = own.clone();
    for (index, difference) in list.iter().enumerate() {
        let brought = list.iter().zip(&own).filter(|(other, _)| difference.brings(other));
        weights[index] = brought.map(|(_, weight)| *weight).fold(own[index], f64::max);
    }
    for (index, difference) in list.iter().enumerate() {
        let bringers = list.iter().zip(weights.clone()).filter(|(other, _)| other.brings(difference));
        if let Some(most) = bringers.map(|(_, weight)| weight).max_by(f64::total_cmp) {
            weights[index] = weights[index].min(most - 0.01);
        }
    }
    let mut order: Vec<usize> = (0..list.len()).collect();
    order.sort_by(|a, b| weights[*b].total_cmp(&weights[*a]));
    *list = order.into_iter().map(|index| list[index].clone()).collect();
}
