//! `frame`: messages over a stream, each preceded by its length.

use super::{Module, ModuleRole, OptionKind, OptionSpec, Promise};

pub(crate) static FRAME: Module = Module::new(
    "frame",
    ModuleRole::Layer,
    "Keeps the boundaries of messages: each goes behind its length, 4 bytes in network order",
)
.feature("net")
.promises(&[Promise::gives("framed")])
.options(&[OptionSpec::new(
    "max-message",
    OptionKind::Integer { min: 1, max: 1 << 30 },
    "The longest message in bytes, sent or received; a longer one is refused, and ends the connection if it is the peer's",
)
.default("1048576")]);
