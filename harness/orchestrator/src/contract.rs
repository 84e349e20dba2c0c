//! The OpenAPI document that responses are held to: read when a run begins, kept with it, asked when it is judged.

use std::fs;
use std::path::Path;

use envparity_model::{Exchange, Judgement, Masker, Outcome, Problem};
use envparity_openapi::{Answer, Contract, Document, read_value};
use serde_json::Value;

/// Reads the document at a path below `base`; its files as (path, text), the document first.
///
/// # Errors
/// What is no document, or refers to a file that cannot be read.
pub(crate) fn read(base: &Path, path: &str) -> Result<Vec<(String, String)>, Problem> {
    let beside = |path: &str| fs::read_to_string(base.join(path)).map_err(|error| error.to_string());
    let text = beside(path)
        .map_err(|reason| Problem::new(format!("failed to read the OpenAPI document `{path}`: {reason}")))?;
    let document = Document::read(path, &text, &beside)?;
    if let Some((file, reason)) = document.unread().first() {
        return Err(Problem::new(format!("`{path}` refers to `{file}`: {reason}")));
    }
    let texts = document.texts().to_vec();
    Contract::new(document)?;
    Ok(texts)
}

/// The files as they are kept with a run: as JSON, secrets masked.
pub(crate) fn masked(texts: &[(String, String)], masker: &Masker) -> Vec<(String, String)> {
    let mask = |(path, text): &(String, String)| {
        let mut value = read_value(path, text).unwrap_or_default();
        mask_texts(&mut value, masker);
        (path.clone(), value.to_string())
    };
    texts.iter().map(mask).collect()
}

fn mask_texts(value: &mut Value, masker: &Masker) {
    match value {
        Value::String(text) => *text = masker.redact(text).into_owned(),
        Value::Array(items) => items.iter_mut().for_each(|item| mask_texts(item, masker)),
        Value::Object(members) => members.values_mut().for_each(|member| mask_texts(member, masker)),
        _ => {}
    }
}

/// The contract of a run from the files that were kept with it; none where it has none.
///
/// # Errors
/// When they no longer read.
pub(crate) fn restored(texts: &[(String, String)]) -> Result<Option<Contract>, Problem> {
    let Some((path, text)) = texts.first() else { return Ok(None) };
    let kept = |path: &str| {
        let found = texts.iter().find(|(other, _)| other == path);
        found.map(|(_, text)| text.clone()).ok_or_else(|| "was not kept with the run".to_owned())
    };
    Contract::new(Document::read(path, text, &kept)?).map(Some)
}

/// What a contract says to an exchange; none where there was no answer.
pub(crate) fn judge(contract: &Contract, exchange: &Exchange, body: &[u8]) -> Option<Judgement> {
    let (Outcome::Response(response), Some(request)) = (&exchange.outcome, &exchange.request) else {
        return None;
    };
    if !response.hops.is_empty() {
        return Some(Judgement::Unchecked("it was redirected: the answer is another address's".to_owned()));
    }
    let whole = !response.body.truncated && response.body.undecoded.is_none();
    Some(contract.judge(&Answer {
        method: &request.method,
        url: &request.url,
        status: response.status,
        headers: &response.headers,
        body: whole.then_some(body),
    }))
}
