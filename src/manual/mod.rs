//! The manual, a chapter a module.
//!
//! | chapter | explains |
//! |---|---|
//! | [`concepts`] | what a catalog, an entry, a layer and a chain are |
//! | [`mod@format`] | the catalog format: every table and key, with examples |
//! | [`requests`] | requests, error codes, dialects, explanations |
//! | [`command`] | the commands and their exit status |
//! | [`ci`] | checking catalogs in CI, and comparing two of them |
//! | [`changing`] | changing catalog files as transactions, and programs that follow the change |
//! | [`sockets`] | opening what was resolved, in Rust |
//! | [`forwarding`] | `connect`, `listen`, `relay` and `gateway` |
//! | [`windows`] | reading, judging and repairing Winsock catalogs |
//! | [`extending`] | protocols, layers, base protocols and catalogs of one's own |
//!
//! `sockatlas help CHAPTER` prints a chapter. Every command and every output in a chapter is run by a test.

macro_rules! chapters {
    ($($(#[$attribute:meta])* $name:ident = $file:literal, $summary:literal;)*) => {
        $(
            $(#[$attribute])*
            #[doc = include_str!($file)]
            pub mod $name {}
        )*

        /// A chapter: its name, what it explains, and its text in Markdown.
        #[derive(Copy, Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Chapter {
            /// The name, as `sockatlas help` takes it.
            pub name: &'static str,
            /// One line about it.
            pub summary: &'static str,
            /// The text, in Markdown.
            pub text: &'static str,
        }

        /// The chapters, in the order in which they are best read.
        pub const CHAPTERS: &[Chapter] = &[
            $(Chapter { name: stringify!($name), summary: $summary, text: include_str!($file) },)*
        ];
    };
}

chapters! {
    concepts = "concepts.md", "What a catalog, an entry, a layer and a chain are";
    format = "format.md", "The catalog format: every table and key, with examples";
    requests = "requests.md", "Requests, error codes, dialects and explanations";
    command = "command.md", "The commands and their exit status";
    ci = "ci.md", "Checking catalogs in CI, and comparing two of them";
    changing = "changing.md", "Changing catalog files as transactions, and programs that follow the change";
    sockets = "sockets.md", "Opening what was resolved, in Rust";
    forwarding = "forwarding.md", "The commands connect, listen, relay and gateway";
    windows = "windows.md", "Reading, judging and repairing Winsock catalogs";
    extending = "extending.md", "Protocols, layers, base protocols and catalogs of one's own";
}
