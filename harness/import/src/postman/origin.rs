//! Which part of the addresses is the environment.

use std::collections::BTreeMap;

use super::variables::Variables;

/// What the addresses of a collection begin with.
#[derive(Debug)]
pub(crate) struct Origin {
    /// As written: `{{baseUrl}}`, `https://api.example`.
    written: String,
    /// The path that it brings: `/v1`.
    pub(crate) prefix: String,
}

impl Origin {
    /// The beginning that most addresses have, the first of them where several are; none without addresses.
    pub(crate) fn find(urls: impl Iterator<Item = String>, variables: &Variables) -> Option<Self> {
        let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        for (at, url) in urls.enumerate() {
            counts.entry(split(&url).0.to_owned()).or_insert((0, at)).0 += 1;
        }
        let most =
            counts.into_iter().max_by_key(|(_, (count, first))| (*count, std::cmp::Reverse(*first)))?;
        let written = most.0;
        let name = written.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
        let value = name.and_then(|name| variables.value(name.trim())).unwrap_or_default();
        let prefix = split(value).1.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
        Some(Self { prefix: if prefix.contains("{{") { String::new() } else { prefix.to_owned() }, written })
    }

    /// What an address asks of the environment; none where it is another's.
    pub(crate) fn path<'u>(&self, url: &'u str) -> Option<&'u str> {
        let (origin, path) = split(url);
        (origin == self.written).then_some(path)
    }

    /// For the head of a file.
    pub(crate) fn comment(&self) -> Option<String> {
        let written = &self.written;
        (!written.is_empty()).then(|| format!("`{written}` of the collection is `{{{{base}}}}` here."))
    }
}

/// An address as its beginning and its path. A variable may hold both.
pub(crate) fn split(url: &str) -> (&str, &str) {
    let begin = url.find("://").map_or(0, |at| at + 3);
    let end = url[begin..].find(['/', '?']).map_or(url.len(), |at| begin + at);
    url.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn addresses_begin_with_their_origin() {
        assert_eq!(split("{{baseUrl}}/pets?x=1"), ("{{baseUrl}}", "/pets?x=1"));
        assert_eq!(split("https://{{host}}:80/a"), ("https://{{host}}:80", "/a"));
        assert_eq!(split("api.example?x"), ("api.example", "?x"));
        assert_eq!(split(""), ("", ""));
    }
}
