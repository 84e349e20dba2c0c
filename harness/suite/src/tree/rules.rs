//! Which HTML elements end which others: the tree is the one that Hurl's users know, that of libxml2 (close to
//! HTML 4: no `tbody` is made up, nothing is moved out of a table).

/// Elements without content.
pub(super) fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "basefont"
            | "br"
            | "col"
            | "embed"
            | "frame"
            | "hr"
            | "img"
            | "input"
            | "isindex"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}

/// Elements whose content is text up to their end tag.
pub(super) fn is_raw(name: &str) -> bool {
    matches!(name, "script" | "style")
}

/// Elements that stand in a `head`, if nothing came before.
pub(super) fn is_head_content(name: &str) -> bool {
    matches!(name, "script" | "style" | "meta" | "link" | "title" | "base")
}

/// Elements that never stand in a `body`.
pub(super) fn is_frame(name: &str) -> bool {
    matches!(name, "noframes" | "frame" | "frameset")
}

/// How strong an end tag is: it passes no open element that is stronger.
pub(super) fn strength(name: &str) -> u32 {
    match name {
        "div" => 150,
        "td" | "th" => 160,
        "tr" => 170,
        "thead" | "tbody" | "tfoot" => 180,
        "table" => 190,
        "head" | "body" => 200,
        "html" => 220,
        _ => 100,
    }
}

/// Whether a start tag ends the element that is open.
pub(super) fn ends(start: &str, open: &str) -> bool {
    let any = |list: &[&str]| list.contains(&start);
    match open {
        "a" => any(&["a", "fieldset", "table", "td", "th"]),
        "address" => any(&["dd", "dl", "dt", "form", "li", "ul"]),
        "b" | "i" => any(&["center", "p", "td", "th"]),
        "big" | "s" | "small" | "strike" | "tt" => any(&["p"]),
        "caption" | "col" => any(&["col", "colgroup", "tbody", "tfoot", "thead", "tr"]),
        "colgroup" => any(&["colgroup", "tbody", "tfoot", "thead", "tr"]),
        "dd" => any(&["dt"]),
        "dir" | "menu" => any(&["dd", "dl", "dt", "form", "ul"]),
        "dl" => any(&["form", "li"]),
        "dt" => any(&["dd", "dl"]),
        "font" => any(&["center", "td", "th"]),
        "form" | "hr" => any(&["form"]),
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => any(&["fieldset", "form", "li", "p", "table"]),
        "head" => ends_head(start),
        "ol" => any(&["form", "ul"]),
        "legend" => any(&["fieldset"]),
        "li" => any(&["li"]),
        "link" | "style" | "title" => any(&["body", "frameset"]),
        "option" => any(&["optgroup", "option"]),
        "p" => ends_paragraph(start),
        "pre" => any(&["dd", "dl", "dt", "fieldset", "form", "li", "table", "ul"]),
        "script" => any(&["noscript"]),
        "span" => any(&["td", "th"]),
        "tbody" | "thead" => any(&["tbody", "tfoot"]),
        "td" | "th" => any(&["tbody", "td", "tfoot", "th", "tr"]),
        "tfoot" => any(&["tbody"]),
        "tr" => any(&["tbody", "tfoot", "tr"]),
        "u" => any(&["p", "td", "th"]),
        "ul" => any(&["address", "form", "menu", "ol", "pre"]),
        _ => false,
    }
}

fn ends_head(start: &str) -> bool {
    matches!(
        start,
        "a" | "abbr"
            | "acronym"
            | "address"
            | "b"
            | "bdo"
            | "big"
            | "blockquote"
            | "body"
            | "br"
            | "center"
            | "cite"
            | "code"
            | "dd"
            | "dfn"
            | "dir"
            | "div"
            | "dl"
            | "dt"
            | "em"
            | "fieldset"
            | "font"
            | "form"
            | "frameset"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "hr"
            | "i"
            | "iframe"
            | "img"
            | "kbd"
            | "li"
            | "listing"
            | "map"
            | "menu"
            | "ol"
            | "p"
            | "pre"
            | "q"
            | "s"
            | "samp"
            | "small"
            | "span"
            | "strike"
            | "strong"
            | "sub"
            | "sup"
            | "table"
            | "tt"
            | "u"
            | "ul"
            | "var"
            | "xmp"
    )
}

fn ends_paragraph(start: &str) -> bool {
    matches!(
        start,
        "address"
            | "blockquote"
            | "body"
            | "caption"
            | "center"
            | "col"
            | "colgroup"
            | "dd"
            | "dir"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "form"
            | "frameset"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "head"
            | "hr"
            | "li"
            | "listing"
            | "menu"
            | "multicol"
            | "ol"
            | "p"
            | "pre"
            | "table"
            | "tbody"
            | "td"
            | "tfoot"
            | "th"
            | "title"
            | "tr"
            | "ul"
            | "xmp"
    )
}
