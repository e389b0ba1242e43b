//! The keys of base protocols, layers and chains.

use super::sections::replace;
use super::{Key, Refers, Shape, Table};

/// The keys of one kind of entry, followed by those that every kind of entry has.
macro_rules! entry {
    ($($own:expr),* $(,)?) => {
        &[
            $($own,)*
            Key::new("options", Shape::Options, "Options of the entry's sockets or sessions, which its provider's module defines.")
                .examples(&["{ nodelay = true }"]),
            Key::new("summary", Shape::Text, "A description for people, in one line. Winsock: szProtocol.")
                .examples(&["\"TCP over IPv4\""]),
            Key::new("hidden", Shape::Flag, "Whether lists leave the entry out. Requests can still select it.")
                .unknowable()
                .default("false")
                .examples(&["true"]),
            replace("Whether this replaces the definition of the same name in an earlier document."),
            Key::new(
                "catalog-entry-id",
                Shape::Integer { least: 1, most: i32::MAX as i64 },
                "The stable number of the entry. If left out, base protocols and chains are numbered from 1001, then layers. Winsock: \
                 dwCatalogEntryId.",
            )
            .examples(&["1001"]),
            Key::new("version", Shape::NUMBER, "The version of the protocol. Winsock: iVersion.")
                .unknowable()
                .examples(&["2"]),
            Key::new(
                "message-size",
                Shape::UNSIGNED,
                "The largest message in bytes: 0 for a stream of bytes, 1 if it depends on the MTU, 4294967295 for no limit. \
                 Winsock: dwMessageSize.",
            )
            .unknowable()
            .examples(&["0", "65507"]),
            Key::new(
                "address-size",
                Shape::AddressSize,
                "The size of a socket address in bytes. Winsock: iMinSockAddr, iMaxSockAddr.",
            )
            .unknowable()
            .examples(&["16", "{ min = 2, max = 110 }"]),
            Key::new(
                "byte-order",
                Shape::Word(Refers::ByteOrder),
                "The byte order on the wire. Winsock: iNetworkByteOrder.",
            )
            .unknowable()
            .examples(&["\"big\""]),
            Key::new("security-scheme", Shape::NUMBER, "The security scheme; 0 for none. Winsock: iSecurityScheme.")
                .unknowable()
                .examples(&["0"]),
            Key::new(
                "recommended",
                Shape::Flag,
                "Whether the entry is the recommended one of several for a protocol. Winsock: \
                 PFL_RECOMMENDED_PROTO_ENTRY.",
            )
            .unknowable()
            .default("false")
            .examples(&["true"]),
            Key::new(
                "unknown",
                Shape::Words(Refers::Fact),
                "The facts that the source of the entry does not state. They count as absent, and refusals name them.",
            )
            .examples(&["[\"matches-zero\"]"]),
            Key::new(
                "winsock",
                Shape::Table(Table::EntryWinsock),
                "Facts that a Winsock catalog states of the entry and no other key holds.",
            )
            .examples(&["{ bits = 32 }"]),
        ]
    };
}

pub(super) const BASE: &[Key] = entry![
    Key::new("provider", Shape::Word(Refers::Provider), "The provider that implements the entry.")
        .required()
        .unknowable()
        .examples(&["\"kernel\""]),
    Key::new("family", Shape::Word(Refers::Family), "The address family.").required().examples(&["\"inet\""]),
    Key::new("type", Shape::Word(Refers::SocketType), "The socket type.").required().examples(&["\"stream\""]),
    Key::new(
        "protocol",
        Shape::ProtocolSet,
        "The protocols of requests that match. A request with protocol 0 gets the first one.",
    )
    .required()
    .unknowable()
    .examples(&["\"tcp\"", "{ from = 1, to = 262 }", "[\"udp\", \"udp-lite\"]", "\"any\""]),
    Key::new(
        "matches-zero",
        Shape::Flag,
        "Whether a request with protocol 0 matches, whether or not the protocols contain the number 0.",
    )
    .unknowable()
    .default("false")
    .examples(&["true"]),
    Key::new("services", Shape::Words(Refers::Service), "The services that the entry offers.")
        .unknowable()
        .examples(&["[\"guaranteed-delivery\", \"guaranteed-order\", \"graceful-close\"]"]),
];

