//! Package databases read into packages, and the version order of each ecosystem.
//!
//! Pure: a root file system is seen through the trait [`Root`]; the collector puts a live container behind
//! it, the archive and export ways a [`MemoryRoot`].

mod answer;
mod apk;
mod application;
mod deb;
mod evidence;
mod fields;
mod files;
mod found;
mod gem;
mod name;
mod npm;
#[cfg(feature = "order")]
mod order;
mod process;
mod pypi;
mod root;
mod runtime;
mod scan;
mod tree;

pub use answer::{ANSWER_CAP, ANSWER_SCHEMA, Answer};
pub use evidence::is_evidence;
pub use files::{FileEntry, FileList, Owner};
pub use name::normalise_name;
#[cfg(feature = "order")]
pub use order::compare_versions;
pub use process::{
    Listening, parse_environment, parse_limit, parse_listening, parse_mapped, parse_received, parse_user,
};
pub use root::{DirEntry, Kind, MemoryRoot, ReadError, Root};
pub use scan::{ScanOptions, scan};
pub use tree::resolve;
