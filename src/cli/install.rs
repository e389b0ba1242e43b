//! `sockatlas install`: what installing a layered provider would make of a Winsock catalog.

use super::json;
use super::output::{self, Format, printable, talk};
use super::style::{BAD, FAINT, HEADING, SUBJECT};
use super::table::{Table, cell};
use super::winsock::{Input, bitness};
use super::{Failure, Globals, Status, diff, outfile};
use crate::terms::Services;
use crate::winsock::reg::{self, WriteError, WriteOptions};
use crate::winsock::wsa::{Install, InstallError, Installed, InstalledSet, Triple, install_provider_and_chains};
use crate::winsock::{Bitness, ImportOptions, Imported, Options, Store, Told, import};
use crate::{Difference, Loader, Registry, compare};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// Shows what installing a layered provider would make of a Winsock catalog, and writes it where it is told to
///
/// The answer is what WSCInstallProviderAndChains gives on Windows: a layer, and a chain of it over each protocol, in front of
/// all other entries. Shown are the new entries, the new order, and the requests that are answered otherwise by then. The
/// catalog itself is never changed; with --output a registry export of the new one is written.
#[derive(clap::Args)]
#[command(
    group(clap::ArgGroup::new("over").required(true).args(["chains_over_all", "chains_over"])),
    after_help = "\
Examples:
  sockatlas install -c catalog.reg Foobar --chains-over-all --ifs \\
      --id 3ec32cd3-f254-4826-9053-672dc37f0070 --library '%SystemRoot%\\system32\\foobar.dll'
  sockatlas install -c catalog.reg Foobar --chains-over inet/stream/tcp inet/dgram/udp \\
      --id 3ec32cd3-f254-4826-9053-672dc37f0070 --library 'C:\\foobar\\64.dll' --library-32 'C:\\foobar\\32.dll' \\
      -o new.reg

Exit status:
  0  shown, or written
  1  Windows would refuse it
  2  not done: wrong usage, an unreadable file, or a catalog with faults"
)]
pub(super) struct Args {
    /// The name of the layer
    #[arg(value_name = "NAME")]
    name: String,

    /// A chain over every family, type and protocol that there is, over the first entry that has it
    #[arg(long)]
    chains_over_all: bool,

    /// A chain over the first entry that has this family, type and protocol, by names or numbers; repeatable
    #[arg(long, value_name = "FAMILY/TYPE/PROTOCOL", num_args = 1.., value_delimiter = ',')]
    chains_over: Vec<String>,

    /// The GUID of the layer
    #[arg(long, value_name = "GUID", value_parser = guid)]
    id: Uuid,

    /// The path of its library, with environment variables as the catalog is to have them
    #[arg(long, value_name = "PATH")]
    library: String,

    /// The path of its library for 32-bit programs; may be left out where the other lies in the system's folder
    #[arg(long = "library-32", value_name = "PATH")]
    library_32: Option<String>,

    /// The layer's sockets are handles of the file system (XP1_IFS_HANDLES)
    #[arg(long)]
    ifs: bool,

    /// Install for programs of one bitness alone
    #[arg(long, value_name = "32|64", value_parser = bitness)]
    bits: Option<Bitness>,

    /// Write the new catalog to this file, as a registry export
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Replace a file that is there; never the one that is read
    #[arg(long, requires = "output")]
    force: bool,

    /// The form of what is shown
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

fn guid(word: &str) -> Result<Uuid, String> {
    Uuid::parse_str(word).map_err(|_| "a GUID is expected, as in 3ec32cd3-f254-4826-9053-672dc37f0070".to_owned())
}

pub(super) fn run(args: &Args, globals: &Globals) -> Result<Status, Failure> {
    let path = catalog(globals)?;
    if let Some(output) = &args.output {
        outfile::may_be_written(output, [path.as_path()], args.force)?;
    }
    // Refuses a catalog with faults, each at its place.
    let Imported { registry: before, store, .. } =
        import(Input::of(path).read()?, &ImportOptions::default()).map_err(Failure::Catalog)?;
    let install = Install {
        library_32: args.library_32.clone(),
        service_flags: if args.ifs { Services::IFS_HANDLES.xp1() } else { 0 },
        over: over(args, &before)?,
        bits: args.bits,
        ..Install::new(args.id, args.library.as_str(), args.name.as_str())
    };
    let installed = match install_provider_and_chains(&store, &install) {
        Ok(installed) => installed,
        Err(error) => return refused(args.format, &error),
    };
    let mut changes = Vec::new();
    for set in &installed.sets {
        let [was, is] = [view(&store, set.bits)?, view(&installed.store, set.bits)?];
        // What demands change besides is told by `diff`.
        let plain = compare(&was, &is).into_iter().filter(|difference| difference.demand.is_none());
        changes.push((is, plain.collect::<Vec<Difference>>()));
    }
    let preview =
        Preview { install: &install, before: &store, installed: &installed, changes, written: args.output.as_deref() };
    if let Some(path) = preview.written {
        let bytes = exported(&installed.store, &WriteOptions::default())?;
        outfile::write(path, &bytes, args.force)?;
    }
    match args.format {
        Format::Json => output::json(&json::Installation::new(&preview))?,
        Format::Text => output::text(&text(&preview))?,
    }
    Ok(Status::Clean)
}

/// All that is shown.
pub(super) struct Preview<'a> {
    pub install: &'a Install,
    pub before: &'a Store,
    pub installed: &'a Installed,
    /// By the catalogs that are changed: the registry as it would be, and the requests without further demands that it answers
    /// otherwise.
    pub changes: Vec<(Registry, Vec<Difference>)>,
    pub written: Option<&'a Path>,
}

