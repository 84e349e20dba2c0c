//! The lab image: built from what is embedded here, named by its content.

use std::collections::HashMap;

use envparity_model::Problem;
use sha2::{Digest, Sha256};
use testcontainers::GenericBuildableImage;
use testcontainers::bollard::query_parameters::BuildImageOptionsBuilder;
use testcontainers::core::BuildImageOptions;
use testcontainers::runners::AsyncBuilder;

use crate::engine::{Engine, explain};

const REPOSITORY: &str = "envparity/lab";
const DOCKERFILE: &str = include_str!("../image/Dockerfile");
/// What the Dockerfile copies, by name in the build context.
const FILES: [(&str, &str); 3] = [
    ("lab", include_str!("../image/lab")),
    ("lab-watch", include_str!("../image/lab-watch")),
    ("sshd_config", include_str!("../image/sshd_config")),
];
/// Lines of a failed build that are shown.
const TAIL: usize = 12;

/// A reference to an image that this engine has.
pub(crate) struct LabImage {
    pub(crate) name: &'static str,
    pub(crate) tag: String,
}

/// Makes sure that the image exists; builds it where it does not.
pub(crate) async fn ensure(
    engine: &Engine,
    progress: &(dyn Fn(&str) + Send + Sync),
) -> Result<LabImage, Problem> {
    let image = LabImage { name: REPOSITORY, tag: content_tag() };
    let reference = format!("{}:{}", image.name, image.tag);
    if engine.has_image(&reference).await? {
        return Ok(image);
    }
    progress(&format!("building the lab image `{reference}`, once"));
    let source = context(&image);
    let proxies = proxies(|name| std::env::var(name).ok());
    let options = BuildImageOptions::new().with_skip_if_exists(true).with_build_args(proxies.clone());
    if let Err(first) = source.build_image_with(options).await {
        progress("BuildKit did not build it; trying the classic builder");
        build_classic(engine, &reference, &proxies)
            .await
            .map_err(|second| unbuilt(&reference, &explain(&first), &second))?;
    }
    if engine.has_image(&reference).await? {
        Ok(image)
    } else {
        Err(unbuilt(&reference, "the engine reported success", "but does not have the image"))
    }
}

fn unbuilt(reference: &str, buildkit: &str, classic: &str) -> Problem {
    Problem::new(format!("failed to build the lab image `{reference}`\n\nbuildkit: {buildkit}\nclassic: {classic}"))
        .hint("it is made from `debian:bookworm-slim` and needs a Debian mirror within reach of containers; `ci/setup` makes the base where no registry answers")
}

fn context(image: &LabImage) -> GenericBuildableImage {
    FILES.iter().fold(
        GenericBuildableImage::new(image.name, &image.tag).with_dockerfile_string(DOCKERFILE),
        |context, (name, text)| context.with_data(*text, format!("./{name}")),
    )
}

/// For engines without BuildKit, and for its readable log.
async fn build_classic(
    engine: &Engine,
    reference: &str,
    proxies: &HashMap<String, String>,
) -> Result<(), String> {
    let archive = archive().map_err(|error| error.to_string())?;
    let options =
        BuildImageOptionsBuilder::new().t(reference).rm(true).forcerm(true).buildargs(proxies).build();
    engine.build(options, archive, TAIL).await
}

fn archive() -> std::io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, text) in FILES.into_iter().chain([("Dockerfile", DOCKERFILE)]) {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, text.as_bytes())?;
    }
    archive.into_inner()
}

/// The proxies of this process for the build, as the docker client passes them on; they are no part of the
/// image. One on this machine itself is out of reach in there.
fn proxies(variable: impl Fn(&str) -> Option<String>) -> HashMap<String, String> {
    ["http_proxy", "https_proxy", "no_proxy"]
        .into_iter()
        .filter_map(|name| {
            let value = variable(name).or_else(|| variable(&name.to_ascii_uppercase()))?;
            let local =
                name != "no_proxy" && ["localhost", "127.0.0.1"].iter().any(|host| value.contains(host));
            (!value.is_empty() && !local).then(|| (name.to_owned(), value))
        })
        .collect()
}

/// The first 12 hex digits of a digest over everything that goes into the image.
fn content_tag() -> String {
    let mut digest = Sha256::new();
    digest.update(DOCKERFILE);
    for (name, text) in FILES {
        digest.update([0]);
        digest.update(name);
        digest.update([0]);
        digest.update(text);
    }
    digest.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_that_the_dockerfile_copies_is_in_the_context() {
        let copied: Vec<&str> = DOCKERFILE
            .lines()
            .filter_map(|line| line.strip_prefix("COPY "))
            .flat_map(|rest| rest.split_whitespace().rev().skip(1))
            .collect();
        assert_eq!(copied.len(), FILES.len());
        for name in copied {
            assert!(FILES.iter().any(|(file, _)| *file == name), "{name}");
        }
    }

    #[test]
    fn proxies_reach_the_build_unless_they_are_local() {
        let given = |name: &str| match name {
            "http_proxy" => Some("http://127.0.0.1:3128".to_owned()),
            "HTTPS_PROXY" => Some("http://proxy.example:3128".to_owned()),
            "no_proxy" => Some("localhost".to_owned()),
            _ => None,
        };
        let expected = [("https_proxy", "http://proxy.example:3128"), ("no_proxy", "localhost")];
        assert_eq!(proxies(given), expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    }

    #[test]
    fn the_tag_is_twelve_hex_digits() {
        let tag = content_tag();
        assert_eq!(tag.len(), 12);
        assert!(tag.chars().all(|c| c.is_ascii_hexdigit()));
    }
}
