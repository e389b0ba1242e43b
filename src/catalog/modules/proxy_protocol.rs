//! `proxy-protocol`: HAProxy's PROXY protocol, versions 1 and 2 (proxy-protocol.txt of HAProxy).

use super::{Module, ModuleRole, OptionKind, OptionSpec};

pub(crate) static PROXY_PROTOCOL: Module = Module::new(
    "proxy-protocol",
    ModuleRole::Layer,
    "A header ahead of the stream says whose connection it is (HAProxy's PROXY protocol)",
)
.feature("net")
.options(&[OptionSpec::new(
    "version",
    OptionKind::Integer { min: 1, max: 2 },
    "The version of the header: 1 is a line of text, 2 is binary",
)
.default("connecting 2; accepting either")]);
