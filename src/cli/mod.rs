//! The command `sockatlas`: one file for each command, and the code that they share.
//!
//! | file | contents |
//! |---|---|
//! | `globals` | determines the catalogs: `--catalog`, `$SOCKATLAS_CATALOG`, that of the folder, or the built-in ones |
//! | `question` | FAMILY, TYPE, PROTOCOL and the demands, as arguments |
//! | `failure`, `output` | messages on stderr, results on stdout |
//! | `outfile` | the file that `--output` names |
//! | `json` | the JSON output, version 1 |
//! | `table`, `style` | text for people |
//! | `spec` | SPEC: the entry or request to open, and its options |
//! | `pump` | connects standard input and output to a connection, for `connect` and `listen` |
//! | `follow` | follows changed catalogs, for `relay` and `gateway` |
//! | `traffic` | signals, counters, summary and log, for `relay` and `gateway` |
//! | `transaction` | changes of catalogs, for `install`, `remove`, `order`, `enable`, `disable` and `set` |
//! | `unified` | the changed lines of a text |
//! | `winsock` | the group of commands on Winsock catalogs |
//! | all others | the command of that name; `batch` is `resolve --batch` |
//!
//! Only this module reads the environment, prints and exits. Exit status: 0 answered or clean; 1 refused, or findings;
//! 2 the command failed. If the reader closes the pipe, the output ends, but the exit status does not change: it is the
//! result known by then, and nothing is reported.
//!
//! Depends on all other modules.

// Comments on arguments are printed as help, where brackets are not links.
#![allow(rustdoc::broken_intra_doc_links)]

mod batch;
mod check;
mod completions;
#[cfg(target_os = "linux")]
mod connect;
mod diff;
mod disable;
mod enable;
mod explain;
mod export;
mod failure;
mod fmt;
#[cfg(target_os = "linux")]
mod follow;
#[cfg(target_os = "linux")]
mod gateway;
mod globals;
mod graph;
mod help;
mod import;
mod init;
mod install;
mod json;
mod list;
#[cfg(target_os = "linux")]
mod listen;
mod man;
mod names;
mod order;
mod outfile;
mod output;
#[cfg(target_os = "linux")]
mod pump;
mod question;
#[cfg(target_os = "linux")]
mod relay;
mod remove;
mod resolve;
mod rule;
mod schema;
mod set;
mod show;
#[cfg(target_os = "linux")]
mod spec;
mod style;
mod table;
#[cfg(target_os = "linux")]
mod traffic;
mod transaction;
mod unified;
mod winsock;

#[cfg(any(test, fuzzing))]
#[allow(unused_imports, reason = "the fuzzer uses them")]
pub use batch::batch_answers;
#[cfg(all(any(test, fuzzing), target_os = "linux"))]
#[allow(unused_imports, reason = "the fuzzer uses them")]
pub use spec::spec_openers;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use failure::Failure;
use globals::Globals;
use std::path::PathBuf;
use std::process::ExitCode;
#[cfg(unix)]
use std::sync::{Arc, atomic::AtomicBool};

/// Runs the command with the arguments and the environment of this process.
pub fn main() -> ExitCode {
    // With this, a write beyond the file size limit returns an error, which is reported, instead of killing the process.
    #[cfg(unix)]
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::<AtomicBool>::default());
    let done = parse().and_then(|(command, globals)| run(&command, &globals));
    match done {
        Ok(status) => status.into(),
        Err(failure) => failure.report(),
    }
}

/// The result of a command that did not fail.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Status {
    /// Exit status 0: answered, or clean.
    Clean,
    /// Exit status 1: a request was refused, or there are findings.
    Refused,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> ExitCode {
        match status {
            Status::Clean => ExitCode::SUCCESS,
            Status::Refused => ExitCode::from(1),
        }
    }
}

/// Answers, checks and explains how programs may connect: a registry of transport protocols
///
/// A catalog says which base protocols, layers and chains there are. Asked by address family, socket type and protocol,
/// as in socket(2), sockatlas says which of them is used, or precisely why none is.
#[derive(Parser)]
#[command(name = "sockatlas", version, max_term_width = 100, arg_required_else_help = true, disable_help_subcommand = true, after_help = AFTER_HELP)]
struct Cli {
    /// A catalog: a file, a folder whose *.toml files are read, with its subfolders, in the order of their paths, or - for stdin; repeatable. A file
    /// may also be a Winsock catalog: a registry export, a SYSTEM hive, what netsh shows, or packed items
    #[arg(short, long = "catalog", value_name = "PATH", help_heading = GLOBAL)]
    catalogs: Vec<PathBuf>,

    /// When to colour the output
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true, help_heading = GLOBAL)]
    color: clap::ColorChoice,

    #[command(subcommand)]
    command: Command,
}

const GLOBAL: &str = "Global options";

const AFTER_HELP: &str = "\
Examples:
  sockatlas resolve inet stream tcp           which entry is that?
  sockatlas explain inet stream udp           why is that refused?
  sockatlas -c site.toml list --all           what is in this catalog?

Environment:
  SOCKATLAS_CATALOG  catalogs to use without --catalog, separated as in PATH;
                     without either, check, diff, explain, fmt, graph, list,
                     resolve and show use sockatlas.toml of this folder or the
                     nearest above it in the repository, and say so; else
                     those built in for this system are used
  NO_COLOR, CLICOLOR, CLICOLOR_FORCE
                     as --color, for all programs that know them

Exit status:
  0  answered, or clean
  1  refused, or findings (a batch: at least one refusal or unreadable line)
  2  wrong usage, an unknown word, an unreadable file, or a catalog with faults";

