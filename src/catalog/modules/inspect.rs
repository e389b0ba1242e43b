//! `inspect`: counts the traffic, or records it.

use super::{Module, ModuleRole, OptionKind, OptionSpec, Promise};
use crate::catalog::FileUse;

pub(crate) static INSPECT: Module = Module::new(
    "inspect",
    ModuleRole::Layer,
    "Counts what passes, and writes it down: as counts, as a hexdump, or as pcapng for Wireshark",
)
.feature("net")
.promises(&[Promise::gives("metered")])
.options(&[
    OptionSpec::new(
        "file",
        OptionKind::File,
        "Where to write; what is there already stays, and more is added behind it",
    )
    .files_are(FileUse::Written)
    .default("nothing is written: the counts can be asked of the connection"),
    OptionSpec::new(
        "form",
        OptionKind::Choice(&["counts", "hexdump", "pcapng"]),
        "What to write: a line for each connection, every byte for people to read, or packets for Wireshark",
    )
    .with(&["file"])
    .default("\"counts\""),
]);
