//! The time limits on the steps of opening and using a connection.

use super::{OptionKind, OptionSpec};

pub(super) const OPTIONS: &[OptionSpec] = &[
    OptionSpec::new("connect-timeout", OptionKind::Duration, "How long the base protocol may take to connect")
        .default("30s"),
    OptionSpec::new(
        "handshake-timeout",
        OptionKind::Duration,
        "How long the handshakes of all layers may take together",
    )
    .default("30s"),
    OptionSpec::new("read-timeout", OptionKind::Duration, "How long a read may wait for bytes").default("no limit"),
    OptionSpec::new("write-timeout", OptionKind::Duration, "How long a write may wait for room").default("no limit"),
];
