//! Bytes as text: by byte order mark, by what the header says, by what the document itself says, else UTF-8.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::media::Family;

/// Bytes at the start of a document within which it names its charset.
const PREAMBLE: usize = 1024;

/// A text with what it was read by.
#[derive(Debug)]
pub(crate) struct Decoded<'b> {
    pub(crate) text: Cow<'b, str>,
    pub(super) charset: &'static str,
    /// It began with a byte order mark, which is taken off.
    pub(super) is_marked: bool,
}

/// Decodes; none where the bytes are no text of the charset.
pub(crate) fn decode<'b>(bytes: &'b [u8], named: Option<&str>, family: Family) -> Option<Decoded<'b>> {
    let mark = Encoding::for_bom(bytes);
    let (encoding, skip) = match mark {
        Some((encoding, length)) => (encoding, length),
        None => (by_name(named).or_else(|| by_preamble(bytes, family)).unwrap_or(UTF_8), 0),
    };
    let text = encoding.decode_without_bom_handling_and_without_replacement(&bytes[skip..])?;
    Some(Decoded { text, charset: encoding.name(), is_marked: mark.is_some() })
}

fn by_name(name: Option<&str>) -> Option<&'static Encoding> {
    let name = name?;
    // Without a mark, big endian (RFC 2781); browsers think otherwise.
    if name.eq_ignore_ascii_case("utf-16") { Some(UTF_16BE) } else { Encoding::for_label(name.as_bytes()) }
}

/// `<meta charset=…>`, `<?xml … encoding=…?>`.
fn by_preamble(bytes: &[u8], family: Family) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(PREAMBLE)];
    let mark = match family {
        Family::Html => "charset=",
        Family::Xml => "encoding=",
        _ => return None,
    };
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    if family == Family::Xml && !head.starts_with("<?xml") {
        return None;
    }
    let rest = &head[head.find(mark)? + mark.len()..];
    let rest = rest.trim_start_matches(['"', '\'']);
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-_:.".contains(c))).unwrap_or(rest.len());
    // Read so far as ASCII, it is no UTF-16 whatever it says.
    Encoding::for_label(&rest.as_bytes()[..end]).filter(|found| ![UTF_16LE, UTF_16BE].contains(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], named: Option<&str>, family: Family) -> Option<(String, &'static str)> {
        decode(bytes, named, family).map(|decoded| (decoded.text.into_owned(), decoded.charset))
    }

    #[test]
    fn charsets_are_found_and_decoded() {
        let some = |text: &str, charset| Some((text.to_owned(), charset));
        let text = Family::Text;
        assert_eq!(read(b"caf\xe9", Some("iso-8859-1"), text), some("café", "windows-1252"));
        assert_eq!(read(b"\xef\xbb\xbfx", None, text), some("x", "UTF-8"));
        assert_eq!(read(b"\xff\xfea\0", Some("utf-16"), text), some("a", "UTF-16LE"));
        assert_eq!(read(b"\0a", Some("utf-16"), text), some("a", "UTF-16BE"));
        assert_eq!(read(b"\x82\xb1", Some("shift_jis"), text), some("こ", "Shift_JIS"));
        assert_eq!(read(b"\xe0\xf1", Some("windows-1251"), text), some("ас", "windows-1251"));
        assert_eq!(read(b"caf\xe9", None, text), None);
        assert_eq!(read(b"a", Some("utf-16le"), text), None);
        let page = b"<meta charset=\"latin1\">caf\xe9";
        assert_eq!(read(page, None, Family::Html).map(|found| found.1), Some("windows-1252"));
        let xml = b"<?xml version='1.0' encoding='ISO-8859-2'?><a>\xb1</a>";
        assert!(read(xml, None, Family::Xml).is_some_and(|found| found.0.contains('ą')));
        assert_eq!(read(xml, Some("windows-1251"), Family::Xml).map(|found| found.1), Some("windows-1251"));
    }
}
