//! Allowances: comments in a catalog that keep a finding from being reported, and give the reason.
//!
//! `# sockatlas: allow(unchained-layer) kept for the next release` allows findings at the construct that the comment
//! [belongs to](Constructs::at), and no others: a table with the tables below it, or a key with its value.
//! `allow(one, another)` allows findings of several rules.

use super::{Settings, fixes, rules};
use crate::catalog::{Severity, Sources, Span, quoted};
use crate::registry::Registry;
use crate::report::{Edit, Finding, Fix};
use crate::text::Constructs;
use std::ops::Range;

const MARK: &str = "sockatlas:";

/// One allowance.
#[derive(Debug)]
pub(crate) struct Allowance {
    /// The place of the comment.
    at: Span,
    rules: Vec<Allowed>,
    /// The parts of the text in which the allowed findings begin.
    covers: Vec<Range<usize>>,
}

/// A rule that an allowance names.
#[derive(Debug)]
struct Allowed {
    code: &'static str,
    used: bool,
}

/// Reads the allowances of all documents. Malformed ones are added to the findings.
pub(super) fn read(sources: &Sources, findings: &mut Vec<Finding>) -> Vec<Allowance> {
    let mut allowances = Vec::new();
    let written = sources.iter().filter(|(_, source)| !source.is_foreign() && source.text().contains(MARK));
    for (file, source) in written {
        let constructs = Constructs::of(source.text());
        for comment in &constructs.comments {
            let text = source.text()[comment.clone()].trim_start_matches('#').trim();
            let Some(rest) = text.strip_prefix(MARK) else { continue };
            let at = Span::new(file, comment.clone());
            match parse(rest) {
                Ok(codes) => {
                    let rules = codes.into_iter().map(|code| Allowed { code, used: false }).collect();
                    allowances.push(Allowance { at, rules, covers: constructs.at(comment) });
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
    /// Returns whether the allowance allows a finding, and marks its rule as used if so.
    pub fn allows(&mut self, code: &str, at: Span) -> bool {
        let Some(at_rule) = self.rules.iter().position(|rule| rule.code == code) else { return false };
        let allows = self.covers(at);
        self.rules[at_rule].used |= allows;
        allows
    }

    /// Returns whether the allowance allows findings at this place.
    pub(crate) fn covers(&self, at: Span) -> bool {
        self.at.file == at.file && self.covers.iter().any(|part| part.contains(&at.range().start))
    }

    /// Returns the text of the comment, without the `#`.
    pub(crate) fn text<'s>(&self, sources: &'s Sources) -> &'s str {
        let comment = sources.get(self.at.file).text().get(self.at.range()).unwrap_or_default();
        comment.trim_start_matches('#').trim()
    }

    /// Returns the finding about an allowance that allows nothing, or about those of its rules that find nothing there.
    ///
    /// `None` if the same catalog may have findings for it elsewhere: findings that this check did not look for, that
    /// depend on the file system of another machine, or that concern an entry that other documents replace or do not
    /// use. Also `None` for a shipped catalog that others include, because shipped catalogs are checked by themselves.
    pub fn unused(&self, registry: &Registry, settings: &Settings) -> Option<Finding> {
        let source = registry.sources().get(self.at.file);
        if source.is_shipped() && !registry.sources().run_tests_that_ship() {
            return None;
        }
        let was_looked_for = |code: &str| match code {
            "uncovered-entry" => settings.coverage,
            "writable-by-others" => false,
            "missing-option" => rules::opened(registry).any(|entry| self.covers(registry.entry_at(entry.index()).at)),
            _ => true,
        };
        let is_unused = |rule: &&Allowed| !rule.used && was_looked_for(rule.code);
        let unused: Vec<&str> = self.rules.iter().filter(is_unused).map(|rule| rule.code).collect();
        if unused.is_empty() {
            return None;
        }
        let message = format!("this allowance of {} allows nothing", quoted(&unused));
        let finding = Finding::new("unused-allowance", Severity::Warning, message, self.at);
        let left: Vec<&str> = self.rules.iter().map(|rule| rule.code).filter(|code| !unused.contains(code)).collect();
        if left.is_empty() {
            let fix = vec![fixes::without_comment(source, self.at)];
            return Some(finding.help("take it away").fix("take the allowance away", fix));
        }
        let fix = self
            .naming(source.text(), &left)
            .map(|edit| Fix { title: format!("allow {} alone", quoted(&left)), edits: vec![edit] });
        Some(Finding { fix, ..finding.help(format!("allow {} alone", quoted(&left))) })
    }

    /// Returns the edit after which the allowance names only these rules.
    fn naming(&self, text: &str, codes: &[&str]) -> Option<Edit> {
        let comment = text.get(self.at.range())?;
        let (open, close) = (comment.find('(')? + 1, comment.find(')')?);
        let start = self.at.range().start;
        Some(Edit { at: Span::new(self.at.file, start + open..start + close), text: codes.join(", ") })
    }
}

/// Returns the codes in `allow(CODE, CODE) REASON`, or the message and the help if the text has another form.
fn parse(text: &str) -> Result<Vec<&'static str>, (String, String)> {
    const FORM: &str = "the form is `# sockatlas: allow(CODE) REASON`";
    let inner = text.trim().strip_prefix("allow(").and_then(|rest| rest.split_once(')'));
    let Some((words, reason)) = inner else {
        return Err(("this allowance cannot be read".to_owned(), FORM.to_owned()));
    };
    let mut codes = Vec::new();
    for word in words.split(',').map(str::trim) {
        match rules::find(word) {
            None => return Err((format!("this allowance names `{word}`, which is no rule"), FORM.to_owned())),
            Some(rule) if rule.is_fault() => {
                return Err((
                    format!("`{word}` is a fault, and faults cannot be allowed"),
                    "mend the catalog".to_owned(),
                ));
            }
            Some(rule) if codes.contains(&rule.code) => {
                return Err((format!("this allowance names `{word}` twice"), "name it once".to_owned()));
            }
            Some(rule) => codes.push(rule.code),
        }
    }
    if reason.trim().is_empty() {
        return Err(("this allowance gives no reason".to_owned(), format!("say why behind it: {FORM}")));
    }
    Ok(codes)
}
