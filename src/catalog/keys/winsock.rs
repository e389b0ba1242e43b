//! The keys of facts that only Winsock catalogs state.

use super::{Key, Refers, Shape};

pub(super) const WINSOCK: &[Key] = &[
    Key::new(
        "next-catalog-entry-id",
        Shape::UNSIGNED,
        "The catalog entry id of the next new entry. Winsock: Next_Catalog_Entry_ID.",
    )
    .examples(&["1021"]),
    Key::new(
        "serial-access-number",
        Shape::UNSIGNED,
        "The number of changes, which each change raises. Winsock: Serial_Access_Num.",
    )
    .examples(&["12"]),
    Key::new(
        "order-32",
        Shape::Words(Refers::EntryOrGroup),
        "The order of the catalog for 32-bit programs, including layers, if it differs.",
    )
    .examples(&["[\"tcp4\", \"udp4\"]"]),
    Key::new(
        "order-64",
        Shape::Words(Refers::EntryOrGroup),
        "The order of the catalog for 64-bit programs, including layers, if the catalog for 32-bit programs differs.",
    )
    .examples(&["[\"tcp4\", \"udp4\"]"]),
];

pub(super) const ENTRY: &[Key] = &[
    Key::new(
        "bits",
        Shape::Bits,
        "The programs whose catalog contains the entry, where Windows keeps two catalogs; both, if left out.",
    )
    .examples(&["32"]),
    Key::new(
        "library",
        Shape::Text,
        "The path of its library if it is not that of the provider, with environment variables unexpanded.",
    )
    .examples(&["'C:\\Windows\\SysWOW64\\acme.dll'"]),
    Key::new(
        "packed",
        Shape::Base64,
        "The PackedCatalogItem of the entry, 888 bytes in base64, if the other keys do not yield the same bytes. The other keys \
         take precedence.",
    )
    .examples(&["\"ZgACAAAAAAA=\""]),
];

pub(super) const APPLICATION: &[Key] = &[
    Key::new("path", Shape::Text, "The path of the program. Winsock: AppFullPath.")
        .required()
        .examples(&["'C:\\Windows\\System32\\svchost.exe'"]),
    Key::new("arguments", Shape::Text, "The command line, if it identifies the application. Winsock: AppArgs.")
        .examples(&["\"-k netsvcs\""]),
    Key::new("key", Shape::Text, "The name of the application's key in AppId_Catalog.")
        .required()
        .examples(&["\"2C69D9F1\""]),
];
