//! What a body is: told by content type *and* by what it is.

use std::borrow::Cow;

use envparity_model::Response;

use super::binary;
use super::charset::{self, Decoded};
use super::streams;
use super::tree::{self, Tree};
use crate::excerpt::short;
use crate::json::{Document, Unreadable};
use crate::media::{Family, MediaType};

/// A body with what its response says of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part<'b> {
    pub(crate) response: &'b Response,
    pub(crate) bytes: &'b [u8],
}

impl<'b> Part<'b> {
    pub(super) fn media(&self) -> MediaType {
        self.response.header("content-type").map(MediaType::parse).unwrap_or_default()
    }

    pub(super) fn is_same(&self, other: &Part<'_>) -> bool {
        let (mine, theirs) = (&self.response.body, &other.response.body);
        mine.sha256 == theirs.sha256 && mine.size == theirs.size && mine.undecoded == theirs.undecoded
    }

    /// Why nothing certain can be said of this body.
    pub(super) fn incomplete(&self) -> Option<String> {
        let body = &self.response.body;
        if body.truncated {
            return Some(format!("the body is longer than the {} bytes that are kept", body.size));
        }
        (self.bytes.len() as u64 != body.size).then(|| "the body is missing from the recording".to_owned())
    }

    /// The body as text, as far as it is one.
    pub(crate) fn read(&self) -> Readable<'b> {
        let media = self.media();
        let mut out = Readable {
            text: None,
            family: media.family(),
            empty: self.bytes.is_empty(),
            charset: "",
            is_marked: false,
        };
        let is_encoded = self.response.body.undecoded.is_some();
        if out.empty || is_encoded || out.family == Family::Binary {
            return out;
        }
        if out.family == Family::Multipart {
            let boundary = media.params.get("boundary").map_or("", String::as_str);
            out.text = streams::parts(self.bytes, boundary).map(Cow::Owned);
            return out;
        }
        let decoded = charset::decode(self.bytes, media.charset(), out.family);
        if let Some(Decoded { text, charset, is_marked }) =
            decoded.filter(|decoded| out.family != Family::Unknown || !decoded.text.contains('\0'))
        {
            (out.charset, out.is_marked) = (charset, is_marked);
            out.family = out.family.sniffed(&text);
            out.text = Some(match out.family {
                Family::Lines => Cow::Owned(streams::lines(&text)),
                Family::Sequence => Cow::Owned(streams::sequence(&text)),
                Family::Events => Cow::Owned(streams::events(&text)),
                Family::Form => Cow::Owned(streams::form(&text)),
                _ => text,
            });
        }
        out
    }
}

/// A body as text, where it is one; bodies of several pieces as JSON.
#[derive(Debug)]
pub(crate) struct Readable<'b> {
    pub(super) text: Option<Cow<'b, str>>,
    family: Family,
    empty: bool,
    /// The name of the charset by which it was read.
    pub(super) charset: &'static str,
    /// It began with a byte order mark.
    pub(super) is_marked: bool,
}

/// What a body is.
#[derive(Debug)]
pub(crate) enum Content<'t> {
    Empty,
    Json(Document<'t>),
    Html(Tree, &'t str),
    Xml(Tree, &'t str),
    Text(&'t str, Plain),
    Bytes,
}

/// Why a body is no more than text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plain {
    /// It says so.
    Declared,
    /// It says that it is more, and is not.
    Broken,
    /// It is more than is taken apart.
    TooLarge,
}

impl Readable<'_> {
    pub(crate) fn content(&self) -> Content<'_> {
        if self.empty {
            return Content::Empty;
        }
        let Some(text) = &self.text else {
            return Content::Bytes;
        };
        let is_json = self.family.is_json();
        if is_json || text.trim_start().starts_with(['{', '[']) {
            match Document::parse(text) {
                Ok(document) => return Content::Json(document),
                Err(Unreadable::TooLarge) => return Content::Text(text, Plain::TooLarge),
                Err(Unreadable::Syntax(_)) if is_json => return Content::Text(text, Plain::Broken),
                Err(Unreadable::Syntax(_)) => {}
            }
        }
        // Some services say HTML of whatever they send: names keep their case where it is XML.
        if self.family == Family::Html
            && tree::is_foreign(text)
            && let Ok(tree) = tree::parse_xml(text)
        {
            return Content::Xml(tree, text);
        }
        match self.family {
            // Text without a tag is text by lines, under whatever name.
            Family::Html if text.contains('<') => match tree::parse_html(text) {
                Ok(tree) => Content::Html(tree, text),
                Err(_) => Content::Text(text, Plain::TooLarge),
            },
            Family::Xml => match tree::parse_xml(text) {
                Ok(tree) => Content::Xml(tree, text),
                Err(tree::Unreadable::Syntax) => Content::Text(text, Plain::Broken),
                Err(tree::Unreadable::TooLarge) => Content::Text(text, Plain::TooLarge),
            },
            _ => Content::Text(text, Plain::Declared),
        }
    }
}

impl Content<'_> {
    /// As text, where it is one that is taken apart.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Html(_, text) | Self::Xml(_, text) | Self::Text(text, _) => Some(text),
            Self::Empty | Self::Json(_) | Self::Bytes => None,
        }
    }

    /// A body for people.
    pub(super) fn show(&self, part: &Part<'_>) -> String {
        match self {
            Self::Empty => "empty".to_owned(),
            Self::Json(document) => short(document.raw(Document::ROOT)),
            Self::Html(_, text) | Self::Xml(_, text) | Self::Text(text, _) => short(text),
            Self::Bytes => match &part.response.body.undecoded {
                Some(coding) => {
                    format!("cannot be decoded as `{}`: {}", short(coding), binary::describe(part))
                }
                None => binary::describe(part),
            },
        }
    }
}