impl Preview<'_> {
    /// The applications with categories, which load no layer without.
    pub fn not_loaded_by(&self) -> Vec<&str> {
        let Some((registry, _)) = self.changes.first() else { return Vec::new() };
        let sections = registry.policy_sections().filter(|(_, section)| section.policy.permit.is_some());
        sections.map(|(name, _)| name).collect()
    }
}

/// The one catalog that is meant.
fn catalog(globals: &Globals) -> Result<PathBuf, Failure> {
    let told = |message: String, help: &str| Failure::Told { message, help: Some(help.to_owned()) };
    let mut paths = globals.paths();
    let path = match (paths.pop(), paths.len()) {
        (None, _) => {
            let help = "name a registry export or a SYSTEM hive with `--catalog`";
            return Err(told("no Winsock catalog is named".to_owned(), help));
        }
        (Some(path), 0) => path,
        (Some(_), others) => {
            let message = format!("{} catalogs are named, where one is changed", others + 1);
            return Err(told(message, "name one with `--catalog`"));
        }
    };
    let is_toml = path.extension().is_some_and(|extension| extension == "toml");
    if path.is_dir() || is_toml || path.to_string_lossy().starts_with("builtin:") {
        let message = format!("{}: a catalog in TOML, where `install` works on Winsock catalogs", path.display());
        return Err(told(message, "write the layer and its chains into it, as [layer.NAME] and [chain.NAME]"));
    }
    Ok(path)
}

/// What programs of a bitness see of a catalog.
fn view(store: &Store, bits: Option<Bitness>) -> Result<Registry, Failure> {
    let bytes = exported(store, &WriteOptions { bits, ..WriteOptions::default() })?;
    Loader::new().winsock(Options::default()).bytes("winsock.reg", bytes).load().map_err(Failure::Catalog)
}

/// A catalog as a registry export. What netsh prints is not enough for one, nor does it tell which requests chains will answer.
fn exported(store: &Store, options: &WriteOptions) -> Result<Vec<u8>, Failure> {
    let untold = |error: &WriteError| matches!(error, WriteError::Untold { .. });
    let help = "get the whole catalog: `reg export HKLM\\SYSTEM\\CurrentControlSet\\Services\\WinSock2 winsock.reg`";
    reg::write(store, options)
        .map_err(|error| Failure::Told { help: untold(&error).then(|| help.to_owned()), message: error.to_string() })
}

/// What is to be covered; nothing: everything.
fn over(args: &Args, registry: &Registry) -> Result<Option<Vec<Triple>>, Failure> {
    if args.chains_over_all {
        return Ok(None);
    }
    let triples = args.chains_over.iter().map(|words| triple(registry, words));
    triples.collect::<Result<_, _>>().map(Some)
}

fn triple(registry: &Registry, words: &str) -> Result<Triple, Failure> {
    let [family, socket_type, protocol] = words.split('/').collect::<Vec<_>>()[..] else {
        let message = format!("`{words}` where FAMILY/TYPE/PROTOCOL is expected");
        return Err(Failure::Told { message, help: Some("as in `inet/stream/tcp`, or `2/1/6`".to_owned()) });
    };
    let request = registry.request(family, socket_type, Some(protocol))?;
    let number = request.family().number(registry.dialect().system());
    let number = number.ok_or_else(|| Failure::Told {
        message: format!("Windows has no number for the address family `{family}`"),
        help: None,
    })?;
    Ok((number, request.socket_type().number(), request.protocol().number()))
}

