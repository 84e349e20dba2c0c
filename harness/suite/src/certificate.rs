//! X.509 certificates, as far as queries look at them (RFC 5280).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::ast::CertificateAttribute;
use crate::generator::hex;
use crate::{Instant, Value};

/// An attribute of a certificate in DER, in the form in which Hurl shows it; `None` if it has none.
pub(crate) fn attribute(der: &[u8], attribute: CertificateAttribute) -> Result<Option<Value>, String> {
    if attribute == CertificateAttribute::Value {
        return Ok(Some(Value::from(pem(der))));
    }
    let fields = Fields::read(der).ok_or_else(|| "the server's certificate cannot be read".to_owned())?;
    Ok(match attribute {
        CertificateAttribute::Subject => Some(Value::from(name(fields.subject))),
        CertificateAttribute::Issuer => Some(Value::from(name(fields.issuer))),
        CertificateAttribute::StartDate => fields.start.and_then(date),
        CertificateAttribute::ExpireDate => fields.expire.and_then(date),
        CertificateAttribute::SerialNumber => Some(Value::from(pairs(fields.serial))),
        CertificateAttribute::SubjectAltName => fields.alternatives.map(|der| Value::from(alternatives(der))),
        CertificateAttribute::Value => None,
    })
}

/// A value of DER: its tag and its content.
type Tagged<'a> = (u8, &'a [u8]);

const OBJECT_ID: u8 = 0x06;
/// `[3]`, the extensions.
const EXTENSIONS: u8 = 0xa3;
/// `[0]`, the version.
const VERSION: u8 = 0xa0;
/// 2.5.29.17
const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 0x11];

struct Fields<'a> {
    serial: &'a [u8],
    issuer: &'a [u8],
    start: Option<Tagged<'a>>,
    expire: Option<Tagged<'a>>,
    subject: &'a [u8],
    alternatives: Option<&'a [u8]>,
}

impl<'a> Fields<'a> {
    fn read(der: &'a [u8]) -> Option<Self> {
        let (_, certificate) = Reader(der).next()?;
        let (_, body) = Reader(certificate).next()?;
        let mut body = Reader(body);
        let mut first = body.next()?;
        if first.0 == VERSION {
            first = body.next()?;
        }
        let (_, _algorithm) = body.next()?;
        let (_, issuer) = body.next()?;
        let (_, validity) = body.next()?;
        let (_, subject) = body.next()?;
        let mut validity = Reader(validity);
        let extensions = body.find(|(tag, _)| *tag == EXTENSIONS);
        let (start, expire) = (validity.next(), validity.next());
        let alternatives = extensions.and_then(|(_, extensions)| find_alternatives(extensions));
        Some(Self { serial: first.1, issuer, start, expire, subject, alternatives })
    }
}

fn find_alternatives(extensions: &[u8]) -> Option<&[u8]> {
    let (_, list) = Reader(extensions).next()?;
    let is_wanted = |extension: &&[u8]| Reader(extension).next() == Some((OBJECT_ID, SUBJECT_ALT_NAME));
    let extension = Reader(list).map(|(_, extension)| extension).find(is_wanted)?;
    // The value is the last of its fields: an octet string that holds a sequence.
    let (_, value) = Reader(extension).last()?;
    Reader(value).next().map(|(_, names)| names)
}

/// Reads one value after the other.
struct Reader<'a>(&'a [u8]);

impl<'a> Iterator for Reader<'a> {
    type Item = Tagged<'a>;

    fn next(&mut self) -> Option<Tagged<'a>> {
        let (tag, rest) = self.0.split_first()?;
        let (first, rest) = rest.split_first()?;
        let (length, rest) = if *first < 0x80 {
            (usize::from(*first), rest)
        } else {
            let digits = rest.get(..usize::from(first & 0x7f)).filter(|digits| digits.len() <= 4)?;
            let length = digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit));
            (length, &rest[digits.len()..])
        };
        let content = rest.get(..length)?;
        self.0 = &rest[length..];
        Some((*tag, content))
    }
}

