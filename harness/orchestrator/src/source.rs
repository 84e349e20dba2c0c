//! The version-controlled source that a configuration stands in.

use std::path::Path;
use std::process::Command;

use envparity_model::Source;

/// Commit and whether there are uncommitted changes; none where git does not answer.
pub(crate) fn source_of(base: &Path) -> Option<Source> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").arg("-C").arg(base).args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let commit = git(&["rev-parse", "HEAD"])?;
    let dirty = git(&["status", "--porcelain", "--untracked-files=no"]).map(|lines| !lines.is_empty());
    Some(Source { commit: Some(commit), dirty })
}
