//! `multipart/form-data`, as curl writes it (RFC 7578).

use crate::RenderError;
use crate::ast::{FormContent, RequestAst};
use crate::context::Scope;

pub(super) fn encode(
    request: &RequestAst,
    scope: &Scope<'_>,
    boundary: &str,
) -> Result<Vec<u8>, RenderError> {
    let disposition = disposition(request, scope)?;
    let mut out = Vec::new();
    for part in &request.multipart {
        let name = quoted(&scope.render(&part.key)?);
        out.extend_from_slice(
            format!("--{boundary}\r\nContent-Disposition: {disposition}; name=\"{name}\"").as_bytes(),
        );
        match &part.content {
            FormContent::Text(text) => {
                out.extend_from_slice(b"\r\n\r\n");
                out.extend_from_slice(scope.render(text)?.as_bytes());
            }
            FormContent::File { path, media_type } => {
                let file = scope.render(path)?;
                let media_type = match media_type {
                    Some(media_type) => scope.render(media_type)?,
                    None => by_extension(&file).to_owned(),
                };
                let head = format!("; filename=\"{}\"\r\nContent-Type: {media_type}\r\n\r\n", quoted(&file));
                out.extend_from_slice(head.as_bytes());
                out.extend_from_slice(&scope.read(&file, path.pos)?);
            }
        }
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Ok(out)
}

/// Parts of any other multipart type are attachments.
fn disposition(request: &RequestAst, scope: &Scope<'_>) -> Result<&'static str, RenderError> {
    for header in &request.headers {
        if scope.render(&header.key)?.eq_ignore_ascii_case("content-type") {
            let form = scope.render(&header.value)?.to_ascii_lowercase().starts_with("multipart/form-data");
            return Ok(if form { "form-data" } else { "attachment" });
        }
    }
    Ok("form-data")
}

/// Escaped as browsers and curl do.
fn quoted(text: &str) -> String {
    text.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

/// The media type that Hurl gives a file by its name.
fn by_extension(file: &str) -> &'static str {
    let name = file.rsplit('/').next().unwrap_or(file);
    match name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map(|(_, extension)| extension) {
        Some("gif") => "image/gif",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("png") => "image/png",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain",
        Some("htm" | "html") => "text/html",
        Some("pdf") => "application/pdf",
        Some("xml") => "application/xml",
        _ => "application/octet-stream",
    }
}
