//! What is installed in a running container, and what else can differ.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Masked;

/// A family of packages with its own database and version order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Ecosystem {
    /// Debian packages.
    Deb,
    /// Alpine packages.
    Apk,
    /// RPM packages.
    Rpm,
    /// Python distributions.
    Pypi,
    /// Ruby gems.
    Gem,
    /// Node packages.
    Npm,
}

impl Ecosystem {
    /// Every ecosystem that can be read.
    pub const ALL: &[Self] = &[Self::Deb, Self::Apk, Self::Rpm, Self::Pypi, Self::Gem, Self::Npm];

    /// The name in reports, and the type of a package URL.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Deb => "deb",
            Self::Apk => "apk",
            Self::Rpm => "rpm",
            Self::Pypi => "pypi",
            Self::Gem => "gem",
            Self::Npm => "npm",
        }
    }

    /// Whether applications choose these packages themselves (against the operating system's).
    pub const fn is_application(self) -> bool {
        matches!(self, Self::Pypi | Self::Gem | Self::Npm)
    }
}

impl fmt::Display for Ecosystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The package URL (<https://github.com/package-url/purl-spec>) without qualifiers.
pub fn purl(ecosystem: Ecosystem, name: &str, version: Option<&str>) -> String {
    let encode = |text: &str| text.replace('%', "%25").replace('@', "%40").replace(' ', "%20");
    let version = version.map(|v| format!("@{}", encode(v))).unwrap_or_default();
    format!("pkg:{ecosystem}/{}{version}", encode(name))
}

/// One installed package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Package {
    /// Its family.
    pub ecosystem: Ecosystem,
    /// Its name, normalised as the ecosystem does (`Flask_Login` is `flask-login`).
    pub name: String,
    /// Its version, as installed, epoch included.
    pub version: String,
    /// The evidence: the path of the record, from the root, with a leading `/`. For `deb` the database.
    pub location: String,
    /// Architecture, where the ecosystem records one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arch: Option<String>,
    /// The operating system's package that owns these files (`deb/ruby-rack`): seen twice, reported once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// SHA-256 over the sorted (path, content digest) pairs of its files, first 16 hex; absent where
    /// the file set is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Some file of it is mapped into a process of the container.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub loaded: bool,
    /// Names of packages that it depends on, same ecosystem, normalised.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<String>,
}

impl Package {
    /// Its package URL with version.
    pub fn purl(&self) -> String {
        purl(self.ecosystem, &self.name, Some(&self.version))
    }
}

/// How a manifest was collected. Unlike ways may see unlike parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// The collector as a sidecar in the target's process namespace.
    Sidecar,
    /// The collector put into the container and executed.
    Exec,
    /// Known paths by the engine's archive interface.
    Archive,
    /// The container's file system, streamed.
    Export,
}

impl Way {
    /// The name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sidecar => "sidecar",
            Self::Exec => "exec",
            Self::Archive => "archive",
            Self::Export => "export",
        }
    }
}

/// Something that should have been read and could not be. Never "nothing there".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unread {
    /// The ecosystem that is incomplete because of it; none: any may be.
    pub ecosystem: Option<Ecosystem>,
    /// The path, from the root.
    pub path: String,
    /// What the system or the parser said.
    pub reason: String,
}

/// What is installed in one running container.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Packages, sorted by (ecosystem, name, location, version).
    pub packages: Vec<Package>,
    /// Facts seen from inside, sorted by name.
    pub facts: Vec<Fact>,
    /// What could not be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<Unread>,
    /// Paths of shared objects that are mapped into the container's processes, sorted. Empty where the
    /// way of collecting cannot see them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mapped: Vec<String>,
    /// Files outside any package, below the working directory of the service: (path, content digest).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<(String, String)>,
}

/// A manifest, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ManifestState {
    /// Collected.
    Present {
        /// By which way.
        way: Way,
        /// Found in the cache: nothing has changed since.
        cached: bool,
        /// What was found.
        manifest: Manifest,
    },
    /// Could not be collected.
    Failed {
        /// Why, each way that was tried.
        reason: String,
    },
    /// None by configuration (a `url` environment).
    NotApplicable,
}

/// Anything besides packages that can differ. The name is dotted: `env.RACK_ENV`, `locale`, `timezone`,
/// `user`, `architecture`, `kernel`, `os`, `clock.offset`, `limits.memory`, `limits.nofile`,
/// `engine.version`, `engine.storage`, `image.identity`, `mounts.PATH`, `runtime.ruby`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fact {
    /// Dotted name.
    pub name: String,
    /// Its value.
    pub value: FactValue,
}

impl Fact {
    /// A fact that may be shown.
    pub fn plain(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: FactValue::Plain(value.into()) }
    }
}

/// A fact's value; secrets are masked before the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FactValue {
    /// As it is.
    Plain(String),
    /// A secret: comparable only under the same key.
    Masked(Masked),
}

impl fmt::Display for FactValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(value) => f.write_str(value),
            Self::Masked(masked) => write!(f, "{masked}"),
        }
    }
}
