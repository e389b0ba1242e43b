//! The rules of `check`: each has docs, an example that it finds and the same mended; and whose severity counts.

mod claims;
mod documentation;
mod examples;
mod quiet;
mod scopes;
mod severities;
mod shown;

use sockatlas::Loader;
use sockatlas::catalog::Severity;
use sockatlas::check::{Settings, check, rules};
use sockatlas::report::{Finding, Report, Rule};
use sockatlas::winsock::Options;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder with a catalog, and beside it the files that the rule has under `tests/rules/CODE/fails` or `passes`.
struct Fixture {
    folder: tempfile::TempDir,
    name: &'static str,
    /// What is checked: the catalog, or all of its folder.
    checked: &'static str,
}

impl Fixture {
    /// What stands under `Example` or `Mended` in the docs of a rule.
    fn of(rule: &Rule, heading: &str) -> Fixture {
        let catalog = rule.catalog(heading).unwrap_or_else(|| panic!("{} has no catalog under {heading}", rule.code));
        let section = rule.section(heading).unwrap_or_default();
        let fixture = match section.split_once("```").map(|(_, rest)| rest) {
            Some(rest) if rest.starts_with("reg\n") => Fixture::named("catalog.reg", &catalog),
            Some(rest) if rest.starts_with("netsh\n") => Fixture::named("catalog.txt", &catalog),
            Some(rest) if rest.starts_with("text\n") => {
                let (name, text) = shown::source(&catalog);
                Fixture::named(name, &text)
            }
            _ if ["include-outside", "skipped-file"].contains(&rule.code) => {
                Fixture::named("site/catalog.toml", &catalog)
            }
            _ => Fixture::new(&catalog),
        };
        let fixture = Fixture { checked: if rule.code == "skipped-file" { "site" } else { fixture.name }, ..fixture };
        let companions = here().join(rule.code).join(if heading == "Example" { "fails" } else { "passes" });
        for companion in fs::read_dir(companions).into_iter().flatten() {
            let companion = companion.expect("a folder of the tests can be read");
            let beside = match rule.code {
                // It stands in the folder above.
                "include-outside" if heading == "Example" => fixture.folder.path().to_owned(),
                _ => fixture.path().parent().map(Path::to_owned).unwrap_or_default(),
            };
            fs::copy(companion.path(), beside.join(companion.file_name())).expect("files can be copied");
        }
        fixture.set_mode(if rule.code == "writable-by-others" && heading == "Example" { 0o666 } else { 0o644 });
        fixture
    }

    fn new(catalog: &str) -> Fixture {
        Fixture::named("catalog.toml", catalog)
    }

    fn named(name: &'static str, catalog: &str) -> Fixture {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).expect("a folder can be made");
        fs::write(path, catalog).expect("a file can be written");
        let fixture = Fixture { folder, name, checked: name };
        fixture.set_mode(0o644);
        fixture
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join(self.name)
    }

    fn report(&self, settings: &Settings) -> Report {
        check(&Loader::new().winsock(Options::default()).path(self.folder.path().join(self.checked)), settings)
    }

    /// Runs `sockatlas check` on the catalog, in its folder.
    fn run(&self, flags: &[&str]) -> (i32, String) {
        run(self.folder.path(), &[&["check", self.checked], flags].concat())
    }

    #[cfg(unix)]
    fn set_mode(&self, mode: u32) {
        use std::os::unix::fs::PermissionsExt;

        fs::set_permissions(self.path(), fs::Permissions::from_mode(mode)).expect("the file is ours");
    }

    #[cfg(not(unix))]
    fn set_mode(&self, _: u32) {}
}

/// The exit status of a command and what it prints, stderr behind stdout.
fn run(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sockatlas"));
    command.args(arguments).current_dir(folder);
    for variable in ["SOCKATLAS_CATALOG", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(variable);
    }
    let output = command.output().expect("the command runs");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().expect("no signal ends it"), String::from_utf8(text).expect("it prints UTF-8"))
}

/// The findings of a report as `CODE SEVERITY LINE:COLUMN`.
fn brief(report: &Report) -> Vec<String> {
    let line = |finding: &Finding| {
        let at = report.sources.locate(finding.at);
        format!("{} {} {}:{}", finding.code, finding.severity, at.line, at.column)
    };
    report.findings.iter().map(line).collect()
}

/// The findings of severity warning and above.
fn alarms(report: &Report) -> Vec<String> {
    let loud = report.findings.iter().filter(|finding| finding.severity >= Severity::Warning);
    loud.map(|finding| format!("{}: {}", finding.code, finding.message)).collect()
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules")
}

/// Compares a committed file to what it should hold; `SOCKATLAS_FRESH=write` writes it.
#[track_caller]
fn is_fresh(path: &Path, wanted: &str) {
    if std::env::var("SOCKATLAS_FRESH").is_ok_and(|wish| wish == "write") {
        fs::write(path, wanted).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        return;
    }
    let found = fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
    let differs = || found.lines().zip(wanted.lines()).enumerate().find(|(_, (found, wanted))| found != wanted);
    assert!(
        found == wanted,
        "{} is not fresh (line from 0, found, wanted: {:?}): run with SOCKATLAS_FRESH=write",
        path.display(),
        differs()
    );
}

/// The settings under which the example of a rule is found.
fn settings(rule: &Rule) -> Settings {
    Settings::new().coverage(rule.code == "uncovered-entry")
}

/// Whether a finding is one that examples of Winsock catalogs give for what they leave out.
fn is_of_the_excerpt(rule: &Rule, finding: &Finding) -> bool {
    rule.code.starts_with("winsock-") && finding.code == "winsock-missing-standard" && finding.code != rule.code
}

fn the_rule(code: &str) -> &'static Rule {
    rules().iter().find(|rule| rule.code == code).unwrap_or_else(|| panic!("there is no rule {code}"))
}
