//! What makes two images the same wherever they are stored.
//!
//! An engine's id is the digest of the configuration on one kind of store and that of the manifest on another:
//! shown, never compared.

use bollard::models::ImageInspect;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::hex;

/// SHA-256, hex, over os, architecture, ordered layers and the normalised runtime configuration. Labels, shell
/// and build triggers do not reach the running service and are left out.
pub(crate) fn identity(image: &ImageInspect) -> String {
    let config = image.config.clone().unwrap_or_default();
    let layers = image.root_fs.as_ref().and_then(|fs| fs.layers.clone()).unwrap_or_default();
    let canonical = json!([
        1,
        image.os.clone().unwrap_or_default(),
        image.architecture.clone().unwrap_or_default(),
        layers,
        sorted(config.env),
        config.entrypoint.unwrap_or_default(),
        config.cmd.unwrap_or_default(),
        config.working_dir.filter(|dir| dir != "/").unwrap_or_default(),
        config.user.unwrap_or_default(),
        sorted(config.exposed_ports),
        sorted(config.volumes),
        config.stop_signal.filter(|signal| signal != "SIGTERM").unwrap_or_default(),
        config.healthcheck.and_then(|check| serde_json::to_value(check).ok()).unwrap_or(Value::Null),
    ]);
    hex(&Sha256::digest(canonical.to_string().as_bytes()))
}

fn sorted(list: Option<Vec<String>>) -> Vec<String> {
    let mut list = list.unwrap_or_default();
    list.sort();
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use bollard::models::{ImageConfig, ImageInspectRootFs};

    fn image(change: impl FnOnce(&mut ImageInspect, &mut ImageConfig)) -> ImageInspect {
        let mut image = ImageInspect {
            os: Some("linux".into()),
            architecture: Some("amd64".into()),
            root_fs: Some(ImageInspectRootFs {
                typ: "layers".into(),
                layers: Some(vec!["sha256:a".into(), "sha256:b".into()]),
            }),
            ..ImageInspect::default()
        };
        let mut config = ImageConfig {
            env: Some(vec!["A=1".into(), "B=2".into()]),
            cmd: Some(vec!["run".into()]),
            ..ImageConfig::default()
        };
        change(&mut image, &mut config);
        image.config = Some(config);
        image
    }

    #[test]
    fn stores_and_spellings_do_not_matter_what_runs_does() {
        let original = identity(&image(|_, _| ()));
        let same: [fn(&mut ImageInspect, &mut ImageConfig); 4] = [
            |image, _| image.id = Some("sha256:other".into()),
            |_, config| config.env = Some(vec!["B=2".into(), "A=1".into()]),
            |_, config| config.labels = Some([("commit".to_owned(), "x".to_owned())].into()),
            |_, config| {
                config.working_dir = Some("/".into());
                config.user = Some(String::new());
                config.entrypoint = Some(vec![]);
            },
        ];
        for (number, change) in same.into_iter().enumerate() {
            assert_eq!(identity(&image(change)), original, "{number}");
        }
        let other: [fn(&mut ImageInspect, &mut ImageConfig); 5] = [
            |image, _| image.architecture = Some("arm64".into()),
            |image, _| {
                image.root_fs.as_mut().expect("set").layers =
                    Some(vec!["sha256:b".into(), "sha256:a".into()]);
            },
            |_, config| config.cmd = Some(vec!["run".into(), String::new()]),
            |_, config| config.env = Some(vec!["A=1".into(), "B=3".into()]),
            |_, config| config.entrypoint = Some(vec!["run".into()]),
        ];
        for (number, change) in other.into_iter().enumerate() {
            assert_ne!(identity(&image(change)), original, "{number}");
        }
    }
}
