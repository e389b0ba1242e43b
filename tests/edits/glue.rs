//! The hooks for pre-commit and the action for GitHub call the command as it is.

use super::{folder, read, write};
use std::io::Write as _;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file of the repository; nothing in a package, which does not hold it.
fn file(name: &str) -> Option<String> {
    let text = std::fs::read_to_string(root().join(name)).ok();
    if text.is_none() {
        let _ = writeln!(std::io::stderr(), "SKIPPED: {name} is not here");
    }
    text
}

#[test]
fn the_hooks_call_commands_that_there_are() {
    let Some(hooks) = file(".pre-commit-hooks.yaml") else { return };
    let values = |key: &str| {
        hooks.lines().filter_map(|line| line.trim_start_matches("- ").trim().strip_prefix(key)).collect::<Vec<_>>()
    };
    assert_eq!(values("id: "), ["sockatlas-check", "sockatlas-fmt"]);
    assert_eq!(values("entry: "), ["sockatlas check", "sockatlas fmt"]);
    let folder = folder();
    write(folder.path(), "sockatlas.toml", "format = 1\n");
    for line in ["check --deny warnings sockatlas.toml", "fmt sockatlas.toml"] {
        let ran = super::sockatlas(folder.path(), &line.split(' ').collect::<Vec<_>>());
        assert!(ran.status.success(), "{line}: {ran:?}");
    }
}

#[cfg(unix)]
mod action {
    use super::*;
    use std::process::Command;

    const SCRIPT: &str = ".github/actions/check/check.sh";

    /// Runs the script over a catalog: what it prints, its `status`, and its SARIF.
    fn check(catalog: &str, arguments: &str) -> (String, String, Option<PathBuf>, tempfile::TempDir) {
        let folder = folder();
        write(folder.path(), "a site.toml", catalog);
        let output = Command::new("bash")
            .arg(root().join(SCRIPT))
            .current_dir(folder.path())
            .env("SOCKATLAS", env!("CARGO_BIN_EXE_sockatlas"))
            .env("PATHS", "a site.toml\n")
            .env("ARGUMENTS", arguments)
            .env("RUNNER_TEMP", folder.path())
            .env("GITHUB_OUTPUT", folder.path().join("output"))
            .env("GITHUB_WORKSPACE", folder.path())
            .output()
            .expect("bash runs");
        assert!(output.status.success(), "the verdict is the caller's: {output:?}");
        let outputs = read(folder.path(), "output");
        let value =
            |key: &str| outputs.lines().find_map(|line| line.strip_prefix(key)).expect("it is given").to_owned();
        let sarif = Some(value("sarif=")).filter(|path| !path.is_empty()).map(PathBuf::from);
        (String::from_utf8(output.stdout).expect("UTF-8"), value("status="), sarif, folder)
    }

    #[test]
    fn a_clean_catalog_passes() {
        if file(SCRIPT).is_none() {
            return;
        }
        let (stdout, status, sarif, _folder) = check("format = 1\n", "--deny\nwarnings\n");
        assert!(stdout.starts_with("no findings in 1 document"), "{stdout}");
        assert_eq!((status.as_str(), sarif.is_some()), ("0", true));
    }

    #[test]
    fn findings_fail_the_job_and_are_there_to_be_uploaded() {
        if file(SCRIPT).is_none() {
            return;
        }
        let warned = "format = 1\n[provider.spare]\nmodule = \"system\"\n";
        assert_eq!(check(warned, "").1, "0");
        for (catalog, status) in [(warned, "1"), ("format = 2\n", "1")] {
            let (stdout, found, sarif, _folder) = check(catalog, "--deny\nwarnings\n");
            assert_eq!(found, status, "{stdout}");
            assert!(stdout.contains("\n::error ") && stdout.contains("file=a site.toml"), "{stdout}");
            let sarif = std::fs::read_to_string(sarif.expect("there is one")).expect("it is read");
            assert!(sarif.contains("\"2.1.0\"") && sarif.contains("\"results\":[{"), "{sarif}");
        }
    }

    #[test]
    fn the_action_gives_the_script_what_it_takes() {
        let (Some(action), Some(script)) = (file(".github/actions/check/action.yml"), file(SCRIPT)) else { return };
        for variable in ["SOCKATLAS", "PATHS", "ARGUMENTS"] {
            assert!(
                action.contains(&format!("        {variable}: ${{{{ ")) && script.contains(&format!("${variable}\""))
            );
        }
        // Inputs reach a shell as variables only: put into the script, they would be run.
        for line in action.lines().filter(|line| line.trim_start().starts_with("run:")) {
            assert!(!line.contains("${{"), "{line}");
        }
    }
}