#[derive(Subcommand)]
enum Command {
    Resolve(resolve::Args),
    Explain(explain::Args),
    List(list::Args),
    Show(show::Args),
    Names(names::Args),
    Check(check::Args),
    Rule(rule::Args),
    Diff(diff::Args),
    Graph(graph::Args),
    Export(export::Args),
    Import(import::Args),
    Winsock(winsock::Args),
    Fmt(fmt::Args),
    Init(init::Args),
    Install(install::Args),
    Remove(remove::Args),
    Order(order::Args),
    Enable(enable::Args),
    Disable(disable::Args),
    Set(set::Args),
    Schema(schema::Args),
    Completions(completions::Args),
    Man(man::Args),
    #[cfg(target_os = "linux")]
    Connect(connect::Args),
    #[cfg(target_os = "linux")]
    Listen(listen::Args),
    #[cfg(target_os = "linux")]
    Relay(relay::Args),
    #[cfg(target_os = "linux")]
    Gateway(gateway::Args),
    Help(help::Args),
}

impl Command {
    /// Returns whether the command only reads catalogs, and neither opens sockets nor changes files by them. Such a
    /// command finds the folder's catalog by itself. A command that opens sockets does not, because anyone who can
    /// write to the folder would decide where it connects; nor does a command that edits.
    fn only_reads(&self) -> bool {
        match self {
            Command::Check(_)
            | Command::Diff(_)
            | Command::Explain(_)
            | Command::Fmt(_)
            | Command::Graph(_)
            | Command::List(_)
            | Command::Resolve(_)
            | Command::Show(_) => true,
            Command::Completions(_)
            | Command::Disable(_)
            | Command::Enable(_)
            | Command::Export(_)
            | Command::Help(_)
            | Command::Import(_)
            | Command::Init(_)
            | Command::Install(_)
            | Command::Man(_)
            | Command::Names(_)
            | Command::Order(_)
            | Command::Remove(_)
            | Command::Rule(_)
            | Command::Schema(_)
            | Command::Set(_)
            | Command::Winsock(_) => false,
            #[cfg(target_os = "linux")]
            Command::Connect(_) | Command::Gateway(_) | Command::Listen(_) | Command::Relay(_) => false,
        }
    }
}

fn run(command: &Command, globals: &Globals) -> Result<Status, Failure> {
    match command {
        Command::Resolve(args) => resolve::run(args, globals),
        Command::Explain(args) => explain::run(args, globals),
        Command::List(args) => list::run(args, globals),
        Command::Show(args) => show::run(args, globals),
        Command::Names(args) => names::run(args, globals),
        Command::Check(args) => check::run(args, globals),
        Command::Rule(args) => rule::run(args),
        Command::Diff(args) => diff::run(args, globals),
        Command::Graph(args) => graph::run(args, globals),
        Command::Export(args) => export::run(args, globals),
        Command::Import(args) => import::run(args),
        Command::Winsock(args) => winsock::run(args),
        Command::Fmt(args) => fmt::run(args, globals),
        Command::Init(args) => init::run(args),
        Command::Install(args) => install::run(args, globals),
        Command::Remove(args) => remove::run(args, globals),
        Command::Order(args) => order::run(args, globals),
        Command::Enable(args) => enable::run(args, globals),
        Command::Disable(args) => disable::run(args, globals),
        Command::Set(args) => set::run(args, globals),
        Command::Schema(args) => schema::run(args),
        Command::Completions(args) => completions::run(args),
        Command::Man(args) => man::run(args),
        Command::Help(args) => help::run(args),
        #[cfg(target_os = "linux")]
        Command::Connect(args) => connect::run(args, globals),
        #[cfg(target_os = "linux")]
        Command::Listen(args) => listen::run(args, globals),
        #[cfg(target_os = "linux")]
        Command::Relay(args) => relay::run(args, globals),
        #[cfg(target_os = "linux")]
        Command::Gateway(args) => gateway::run(args, globals),
    }
}

fn parse() -> Result<(Command, Globals), Failure> {
    let matches = command().try_get_matches().map_err(Failure::Usage)?;
    let cli = Cli::from_arg_matches(&matches).map_err(Failure::Usage)?;
    match cli.color {
        clap::ColorChoice::Auto => anstream::ColorChoice::Auto,
        clap::ColorChoice::Always => anstream::ColorChoice::Always,
        clap::ColorChoice::Never => anstream::ColorChoice::Never,
    }
    .write_global();
    let mut catalogs = cli.catalogs;
    let mut inner = matches.subcommand();
    while let Some((_, matches)) = inner {
        // The commands of a group have no `--catalog` argument of their own.
        let own = matches.try_get_many::<PathBuf>(CATALOGS).ok().flatten();
        catalogs.extend(own.into_iter().flatten().cloned());
        inner = matches.subcommand();
    }
    let finds = cli.command.only_reads();
    Ok((cli.command, Globals::new(catalogs, finds)))
}

/// The id of `--catalog` among clap's arguments.
const CATALOGS: &str = "catalogs";

/// Returns the whole command for clap.
///
/// `--catalog` is added to every subcommand here, because with clap's `global = true` a `-c` after the subcommand would
/// discard those before it, and fewer catalogs would answer than the user named.
fn command() -> clap::Command {
    let root = Cli::command();
    let catalogs = root.get_arguments().find(|argument| *argument.get_id() == CATALOGS).cloned();
    root.mut_subcommands(|subcommand| subcommand.args(catalogs.clone()))
}
