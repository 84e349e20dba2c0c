//! The known word nearest to one that is not known.

/// The nearest word, if it is near enough to be meant.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let typed: Vec<char> = word.to_lowercase().replace('_', "-").chars().take(64).collect();
    let allowed = if typed.len() < 4 { 1 } else { (typed.len() / 3).clamp(2, 3) };
    known
        .clone()
        .into_iter()
        .map(|candidate| (distance(&typed, &candidate.to_lowercase().replace('_', "-")), candidate))
        .filter(|(distance, candidate)| *distance <= allowed && *distance < candidate.len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
        .or_else(|| known.into_iter().find(|candidate| candidate.len() > 2 && word.contains(candidate)))
}

/// `did you mean …`, or what is known after some words.
pub(crate) fn suggest<'a>(
    word: &str,
    known: impl IntoIterator<Item = &'a str> + Clone,
    what: &str,
) -> String {
    if let Some(near) = nearest(word, known.clone()) {
        return format!("did you mean `{near}`?");
    }
    let known: Vec<String> = known.into_iter().map(|word| format!("`{word}`")).collect();
    format!("{what} {}", known.join(", "))
}

/// Edits (insert, delete, replace, swap neighbours) between two words.
fn distance(a: &[char], b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut best = (last[j] + usize::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant() {
        let known = ["reference", "candidates", "control-gap", "port"];
        assert_eq!(nearest("referense", known), Some("reference"));
        assert_eq!(nearest("control_gap", known), Some("control-gap"));
        assert_eq!(nearest("prot", known), Some("port"));
        assert_eq!(nearest("xyz", known), None);
        assert_eq!(nearest("pipy", ["pypi", "npm"]), Some("pypi"));
        assert_eq!(nearest("rubygems", ["pypi", "gem"]), Some("gem"));
        assert_eq!(nearest("", known), None);
    }
}
