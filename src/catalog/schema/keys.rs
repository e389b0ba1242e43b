//! The schemas of each table's keys: their meanings, and the values that they take.

use super::{defined, described, flag, integer, list, number, some, text};
use crate::catalog::PACKED_ITEM_BYTES;
use crate::catalog::entry::{Bitness, ByteOrder, Facts};
use crate::terms::{ErrorCode, Role};
use serde_json::{Value, json};

pub(super) fn provider(key: &str) -> Option<Value> {
    match key {
        "module" => described(
            "The implementation, by its name; the provider's own name if left out.",
            text(),
            &[json!("system"), json!("tls")],
        ),
        "id" => described(
            "Its GUID, by which Winsock knows providers.",
            // GUIDs may be written with hyphens, in braces, as a URN, or plain.
            json!({
                "type": "string",
                "pattern": format!("^({HYPHENATED}|\\{{{HYPHENATED}\\}}|urn:uuid:{HYPHENATED}|[0-9a-fA-F]{{32}})$"),
            }),
            &[json!("e70f1aa0-ab8b-11cf-8ca3-00805f48a192")],
        ),
        "library" => described(
            "Its library under Windows, environment variables unexpanded.",
            text(),
            &[json!("%SystemRoot%\\system32\\mswsock.dll")],
        ),
        "replace" => replace("provider"),
        _ => None,
    }
}

const HYPHENATED: &str = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}";

fn replace(what: &str) -> Option<Value> {
    let description = format!("Whether this takes the place of a {what} of the same name that was declared before.");
    described(&description, flag(), &[])
}

pub(super) fn base(key: &str) -> Option<Value> {
    match key {
        "provider" => described("Who implements it: the name of a provider.", defined("name"), &[json!("kernel")]),
        "family" => described("Its address family.", defined("family-name"), &[json!("inet")]),
        "type" => described("Its socket type.", defined("type-name"), &[json!("stream")]),
        "protocol" => described(
            "The protocols that it answers to; a request without one gets the first that is written.",
            defined("protocol-set"),
            &[json!("tcp"), json!({ "from": 1, "to": 262 }), json!(["udp", "udp-lite"]), json!("any")],
        ),
        "matches-zero" => described(
            "Whether a request with protocol 0 matches; if left out it does not, also where the protocols hold the number 0.",
            flag(),
            &[],
        ),
        "services" => described(
            "What it offers.",
            defined("services"),
            &[json!(["guaranteed-delivery", "guaranteed-order", "graceful-close"])],
        ),
        _ => common(key),
    }
}

pub(super) fn layer(key: &str) -> Option<Value> {
    match key {
        "provider" => described("Who implements it: the name of a provider.", defined("name"), &[json!("tls")]),
        "needs" => described(
            "What lies directly below must offer these.",
            defined("services"),
            &[json!(["guaranteed-delivery", "guaranteed-order"])],
        ),
        "forbids" => described(
            "What lies directly below must not offer these.",
            defined("services"),
            &[json!(["message-oriented"])],
        ),
        "adds" => described(
            "What it adds to what is offered below.",
            defined("services"),
            &[json!(["encrypted", "authenticated"])],
        ),
        "removes" => {
            described("What is no longer offered above it.", defined("services"), &[json!(["expedited-data"])])
        }
        "allow-below" => described(
            "The layers and bases that may lie directly below; all may if left out.",
            list(defined("entry-name")),
            &[json!(["tcp4", "tcp6"])],
        ),
        "categories" => described(
            "What kinds of work it does, by which applications permit it.",
            defined("categories"),
            &[json!(["crypto-compress"])],
        ),
        "type" => described(
            "The socket type that it presents above; that of what lies below if left out.",
            defined("type-name"),
            &[json!("seqpacket")],
        ),
        _ => common(key),
    }
}

pub(super) fn chain(key: &str) -> Option<Value> {
    match key {
        "layers" => described(
            "Its layers, top first; none twice, and 7 entries at most with all that is below.",
            some(defined("entry-name")),
            &[json!(["tls"]), json!(["tls", "socks5"])],
        ),
        "base" => described(
            "What it runs over: a base protocol or another chain. An array of them makes an entry CHAIN/BASE of each.",
            json!({ "anyOf": [defined("entry-name"), some(defined("entry-name"))] }),
            &[json!("tcp4"), json!(["tcp4", "tcp6"])],
        ),
        "protocol" => described(
            "Protocols of its own under which it is asked for; its base's if left out.",
            defined("protocol-set"),
            &[],
        ),
        "matches-zero" => described("Whether a request with protocol 0 matches; as its base if left out.", flag(), &[]),
        "provider" => described("Who it counts for; the provider of its top layer if left out.", defined("name"), &[]),
        "services" => described(
            "What it is said to offer; if left out, what follows from its base and layers.",
            defined("services"),
            &[],
        ),
        _ => common(key),
    }
}

