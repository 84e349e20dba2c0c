//! The report for machines, and its committed schema.

use envparity_model::Report;
use schemars::generate::SchemaSettings;
use serde::Serialize;

/// The JSON report: the model as it is, pretty, with a trailing newline.
pub fn json(report: &Report) -> Vec<u8> {
    pretty(report)
}

/// The JSON Schema (draft 2020-12) of [`json`], pretty, with a trailing newline. Committed as
/// `schema/report.schema.json`.
pub fn schema() -> String {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut schema = generator.into_root_schema_for::<Report>();
    schema.insert("title".to_owned(), "envparity report".into());
    String::from_utf8_lossy(&pretty(&schema)).into_owned()
}

pub(crate) fn pretty(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).expect("maps of the model have string keys");
    bytes.push(b'\n');
    bytes
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::fixtures;

    #[test]
    fn the_committed_schema_is_this_one() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/report.schema.json");
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::write(path, schema()).expect("the schema can be written");
        }
        let committed = std::fs::read_to_string(path).expect("the schema is committed");
        assert!(
            committed == schema(),
            "schema/report.schema.json is stale: run this test with UPDATE_SCHEMA=1"
        );
    }

    #[test]
    fn every_fixture_is_valid() {
        let schema: serde_json::Value = serde_json::from_str(&schema()).expect("the schema is JSON");
        let validator = jsonschema::validator_for(&schema).expect("the schema is a schema");
        for (name, report) in fixtures::all() {
            let value = serde_json::from_slice(&json(&report)).expect("the report is JSON");
            let errors: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{name}: {errors:#?}");
        }
    }

    #[test]
    fn the_schema_refuses_what_is_no_report() {
        let schema: serde_json::Value = serde_json::from_str(&schema()).expect("the schema is JSON");
        let validator = jsonschema::validator_for(&schema).expect("the schema is a schema");
        let good: serde_json::Value =
            serde_json::from_slice(&json(&fixtures::drift())).expect("the report is JSON");
        assert!(validator.is_valid(&good));
        for (pointer, key) in [("", "verdict"), ("/findings/0", "hint"), ("/coverage", "case_ids")] {
            let mut bad = good.clone();
            let object =
                bad.pointer_mut(pointer).and_then(serde_json::Value::as_object_mut).expect("an object");
            object.remove(key).expect("the key is there, null or not");
            assert!(!validator.is_valid(&bad), "{pointer}/{key} may be left out");
        }
    }

    #[test]
    fn every_finding_has_the_same_keys() {
        let value: serde_json::Value = serde_json::from_slice(&json(&fixtures::drift())).expect("JSON");
        let findings = value["findings"].as_array().expect("an array");
        let keys =
            |finding: &serde_json::Value| finding.as_object().map(|o| o.keys().cloned().collect::<Vec<_>>());
        assert_eq!(findings.iter().map(keys).collect::<BTreeSet<_>>().len(), 1);
    }

    #[test]
    fn a_report_reads_back() {
        for (name, report) in fixtures::all() {
            let back: Report = serde_json::from_slice(&json(&report)).expect("it reads back");
            assert_eq!(back, report, "{name}");
        }
    }
}
