//! Shows what installing a layered provider would make of a Winsock catalog.

use super::Args;
use crate::cli::json;
use crate::cli::output::{self, Format, printable, talk};
use crate::cli::style::{BAD, FAINT, HEADING, SUBJECT};
use crate::cli::table::{Table, cell};
use crate::cli::winsock::{Input, bitness};
use crate::cli::{Failure, Status, diff, outfile};
use sockatlas::terms::Services;
use sockatlas::winsock::reg::{self, WriteError, WriteOptions};
use sockatlas::winsock::wsa::{Install, InstallError, Installed, InstalledSet, Triple, install_provider_and_chains};
use sockatlas::winsock::{Bitness, ImportOptions, Imported, Options, Stated, Store, import};
use sockatlas::{Comparison, Loader, Registry, compare};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// The arguments that apply only to Winsock catalogs.
#[derive(clap::Args)]
#[command(next_help_heading = "Winsock catalogs")]
pub(super) struct OfWinsock {
    /// The path of the library for 32-bit programs; may be omitted if the other library lies in the system's folder
    #[arg(long = "library-32", value_name = "PATH")]
    library_32: Option<String>,

    /// The layer's sockets are handles of the file system (XP1_IFS_HANDLES)
    #[arg(long)]
    ifs: bool,

    /// Install only for programs of one bitness
    #[arg(long, value_name = "32|64", value_parser = bitness)]
    bits: Option<Bitness>,

    /// Write the new catalog to this file, as a registry export
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Replace an existing file; the file that is read is never replaced
    #[arg(long, requires = "output")]
    force: bool,
}

impl OfWinsock {
    /// Returns the names of the arguments that were given.
    pub fn given(&self) -> impl Iterator<Item = &'static str> {
        let given = [
            ("--library-32", self.library_32.is_some()),
            ("--ifs", self.ifs),
            ("--bits", self.bits.is_some()),
            ("--output", self.output.is_some()),
            ("--force", self.force),
        ];
        given.into_iter().filter_map(|(name, given)| given.then_some(name))
    }
}

/// Shows the result of the installation, and writes it if an option asks for that. The catalog itself is never changed.
pub(super) fn run(args: &Args, path: &Path) -> Result<Status, Failure> {
    let own = &args.of_winsock;
    let (name, id, library) = layer(args)?;
    if let Some(output) = &own.output {
        outfile::may_be_written(output, [path], own.force)?;
    }
    // A catalog with faults is rejected, and each fault is reported at its place.
    let Imported { registry: before, store, .. } =
        import(Input::of(path.to_owned()).read()?, &ImportOptions::default()).map_err(Failure::Catalog)?;
    let mut install = Install::new(id, library, name);
    install.library_32 = own.library_32.clone();
    install.service_flags = if own.ifs { Services::IFS_HANDLES.xp1() } else { 0 };
    install.over = over(args, &before)?;
    install.bits = own.bits;
    let installed = match install_provider_and_chains(&store, &install) {
        Ok(installed) => installed,
        Err(error) => return refused(args.transaction.format, &error),
    };
    let mut changes = Vec::new();
    for set in &installed.sets {
        let [was, is] = [view(&store, set.bits)?, view(&installed.store, set.bits)?];
        // Changes of requests with demands are listed by `diff`.
        let mut comparison = compare(&was, &is);
        comparison.differences.retain(|difference| difference.demand.is_none());
        changes.push((is, comparison));
    }
    let preview =
        Preview { install: &install, before: &store, installed: &installed, changes, written: own.output.as_deref() };
    if let Some(path) = preview.written {
        let bytes = exported(&installed.store, &WriteOptions::default())?;
        outfile::write(path, &bytes, own.force)?;
    }
    match args.transaction.format {
        Format::Json => output::json(&json::Installation::new(&preview))?,
        Format::Text => output::text(&text(&preview))?,
    }
    Ok(Status::Clean)
}

