//! What a suite says, without how it was spelled.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use regex::Regex;
use serde_json_path::JsonPath;

use crate::Value;
use crate::error::Pos;
use crate::xpath::Expression;

/// Text with placeholders.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    /// Boxed: there are many, and most have one part.
    pub(crate) parts: Box<[Part]>,
    pub(crate) pos: Pos,
}

impl Template {
    /// The text, if it has no placeholder.
    pub(crate) fn constant(&self) -> Option<&str> {
        match &*self.parts {
            [] => Some(""),
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }

    pub(crate) fn exprs(&self) -> impl Iterator<Item = &Expr> {
        self.parts.iter().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Expr(expr) => Some(expr),
        })
    }
}

#[derive(Debug, Clone)]
pub(crate) enum Part {
    Text(String),
    Expr(Expr),
}

/// What stands between `{{` and `}}`.
#[derive(Debug, Clone)]
pub(crate) struct Expr {
    pub(crate) kind: ExprKind,
    pub(crate) pos: Pos,
}

#[derive(Debug, Clone)]
pub(crate) enum ExprKind {
    Variable(String),
    /// Which `newUuid` of its entry this is, from 1.
    NewUuid(u32),
    NewDate,
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ExprKind::Variable(name) => f.write_str(name),
            ExprKind::NewUuid(_) => f.write_str("newUuid"),
            ExprKind::NewDate => f.write_str("newDate"),
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct KeyValue {
    pub(crate) key: Template,
    pub(crate) value: Template,
    pub(crate) source: Source,
}

/// Where something stands, and how it was written.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) line: u32,
    pub(crate) text: Box<str>,
}

#[derive(Debug, Clone)]
pub(crate) struct RequestAst {
    pub(crate) method: String,
    pub(crate) url: Template,
    pub(crate) headers: Vec<KeyValue>,
    pub(crate) query: Vec<KeyValue>,
    pub(crate) form: Vec<KeyValue>,
    pub(crate) multipart: Vec<FormPart>,
    pub(crate) cookies: Vec<KeyValue>,
    pub(crate) basic_auth: Option<Box<KeyValue>>,
    pub(crate) options: Vec<OptionAst>,
    pub(crate) body: Option<Box<Body>>,
}

#[derive(Debug, Clone)]
pub(crate) struct FormPart {
    pub(crate) key: Template,
    pub(crate) content: FormContent,
}

#[derive(Debug, Clone)]
pub(crate) enum FormContent {
    Text(Template),
    File { path: Template, media_type: Option<Template> },
}

#[derive(Debug, Clone)]
pub(crate) struct Body {
    pub(crate) content: Content,
    pub(crate) source: Source,
}

/// A body, in the form that decides its implied media type and how it is compared.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    Text(Template),
    RawText(String),
    JsonText(Template),
    XmlText(Template),
    GraphQl(Box<GraphQl>),
    Json(Vec<JsonPart>),
    Xml(String),
    File(Template),
    Bytes(Vec<u8>),
}

/// A GraphQL query, sent as JSON.
#[derive(Debug, Clone)]
pub(crate) struct GraphQl {
    pub(crate) query: Template,
    /// A JSON object.
    pub(crate) variables: Option<Vec<JsonPart>>,
}

/// A JSON body as written: its text, broken by placeholders.
#[derive(Debug, Clone)]
pub(crate) enum JsonPart {
    Text(String),
    /// A placeholder within a string: its text is escaped.
    InString(Expr),
    /// A placeholder in place of a value: a number, boolean or null.
    Bare(Expr),
}

#[derive(Debug, Clone)]
pub(crate) enum OptionAst {
    Variable(String, VariableValue),
    Retry(Setting<Count>),
    RetryInterval(Setting<Duration>),
    Location(Setting<bool>),
    LocationTrusted(Setting<bool>),
    MaxRedirs(Setting<Count>),
    Delay(Setting<Duration>),
    Skip(Setting<bool>),
    Repeat(Setting<Count>),
    MaxTime(Setting<Duration>),
    ConnectTimeout(Setting<Duration>),
    Compressed(Setting<bool>),
    Insecure(Setting<bool>),
    Switch(Switch, Setting<bool>),
    Connection(ConnectionOption, Template),
    LimitRate(Setting<Rate>),
    AwsSigV4(Template),
    NetrcFile(Template),
    /// `netrc` and `netrc-optional`: with `netrc-file` they say nothing more.
    Netrc(Setting<bool>),
    /// Where Hurl writes the response: no effect here, but its placeholder must have a value, as in Hurl.
    Output(Template),
    Header(Template),
    User(Template),
    /// How much Hurl prints: no effect here, but its placeholder must have a value, as in Hurl.
    Verbose(Setting<bool>),
}

