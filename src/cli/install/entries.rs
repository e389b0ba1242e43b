//! Installs entries into catalogs in TOML.

use super::Args;
use crate::cli::globals::{STDIN, is_stdin};
use crate::cli::winsock::up_to_limit;
use crate::cli::{Failure, Globals, Status, transaction};
use sockatlas::edit::{Definition, DefinitionKind, Install};
use sockatlas::winsock::Options;
use sockatlas::{Loader, Registry};
use std::path::{Path, PathBuf};

/// The arguments that apply only to catalogs in TOML.
#[derive(clap::Args)]
#[command(next_help_heading = "Catalogs in TOML")]
pub(super) struct OfToml {
    /// NAME is a new base protocol with these keys
    #[arg(long, group = "kind")]
    base: bool,

    /// NAME is a new layer with these keys
    #[arg(long, group = "kind")]
    layer: bool,

    /// NAME is a new chain with these keys
    #[arg(long, group = "kind")]
    chain: bool,

    /// The module of its provider, which is declared if it is new: under the name that `provider=` gives, or else under this name
    #[arg(long, value_name = "MODULE")]
    module: Option<String>,

    /// Take the entries, with everything that they need, from this catalog: a file, a folder, a catalog that ships such as
    /// builtin:layers.toml, or - for stdin
    #[arg(long, value_name = "OTHER", conflicts_with = "kind")]
    from: Option<PathBuf>,

    /// Replace existing entries of the same names
    #[arg(long)]
    replace: bool,
}

impl OfToml {
    /// Returns the names of the flags that were given.
    pub fn given(&self) -> impl Iterator<Item = &'static str> + use<> {
        let given = [
            ("--base", self.base),
            ("--layer", self.layer),
            ("--chain", self.chain),
            ("--module", self.module.is_some()),
            ("--from", self.from.is_some()),
            ("--replace", self.replace),
        ];
        given.into_iter().filter_map(|(name, given)| given.then_some(name))
    }
}

/// Installs the entries, or shows what would change.
pub(super) fn run(args: &Args, globals: &Globals) -> Result<Status, Failure> {
    let loader = transaction::catalogs(globals)?;
    let own = &args.of_toml;
    let change = match &own.from {
        Some(from) => of_catalog(args, from, globals)?,
        None => Install::definition(definition(args)?),
    };
    let bases = match args.chains_over_all {
        true => vec![ALL.to_owned()],
        false => bases(&args.chains_over, &loader)?,
    };
    transaction::make_in(loader, change.replace(own.replace).chains_over(bases), &args.transaction)
}

/// The word among the bases of chains that stands for every entry that requests can select.
const ALL: &str = "all";

/// Returns the installation of the named entries of another catalog, or of all.
fn of_catalog(args: &Args, from: &Path, globals: &Globals) -> Result<Install, Failure> {
    let of_new = [
        ("--id", args.id.is_some()),
        ("--library", args.library.is_some()),
        ("--module", args.of_toml.module.is_some()),
    ];
    let keys = args.words.iter().find(|word| word.contains('='));
    let given = keys.map(String::as_str).or(of_new.into_iter().find_map(|(name, given)| given.then_some(name)));
    if let Some(given) = given {
        return Err(reported(
            format!("`{given}` is for a new entry, and those of {} are taken as they are", from.display()),
            "`sockatlas set` changes an entry that is there",
        ));
    }
    if is_stdin(from) && globals.reads_stdin() {
        return Err(reported("stdin cannot be both a catalog and what is installed".to_owned(), "name a file"));
    }
    let change = if is_stdin(from) { of_stdin()? } else { Install::path(from) };
    Ok(change.names(&args.words))
}

/// Returns the installation from stdin: a text may stand on existing entries, and a Winsock catalog is loaded by
/// itself.
fn of_stdin() -> Result<Install, Failure> {
    let bytes = up_to_limit(std::io::stdin().lock()).map_err(|error| Failure::io(STDIN, error))?;
    if sockatlas::winsock::recognised(&bytes) {
        let registry = Loader::new().winsock(Options::default()).bytes(STDIN, bytes).load();
        return Ok(Install::from(&registry.map_err(Failure::Catalog)?));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Install::text(STDIN, text)),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let message = format!("{STDIN}: the text is not UTF-8 from byte {at} on");
            Err(Failure::Message { message, help: None })
        }
    }
}

/// Returns the definition of a new entry from its words.
fn definition(args: &Args) -> Result<Definition, Failure> {
    let own = &args.of_toml;
    let kind = match () {
        () if own.base => DefinitionKind::Base,
        () if own.chain => DefinitionKind::Chain,
        () if own.layer || is_over(args) => DefinitionKind::Layer,
        () => {
            let help =
                "a new entry is one of `--base`, `--layer` and `--chain`; `--from` takes entries from another catalog";
            return Err(reported("what is to be installed is not said".to_owned(), help));
        }
    };
    if own.base && is_over(args) || own.chain && is_over(args) {
        let message = format!("chains stand on a layer, and `--{}` makes none", kind.name());
        return Err(reported(message, "`--layer` may stand beside `--chains-over`"));
    }
    let Some((name, words)) = args.words.split_first() else {
        return Err(reported(
            "the NAME of the new entry is missing".to_owned(),
            "as in `install acme --layer module=acme`",
        ));
    };
    if name.contains('=') {
        return Err(reported(
            format!("`{name}` where the NAME of the new entry is expected"),
            "KEY=VALUE stands behind it",
        ));
    }
    let key = |word: &String| match word.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err(reported(format!("`{word}` where KEY=VALUE is expected"), "as in `family=inet`")),
    };
    let mut keys = words.iter().map(key).collect::<Result<Vec<_>, _>>()?;
    let of_provider =
        [("module", own.module.clone()), ("id", args.id.map(|id| id.to_string())), ("library", args.library.clone())];
    keys.extend(of_provider.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
    Ok(Definition { kind, name: name.clone(), keys })
}

/// Returns whether the command line asks for chains.
fn is_over(args: &Args) -> bool {
    args.chains_over_all || !args.chains_over.is_empty()
}

/// Returns the names of the entries that are to get a chain.
fn bases(words: &[String], loader: &Loader) -> Result<Vec<String>, Failure> {
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let registry = loader.load().map_err(Failure::Catalog)?;
    words.iter().map(|word| base(word, &registry)).collect()
}

/// Returns the name of an entry, or of the first that answers FAMILY/TYPE/PROTOCOL.
fn base(word: &str, registry: &Registry) -> Result<String, Failure> {
    // The name of an entry of a chain over several bases contains a slash too.
    let Some([family, socket_type, protocol]) = super::triple(word).filter(|_| registry.entry(word).is_none()) else {
        return match word {
            ALL if registry.entry(word).is_none() => {
                Err(reported(format!("no entry is called `{word}`"), "`--chains-over-all` stands for every entry"))
            }
            word => Ok(word.to_owned()),
        };
    };
    let request = registry.request(family, socket_type, Some(protocol))?;
    match registry.resolve(&request) {
        Ok(selection) => Ok(selection.entry().name().to_owned()),
        Err(refusal) => {
            let message = format!("no entry answers `{word}`: {}", registry.refusal_text(&refusal));
            Err(reported(
                message,
                &format!("`sockatlas explain {family} {socket_type} {protocol}` shows every candidate"),
            ))
        }
    }
}

fn reported(message: String, help: &str) -> Failure {
    Failure::Message { message, help: Some(help.to_owned()) }
}
