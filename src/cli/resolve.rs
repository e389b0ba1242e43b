//! `resolve`: answers one request, or a batch of them.

use super::json::{Answer, Code, Named};
use super::output::{self, Format, talk};
use super::question::{self, Question};
use super::style::{BAD, FAINT, GOOD, HINT, SUBJECT};
use super::table::Table;
use super::{Failure, Globals, Status, batch};
use sockatlas::{EntryRef, Refusal, Registry, Request, Selection};
use std::fmt::Write;
use std::path::PathBuf;

/// Answers one request, or a batch of them
///
/// Prints the base protocol or chain with which a socket of this family, type and protocol is to be created. A refusal is printed
/// on stderr (as JSON: on stdout), with exit status 1.
///
/// A batch has one request on each line: FAMILY TYPE [PROTOCOL], then demands as KEY=VALUE. Blank lines and lines that begin with
/// # are skipped. The answer to each request is one line: the entry's name and its stack, or error[CODE] and a message, separated
/// by a tab; as JSON, one object. A line that is not a request is answered as bad-request-line, and the batch goes on.
#[derive(clap::Args)]
#[command(
    mut_arg("family", |family| family.required_unless_present("batch")),
    mut_arg("socket_type", |socket_type| socket_type.required_unless_present("batch")),
    override_usage = "sockatlas resolve [OPTIONS] FAMILY TYPE [PROTOCOL]\n       \
                      sockatlas resolve [OPTIONS] --entry NAME|ID [FAMILY [TYPE [PROTOCOL]]]\n       \
                      sockatlas resolve [OPTIONS] --batch FILE",
    after_help = "\
Examples:
  sockatlas resolve inet stream tcp
  sockatlas resolve inet stream --require encrypted,authenticated --application billing
  sockatlas resolve --entry secure/tcp4 --format json
  echo 'inet stream 0 require=encrypted application=billing' | sockatlas resolve --batch -"
)]
pub(super) struct Args {
    #[command(flatten)]
    question: Question,

    /// Answer the requests in this file, one on each line; - is stdin
    #[arg(long, value_name = "FILE", conflicts_with_all = question::ARGUMENTS)]
    batch: Option<PathBuf>,

    /// The format of the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(args: &Args, globals: &Globals) -> Result<Status, Failure> {
    if let Some(file) = &args.batch {
        return batch::run(file, args.format, globals);
    }
    let registry = globals.registry()?;
    let request = args.question.ask(&registry)?;
    let outcome = registry.resolve(&request);
    match (args.format, &outcome) {
        (Format::Json, _) => output::json(&Answer::new(&registry, &request, args.question.protocol(), &outcome))?,
        (Format::Text, Ok(selection)) => output::text(&selected(&registry, selection))?,
        (Format::Text, Err(refusal)) => {
            talk(format_args!("{}", refused(&registry, refusal)));
            if let Some(untold) = untold(&registry, &request) {
                talk(format_args!("  {HINT}note{HINT:#}: {}", output::printable(&untold)));
            }
            let again = format!("sockatlas{} explain {}", globals.words(), args.question.words());
            talk(format_args!("  {HINT}help{HINT:#}: `{}` shows every candidate", output::printable(&again)));
        }
    }
    Ok(status(&outcome))
}

/// Returns a note on a fact that the source of a catalog does not state, and that could have made an entry match. Of
/// several such facts, only one is reported.
fn untold(registry: &Registry, request: &Request) -> Option<String> {
    let candidates = registry.explain(request).candidates;
    let fact = candidates.iter().find_map(|candidate| candidate.untold)?;
    let named = candidates.iter().filter(|candidate| candidate.untold == Some(fact));
    let names: Vec<String> = named.map(|candidate| format!("`{}`", candidate.entry.name())).collect();
    Some(format!("the source does not state `{fact}` of {}: it counts as absent", names.join(", ")))
}

pub(super) fn status(outcome: &Result<Selection<'_>, Refusal>) -> Status {
    if outcome.is_ok() { Status::Clean } else { Status::Refused }
}

/// Returns the text of an answer.
pub(super) fn selected(registry: &Registry, selection: &Selection<'_>) -> String {
    let entry = selection.entry();
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{GOOD}{}{GOOD:#}  {} {}", entry.name(), entry.kind(), entry.catalog_entry_id());
    let mut facts = Table::indented(2);
    facts.fact("stack", stack(entry));
    facts.fact("family", Named::family(registry, selection.family()).to_string());
    facts.fact("type", Named::socket_type(registry, selection.socket_type()).to_string());
    facts.fact("protocol", Named::protocol(registry, selection.protocol(), selection.family()).to_string());
    facts.fact("services", selection.services().to_string());
    facts.fact("provider", provider(entry));
    facts.fact("source", entry.source().to_string());
    facts.write(&mut text);
    text
}

/// Returns the stack of an entry, top first, as in `tls > tcp4`.
pub(super) fn stack(entry: EntryRef<'_>) -> String {
    entry.stack().map(|entry| entry.name()).collect::<Vec<_>>().join(" > ")
}

/// Returns the provider of an entry, as in `kernel (module system, e70f1aa0-...)`.
pub(super) fn provider(entry: EntryRef<'_>) -> String {
    let provider = entry.provider();
    let module = (provider.module() != provider.name()).then(|| format!("module {}", provider.module()));
    let facts: Vec<String> = module.into_iter().chain(provider.id().map(|id| id.to_string())).collect();
    if facts.is_empty() { provider.name().to_owned() } else { format!("{} ({})", provider.name(), facts.join(", ")) }
}

/// Returns the lines of a refusal, without a line break at the end.
pub(super) fn refused(registry: &Registry, refusal: &Refusal) -> String {
    let code = |code: Code| {
        let number = code.number.map(|number| format!(" ({number})")).unwrap_or_default();
        format!("{}{number}", code.name)
    };
    let wsa = code(Code::wsa(refusal.wsa()));
    let errno = refusal.errno().map(|errno| format!(", {}", code(Code::errno(errno, registry.dialect()))));
    format!(
        "{BAD}error[{}]{BAD:#}: {SUBJECT}{}{SUBJECT:#}\n  {FAINT}{wsa}{}{FAINT:#}",
        refusal.code(),
        output::printable(&registry.refusal_text(refusal)),
        errno.unwrap_or_default(),
    )
}