pub(super) const LAYER: &[Key] = entry![
        Key::new("provider", Shape::Word(Refers::Provider), "The provider that implements the entry.")
            .required()
            .examples(&["\"tls\""]),
        Key::new("needs", Shape::Words(Refers::AskedService), "The services that the entry directly below must offer.")
            .examples(&["[\"guaranteed-delivery\", \"guaranteed-order\"]"]),
        Key::new(
            "forbids",
            Shape::Words(Refers::AskedService),
            "The services that the entry directly below must not offer."
        )
        .examples(&["[\"message-oriented\"]"]),
        Key::new("adds", Shape::Words(Refers::Service), "The services that the layer adds to those offered below.")
            .examples(&["[\"encrypted\", \"authenticated\"]"]),
        Key::new(
            "removes",
            Shape::Words(Refers::AskedService),
            "The services that are no longer offered above the layer."
        )
        .examples(&["[\"expedited-data\"]"]),
        Key::new(
            "allow-below",
            Shape::Words(Refers::LayerOrBase),
            "The layers and base protocols that are allowed directly below; all, if left out.",
        )
        .examples(&["[\"tcp4\", \"tcp6\"]"]),
        Key::new(
            "categories",
            Shape::Words(Refers::Category),
            "The categories of the layer, by which policies permit it.",
        )
        .unknowable()
        .examples(&["[\"crypto-compress\"]"]),
        Key::new(
            "type",
            Shape::Word(Refers::SocketType),
            "The socket type that the layer presents above; that of the entry below, if left out.",
        )
        .examples(&["\"seqpacket\""]),
    ];

pub(super) const CHAIN: &[Key] = entry![
    Key::new(
        "layers",
        Shape::SomeWords(Refers::Layer),
        "The layers of the chain, top first. No layer stands twice, and the whole chain has at most 7 entries.",
    )
    .required()
    .examples(&["[\"tls\"]", "[\"tls\", \"socks5\"]"]),
    Key::new(
        "base",
        Shape::WordOrWords(Refers::BaseOrChain),
        "The base protocol or chain that the layers run over. An array declares an entry CHAIN/BASE for each element.",
    )
    .required()
    .examples(&["\"tcp4\"", "[\"tcp4\", \"tcp6\"]"]),
    Key::new("protocol", Shape::ProtocolSet, "The protocols of requests that match; those of the base, if left out.",)
        .examples(&["77"]),
    Key::new("matches-zero", Shape::Flag, "Whether a request with protocol 0 matches; as the base does, if left out.")
        .examples(&["false"]),
    Key::new(
        "provider",
        Shape::Word(Refers::Provider),
        "The provider of the chain; that of the top layer, if left out.",
    )
    .examples(&["\"tls\""]),
    Key::new(
        "services",
        Shape::Words(Refers::Service),
        "The services that the chain offers; those that follow from its base and layers, if left out.",
    )
    .examples(&["[\"encrypted\", \"authenticated\"]"]),
];

const SIZE: Shape = Shape::Integer { least: 0, most: i32::MAX as i64 };

pub(super) const ADDRESS_SIZE: &[Key] = &[
    Key::new("min", SIZE, "The least number of bytes.").required().examples(&["2"]),
    Key::new("max", SIZE, "The greatest number of bytes.").required().examples(&["110"]),
];

pub(super) const PROTOCOL_RANGE: &[Key] = &[
    Key::new("from", Shape::NUMBER, "The first number.").required().examples(&["1"]),
    Key::new("to", Shape::NUMBER, "The last number, not below the first.").required().examples(&["262"]),
];