/// An option about the connection that is on or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Switch {
    Http10,
    Http11,
    Http2,
    Http3,
    IpV4,
    IpV6,
}

/// An option about the connection with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConnectionOption {
    CaCert,
    Cert,
    ConnectTo,
    Key,
    Proxy,
    Resolve,
    UnixSocket,
}

/// Bytes in a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rate(pub(crate) u64);

/// A number of times; `-1` is without end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Count {
    Finite(u32),
    Infinite,
}

/// The value of an option: written out, or a placeholder.
#[derive(Debug, Clone)]
pub(crate) enum Setting<T> {
    Literal(T),
    Expr(Expr),
}

#[derive(Debug, Clone)]
pub(crate) enum VariableValue {
    Literal(Value),
    Text(Template),
}

#[derive(Debug, Clone)]
pub(crate) struct ResponseAst {
    /// `None` for plain `HTTP`.
    pub(crate) version: Option<&'static str>,
    /// `None` for `*`.
    pub(crate) status: Option<u16>,
    pub(crate) source: Source,
    pub(crate) headers: Vec<KeyValue>,
    pub(crate) captures: Vec<CaptureAst>,
    pub(crate) asserts: Vec<AssertAst>,
    pub(crate) body: Option<Box<Body>>,
}

#[derive(Debug, Clone)]
pub(crate) struct CaptureAst {
    pub(crate) name: Template,
    pub(crate) query: Query,
    pub(crate) filters: Vec<Filter>,
    pub(crate) redact: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct AssertAst {
    pub(crate) query: Query,
    pub(crate) filters: Vec<Filter>,
    pub(crate) not: bool,
    pub(crate) predicate: Predicate,
    pub(crate) source: Source,
}

#[derive(Debug, Clone)]
pub(crate) enum Query {
    Status,
    Version,
    Url,
    Header(Template),
    Cookie(Template, CookieAttribute),
    Body,
    JsonPath(Path),
    Regex(Pattern),
    Variable(Template),
    Duration,
    Bytes,
    RawBytes,
    Sha256,
    Md5,
    XPath(XPath),
    Certificate(CertificateAttribute),
    Ip,
    Redirects,
}

/// An XPath, read once where it has no placeholder.
#[derive(Debug, Clone)]
pub(crate) enum XPath {
    Constant(Arc<Expression>),
    Template(Template),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CertificateAttribute {
    Subject,
    Issuer,
    StartDate,
    ExpireDate,
    SerialNumber,
    SubjectAltName,
    Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CookieAttribute {
    Value,
    Expires,
    MaxAge,
    Domain,
    Path,
    Secure,
    HttpOnly,
    SameSite,
}

/// A JSONPath, read once where it has no placeholder.
#[derive(Debug, Clone)]
pub(crate) enum Path {
    Constant(Arc<JsonPath>),
    Template(Template),
}

/// A regular expression, read once where it has no placeholder.
#[derive(Debug, Clone)]
pub(crate) enum Pattern {
    Constant(Regex),
    Template(Template),
}

#[derive(Debug, Clone)]
pub(crate) enum Filter {
    Base64Decode,
    Base64Encode,
    Base64UrlSafeDecode,
    Base64UrlSafeEncode,
    CharsetDecode(Template),
    Count,
    DateFormat(Template),
    DaysAfterNow,
    DaysBeforeNow,
    First,
    HtmlEscape,
    HtmlUnescape,
    JsonPath(Path),
    Last,
    Location,
    Nth(Setting<i64>),
    Regex(Pattern),
    Replace(Template, Template),
    ReplaceRegex(Pattern, Template),
    Split(Template),
    ToDate(Template),
    ToFloat,
    ToHex,
    ToInt,
    ToString,
    UrlDecode,
    UrlEncode,
    UrlQueryParam(Template),
    Utf8Decode,
    Utf8Encode,
    XPath(XPath),
}

#[derive(Debug, Clone)]
pub(crate) enum Predicate {
    Equal(Expected),
    NotEqual(Expected),
    Greater(Expected),
    GreaterOrEqual(Expected),
    Less(Expected),
    LessOrEqual(Expected),
    StartsWith(Expected),
    EndsWith(Expected),
    Contains(Expected),
    Includes(Expected),
    Matches(Pattern),
    Exists,
    IsEmpty,
    IsBoolean,
    IsInteger,
    IsFloat,
    IsNumber,
    IsString,
    IsCollection,
    IsList,
    IsObject,
    IsDate,
    IsIsoDate,
    IsUuid,
    IsIpv4,
    IsIpv6,
}

/// What a predicate compares with.
#[derive(Debug, Clone)]
pub(crate) enum Expected {
    Value(Value),
    Text(Template),
    File(Template),
    Expr(Expr),
    /// A regular expression where it compares equal to nothing, as in Hurl.
    Regex,
}