/// The content of the output.
pub(in crate::cli) struct Preview<'a> {
    pub install: &'a Install,
    pub before: &'a Store,
    pub installed: &'a Installed,
    /// For each changed catalog, the new registry, and the requests without further demands that are answered
    /// differently.
    pub changes: Vec<(Registry, Comparison)>,
    pub written: Option<&'a Path>,
}

impl Preview<'_> {
    /// Returns the applications with categories, which load no layer without categories.
    pub fn not_loaded_by(&self) -> Vec<&str> {
        let Some((registry, _)) = self.changes.first() else { return Vec::new() };
        registry.applications().filter(|name| registry.permitted_categories(name).is_some()).collect()
    }
}

/// Returns the catalog as programs of a bitness see it.
fn view(store: &Store, bits: Option<Bitness>) -> Result<Registry, Failure> {
    let mut options = WriteOptions::default();
    options.bits = bits;
    let bytes = exported(store, &options)?;
    Loader::new().winsock(Options::default()).bytes("winsock.reg", bytes).load().map_err(Failure::Catalog)
}

/// Returns a catalog as a registry export. The output of netsh is not sufficient for one, and does not show which
/// requests chains will answer.
fn exported(store: &Store, options: &WriteOptions) -> Result<Vec<u8>, Failure> {
    let untold = |error: &WriteError| matches!(error, WriteError::Untold { .. });
    let help = "get the whole catalog: `reg export HKLM\\SYSTEM\\CurrentControlSet\\Services\\WinSock2 winsock.reg`";
    reg::write(store, options)
        .map_err(|error| Failure::Message { help: untold(&error).then(|| help.to_owned()), message: error.to_string() })
}

/// Returns the layer's name, GUID and library, all of which are required.
fn layer(args: &Args) -> Result<(&str, Uuid, &str), Failure> {
    let missing = |what: &str| Failure::Message {
        message: format!("{what} is missing, which a layer of a Winsock catalog must have"),
        help: Some("`sockatlas install --help` has an example".to_owned()),
    };
    let [name] = &args.words[..] else {
        return Err(match args.words.get(1) {
            None => missing("its NAME"),
            Some(word) => Failure::Message {
                message: format!("`{word}` where a layer of a Winsock catalog has one NAME"),
                help: Some("put a name of several words into quotes; KEY=VALUE is for catalogs in TOML".to_owned()),
            },
        });
    };
    let id = args.id.ok_or_else(|| missing("`--id`"))?;
    let library = args.library.as_deref().ok_or_else(|| missing("`--library`"))?;
    if !args.chains_over_all && args.chains_over.is_empty() {
        return Err(missing("`--chains-over` or `--chains-over-all`"));
    }
    Ok((name, id, library))
}

/// Returns the triples to be covered; `None` for all.
fn over(args: &Args, registry: &Registry) -> Result<Option<Vec<Triple>>, Failure> {
    if args.chains_over_all {
        return Ok(None);
    }
    let triples = args.chains_over.iter().map(|words| triple(registry, words));
    triples.collect::<Result<_, _>>().map(Some)
}

fn triple(registry: &Registry, words: &str) -> Result<Triple, Failure> {
    let Some([family, socket_type, protocol]) = super::triple(words) else {
        let message = format!("`{words}` where FAMILY/TYPE/PROTOCOL is expected");
        return Err(Failure::Message { message, help: Some("as in `inet/stream/tcp`, or `2/1/6`".to_owned()) });
    };
    let request = registry.request(family, socket_type, Some(protocol))?;
    let number = request.family().number(registry.dialect().system());
    let number = number.ok_or_else(|| Failure::Message {
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

/// The changes of one catalog, or of both if they are equal.
struct Block {
    /// The clause that names the catalog, as in ` of the 64-bit catalog`.
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
        let protocol = words.map(|entry| entry.protocols_text());
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

/// Returns a changed number, as in `1017, was 1001`.
fn changed(was: &Option<Stated<u32>>, is: &Option<Stated<u32>>) -> String {
    match (was, is) {
        (Some(was), Some(is)) => format!("{}, was {}", is.value, was.value),
        (None, Some(is)) => format!("{}, was not stated", is.value),
        (_, None) => String::new(),
    }
}
