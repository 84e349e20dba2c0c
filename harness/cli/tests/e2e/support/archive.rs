//! Images made without a builder: layers as tar, in the form of `docker save`.

use serde_json::json;
use sha2::{Digest as _, Sha256};

/// Files of one layer: path, mode, bytes.
pub(crate) type Layer = Vec<(String, u32, Vec<u8>)>;

/// An archive that `docker load` takes, with one image under `tag`. The same layers give the same image.
pub(crate) fn image(tag: &str, architecture: &str, layers: &[Layer]) -> Vec<u8> {
    let layers: Vec<Vec<u8>> = layers.iter().map(pack).collect();
    let digests: Vec<String> = layers.iter().map(|layer| hex(layer)).collect();
    let config = json!({
        "architecture": architecture,
        "os": "linux",
        "created": "2026-01-01T00:00:00Z",
        "config": { "Entrypoint": ["/service"], "WorkingDir": "/", "Env": ["PATH=/"] },
        "rootfs": { "type": "layers", "diff_ids": digests.iter().map(|d| format!("sha256:{d}")).collect::<Vec<_>>() },
        "history": digests.iter().map(|_| json!({ "created": "2026-01-01T00:00:00Z", "created_by": "e2e" })).collect::<Vec<_>>(),
    });
    let config = config.to_string().into_bytes();
    let config_name = format!("{}.json", hex(&config));
    let names: Vec<String> = digests.iter().map(|digest| format!("{digest}/layer.tar")).collect();
    let manifest = json!([{ "Config": config_name, "RepoTags": [tag], "Layers": names }]).to_string();
    let mut files: Layer =
        vec![(config_name, 0o644, config), ("manifest.json".into(), 0o644, manifest.into_bytes())];
    files.extend(names.into_iter().zip(layers).map(|(name, layer)| (name, 0o644, layer)));
    pack(&files)
}

fn pack(files: &Layer) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (path, mode, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(*mode);
        header.set_mtime(1_767_225_600);
        archive.append_data(&mut header, path, bytes.as_slice()).expect("a path that fits");
    }
    archive.into_inner().expect("memory takes it")
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
