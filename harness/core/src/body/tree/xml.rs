//! XML, well-formed or not at all. Nothing is fetched and no entity of a document's own is put in: a reference to one
//! stays as it is written.

use quick_xml::NsReader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::ResolveResult;

use super::draft::{Draft, Language};
use super::{Id, MAX_ATTRIBUTES, MAX_BYTES, Tree, Unreadable};

/// Reads a document.
pub(crate) fn parse(text: &str) -> Result<Tree, Unreadable> {
    if text.len() > MAX_BYTES {
        return Err(Unreadable::TooLarge);
    }
    let mut reader = NsReader::from_str(text);
    let mut draft = Draft::new();
    // Open elements with the URI of their namespace.
    let mut open: Vec<(Id, String)> = vec![(Draft::ROOT, String::new())];
    let mut roots = 0;
    loop {
        let (here, _) = open.last().ok_or(Unreadable::Syntax)?;
        let here = *here;
        match reader.read_event().map_err(|_| Unreadable::Syntax)? {
            Event::Start(tag) => {
                roots += usize::from(open.len() == 1);
                let child = element(&mut draft, &reader, &tag, &open)?;
                draft.append(here, child.0);
                open.push(child);
            }
            Event::Empty(tag) => {
                roots += usize::from(open.len() == 1);
                let child = element(&mut draft, &reader, &tag, &open)?;
                draft.append(here, child.0);
            }
            Event::End(_) => {
                open.pop();
            }
            Event::Text(text) => draft.append_text(here, &text.decode().map_err(|_| Unreadable::Syntax)?),
            Event::CData(text) => draft.append_text(here, &text.decode().map_err(|_| Unreadable::Syntax)?),
            Event::GeneralRef(reference) => draft.append_text(here, &resolve(&reference)?),
            Event::DocType(text) => draft.doctype = Some(lossy(&text)),
            Event::PI(instruction) => {
                let content = String::from_utf8_lossy(instruction.content()).trim().to_owned();
                let name = format!("?{}", String::from_utf8_lossy(instruction.target()));
                let child = draft.element(name, vec![("data".to_owned(), content)]);
                draft.append(here, child);
            }
            Event::Decl(_) | Event::Comment(_) => {}
            Event::Eof => break,
        }
        if draft.is_too_large() {
            return Err(Unreadable::TooLarge);
        }
    }
    if open.len() != 1 || roots != 1 || draft.has_text(Draft::ROOT) {
        return Err(Unreadable::Syntax);
    }
    draft.finish(Draft::ROOT, Language::Xml)
}

fn element(
    draft: &mut Draft,
    reader: &NsReader<&[u8]>,
    tag: &BytesStart<'_>,
    open: &[(Id, String)],
) -> Result<(Id, String), Unreadable> {
    let (space, local) = reader.resolver().resolve_element(tag.name());
    let space = uri(&space)?;
    let mut attributes = Vec::new();
    // A namespace counts where it begins, by its URI; prefixes say nothing.
    if open.last().is_none_or(|(_, outer)| *outer != space) {
        attributes.push(("xmlns".to_owned(), space.clone()));
    }
    for (number, attribute) in tag.attributes().enumerate() {
        if number == MAX_ATTRIBUTES {
            return Err(Unreadable::TooLarge);
        }
        let attribute = attribute.map_err(|_| Unreadable::Syntax)?;
        if attribute.key.as_namespace_binding().is_some() {
            continue;
        }
        let (space, local) = reader.resolver().resolve_attribute(attribute.key);
        let local = String::from_utf8_lossy(local.as_ref()).into_owned();
        let name = match uri(&space)?.as_str() {
            "" => local,
            "http://www.w3.org/XML/1998/namespace" => format!("xml:{local}"),
            uri => format!("{{{uri}}}{local}"),
        };
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_or_else(
            |_| String::from_utf8_lossy(&attribute.value).into_owned(),
            std::borrow::Cow::into_owned,
        );
        attributes.push((name, value));
    }
    let name = String::from_utf8_lossy(local.as_ref()).into_owned();
    Ok((draft.element(name, attributes), space))
}

fn uri(space: &ResolveResult<'_>) -> Result<String, Unreadable> {
    match space {
        ResolveResult::Bound(space) => Ok(String::from_utf8_lossy(space.0).into_owned()),
        ResolveResult::Unbound => Ok(String::new()),
        ResolveResult::Unknown(_) => Err(Unreadable::Syntax),
    }
}

/// What a reference stands for: one of the five names of XML, or a character.
fn resolve(reference: &BytesRef<'_>) -> Result<String, Unreadable> {
    if let Some(c) = reference.resolve_char_ref().map_err(|_| Unreadable::Syntax)? {
        return Ok(c.to_string());
    }
    let name = reference.decode().map_err(|_| Unreadable::Syntax)?;
    Ok(match name.as_ref() {
        "amp" => "&".to_owned(),
        "lt" => "<".to_owned(),
        "gt" => ">".to_owned(),
        "quot" => "\"".to_owned(),
        "apos" => "'".to_owned(),
        other => format!("&{other};"),
    })
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}
