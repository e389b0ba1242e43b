//! Writes findings in the style of rustc: message, place, the source with the value underlined, help.

use super::{Finding, Report};
use crate::catalog::{Severity, Skipped, Source, Sources, Span};
use crate::terms::{printable, printable_line};
use annotate_snippets::{Annotation, AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};
use std::borrow::Cow;
use std::fmt::Write;
use std::ops::Range;

/// Returns the whole report: each finding, then a line that counts them.
pub fn render(report: &Report, colour: bool) -> String {
    let mut text = findings(&report.findings, &report.sources, colour);
    let _ = writeln!(text, "{}", summary(report));
    text
}

/// Returns the findings alone, each followed by an empty line.
pub fn findings(findings: &[Finding], sources: &Sources, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let mut text = String::new();
    for finding in findings {
        text.push_str(&renderer.render(&groups(finding, sources)));
        text.push_str("\n\n");
    }
    text
}

/// Returns the line that counts the findings and what was checked.
pub fn summary(report: &Report) -> String {
    let counted =
        [Severity::Error, Severity::Warning, Severity::Note].map(|severity| (report.count(severity), severity.name()));
    let found: Vec<String> =
        counted.into_iter().filter(|(count, _)| *count > 0).map(|(count, name)| plural(count, name)).collect();
    let found = if found.is_empty() { "no findings".to_owned() } else { found.join(", ") };
    let tally = report.tally;
    let mut text = format!("{found} in {}", plural(tally.documents, "document"));
    if tally.entries > 0 {
        let entries = if tally.entries == 1 { "1 entry".to_owned() } else { format!("{} entries", tally.entries) };
        let _ = write!(text, ": {entries}, {} run", plural(tally.expectations, "expectation"));
        if tally.failed > 0 {
            let _ = write!(text, " ({} failed)", tally.failed);
        }
        if tally.guarantees > 0 {
            let of = if tally.proved < tally.guarantees { format!("{} of ", tally.proved) } else { String::new() };
            let _ = write!(text, ", {of}{} proved", plural(tally.guarantees, "guarantee"));
        }
    }
    if let Some((reached, selectable)) = tally.coverage {
        let percent = (reached * 100).checked_div(selectable).unwrap_or(100);
        let _ = write!(text, ", coverage {percent} % ({reached} of {selectable})");
    }
    if let Some(skipped) = skipped(tally.skipped) {
        let _ = write!(text, "; skipped: {skipped}");
    }
    text
}

/// Returns the counts of skipped files and folders in words, if there are any.
fn skipped(Skipped { hidden, others, .. }: Skipped) -> Option<String> {
    let words = [(hidden, format!("{hidden} hidden")), (others, plural(others, "other file"))];
    let words: Vec<String> = words.into_iter().filter(|(count, _)| *count > 0).map(|(_, words)| words).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

fn plural(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn groups<'s>(finding: &'s Finding, sources: &'s Sources) -> Vec<Group<'s>> {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note | Severity::Allow => Level::NOTE,
    };
    let mut elements: Vec<Element<'s>> = Vec::new();
    if finding.concealed {
        let place = sources.locate(finding.at);
        let origin = Origin::path(printable(sources.get(finding.at.file).name()));
        let origin = origin.line(place.line as usize).char_column(place.column as usize);
        let primary = level.primary_title(printable(&finding.message)).id(finding.code).element(origin);
        return std::iter::once(primary).chain(help(finding)).collect();
    }
    let mut excerpts = vec![Excerpt::around(sources, finding.at, AnnotationKind::Primary, None)];
    let labels = finding.labels.iter().map(|label| (label.at, Some(label.text.as_str())));
    let places = std::iter::once(finding.at).chain(finding.labels.iter().map(|label| label.at));
    let mut built_at: Vec<Span> = places.filter_map(|at| sources.built_at_span(at)).collect();
    built_at.dedup();
    for (at, text) in labels.chain(built_at.into_iter().map(|at| (at, None))) {
        let kind = AnnotationKind::Context;
        let near = excerpts.iter_mut().find(|excerpt| excerpt.near(sources, at));
        match near {
            Some(excerpt) => excerpt.add(sources, at, kind, text),
            None => excerpts.push(Excerpt::around(sources, at, kind, text)),
        }
    }
    elements.extend(excerpts.into_iter().map(|excerpt| match sources.get(excerpt.file) {
        // A file that could not be read has nothing to show.
        source if source.text().is_empty() => Element::from(Origin::path(printable(source.name()))),
        _ => Element::from(excerpt.snippet(sources)),
    }));
    let primary = level.primary_title(printable(&finding.message)).id(finding.code).elements(elements);
    std::iter::once(primary).chain(help(finding)).collect()
}

fn help(finding: &Finding) -> Option<Group<'_>> {
    finding.help.as_ref().map(|help| Group::with_title(Level::HELP.secondary_title(printable(help))))
}

/// A group of places in one document that are near enough to each other to be shown together.
///
/// Only the lines that are needed are passed to the renderer, which would otherwise scan the whole document for each finding.
struct Excerpt<'s> {
    file: crate::catalog::FileId,
    lines: Range<usize>,
    places: Vec<(Span, AnnotationKind, Option<&'s str>)>,
}

/// The number of lines beyond which places are shown separately.
const NEAR: usize = 6;

impl<'s> Excerpt<'s> {
    fn around(sources: &Sources, at: Span, kind: AnnotationKind, text: Option<&'s str>) -> Self {
        Excerpt { file: at.file, lines: lines(sources.get(at.file), at), places: vec![(at, kind, text)] }
    }

    fn near(&self, sources: &Sources, at: Span) -> bool {
        self.file == at.file && {
            let lines = lines(sources.get(at.file), at);
            lines.start <= self.lines.end + NEAR && self.lines.start <= lines.end + NEAR
        }
    }

    fn add(&mut self, sources: &Sources, at: Span, kind: AnnotationKind, text: Option<&'s str>) {
        let lines = lines(sources.get(at.file), at);
        self.lines = self.lines.start.min(lines.start)..self.lines.end.max(lines.end);
        self.places.push((at, kind, text));
    }

    fn snippet(self, sources: &'s Sources) -> Snippet<'s, Annotation<'s>> {
        let source = sources.get(self.file);
        let text = source.text();
        let start = source.line_start(self.lines.start);
        let end = source.line_start(self.lines.end);
        let shown = printable_line(&text[start..end]);
        // Escaped text is longer than the original.
        let shift = |offset: usize| match shown {
            Cow::Borrowed(_) => offset,
            Cow::Owned(_) => printable_line(&text[start..start + offset]).len(),
        };
        let annotations = self.places.into_iter().map(|(at, kind, label)| {
            let clamp = |offset: usize| text.floor_char_boundary(offset.clamp(start, end)) - start;
            // Of a value over several lines, such as a table, the first line is shown.
            let first_line = text[start + clamp(at.range().start)..]
                .find('\n')
                .map_or(text.len(), |at_break| start + clamp(at.range().start) + at_break);
            let span = shift(clamp(at.range().start))..shift(clamp(at.range().end.min(first_line)));
            match label {
                Some(label) => kind.span(span).label(printable(label)),
                None => kind.span(span),
            }
        });
        let annotations: Vec<_> = annotations.collect();
        Snippet::source(shown).line_start(self.lines.start + 1).path(printable(source.name())).annotations(annotations)
    }
}

/// Returns the lines, from 0, on which a span begins: only one, as longer values are cut to their first line.
fn lines(source: &Source, at: Span) -> Range<usize> {
    let (line, _) = source.line_and_column(at.start);
    line as usize - 1..line as usize
}
