//! The keys of documents, providers, families, applications and severities.

use super::{Key, Refers, Shape, Table};

pub(super) const CATALOG: &[Key] = &[
    Key::new("format", Shape::Format, "The version of the catalog format.").required().examples(&["1"]),
    Key::new(
        "dialect",
        Shape::Word(Refers::Dialect),
        "The system whose numbers and order of errors apply. Merged documents must agree; a document that states no dialect \
         takes that of the others. If no document states one, it is `documented`.",
    )
    .examples(&["\"linux\""]),
    Key::new("title", Shape::Text, "The title of the catalog, in one line.").examples(&["\"How our programs may connect\""]),
    Key::new(
        "include",
        Shape::Words(Refers::Document),
        "Other catalogs that are part of this one: paths relative to this file, or shipped catalogs. An included catalog is merged \
         before its includer, and once.",
    )
    .examples(&["[\"site.toml\"]", "[\"builtin:linux.toml\", \"builtin:layers.toml\"]"]),
    Key::new(
        "order",
        Shape::Words(Refers::BaseChainOrGroup),
        "The entries that come first in catalog order: of the entries that match a request, the first is selected. The name of a \
         chain over several bases stands for all its entries.",
    )
    .examples(&["[\"secure\"]"]),
    Key::new(
        "disable",
        Shape::Words(Refers::EntryOrGroup),
        "The entries that are disabled. An entry that an enabled entry runs over cannot be disabled.",
    )
    .examples(&["[\"udp4\"]"]),
    Key::new("provider", Shape::Section(Table::Provider), "The providers that implement entries, by name."),
    Key::new(
        "base",
        Shape::Section(Table::Base),
        "Base protocols, by name: each can carry data to a remote endpoint by itself.",
    ),
    Key::new("layer", Shape::Section(Table::Layer), "Layers, by name: each works only above another entry."),
    Key::new("chain", Shape::Section(Table::Chain), "Chains, by name: one or more layers, top first, over one base."),
    Key::new("family", Shape::Section(Table::Family), "Address families of your own, or facts about known families."),
    Key::new(
        "application",
        Shape::Section(Table::Application),
        "Policies, by the application that makes a request; a policy adds to the demands of the request itself. `\"*\"` is the \
         policy of applications without a section, and of requests that name no application.",
    ),
    Key::new("expect", Shape::Tables(Table::Expect), "Tests of the merged catalogs, which `sockatlas check` runs."),
    Key::new(
        "always",
        Shape::Tables(Table::Always),
        "Guarantees for every request that fits, which `sockatlas check` proves or refutes.",
    ),
    Key::new(
        "lint",
        Shape::Table(Table::Lint),
        "The severity of findings, by the rule's code. Faults cannot be silenced.",
    )
    .examples(&["{ unchained-layer = \"allow\" }"]),
    Key::new(
        "winsock",
        Shape::Table(Table::Winsock),
        "Facts that a Winsock catalog states of itself, beyond its entries.",
    ),
];

pub(super) const PROVIDER: &[Key] = &[
    Key::new(
        "module",
        Shape::Word(Refers::Module),
        "The module that implements the provider; the provider's own name if left out.",
    )
    .examples(&["\"system\"", "\"tls\""]),
    Key::new("id", Shape::Guid, "The GUID by which Winsock identifies the provider.")
        .examples(&["\"e70f1aa0-ab8b-11cf-8ca3-00805f48a192\""]),
    Key::new("library", Shape::Text, "The path of its library under Windows, with environment variables unexpanded.")
        .examples(&["'%SystemRoot%\\system32\\mswsock.dll'"]),
    replace("Whether this replaces the provider of the same name that an earlier document declares."),
];

pub(super) const FAMILY: &[Key] = &[
    Key::new(
        "number",
        Shape::Integer { least: 1, most: i32::MAX as i64 },
        "The number of the family; necessary for a family of your own.",
    )
    .examples(&["201"]),
    Key::new("protocols", Shape::Numbers, "The protocols of the family: their names and numbers.")
        .examples(&["{ widget = 1, gadget = 2 }"]),
    Key::new(
        "max-protocol",
        Shape::Integer { least: 0, most: i32::MAX as i64 },
        "The greatest protocol of the family, in the dialect linux: if nothing matches, a protocol below 0 or above it is refused as \
         `invalid-argument`.",
    )
    .examples(&["262"]),
    Key::new(
        "protocol-first",
        Shape::Flag,
        "Whether the protocol is tested before the type, in the dialect linux, if nothing matches.",
    )
    .default("false")
    .examples(&["true"]),
    replace("Whether this replaces the family of the same name that an earlier document declares."),
];

pub(super) const APPLICATION: &[Key] = &[
    Key::new("require", Shape::Words(Refers::AskedService), "The services that a selected entry must offer.")
        .examples(&["[\"encrypted\"]"]),
    Key::new("prohibit", Shape::Words(Refers::AskedService), "The services that a selected entry must not offer.")
        .examples(&["[\"proxied\"]"]),
    Key::new(
        "permit",
        Shape::Words(Refers::Category),
        "The categories of layers that are permitted. Each layer of a chain must have at least one category, only listed ones, and \
         `system` if that is listed. Base protocols are always permitted.",
    )
    .examples(&["[\"crypto-compress\", \"proxy\"]"]),
    Key::new("winsock", Shape::Table(Table::ApplicationWinsock), "The facts by which Windows identifies the application.")
        .examples(&["{ path = 'C:\\Windows\\System32\\svchost.exe', key = \"2C69D9F1\" }"]),
    replace("Whether this replaces the section of the same name that an earlier document declares."),
];

pub(super) const LINT: &[Key] =
    &[Key::new("*", Shape::Severity, "The code of a rule, as `sockatlas rule` lists them.").examples(&["\"warning\""])];

pub(super) const fn replace(description: &'static str) -> Key {
    Key::new("replace", Shape::Flag, description).default("false").examples(&["true"])
}
