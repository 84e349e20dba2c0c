//! The exchanges of a recording in their normal form: what is approved under `snapshots/`.

use std::path::Path;

use envparity_core::{Authorities, CaseInput, Comparator, Side, normalise};
use envparity_model::{CasePlace, Exchange, Problem, Sample};

use crate::analysis::authority_of;
use crate::journal::{Bodies, file_name, read_recording};

/// Every case of an environment's recording with its response as text. What the control sample shows to differ by
/// nature is replaced.
///
/// # Errors
/// When the recording cannot be read, or a case was not asked.
pub fn normal_exchanges(run: &Path, environment: &str) -> Result<Vec<(CasePlace, String)>, Problem> {
    let recording = read_recording(&run.join(file_name(environment)), environment)?;
    let bodies = Bodies::of(run);
    let authority = authority_of(&recording);
    let authorities = Authorities { reference: authority.clone(), candidate: authority.clone() };
    let mut comparator = Comparator::new(environment, &[], authorities);
    let mut symbols: Vec<(String, String)> = Vec::new();
    let mut normal = Vec::new();
    for place in &recording.header.cases {
        let primary = recording.exchange(&place.id, Sample::Primary)?;
        let primary = primary.ok_or_else(|| Problem::new(format!("case `{}` was not asked", place.id)))?;
        let control = recording.exchange(&place.id, Sample::Control)?;
        let body = bodies.of_response(&primary)?;
        let control_body = control.as_ref().map(|control| bodies.of_response(control)).transpose()?;
        let side = Side { exchange: &primary, body: &body };
        let control = control
            .as_ref()
            .map(|exchange| Side { exchange, body: control_body.as_deref().unwrap_or_default() });
        // The control stands in for a candidate: what differs between the two is all that differs by nature.
        let candidate = control.unwrap_or(side);
        let input = CaseInput { place, reference: side, control, candidate, resample: None };
        let result = comparator.compare(&input);
        symbols.extend(control.iter().flat_map(|control| differing(&primary, control.exchange)));
        let learned: Vec<_> = result.noise.into_iter().chain(result.shape_only).collect();
        normal.push((place.clone(), normalise(&primary, &body, &authority, &symbols, &learned)));
    }
    Ok(normal)
}

/// Captured texts that the two samples do not share: (value in the first, name).
fn differing(primary: &Exchange, control: &Exchange) -> Vec<(String, String)> {
    let pairs = primary.captures.iter().zip(&control.captures);
    pairs
        .filter(|(one, other)| one.name == other.name && one.value != other.value)
        .filter_map(|(one, _)| Some((one.value.as_str()?.to_owned(), one.name.clone())))
        .collect()
}
