//! The fixture's images: one static service, and the same with packages beside it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::Docker;
use crate::support::archive::{self, Layer};

/// Which image. All but the first differ from each other in one file layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Image {
    /// The service alone.
    Plain,
    /// With the Python package `foo` 2.1.0, Debian packages, and the program `/usr/bin/tool`.
    Packages,
    /// The same with `foo` 1.4.0.
    OldPython,
    /// The same with an older `libexample2`.
    OldDebian,
    /// `foo` 2.1.0 as before, with another line in one of its files.
    Altered,
    /// With a package database that cannot be read.
    Unreadable,
    /// As with `foo` 1.4.0, said to be for processors of another kind.
    Foreign,
}

impl Image {
    pub(crate) const ALL: [Self; 7] = [
        Self::Plain,
        Self::Packages,
        Self::OldPython,
        Self::OldDebian,
        Self::Altered,
        Self::Unreadable,
        Self::Foreign,
    ];

    /// The tag within the repository of a test run.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Packages => "packages",
            Self::OldPython => "old-python",
            Self::OldDebian => "old-debian",
            Self::Altered => "altered",
            Self::Unreadable => "unreadable",
            Self::Foreign => "foreign",
        }
    }

    fn packages(self) -> Option<Layer> {
        match self {
            Self::Plain => None,
            Self::Packages => Some(packages("2.1.0", "1.2-3", "")),
            Self::OldPython | Self::Foreign => Some(packages("1.4.0", "1.2-3", "")),
            Self::OldDebian => Some(packages("2.1.0", "1.1-9", "")),
            Self::Altered => Some(packages("2.1.0", "1.2-3", "# a local patch\n")),
            Self::Unreadable => {
                let mut layer = packages("2.1.0", "1.2-3", "");
                layer.push(("var/lib/rpm/rpmdb.sqlite".to_owned(), 0o644, b"SQLite format 3\0".to_vec()));
                Some(layer)
            }
        }
    }

    /// What `docker load` takes.
    pub(crate) fn archive(self, reference: &str, architecture: &str, service: &[u8]) -> Vec<u8> {
        let base = vec![
            ("service".to_owned(), 0o755, service.to_vec()),
            ("data/bomb.gz".to_owned(), 0o644, zeros(64 << 20)),
        ];
        let layers: Vec<Layer> = std::iter::once(base).chain(self.packages()).collect();
        let architecture = if self == Self::Foreign { "riscv64" } else { architecture };
        archive::image(reference, architecture, &layers)
    }
}

/// The databases of dpkg and of Python, as they lie in real images.
fn packages(python: &str, debian: &str, patch: &str) -> Layer {
    let site = "usr/lib/python3/dist-packages";
    let info = format!("{site}/foo-{python}.dist-info");
    let status = format!(
        "Package: libexample2\nStatus: install ok installed\nArchitecture: amd64\nVersion: {debian}\nMaintainer: nobody\n\
         Description: an example\n\nPackage: base-files\nStatus: install ok installed\nArchitecture: amd64\n\
         Version: 12.4\nMaintainer: nobody\nDescription: files\n\n"
    );
    let code = format!("\"\"\"an example\"\"\"\n__version__ = \"{python}\"\n{patch}");
    let text = |path: String, text: String| (path, 0o644, text.into_bytes());
    vec![
        ("usr/bin/tool".to_owned(), 0o755, b"#!/service print\n".to_vec()),
        text(
            "etc/os-release".into(),
            "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12\"\n".into(),
        ),
        text("var/lib/dpkg/status".into(), status),
        text(
            "var/lib/dpkg/info/libexample2:amd64.list".into(),
            "/.\n/usr\n/usr/lib\n/usr/lib/libexample.so.2\n".into(),
        ),
        text("var/lib/dpkg/info/base-files.list".into(), "/.\n/etc\n/etc/os-release\n".into()),
        text("usr/lib/libexample.so.2".into(), "not really a library\n".into()),
        text(format!("{info}/METADATA"), format!("Metadata-Version: 2.1\nName: foo\nVersion: {python}\n")),
        text(
            format!("{info}/RECORD"),
            format!(
                "foo/__init__.py,,\nfoo-{python}.dist-info/METADATA,,\nfoo-{python}.dist-info/RECORD,,\n"
            ),
        ),
        text(format!("{site}/foo/__init__.py"), code),
    ]
}

/// That many zeros, compressed: a small body that decodes to a large one.
fn zeros(count: usize) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&vec![b'0'; count]).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

/// The service for the engine's architecture, compiled once for each content of its source.
pub(crate) fn compile(folder: &Path, architecture: &str) -> Vec<u8> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixture");
    let mut files: Vec<PathBuf> =
        fs::read_dir(&source).expect("sources").flatten().map(|entry| entry.path()).collect();
    files.sort();
    let text: Vec<u8> = files.iter().flat_map(|path| fs::read(path).expect("readable")).collect();
    let target = match architecture {
        "arm64" => "aarch64-unknown-linux-gnu",
        _ => "x86_64-unknown-linux-gnu",
    };
    let binary = folder.join(format!("service-{architecture}-{}", &archive::hex(&text)[..16]));
    if !binary.is_file() {
        let fresh = binary.with_extension(std::process::id().to_string());
        let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let mut command = Command::new(compiler);
        command.args(["--edition", "2024", "-O", "-C", "target-feature=+crt-static", "-C", "strip=symbols"]);
        command.args(["--target", target]).arg(source.join("service.rs")).arg("-o").arg(&fresh);
        let output = command.output().expect("a compiler");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        fs::rename(&fresh, &binary).expect("renamed");
    }
    fs::read(&binary).expect("the service")
}

/// Loads all images into the local engine, under a repository of this test run.
pub(crate) fn load_all(folder: &Path, repository: &str) {
    let docker = Docker::local();
    let architecture = docker.run(&["version", "--format", "{{.Server.Arch}}"]);
    let service = compile(folder, &architecture);
    for image in Image::ALL {
        docker.load(&image.archive(&format!("{repository}:{}", image.tag()), &architecture, &service));
    }
}
