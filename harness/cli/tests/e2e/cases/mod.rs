//! The tests, by what they are about.

/// A group of tests under a prefix.
macro_rules! tests {
    ($prefix:literal: $($name:ident),+ $(,)?) => {
        pub(crate) const ALL: &[crate::Test] = &[$((concat!($prefix, "::", stringify!($name)), $name)),+];
    };
}

mod addressing;
mod baseline;
mod bodies;
mod cargo_test;
mod changes;
mod command;
mod compare;
mod configuration;
mod contract;
mod control;
mod culprit;
mod death;
mod drift;
mod engines;
mod gate;
mod import;
mod interruption;
mod journal;
mod kept;
mod learned;
mod manifests;
mod parity;
mod prelude;
mod secrets;
mod selection;
mod starting;
mod transport;
mod url;
mod usage;
mod waivers;

/// They touch no engine.
pub(crate) const WITHOUT_ENGINE: &[&[crate::Test]] =
    &[usage::ALL, configuration::ALL, import::ALL, contract::WITHOUT_ENGINE];

/// They start containers, and mount a small file system: why that cannot be done here, and the tests.
pub(crate) const WITH_MOUNT: (fn() -> Option<String>, &[crate::Test]) =
    (journal::no_mount, journal::WITH_MOUNT);

/// They start containers.
pub(crate) const WITH_ENGINE: &[&[crate::Test]] = &[
    parity::ALL,
    contract::ALL,
    drift::ALL,
    control::ALL,
    culprit::ALL,
    manifests::ALL,
    selection::ALL,
    addressing::ALL,
    baseline::ALL,
    waivers::ALL,
    gate::ALL,
    bodies::ALL,
    cargo_test::ALL,
    changes::ALL,
    transport::ALL,
    starting::ALL,
    death::ALL,
    engines::ALL,
    url::ALL,
    compare::ALL,
    kept::ALL,
    learned::ALL,
    secrets::ALL,
    prelude::ALL,
    command::ALL,
    journal::ALL,
    interruption::ALL,
];
