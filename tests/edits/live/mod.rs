//! Live registries: what readers see, what counts when catalogs change, and who hears of it.
//!
//! What readers take from the allocator is counted in `tests/allocation.rs`.

mod changes;
mod readers;
#[cfg(all(feature = "net", target_os = "linux"))]
mod streams;
mod subscribers;

use sockatlas::live::{Event, Live, Version};
use sockatlas::terms::{Family, Protocol, SocketType};
use sockatlas::{EntryRef, Loader, Request};
use std::path::PathBuf;
use tempfile::TempDir;

/// A catalog in a folder of its own.
struct Site {
    folder: TempDir,
}

impl Site {
    fn new(text: &str) -> Site {
        let site = Site { folder: super::folder() };
        site.save(text);
        site
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("site.toml")
    }

    fn save(&self, text: &str) {
        super::write(self.folder.path(), "site.toml", text);
    }

    fn loader(&self) -> Loader {
        Loader::new().path(self.path())
    }

    fn live(&self) -> Live {
        Live::load(self.loader()).expect("the catalog has no faults")
    }

    /// What an error says, with the path of the file as it would be from its folder.
    fn said(&self, error: impl std::fmt::Display) -> String {
        error.to_string().replace(&format!("{}/", self.folder.path().display()), "")
    }
}

/// A catalog that says its number in all that it answers, and answers otherwise when it is even.
fn numbered(number: u64) -> String {
    let over = if number.is_multiple_of(2) { "plain" } else { "tcp4" };
    format!(
        "format = 1\ntitle = \"{number}\"\norder = [\"{over}\"]\n[provider.kernel]\nmodule = \"system\"\n\
         [provider.frame]\n\
         [base.tcp4]\nsummary = \"{number}\"\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"stream\"\n\
         protocol = \"tcp\"\nservices = [\"guaranteed-delivery\", \"guaranteed-order\"]\n\
         [base.plain]\nsummary = \"{number}\"\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"stream\"\nprotocol = [6, 132]\n\
         [layer.frame]\nsummary = \"{number}\"\nprovider = \"frame\"\nadds = [\"framed\"]\nneeds = [\"guaranteed-order\"]\n\
         [chain.framed]\nsummary = \"{number}\"\nlayers = [\"frame\"]\nbase = \"tcp4\"\nprotocol = 253\n\
         [base.only-{number}]\nsummary = \"{number}\"\nprovider = \"kernel\"\nfamily = \"inet6\"\ntype = \"dgram\"\n\
         protocol = \"udp\"\n"
    )
}

fn number(text: &str) -> u64 {
    text.parse().expect("every part of the catalog reports its number")
}

/// The number of the catalog that a version was loaded from, after all its answers have told the same.
#[track_caller]
fn whole(version: &Version) -> u64 {
    let said = number(version.title().expect("the catalog has a title"));
    let of = |entry: EntryRef<'_>| number(entry.facts().summary.as_deref().expect("every entry has a summary"));
    let ask = |family, socket_type, protocol| {
        let request = Request::new(family, socket_type, Protocol::from_raw(protocol));
        version.resolve(&request).expect("every version answers this")
    };
    let tcp = ask(Family::INET, SocketType::STREAM, 6);
    assert_eq!((tcp.name(), of(tcp.entry())), (if said.is_multiple_of(2) { "plain" } else { "tcp4" }, said));
    let framed = ask(Family::INET, SocketType::STREAM, 253);
    assert_eq!(framed.stack().map(of).collect::<Vec<_>>(), [said, said]);
    let udp = ask(Family::INET6, SocketType::DGRAM, 17);
    assert_eq!((udp.name().strip_prefix("only-").map(number), of(udp.entry())), (Some(said), said));
    said
}

/// What a reload came to, in a few words.
fn outcome(event: Option<&Event>) -> String {
    match event {
        None => "nothing".to_owned(),
        Some(Event::Replaced(replaced)) => format!("{} for {}", replaced.is().number, replaced.was().number),
        Some(Event::Kept(kept)) => format!("{} kept", kept.version().number),
        Some(Event::Restored(version)) => format!("{} restored", version.number),
        Some(other) => format!("{other:?}"),
    }
}
