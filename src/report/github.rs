//! Writes findings as annotations of GitHub Actions: workflow commands that the runner reads from the log of a step.
//!
//! The form is that of GitHub's own toolkit (`@actions/core`): `::error file=F,line=N,...,title=T::MESSAGE`, with `%`, line
//! breaks and, in properties, `:` and `,` escaped. Columns may be given only where a finding is on one line. The last line is not
//! a command; it reports the counts in the log.

use super::place::{Root, Utf16Region};
use super::{Finding, Report, text};
use crate::catalog::Severity;
use crate::terms::printable;
use std::fmt::Write;

/// Returns the whole report.
pub fn render(report: &Report, root: &Root) -> String {
    let mut lines = String::new();
    for finding in &report.findings {
        // Writing to a string cannot fail.
        let _ = writeln!(lines, "{}", annotation(finding, report, root));
    }
    let _ = writeln!(lines, "{}", text::summary(report));
    lines
}

fn annotation(finding: &Finding, report: &Report, root: &Root) -> String {
    let source = report.sources.get(finding.at.file);
    let Utf16Region { start, end } = Utf16Region::of(source, finding.at);
    let mut command = match finding.severity {
        Severity::Error => "::error ".to_owned(),
        Severity::Warning => "::warning ".to_owned(),
        Severity::Note | Severity::Allow => "::notice ".to_owned(),
    };
    let _ = write!(command, "file={}", property(&printable(root.place(source).text())));
    // A binary file has no lines to be annotated.
    if !source.is_rendered() {
        let _ = write!(command, ",line={},endLine={}", start.0, end.0);
    }
    if start.0 == end.0 && !source.is_rendered() {
        let _ = write!(command, ",col={},endColumn={}", start.1, end.1);
    }
    let mut message = printable(&finding.message).into_owned();
    if source.is_rendered() {
        let _ = write!(message, "\n{}", printable(&root.reported(source, finding.at)));
    }
    for label in &finding.labels {
        let place = root.reported(report.sources.get(label.at.file), label.at);
        let _ = write!(message, "\n{}: {}", printable(&place), printable(&label.text));
    }
    if let Some(help) = &finding.help {
        let _ = write!(message, "\nhelp: {}", printable(help));
    }
    let _ = write!(command, ",title={}::{}", property(finding.code), data(&message));
    command
}

/// Returns a message, escaped.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Returns a value of a property, escaped.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{data, property};

    #[test]
    fn what_the_runner_would_read_as_syntax_is_escaped() {
        assert_eq!(data("100 %, a:b\r\nc%0A"), "100 %25, a:b%0D%0Ac%250A");
        assert_eq!(property("C:\\a, b%.toml\n"), "C%3A\\a%2C b%25.toml%0A");
    }
}
