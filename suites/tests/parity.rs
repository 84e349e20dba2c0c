//! The activity service here and on a simulated EC2 host, one test per case.

envparity_test::main!("activity/parity.toml");
