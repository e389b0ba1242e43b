//! `sockatlas install`: installs entries, or a layer with its chains, into catalogs.
//!
//! | file | contents |
//! |---|---|
//! | `entries` | installs into a catalog in TOML, and changes it |
//! | `winsock` | shows what an installation would make of a Winsock catalog |
//!
//! Both share one command line; the catalog that it names decides which of them runs.

mod entries;
mod winsock;

pub(super) use winsock::Preview;

use super::globals::is_stdin;
use super::transaction;
use super::winsock::up_to_limit;
use super::{Failure, Globals, Status};
use sockatlas::catalog::BUILTIN;
use std::fs::File;
use std::path::Path;
use uuid::Uuid;

/// Installs entries: new ones, those of another catalog, or a layer and chains of it over what is there
///
/// In a catalog in TOML the entries are written into one of its files, each with everything that it needs. With --chains-over a
/// layer is put over existing base protocols or chains: each gets a chain with the layer on top, before all other entries, so
/// that requests are answered with it.
///
/// For a Winsock catalog, the command shows the result that WSCInstallProviderAndChains would have on Windows: a layer, and
/// chains of it before all others. That catalog is never changed; --output writes a registry export of the new one.
#[derive(clap::Args)]
#[command(
    override_usage = "\
sockatlas install -c CATALOG NAME KEY=VALUE... --base|--layer|--chain
       sockatlas install -c CATALOG [NAME]... --from OTHER [--replace]
       sockatlas install -c CATALOG NAME [KEY=VALUE]... [--from OTHER] --chains-over BASE...|--chains-over-all
       sockatlas install -c WINSOCK-CATALOG NAME --chains-over BASE...|--chains-over-all --id GUID --library PATH",
    after_help = "\
Examples:
  sockatlas install -c site.toml tls4 layers=tls base=tcp4 --chain
  sockatlas install -c site.toml acme adds=encrypted,authenticated --layer --module acme
  sockatlas install -c site.toml acme --from acme.toml --dry-run
  sockatlas install -c site.toml acme --from acme.toml --chains-over tcp4 inet6/stream/tcp
  sockatlas install -c catalog.reg Foobar --chains-over-all --ifs \\
      --id 3ec32cd3-f254-4826-9053-672dc37f0070 --library '%SystemRoot%\\system32\\foobar.dll'
  sockatlas install -c catalog.reg Foobar --chains-over inet/stream/tcp inet/dgram/udp \\
      --id 3ec32cd3-f254-4826-9053-672dc37f0070 --library 'C:\\foobar\\64.dll' \\
      --library-32 'C:\\foobar\\32.dll' -o new.reg

Exit status:
  0  installed, or shown
  1  not installed: the result has errors; or Windows would refuse it
  2  wrong usage, an unknown name, a catalog with faults, or a file that cannot be written"
)]
pub(super) struct Args {
    /// The name of the new entry, and its keys as in `family=inet`; with --from the names of entries, or no name for all
    #[arg(value_name = "NAME|KEY=VALUE")]
    words: Vec<String>,

    /// Make a chain of the layer over each of these: the name of an entry, or FAMILY/TYPE/PROTOCOL for the first entry that has
    /// them; repeatable
    #[arg(long, value_name = "BASE", num_args = 1.., value_delimiter = ',')]
    chains_over: Vec<String>,

    /// Make a chain of the layer over every entry on which it can run
    #[arg(long, conflicts_with = "chains_over")]
    chains_over_all: bool,

    /// The GUID of the provider
    #[arg(long, value_name = "GUID", value_parser = guid)]
    id: Option<Uuid>,

    /// The path of the provider's library; environment variables are not expanded
    #[arg(long, value_name = "PATH")]
    library: Option<String>,

    #[command(flatten)]
    of_toml: entries::OfToml,

    #[command(flatten)]
    of_winsock: winsock::OfWinsock,

    #[command(flatten)]
    transaction: transaction::Options,
}

fn guid(word: &str) -> Result<Uuid, String> {
    Uuid::parse_str(word).map_err(|_| "a GUID is expected, as in 3ec32cd3-f254-4826-9053-672dc37f0070".to_owned())
}

pub(super) fn run(args: &Args, globals: &Globals) -> Result<Status, Failure> {
    let paths = globals.paths()?;
    let of_toml = paths.iter().find(|path| !is_winsock(path));
    match (of_toml, &paths[..]) {
        (Some(path), _) => {
            refuse(args.of_winsock.given(), "a Winsock catalog", path, "a catalog in TOML")?;
            entries::run(args, globals)
        }
        (None, []) => entries::run(args, globals),
        (None, [path]) => {
            let given = args.of_toml.given().chain(args.transaction.given());
            refuse(given, "a catalog in TOML", path, "a Winsock catalog")?;
            winsock::run(args, path)
        }
        (None, several) => Err(Failure::Message {
            message: format!("{} Winsock catalogs are named, where one is changed", several.len()),
            help: Some("name one with `--catalog`".to_owned()),
        }),
    }
}

/// Returns whether a file is a Winsock catalog. A stream that can be read only once is not inspected: it cannot be
/// changed, so it is taken for one.
fn is_winsock(path: &Path) -> bool {
    let is_toml = path.extension().is_some_and(|extension| extension == "toml");
    if is_toml || path.is_dir() || path.to_string_lossy().starts_with(BUILTIN) {
        return false;
    }
    if is_stdin(path) || !path.is_file() {
        return true;
    }
    let bytes = File::open(path).and_then(up_to_limit);
    // A file that cannot be read is reported by the code that loads it.
    bytes.map_or(true, |bytes| sockatlas::winsock::recognised(&bytes))
}

/// Rejects arguments that are meant for the other kind of catalog.
fn refuse(mut given: impl Iterator<Item = &'static str>, kind: &str, path: &Path, is: &str) -> Result<(), Failure> {
    match given.next() {
        None => Ok(()),
        Some(argument) => Err(Failure::Message {
            message: format!("`{argument}` is for {kind}, and {} is {is}", path.display()),
            help: Some("`sockatlas install --help` says what is for which".to_owned()),
        }),
    }
}

/// Returns the three parts of FAMILY/TYPE/PROTOCOL.
fn triple(words: &str) -> Option<[&str; 3]> {
    words.split('/').collect::<Vec<_>>().try_into().ok()
}
