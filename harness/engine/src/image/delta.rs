//! The archive that travels: configuration, the layers that are missing there, and the order of all.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use super::craft::put;
use super::pipe::PipeWriter;
use super::pull;
use super::saved::Saved;

/// An archive for `docker load` that holds some of the layers.
pub(super) struct Delta {
    pub(super) saved: Saved,
    pub(super) reference: String,
    /// Diff ids of all layers, in order.
    pub(super) order: Vec<String>,
    pub(super) compress: bool,
}

impl Delta {
    pub(super) fn write(&self, mut writer: PipeWriter) -> io::Result<()> {
        let written = if self.compress {
            let mut encoder = GzEncoder::new(&mut writer, Compression::new(4));
            self.write_tar(&mut encoder).and_then(|()| encoder.finish().map(drop))
        } else {
            self.write_tar(&mut writer)
        };
        writer.finish(written)
    }

    fn write_tar(&self, writer: &mut impl Write) -> io::Result<()> {
        let mut builder = tar::Builder::new(writer);
        for (diff_id, layer) in &self.saved.layers {
            let file = layer.open()?;
            let mut header = tar::Header::new_gnu();
            header.set_size(file.metadata()?.len());
            header.set_mode(0o644);
            builder.append_data(&mut header, layer_name(diff_id), file)?;
        }
        put(&mut builder, "config.json", 0o644, &self.saved.config)?;
        let names: Vec<String> = self.order.iter().map(|id| layer_name(id)).collect();
        let tags =
            if self.reference.starts_with("sha256:") { vec![] } else { vec![full_tag(&self.reference)] };
        let manifest = json!([{ "Config": "config.json", "RepoTags": tags, "Layers": names }]);
        put(&mut builder, "manifest.json", 0o644, manifest.to_string().as_bytes())?;
        builder.finish()
    }
}

fn layer_name(diff_id: &str) -> String {
    format!("{}/layer.tar", diff_id.trim_start_matches("sha256:"))
}

fn full_tag(reference: &str) -> String {
    let (repo, tag) = pull::split_tag(reference);
    format!("{repo}:{tag}")
}
