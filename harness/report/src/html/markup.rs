//! HTML that escapes by type: markup is `'static`, so what a service sends can only be text.

use std::borrow::Cow;

use crate::visible::visible;

/// A document being written.
#[derive(Debug, Default)]
pub(super) struct Markup {
    out: String,
}

impl Markup {
    /// Markup of our own.
    pub(super) fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.out.push_str(markup);
        self
    }

    /// Text, visible and escaped; fit for element content and quoted attributes.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        self.out.push_str(&escaped(text));
        self
    }

    /// An element with a class around text; nothing for empty text.
    pub(super) fn tag(&mut self, name: &'static str, class: &'static str, text: &str) -> &mut Self {
        if !text.is_empty() {
            self.raw("<").raw(name);
            if !class.is_empty() {
                self.raw(" class=\"").raw(class).raw("\"");
            }
            self.raw(">").text(text).raw("</").raw(name).raw(">");
        }
        self
    }

    /// A table cell.
    pub(super) fn cell(&mut self, class: &'static str, text: &str) -> &mut Self {
        self.raw("<td");
        if !class.is_empty() {
            self.raw(" class=\"").raw(class).raw("\"");
        }
        self.raw(">").text(text).raw("</td>")
    }

    /// The head of a table, its columns named. Ends inside the body.
    pub(super) fn table(&mut self, caption: &'static str, columns: &[&'static str]) -> &mut Self {
        self.raw("<div class=\"wide\"><table><caption>").raw(caption).raw("</caption><thead><tr>");
        for column in columns {
            self.raw("<th scope=\"col\">").raw(column).raw("</th>");
        }
        self.raw("</tr></thead><tbody>\n")
    }

    pub(super) fn end_table(&mut self) -> &mut Self {
        self.raw("</tbody></table></div>\n")
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.out.into_bytes()
    }
}

fn escaped(text: &str) -> Cow<'_, str> {
    let text = visible(text);
    if !text.contains(['&', '<', '>', '"', '\'']) {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn text_opens_no_tag_and_closes_no_attribute(text in any::<String>()) {
            let escaped = escaped(&text);
            prop_assert!(!escaped.contains(['<', '>', '"', '\'']));
            let back = escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"")
                .replace("&#39;", "'").replace("&amp;", "&");
            prop_assert_eq!(back, visible(&text).into_owned());
        }
    }
}