/// Returns the schema of a key that every kind of entry has.
fn common(key: &str) -> Option<Value> {
    match key {
        "options" => described("Options of the sockets or sessions of this entry.", defined("options"), &[]),
        "summary" => described("What it is, in one line. Winsock: szProtocol.", text(), &[json!("TCP over IPv4")]),
        "hidden" => described("Whether it is left out of lists; it can be selected all the same.", flag(), &[]),
        "replace" => replace("definition"),
        "catalog-entry-id" => described(
            "Its stable number; if left out, bases and chains are counted from 1001 on, then layers. Winsock: \
             dwCatalogEntryId.",
            integer(1, i32::MAX.into()),
            &[json!(1001)],
        ),
        "version" => described("The version of the protocol. Winsock: iVersion.", number(), &[]),
        "message-size" => described(
            "The largest message in bytes: 0 for a stream of bytes, 1 when it depends on the MTU, 4294967295 for no limit. \
             Winsock: dwMessageSize.",
            integer(0, u32::MAX.into()),
            &[json!(0), json!(65507)],
        ),
        "address-size" => described(
            "Bytes of a socket address. Winsock: iMinSockAddr, iMaxSockAddr.",
            defined("address-size"),
            &[json!(16), json!({ "min": 2, "max": 110 })],
        ),
        "byte-order" => described(
            "The order of bytes on the wire. Winsock: iNetworkByteOrder.",
            json!({ "enum": [ByteOrder::Big.name(), ByteOrder::Little.name()] }),
            &[],
        ),
        "security-scheme" => described("Its security scheme; 0 is none. Winsock: iSecurityScheme.", number(), &[]),
        "recommended" => described(
            "Whether it is the recommended one among several entries of a protocol. Winsock: PFL_RECOMMENDED_PROTO_ENTRY.",
            flag(),
            &[],
        ),
        "unknown" => described(
            "Facts that the source of this entry did not state; they count as absent, and refusals name them.",
            list(json!({ "enum": Facts::UNKNOWABLE })),
            &[json!(["matches-zero"])],
        ),
        "winsock" => {
            described("What a Winsock catalog says of it, and no other key does.", defined("winsock-of-entry"), &[])
        }
        _ => None,
    }
}

pub(super) fn family(key: &str) -> Option<Value> {
    match key {
        "number" => {
            described("Its number; needed for a family of one's own.", integer(1, i32::MAX.into()), &[json!(201)])
        }
        "protocols" => described(
            "Its protocols: their names and numbers.",
            json!({ "type": "object", "additionalProperties": number() }),
            &[json!({ "widget": 1, "gadget": 2 })],
        ),
        "max-protocol" => described(
            "In the dialect linux: a protocol below 0 or above this is `invalid-argument` when nothing matches.",
            integer(0, i32::MAX.into()),
            &[json!(262)],
        ),
        "protocol-first" => described(
            "In the dialect linux: whether the protocol is tested before the type when nothing matches.",
            flag(),
            &[],
        ),
        "replace" => replace("family"),
        _ => None,
    }
}

pub(super) fn application(key: &str) -> Option<Value> {
    match key {
        "require" => {
            described("What is selected for it must offer these.", defined("services"), &[json!(["encrypted"])])
        }
        "prohibit" => {
            described("What is selected for it must not offer these.", defined("services"), &[json!(["proxied"])])
        }
        "permit" => described(
            "Categories that its chains may have: of each layer they must be some, and all of them among these, `system` \
             included if it is here. Base protocols are always permitted.",
            defined("categories"),
            &[json!(["crypto-compress", "proxy"])],
        ),
        "winsock" => described("By what Windows knows the application.", defined("winsock-of-application"), &[]),
        "replace" => replace("section"),
        _ => None,
    }
}

