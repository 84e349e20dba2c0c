//! What can be found, one code each.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing, never a reason to stop.
    Info,
    /// A difference that most clients survive.
    Minor,
    /// A difference that breaks clients.
    Major,
    /// The service does not answer as it does on the reference.
    Critical,
}

impl Severity {
    /// The name in reports and configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Minor => "minor",
            Self::Major => "major",
            Self::Critical => "critical",
        }
    }

    /// One step worse.
    #[must_use]
    pub const fn raised(self) -> Self {
        match self {
            Self::Info => Self::Minor,
            Self::Minor => Self::Major,
            Self::Major | Self::Critical => Self::Critical,
        }
    }

    /// Reads a name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Info, Self::Minor, Self::Major, Self::Critical].into_iter().find(|s| s.name() == name)
    }
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

macro_rules! codes {
    ($($variant:ident $name:literal $severity:ident $text:literal;)+) => {
        /// The kind of a finding. Its name is stable: policy, waivers and fingerprints refer to it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum Code {
            $(
                #[doc = $text]
                #[serde(rename = $name)]
                $variant,
            )+
        }

        impl Code {
            /// Every code, most severe family first.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The stable name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// One sentence for people.
            pub const fn description(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The severity that applies unless policy says otherwise.
            pub const fn default_severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity),+ }
            }
        }
    };
}

codes! {
    ServiceNotStarted "service-not-started" Critical "the service starts in the reference and not in the candidate";
    ServiceDied "service-died" Critical "the service exited while the suite ran";
    ResponseOutcome "response-outcome" Critical "one side answers, the other side does not";
    ResponseAssert "response-assert" Critical "an assert holds in the reference and fails in the candidate";
    ArchitectureDiffers "architecture-differs" Critical "the containers run on different processor architectures";
    ResponseStatus "response-status" Major "the status differs; critical where its class does, as 200 against 500";
    ResponseType "response-type" Major "a value has another JSON type";
    ResponseFieldRemoved "response-field-removed" Major "a field of the reference is missing in the candidate";
    ResponseMediaType "response-media-type" Major "the media type of the body differs";
    ResponseUnparsable "response-unparsable" Major "the body parses on one side only";
    ResponseValue "response-value" Major "a value differs";
    CommandExit "command-exit" Major "a command exits with another code; critical where one side succeeds and the other does not";
    CommandOutput "command-output" Major "the output of a command differs";
    Unstable "unstable" Major "the candidate differs from itself where the reference does not";
    ContractViolated "contract-violated" Major "the candidate breaks the OpenAPI document where the reference keeps it";
    ContractBroken "contract-broken" Major "an assert or the status line fails in the reference itself";
    PackageOutdated "package-outdated" Major "the candidate has an older version of a package";
    PackageMissing "package-missing" Major "the candidate lacks a package of the reference";
    PackageAltered "package-altered" Major "the same version of a package has other files";
    PackageOrderUnknown "package-order-unknown" Major "the versions of a package differ and cannot be ordered";
    ResponseFieldAdded "response-field-added" Minor "the candidate has a field that the reference lacks";
    ResponseLength "response-length" Minor "an array has another number of items";
    ResponseFormat "response-format" Minor "a value is equal in meaning and written in another form";
    ResponseOrder "response-order" Minor "the same items come in another order";
    ResponseHeader "response-header" Minor "a header differs";
    ResponseTextSpace "response-text-space" Minor "text differs in white space only";
    PackageNewer "package-newer" Minor "the candidate has a newer version of a package";
    PackageExtra "package-extra" Minor "the candidate has a package that the reference lacks";
    EnvDiffers "env-differs" Minor "an environment variable differs without being intended";
    LocaleDiffers "locale-differs" Minor "the locale differs";
    TimeZoneDiffers "time-zone-differs" Minor "the time zone differs";
    UserDiffers "user-differs" Minor "the service runs as another user";
    LimitsDiffer "limits-differ" Minor "memory, processor or file limits differ";
    MountsDiffer "mounts-differ" Minor "the mounts differ";
    ImageDiffers "image-differs" Info "the images differ in identity";
    EngineDiffers "engine-differs" Info "the engines have different versions";
    KernelDiffers "kernel-differs" Info "the hosts have different kernels";
    StorageDiffers "storage-differs" Info "the engines store images differently";
    ClockDiffers "clock-differs" Info "the clocks of the hosts differ";
    OverrideIntended "override-intended" Info "a difference that the configuration asks for";
    RuntimeDiffers "runtime-differs" Minor "a language runtime or system library has another version";
    ResponseLatency "response-latency" Info "the candidate answers slower or faster";
    ResponseBanner "response-banner" Info "a header that names the server differs";
    ResponseBytes "response-bytes" Info "the bytes differ and the meaning does not";
    RuleUnused "rule-unused" Info "a rule matched nothing";
    WaiverExpired "waiver-expired" Minor "a waiver is past its last day";
    WaiverOverlong "waiver-overlong" Minor "a waiver lasts longer than the policy allows";
    WaiverUnused "waiver-unused" Minor "a waiver matched nothing";
    CaseUnapproved "case-unapproved" Minor "the case has no approved snapshot yet";
    SnapshotStale "snapshot-stale" Info "an approved snapshot belongs to no case";
}

impl Code {
    /// Reads a stable name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_name_severity_and_sentence() {
        let table: Vec<String> = Code::ALL
            .iter()
            .map(|c| format!("{:9} {:22} {}", c.default_severity(), c.name(), c.description()))
            .collect();
        insta::assert_snapshot!(table.join("\n"));
    }

    #[test]
    fn names_are_unique_and_read_back() {
        for code in Code::ALL {
            assert_eq!(Code::from_name(code.name()), Some(*code));
        }
    }
}