/// `C = US, O = Example, CN = localhost`, as OpenSSL writes it.
fn name(der: &[u8]) -> String {
    let parts = Reader(der).flat_map(|(_, set)| Reader(set)).filter_map(|(_, pair)| {
        let mut pair = Reader(pair);
        let ((_, id), (_, value)) = (pair.next()?, pair.next()?);
        Some(format!("{} = {}", short_name(id), escaped(&String::from_utf8_lossy(value))))
    });
    parts.collect::<Vec<_>>().join(", ")
}

fn escaped(value: &str) -> String {
    if value.contains([',', '+', '"', '\\', '<', '>', ';']) {
        format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
    } else {
        value.to_owned()
    }
}

/// The short name of an attribute type; the identifier with points where it has none here.
fn short_name(id: &[u8]) -> String {
    let known = match id {
        [0x55, 0x04, 3] => "CN",
        [0x55, 0x04, 4] => "SN",
        [0x55, 0x04, 5] => "serialNumber",
        [0x55, 0x04, 6] => "C",
        [0x55, 0x04, 7] => "L",
        [0x55, 0x04, 8] => "ST",
        [0x55, 0x04, 9] => "street",
        [0x55, 0x04, 10] => "O",
        [0x55, 0x04, 11] => "OU",
        [0x55, 0x04, 12] => "title",
        [0x55, 0x04, 42] => "GN",
        [0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 0x01, 0x19] => "DC",
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x01] => "emailAddress",
        _ => return dotted(id),
    };
    known.to_owned()
}

fn dotted(id: &[u8]) -> String {
    let mut numbers = Vec::new();
    let mut number = 0_u64;
    for byte in id {
        number = number << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            numbers.push(number);
            number = 0;
        }
    }
    let first = numbers.first().copied().unwrap_or_default();
    let root = (first / 40).min(2);
    let rest = numbers.iter().skip(1).map(|number| format!(".{number}"));
    format!("{root}.{}{}", first - root * 40, rest.collect::<String>())
}

/// `DNS:localhost, IP Address:127.0.0.1`, as OpenSSL writes it.
fn alternatives(der: &[u8]) -> String {
    let parts = Reader(der).map(|(tag, value)| {
        let text = String::from_utf8_lossy(value);
        match tag & 0x1f {
            1 => format!("email:{text}"),
            2 => format!("DNS:{text}"),
            4 => format!("DirName:{}", Reader(value).next().map(|(_, der)| name(der)).unwrap_or_default()),
            6 => format!("URI:{text}"),
            7 => format!("IP Address:{}", address(value)),
            8 => format!("Registered ID:{}", dotted(value)),
            _ => "othername:<unsupported>".to_owned(),
        }
    });
    parts.collect::<Vec<_>>().join(", ")
}

fn address(bytes: &[u8]) -> String {
    match bytes.len() {
        4 => bytes.iter().map(u8::to_string).collect::<Vec<_>>().join("."),
        16 => {
            let groups =
                bytes.chunks(2).map(|pair| format!("{:X}", u16::from(pair[0]) << 8 | u16::from(pair[1])));
            groups.collect::<Vec<_>>().join(":")
        }
        _ => "<invalid>".to_owned(),
    }
}

/// `1e:e8:b1`, without the zero that keeps a number positive.
fn pairs(serial: &[u8]) -> String {
    let digits = match serial {
        [0, rest @ ..] if !rest.is_empty() => rest,
        all => all,
    };
    digits.iter().map(|byte| hex(&[*byte])).collect::<Vec<_>>().join(":")
}

/// `UTCTime` (two digits of the year) or `GeneralizedTime` (four).
fn date((tag, text): Tagged<'_>) -> Option<Value> {
    let text = std::str::from_utf8(text).ok()?;
    let full = match tag {
        0x17 => format!("{}{text}", if text.get(..2)? < "50" { "20" } else { "19" }),
        _ => text.to_owned(),
    };
    Instant::parse(&full, "%Y%m%d%H%M%SZ").map(Value::Date)
}

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut out = "-----BEGIN CERTIFICATE-----\n".to_owned();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        out.push_str(line);
        out.push('\n');
        rest = after;
    }
    out.push_str("-----END CERTIFICATE-----");
    out
}