pub(super) fn request(key: &str) -> Option<Value> {
    match key {
        "family" => described("The address family asked for.", defined("requested-family"), &[json!("inet")]),
        "type" => described("The socket type asked for.", defined("requested-type"), &[json!("stream")]),
        "protocol" => described("The protocol asked for.", defined("protocol-name"), &[json!("tcp")]),
        "role" => described(
            "The side of the connection that is asked for. Left out, a test connects, and a guarantee speaks of both.",
            json!({ "enum": Role::ALL.map(Role::name) }),
            &[json!("connect")],
        ),
        "entry" => described(
            "The entry asked for: its name, or its catalog entry id.",
            json!({ "anyOf": [text(), number()] }),
            &[json!("tcp4"), json!(1001)],
        ),
        "provider" => described("The provider asked for: its name or GUID.", text(), &[json!("kernel")]),
        "require" => described("Services that must be offered.", defined("services"), &[json!(["encrypted"])]),
        "prefer" => described("Services by which one of several is preferred.", defined("services"), &[]),
        "avoid" => described("Services for which one of several is put behind.", defined("services"), &[]),
        "prohibit" => described("Services that must not be offered.", defined("services"), &[]),
        "application" => described("The application that asks.", text(), &[json!("billing")]),
        _ => None,
    }
}

pub(super) fn expect(key: &str) -> Option<Value> {
    let codes: Vec<&str> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
    let summaries: Vec<&str> = ErrorCode::ALL.iter().map(|code| code.summary()).collect();
    match key {
        "request" => described(
            "What is asked; a field that is left out is not stated.",
            defined("request"),
            &[json!({ "family": "inet", "type": "stream", "protocol": "tcp" })],
        ),
        "entry" => described("The entry that must be selected.", defined("entry-name"), &[json!("tcp4")]),
        "error" => described(
            "The code with which it must be refused.",
            // Taplo shows these summaries beside the codes.
            json!({ "enum": codes, "x-taplo": { "docs": { "enumValues": summaries } } }),
            &[],
        ),
        _ => None,
    }
}

pub(super) fn always(key: &str) -> Option<Value> {
    match key {
        "request" => described(
            "Which requests are meant; a field that is left out is whatever it is.",
            defined("request"),
            &[json!({ "application": "billing" })],
        ),
        "services" => {
            described("What is selected offers these.", defined("services"), &[json!(["encrypted", "authenticated"])])
        }
        "never" => described("None of these is selected.", some(defined("entry-name")), &[json!(["tcp4"])]),
        "refused" => described("Nothing is selected.", json!({ "const": true }), &[]),
        _ => None,
    }
}

/// Returns the schema of a key of the section `winsock`.
pub(super) fn winsock(key: &str) -> Option<Value> {
    let whole = || integer(0, u32::MAX.into());
    match key {
        "next-catalog-entry-id" => described(
            "The catalog entry id that the next new entry gets. Winsock: Next_Catalog_Entry_ID.",
            whole(),
            &[],
        ),
        "serial-access-number" => {
            described("A number that each change raises. Winsock: Serial_Access_Num.", whole(), &[json!(12)])
        }
        "order-32" => described(
            "The order of the catalog for 32-bit programs, layers too, where that is another one.",
            list(defined("entry-name")),
            &[json!(["tcp4", "udp4"])],
        ),
        "order-64" => described(
            "The order of the catalog for 64-bit programs, layers too, where the 32-bit one is in use and has another.",
            list(defined("entry-name")),
            &[json!(["tcp4", "udp4"])],
        ),
        _ => None,
    }
}

pub(super) fn winsock_of_entry(key: &str) -> Option<Value> {
    match key {
        "bits" => described(
            "The programs whose catalog it stands in, where Windows keeps two; in both if left out.",
            json!({ "enum": Bitness::ALL.map(Bitness::number) }),
            &[],
        ),
        "library" => described(
            "Its library where that is not its provider's, environment variables unexpanded.",
            text(),
            &[json!("C:\\Windows\\SysWOW64\\acme.dll")],
        ),
        "packed" => described(
            "Its PackedCatalogItem, 888 bytes in base64, where the other keys alone do not make the same bytes. Where they say \
             otherwise they count.",
            // Blanks and line breaks may stand in it, so there is no maximum length.
            json!({ "type": "string", "pattern": "^[A-Za-z0-9+/\\s]*$", "minLength": PACKED_ITEM_BYTES / 3 * 4 }),
            &[],
        ),
        _ => None,
    }
}

pub(super) fn winsock_of_application(key: &str) -> Option<Value> {
    match key {
        "path" => described(
            "The path of its program. Winsock: AppFullPath.",
            text(),
            &[json!("C:\\Windows\\System32\\svchost.exe")],
        ),
        "arguments" => described("Its command line, if that counts. Winsock: AppArgs.", text(), &[]),
        "key" => described("The name of its key in AppId_Catalog.", text(), &[json!("2C69D9F1")]),
        _ => None,
    }
}
