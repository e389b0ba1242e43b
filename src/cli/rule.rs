//! `rule`: explains a rule of `check`: its findings, why they matter, an example that breaks the rule, and the corrected example.

use super::output::{self, Format};
use super::style::{BAD, HEADING, HINT, SUBJECT, WARNING};
use super::table::{Table, cell};
use super::{Failure, Status};
use anstyle::Style;
use serde::Serialize;
use sockatlas::catalog::{Severity, nearest_or_longer};
use sockatlas::check::{rule, rules};
use sockatlas::report::{HEADINGS, Rule};
use std::fmt::Write;

/// Explains a rule of `check`, or lists all of them
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  sockatlas rule                       all rules, and how much their findings weigh
  sockatlas rule contract-broken       what this one means, and an example
  sockatlas rule --markdown > rules.md")]
pub(super) struct Args {
    /// The code of a finding; without it, all rules are listed
    #[arg(value_name = "CODE")]
    code: Option<String>,

    /// Print the page of all rules
    #[arg(long, conflicts_with_all = ["code", "format"])]
    markdown: bool,

    /// The format of the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(args: &Args) -> Result<Status, Failure> {
    if args.markdown {
        output::bytes(page().as_bytes())?;
        return Ok(Status::Clean);
    }
    match (&args.code, args.format) {
        (None, Format::Text) => output::text(&list())?,
        (None, Format::Json) => output::json(&ListV1 { version: 1, rules: rules().iter().map(RowV1::from).collect() })?,
        (Some(code), Format::Text) => output::text(&explained(found(code)?))?,
        (Some(code), Format::Json) => output::json(&ExplainedV1 { version: 1, rule: RuleV1::from(found(code)?) })?,
    }
    Ok(Status::Clean)
}

fn found(code: &str) -> Result<&'static Rule, Failure> {
    rule(code).ok_or_else(|| {
        let near =
            nearest_or_longer(code, rules().iter().map(|rule| rule.code)).map(|near| format!("did you mean `{near}`?"));
        let help = near.unwrap_or_else(|| "`sockatlas rule` lists all rules".to_owned());
        Failure::Message { message: format!("no rule is called `{code}`"), help: Some(help) }
    })
}

fn list() -> String {
    let mut table = Table::indented(0);
    for rule in rules() {
        table.row([cell(rule.code, SUBJECT), cell(class(rule), style(rule.severity)), subject(rule).into()]);
    }
    let mut text = String::new();
    table.write(&mut text);
    text
}

fn explained(rule: &Rule) -> String {
    let mut text = String::new();
    let severity = style(rule.severity);
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{SUBJECT}{}{SUBJECT:#}: {severity}{}{severity:#}", rule.code, weight(rule));
    for heading in HEADINGS {
        let _ = writeln!(text, "\n{HEADING}{heading}{HEADING:#}");
        if let Some(catalog) = rule.catalog(heading) {
            for line in catalog.lines() {
                let _ = writeln!(text, "{}", format!("    {line}").trim_end());
            }
        } else {
            text.push_str(&filled(&rule.section(heading).unwrap_or_default()));
        }
    }
    text
}

/// Returns `fault`, or the severity of a lint.
fn class(rule: &Rule) -> &'static str {
    if rule.is_fault() { "fault" } else { rule.severity.name() }
}

/// Returns the severity of a rule's findings in words.
fn weight(rule: &Rule) -> String {
    match rule.severity {
        _ if rule.is_fault() => "a fault: always an error, and the catalog is not loaded".to_owned(),
        severity => format!("{} unless the user says otherwise", severity.name()),
    }
}

fn style(severity: Severity) -> Style {
    match severity {
        Severity::Error => BAD,
        Severity::Warning => WARNING,
        Severity::Note | Severity::Allow => HINT,
    }
}

/// Returns the first sentence under the first heading.
fn summary(rule: &Rule) -> String {
    let text = rule.section(HEADINGS[0]).unwrap_or_default().replace('\n', " ");
    text.find(". ").map_or(text.trim_end_matches('.'), |end| &text[..end]).to_owned()
}

/// Returns the subject of the first sentence: the part before its colon or semicolon.
fn subject(rule: &Rule) -> String {
    let summary = summary(rule);
    let end = [": ", "; "].iter().filter_map(|mark| summary.find(mark)).min();
    end.map_or(summary.as_str(), |end| &summary[..end]).to_owned()
}

/// Returns paragraphs filled to lines that fit into the narrowest usual terminal.
fn filled(text: &str) -> String {
    const COLUMNS: usize = 80;
    let mut filled = String::new();
    for (at, paragraph) in text.split("\n\n").enumerate() {
        if at > 0 {
            filled.push('\n');
        }
        let mut column = 0;
        for word in paragraph.split_whitespace() {
            let length = word.chars().count();
            if column > 0 && column + 1 + length > COLUMNS {
                filled.push('\n');
                column = 0;
            } else if column > 0 {
                filled.push(' ');
                column += 1;
            }
            filled.push_str(word);
            column += length;
        }
        filled.push('\n');
    }
    filled
}

const INTRODUCTION: &str = "\
<!-- Made of the rules' own documentation: `sockatlas rule --markdown`. -->
# The rules of `sockatlas check`

A **fault** refuses loading, and nothing silences it. All else is a lint: its severity is yours, in the `[lint]` table of a
catalog, with `--deny`, `--warn` and `--allow`, or in a comment beside what was found:

```toml
[layer.metering] # sockatlas: allow(unchained-layer) the next release adds its chain
```

`sockatlas rule CODE` prints what stands here.

| rule | severity | what it finds |
|---|---|---|
";

/// Returns the page of all rules, in Markdown.
fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    for rule in rules() {
        let _ = writeln!(page, "| [`{0}`](#{0}) | {1} | {2} |", rule.code, class(rule), subject(rule));
    }
    for rule in rules() {
        let _ = writeln!(page, "\n## {}\n\nSeverity: {}.", rule.code, weight(rule));
        // The headings of a rule are one level below that of its code.
        let docs = format!("\n{}", rule.docs()).replace("\n# ", "\n### ");
        let _ = writeln!(page, "{}", docs.trim_end());
    }
    page
}

/// All rules.
#[derive(Serialize)]
struct ListV1 {
    version: u32,
    rules: Vec<RowV1>,
}

#[derive(Serialize)]
struct RowV1 {
    code: &'static str,
    severity: &'static str,
    fault: bool,
    summary: String,
}

impl From<&Rule> for RowV1 {
    fn from(rule: &Rule) -> Self {
        RowV1 { code: rule.code, severity: rule.severity.name(), fault: rule.is_fault(), summary: summary(rule) }
    }
}

/// One rule.
#[derive(Serialize)]
struct ExplainedV1 {
    version: u32,
    rule: RuleV1,
}

#[derive(Serialize)]
struct RuleV1 {
    code: &'static str,
    severity: &'static str,
    fault: bool,
    /// The meaning of the rule, in Markdown.
    finds: Option<String>,
    /// The reason for the rule, in Markdown.
    why: Option<String>,
    /// A catalog that breaks the rule.
    example: Option<String>,
    /// The corrected catalog.
    mended: Option<String>,
}

impl From<&Rule> for RuleV1 {
    fn from(rule: &Rule) -> Self {
        let [finds, why, example, mended] = HEADINGS;
        RuleV1 {
            code: rule.code,
            severity: rule.severity.name(),
            fault: rule.is_fault(),
            finds: rule.section(finds),
            why: rule.section(why),
            example: rule.catalog(example),
            mended: rule.catalog(mended),
        }
    }
}
