//! The keys of tests, guarantees and their requests.

use super::{Key, Refers, Shape, Table};

pub(super) const EXPECT: &[Key] = &[
    Key::new("request", Shape::Table(Table::Request), "The request. A key that is left out is unspecified.")
        .required()
        .examples(&["{ family = \"inet\", type = \"stream\", protocol = \"tcp\" }"]),
    Key::new("entry", Shape::Word(Refers::BaseOrChain), "The entry that must be selected.").examples(&["\"tcp4\""]),
    Key::new("error", Shape::Word(Refers::ErrorCode), "The error code of the expected refusal.")
        .examples(&["\"not-permitted\""]),
];

pub(super) const ALWAYS: &[Key] = &[
    Key::new(
        "request",
        Shape::Table(Table::Request),
        "The requests to which the guarantee applies. A key that is left out fits every request.",
    )
    .required()
    .examples(&["{ application = \"billing\" }"]),
    Key::new("services", Shape::Words(Refers::AskedService), "The services that every selected entry offers.")
        .examples(&["[\"encrypted\", \"authenticated\"]"]),
    Key::new("never", Shape::SomeWords(Refers::BaseChainOrGroup), "The entries that are never selected.")
        .examples(&["[\"tcp4\"]"]),
    Key::new("refused", Shape::True, "States that all these requests are refused.").examples(&["true"]),
];

pub(super) const REQUEST: &[Key] = &[
    Key::new("family", Shape::Word(Refers::Family), "The requested address family.").examples(&["\"inet\""]),
    Key::new("type", Shape::Word(Refers::SocketType), "The requested socket type.").examples(&["\"stream\""]),
    Key::new("protocol", Shape::Word(Refers::Protocol), "The requested protocol.").examples(&["\"tcp\""]),
    Key::new(
        "role",
        Shape::Word(Refers::Role),
        "The role of the program: it connects, or it accepts. If left out, a test connects, and a guarantee applies to both.",
    )
    .examples(&["\"connect\""]),
    Key::new("entry", Shape::Word(Refers::RequestedEntry), "The requested entry: its name or catalog entry id.")
        .examples(&["\"tcp4\"", "1001"]),
    Key::new("provider", Shape::Word(Refers::RequestedProvider), "The requested provider: its name or GUID.")
        .examples(&["\"kernel\""]),
    Key::new("require", Shape::Words(Refers::AskedService), "The services that the entry must offer.")
        .examples(&["[\"encrypted\"]"]),
    Key::new("prefer", Shape::Words(Refers::AskedService), "The services by which one of several matching entries is preferred.")
        .examples(&["[\"encrypted\"]"]),
    Key::new("avoid", Shape::Words(Refers::AskedService), "The services that put a matching entry behind others.")
        .examples(&["[\"proxied\"]"]),
    Key::new("prohibit", Shape::Words(Refers::AskedService), "The services that the entry must not offer.")
        .examples(&["[\"proxied\"]"]),
    Key::new("application", Shape::Word(Refers::RequestedApplication), "The application that makes the request.")
        .examples(&["\"billing\""]),
];
