//! Values of a request that must not be written anywhere: services repeat them in answers and logs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use envparity_model::is_secret_name;

/// The secrets among headers: whole values, credentials after the scheme, passwords of basic credentials and
/// values of cookies.
pub(crate) fn of_headers(headers: &[(String, String)]) -> Vec<String> {
    let mut found = Vec::new();
    for (name, value) in headers.iter().filter(|(name, _)| is_secret_name(name)) {
        found.push(value.clone());
        if name.eq_ignore_ascii_case("cookie") {
            let values = value.split(';').filter_map(|pair| pair.split_once('='));
            found.extend(values.map(|(_, value)| value.trim().to_owned()));
        } else if let Some((scheme, credentials)) = value.split_once(' ') {
            found.push(credentials.trim().to_owned());
            if scheme.eq_ignore_ascii_case("basic") {
                found.extend(password(credentials.trim()));
            }
        }
    }
    found
}

fn password(credentials: &str) -> Option<String> {
    let bytes = STANDARD.decode(credentials).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    text.split_once(':').map(|(_, password)| password.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, value: &str) -> Vec<String> {
        of_headers(&[(name.to_owned(), value.to_owned())])
    }

    #[test]
    fn credentials_are_found_in_every_form() {
        assert_eq!(of("Authorization", "Bearer abc.def"), ["Bearer abc.def", "abc.def"]);
        assert_eq!(
            of("authorization", "Basic dXNlcjpwYXNzOndvcmQ="),
            ["Basic dXNlcjpwYXNzOndvcmQ=", "dXNlcjpwYXNzOndvcmQ=", "pass:word"]
        );
        assert_eq!(of("X-Api-Key", "k-1"), ["k-1"]);
        assert_eq!(of("Cookie", "a=1; b=two=2"), ["a=1; b=two=2", "1", "two=2"]);
        assert!(of("Accept", "text/html").is_empty());
        assert_eq!(of("Authorization", "Basic ~").len(), 2);
    }
}