fn refused(format: Format, error: &InstallError) -> Result<Status, Failure> {
    match format {
        Format::Json => output::json(&json::RefusedInstallation::new(error))?,
        Format::Text => {
            talk(format_args!("{BAD}error{BAD:#}: {SUBJECT}{}{SUBJECT:#}", printable(&error.to_string())));
            let codes: Vec<String> = error.wsa().iter().map(ToString::to_string).collect();
            if !codes.is_empty() {
                talk(format_args!("  {FAINT}{}{FAINT:#}", codes.join(" or ")));
            }
        }
    }
    Ok(Status::Refused)
}

fn text(preview: &Preview<'_>) -> String {
    let &Preview { install, before, installed, .. } = preview;
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{SUBJECT}{}{SUBJECT:#}  layer {}", printable(&install.name), installed.layer);
    let mut facts = Table::indented(2);
    facts.fact("provider", install.provider_id.to_string());
    facts.fact("library", install.library.as_str());
    facts.fact("library for 32 bits", install.library_32.as_deref().unwrap_or_default());
    facts.fact("next catalog entry id", changed(&before.next_catalog_entry_id, &installed.store.next_catalog_entry_id));
    facts.fact("serial access number", changed(&before.serial_access_number, &installed.store.serial_access_number));
    facts.fact("not loaded by", preview.not_loaded_by().join(", "));
    facts.write(&mut text);
    for Block { of, body } in blocks(preview) {
        let [chains, order, answers] = body;
        let _ = writeln!(text, "\n{HEADING}New chains{of}, in front of all other entries{HEADING:#}\n{chains}");
        let _ = writeln!(text, "{HEADING}Order{of}{HEADING:#}\n{order}\n");
        let _ = writeln!(text, "{HEADING}Answers{of}{HEADING:#}\n{answers}");
    }
    let _ = match preview.written {
        Some(path) => writeln!(text, "\ncreated {}", printable(&path.display().to_string())),
        None => writeln!(text, "\nnothing is written; `--output` writes the new catalog as a registry export"),
    };
    text
}

/// What is new in one catalog, or in both alike.
struct Block {
    /// ` of the 64-bit catalog`
    of: String,
    /// The chains, the order, and the answers.
    body: [String; 3],
}

fn blocks(preview: &Preview<'_>) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for (set, (registry, differences)) in preview.installed.sets.iter().zip(&preview.changes) {
        let order: Vec<String> = set.order.iter().map(u32::to_string).collect();
        let answers = diff::text(registry, differences).trim_end().to_owned();
        let body = [chains(set, registry), order.join(" "), answers];
        match blocks.iter_mut().find(|block| block.body == body) {
            Some(block) => block.of = " of both catalogs".to_owned(),
            None => {
                let of = set.bits.map(|bits| format!(" of the {bits} catalog")).unwrap_or_default();
                blocks.push(Block { of, body });
            }
        }
    }
    blocks
}

fn chains(set: &InstalledSet, registry: &Registry) -> String {
    let mut table = Table::headed(&["id", "name", "family", "type", "protocol", "chain"]);
    for chain in &set.chains {
        let info = &chain.info;
        let words = i32::try_from(info.catalog_entry_id).ok().and_then(|id| registry.entry_by_id(id));
        let words = words.filter(|entry| entry.is_selectable());
        let family = words.and_then(|entry| entry.family()).map(|family| registry.family_text(family));
        let socket_type = words.and_then(|entry| entry.socket_type()).map(|socket_type| socket_type.to_string());
        let protocol = words.map(|entry| registry.protocols_text(entry.index()));
        let ids: Vec<String> = info.chain.ids().iter().map(u32::to_string).collect();
        table.row([
            info.catalog_entry_id.to_string().into(),
            cell(info.name.as_str(), SUBJECT),
            family.unwrap_or_else(|| info.address_family.to_string()).into(),
            socket_type.unwrap_or_else(|| info.socket_type.to_string()).into(),
            protocol.unwrap_or_else(|| info.protocol.to_string()).into(),
            cell(ids.join(" > "), FAINT),
        ]);
    }
    let mut text = String::new();
    table.write(&mut text);
    text
}

/// `1017, was 1001`
fn changed(was: &Option<Told<u32>>, is: &Option<Told<u32>>) -> String {
    match (was, is) {
        (Some(was), Some(is)) => format!("{}, was {}", is.value, was.value),
        (None, Some(is)) => format!("{}, was not told", is.value),
        (_, None) => String::new(),
    }
}
