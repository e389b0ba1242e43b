//! Allowances: comments in a catalog that keep a finding from being reported, and give the reason.
//!
//! `# sockatlas: allow(unchained-layer) kept for the next release`, at the end of a line, speaks of findings on that line. On a
//! line of its own it speaks of the next line that is no comment; if that opens a table, of the whole table.

use super::{Settings, fixes, rules};
use crate::catalog::{Severity, Source, Sources, Span};
use crate::registry::Registry;
use crate::report::Finding;

const MARK: &str = "sockatlas:";

/// One allowance.
#[derive(Debug)]
pub(crate) struct Allowance {
    /// The comment.
    at: Span,
    code: String,
    /// The findings that it speaks of begin here, in bytes.
    covers: std::ops::Range<u32>,
    used: bool,
}

/// Reads the allowances of all documents; those that are not as they must be are findings.
pub(super) fn read(sources: &Sources, findings: &mut Vec<Finding>) -> Vec<Allowance> {
    let mut allowances = Vec::new();
    let written = sources.iter().filter(|(_, source)| !source.is_foreign() && source.text().contains(MARK));
    for (file, source) in written {
        for comment in comments(source.text()) {
            let text = source.text()[comment.clone()].trim_start_matches('#').trim();
            let Some(rest) = text.strip_prefix(MARK) else { continue };
            let at = Span::new(file, comment.clone());
            match parse(rest) {
                Ok(code) => {
                    let covers = covered(source, comment);
                    allowances.push(Allowance { at, code, covers, used: false });
                }
                Err((message, help)) => {
                    findings.push(Finding::new("bad-allowance", Severity::Warning, message, at).help(help));
                }
            }
        }
    }
    allowances
}

impl Allowance {
    /// Whether it speaks of a finding; it is then used.
    pub fn allows(&mut self, code: &str, at: Span) -> bool {
        let allows = self.code == code && self.covers(at);
        self.used |= allows;
        allows
    }

    /// Whether it speaks of findings at this place.
    pub(crate) fn covers(&self, at: Span) -> bool {
        self.at.file == at.file && self.covers.contains(&at.start)
    }

    /// The comment, without its sign.
    pub(crate) fn text<'s>(&self, sources: &'s Sources) -> &'s str {
        let comment = sources.get(self.at.file).text().get(self.at.range()).unwrap_or_default();
        comment.trim_start_matches('#').trim()
    }

    /// The finding of an allowance that allows nothing.
    ///
    /// None where the same catalog may well have findings for it: of what was not looked for this time, of what another machine
    /// may see in its file system, and of an entry that other documents replace or do not use.
    pub fn unused(&self, registry: &Registry, settings: &Settings) -> Option<Finding> {
        let sources = registry.sources();
        let was_looked_for = match self.code.as_str() {
            "uncovered-entry" => settings.coverage,
            "writable-by-others" => false,
            "missing-option" => rules::opened(registry).any(|entry| self.covers(registry.entry_at(entry.index()).at)),
            _ => true,
        };
        (!self.used && was_looked_for).then(|| {
            let message = format!("this allowance of `{}` allows nothing", self.code);
            Finding::new("unused-allowance", Severity::Warning, message, self.at)
                .help("take it away")
                .fix("take the allowance away", vec![fixes::without_comment(sources.get(self.at.file), self.at)])
        })
    }
}

/// The code that `allow(CODE) REASON` names, or what is wrong with it.
fn parse(text: &str) -> Result<String, (String, String)> {
    const FORM: &str = "the form is `# sockatlas: allow(CODE) REASON`";
    let inner = text.trim().strip_prefix("allow(").and_then(|rest| rest.split_once(')'));
    let Some((code, reason)) = inner else {
        return Err(("this allowance cannot be read".to_owned(), FORM.to_owned()));
    };
    match rules::find(code) {
        None => Err((format!("this allowance names `{code}`, which is no rule"), FORM.to_owned())),
        Some(rule) if rule.is_fault() => {
            Err((format!("`{code}` is a fault, and faults cannot be allowed"), "mend the catalog".to_owned()))
        }
        Some(_) if reason.trim().is_empty() => {
            Err(("this allowance gives no reason".to_owned(), format!("say why behind it: {FORM}")))
        }
        Some(_) => Ok(code.to_owned()),
    }
}

/// The comments of a document. Whatever stands in a string is none.
fn comments(text: &str) -> impl Iterator<Item = std::ops::Range<usize>> {
    let source = toml_parser::Source::new(text);
    source
        .lex()
        .filter(|token| token.kind() == toml_parser::lexer::TokenKind::Comment)
        .map(|token| token.span().start()..token.span().end())
        .collect::<Vec<_>>()
        .into_iter()
}

fn covered(source: &Source, comment: std::ops::Range<usize>) -> std::ops::Range<u32> {
    let text = source.text();
    let line_start = text[..comment.start].rfind('\n').map_or(0, |at| at + 1);
    if !text[line_start..comment.start].trim().is_empty() {
        return line_start as u32..comment.end as u32;
    }
    let mut start = comment.end;
    for line in text[comment.end..].split_inclusive('\n') {
        let content = line.trim();
        if !content.is_empty() && !content.starts_with('#') {
            let opens_table = content.starts_with('[');
            let end = if opens_table {
                text[start + line.len()..].find("\n[").map_or(text.len(), |next| start + line.len() + next)
            } else {
                start + line.len()
            };
            return start as u32..end as u32;
        }
        start += line.len();
    }
    0..0
}
