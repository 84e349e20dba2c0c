//! Cookies of one suite file in one environment.

use std::cmp::Reverse;

use cookie_store::CookieStore;
use reqwest::Url;

/// What the service has set so far; a suite file starts without any.
#[derive(Debug, Default)]
pub(crate) struct Jar {
    store: CookieStore,
}

impl Jar {
    /// Keeps the cookies that a response sets.
    pub(crate) fn keep<'a>(&mut self, url: &Url, set_cookie: impl Iterator<Item = &'a str>) {
        for header in set_cookie {
            // A malformed cookie is the service's own; it is compared as a header, never sent back.
            let _ = self.store.parse(header, url);
        }
    }

    /// The `Cookie` header for a URL: what is kept, then what the suite gives itself.
    pub(crate) fn header(&self, url: &Url, given: Option<&str>) -> Option<String> {
        let mut kept = self.store.matches(url);
        // The store has no order; every environment must be sent the same bytes. As curl sends them: longer paths
        // first (RFC 6265, 5.4), then longer names.
        kept.sort_by_key(|cookie| {
            (Reverse(cookie.path.len()), Reverse(cookie.name().len()), cookie.name().to_owned())
        });
        let mut pairs: Vec<String> =
            kept.iter().map(|cookie| format!("{}={}", cookie.name(), cookie.value())).collect();
        pairs.extend(given.map(str::to_owned));
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_go_back_to_their_path_in_one_order() {
        let url = Url::parse("http://localhost:4567/a/b").unwrap();
        let mut jar = Jar::default();
        jar.keep(&url, ["z=1; Path=/", "long=0; Path=/", "a=2; Path=/a", "other=3; Path=/x"].into_iter());
        assert_eq!(jar.header(&url, Some("own=4")).as_deref(), Some("a=2; long=0; z=1; own=4"));
        let root = Url::parse("http://localhost:4567/").unwrap();
        assert_eq!(jar.header(&root, None).as_deref(), Some("long=0; z=1"));
    }
}
