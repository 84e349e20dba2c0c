//! Addresses, taken apart without a change.

/// The parts of `scheme://authority/path?query#fragment`; the scheme may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) scheme: String,
    /// Host and port, lower-case, without user and password.
    pub(crate) authority: String,
    /// With a `/` at its beginning.
    pub(crate) path: String,
    /// As written.
    pub(crate) query: Option<String>,
}

impl Address {
    /// Takes a text apart.
    pub(crate) fn read(text: &str) -> Self {
        let text = text.split('#').next().unwrap_or_default();
        let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
        let (before, query) = match rest.split_once('?') {
            Some((before, query)) => (before, Some(query.to_owned())),
            None => (rest, None),
        };
        let (authority, path) = before.split_at(before.find('/').unwrap_or(before.len()));
        let authority = authority.rsplit('@').next().unwrap_or_default().to_ascii_lowercase();
        let path = if path.is_empty() { "/".to_owned() } else { path.to_owned() };
        Self { scheme: scheme.to_ascii_lowercase(), authority, path, query }
    }

    /// The pairs of the query, decoded; none where it has another form.
    pub(crate) fn pairs(&self) -> Option<Vec<(String, String)>> {
        let query = self.query.as_deref().filter(|query| !query.is_empty()).map(|query| query.split('&'));
        let pair = |text: &str| {
            let (key, value) = text.split_once('=').filter(|(key, _)| !key.is_empty())?;
            Some((decoded_form(key), decoded_form(value)))
        };
        query.into_iter().flatten().map(pair).collect()
    }
}

/// Text of a query or a form, in which `+` is a space.
pub(crate) fn decoded_form(text: &str) -> String {
    crate::text::decoded(&text.replace('+', " "))
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn addresses_come_apart() {
        let address = Address::read("HTTPS://me:pw@API.example:8443/a/b?x=1&y=a+b#f");
        assert_eq!((address.scheme.as_str(), address.authority.as_str()), ("https", "api.example:8443"));
        assert_eq!(address.path, "/a/b");
        assert_eq!(address.pairs(), Some(vec![("x".into(), "1".into()), ("y".into(), "a b".into())]));
        assert_eq!(Address::read("http://h?flag").pairs(), None);
        assert_eq!(Address::read("http://h").path, "/");
    }
}
