//! `explain`: prints the answer, and for every candidate the reason why it won or lost.

use super::json::Answer;
use super::output::{self, Format, printable};
use super::question::Question;
use super::resolve::{refused, selected, status};
use super::style::{BAD, FAINT, GOOD, HEADING, PLAIN, SUBJECT};
use super::table::{Table, cell};
use super::{Failure, Globals, Status};
use sockatlas::{Candidate, Explanation, Mend, Registry};
use std::fmt::Write;

/// Answers one request and says why: what would admit it, and each candidate
///
/// The answer comes first. For a refusal, the smallest changes follow that would lead to an answer, each with the guarantees that
/// it would weaken. Then come the candidates, the winner first and then the nearest ones: for each the first test that it failed,
/// the value that the test required, the value of the entry, and the place of its declaration. There are ten candidates, or with
/// --all every one. The exit status is that of resolve.
#[derive(clap::Args)]
#[command(
    override_usage = "sockatlas explain [OPTIONS] FAMILY TYPE [PROTOCOL]\n       \
                      sockatlas explain [OPTIONS] --entry NAME|ID [FAMILY [TYPE [PROTOCOL]]]",
    after_help = "\
Examples:
  sockatlas explain inet stream udp
  sockatlas explain inet dgram udp --require encrypted
  sockatlas explain --entry tls --format json"
)]
pub(super) struct Args {
    #[command(flatten)]
    question: Question,

    /// Show every candidate, and not only the ten nearest
    #[arg(long)]
    all: bool,

    /// The format of the answer; JSON has every candidate
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(args: &Args, globals: &Globals) -> Result<Status, Failure> {
    let registry = globals.registry()?;
    let request = args.question.ask(&registry)?;
    let explanation = registry.explain(&request);
    match args.format {
        Format::Json => {
            let answer = Answer::new(&registry, &request, args.question.protocol(), &explanation.outcome);
            output::json(&answer.explained(&explanation))?;
        }
        Format::Text => output::text(&text(&registry, &explanation, if args.all { usize::MAX } else { NEAREST }))?,
    }
    Ok(status(&explanation.outcome))
}

/// The number of candidates that are shown without `--all`.
const NEAREST: usize = 10;

/// Returns the answer with at most `most` candidates, the nearest ones first.
fn text(registry: &Registry, explanation: &Explanation<'_>, most: usize) -> String {
    let mut text = match &explanation.outcome {
        Ok(selection) => selected(registry, selection),
        Err(refusal) => refused(registry, refusal) + "\n",
    };
    // Writing to a string cannot fail.
    if !explanation.mends.is_empty() {
        let _ = writeln!(text, "\n{HEADING}What would change it{HEADING:#}");
        for mend in &explanation.mends {
            write_mend(&mut text, mend);
        }
    }
    let _ = writeln!(text, "\n{HEADING}Candidates{HEADING:#}");
    let mut table = Table::indented(2);
    for candidate in explanation.candidates.iter().take(most) {
        candidate_row(&mut table, candidate);
    }
    table.write(&mut text);
    let more = explanation.candidates.len().saturating_sub(most);
    if more > 0 {
        let _ = writeln!(text, "  and {more} more (`--all`)");
    }
    text
}

fn candidate_row(table: &mut Table, candidate: &Candidate<'_>) {
    let name = candidate.entry.name();
    let source = cell(candidate.entry.source().to_string(), FAINT);
    match candidate.failed {
        None => table.row([cell(name, GOOD), cell("selected", GOOD), "".into(), source]),
        Some(test) => {
            let why = format!("wanted {}, had {}", candidate.wanted, candidate.had);
            table.row([cell(name, SUBJECT), cell(test.name(), BAD), cell(why, PLAIN), source]);
        }
    }
}

fn write_mend(text: &mut String, mend: &Mend<'_>) {
    let change = mend.to_string();
    let _ = writeln!(text, "  {}: {SUBJECT}{}{SUBJECT:#}", mend.entry.name(), printable(&change));
    if let Some(source) = &mend.source {
        let _ = writeln!(text, "    {FAINT}at{FAINT:#} {}", printable(&source.to_string()));
    }
    for weakened in &mend.weakens {
        let _ = writeln!(text, "    {BAD}weakens{BAD:#} {}", printable(weakened));
    }
}
