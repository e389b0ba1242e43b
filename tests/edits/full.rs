//! Disks that are full, folders that cannot be written, files that may not grow: a clear error, nothing changed, nothing left.

use super::stage::{INSTALLATION, NEXT, REMOVAL, THREE, after, disk, done, left_behind, readers, restore};
use super::{folder, said};
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const SOCKATLAS: &str = env!("CARGO_BIN_EXE_sockatlas");

/// Runs a script in a folder, with `$sockatlas` for the command and `"$@"` for its arguments.
fn script(folder: &Path, before: &[&str], script: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(before.first().unwrap_or(&"sh"));
    command.args(before.iter().skip(1)).args(before.first().map(|_| "sh")).args(["-c", script, "sh"]).args(arguments);
    command.current_dir(folder).env("sockatlas", SOCKATLAS).env("NO_COLOR", "1").env_remove("SOCKATLAS_CATALOG");
    command.output().expect("a shell runs")
}

/// Runs a script as root of a name space of its own, where it can mount.
fn with_mounts(folder: &Path, text: &str, arguments: &[&str]) -> Option<Output> {
    let permitted = script(folder, &["unshare", "-rm"], "mkdir -p t && mount -t tmpfs none t", &[]);
    if !permitted.status.success() {
        assert!(std::env::var_os("CI").is_none(), "unshare -rm is not permitted, and CI must permit it: {permitted:?}");
        let _ = writeln!(std::io::stderr(), "SKIPPED: mounts of one's own are not permitted here: {permitted:?}");
        return None;
    }
    Some(script(folder, &["unshare", "-rm"], text, arguments))
}

/// The edit as nobody, who may write less than root.
fn as_nobody(folder: &Path, arguments: &[&str]) -> Option<Output> {
    const NOBODY: u32 = 65534;
    let mut command = Command::new(SOCKATLAS);
    command.args(arguments).current_dir(folder).env("NO_COLOR", "1").env_remove("SOCKATLAS_CATALOG");
    if fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0) {
        command.uid(NOBODY).gid(NOBODY);
    }
    let output = command.output();
    if let Err(error) = &output {
        let _ = writeln!(std::io::stderr(), "SKIPPED: the command cannot be run as nobody: {error}");
    }
    output.ok()
}

fn assert_as_it_was(folder: &Path) {
    assert_eq!(readers(folder), after(&[]));
    assert_eq!(disk(folder), after(&[]));
    assert_eq!(left_behind(folder), Vec::<PathBuf>::new());
}

#[test]
fn on_a_disk_that_gets_full_at_any_step_readers_get_the_old_catalog_or_the_new_one() {
    // The disk has so many pages left when the edit begins; each file takes one.
    const SCRIPT: &str = r#"
        mkdir -p t && mount -t tmpfs -o size=256k none t && cp -r a b t && cd t || exit 9
        head -c "$((pages * 4096))" /dev/zero >spare
        cat /dev/zero >fill 2>/dev/null
        rm spare
        "$sockatlas" "$@"
        echo "status $?" >&2
        rm fill
        rm -rf ../a ../b
        cp -r a b ..
    "#;
    for (arguments, steps) in [(INSTALLATION, 1), (REMOVAL, 5)] {
        let (old, new) = (after(&[]), after(&[arguments]));
        let mut made = Vec::new();
        for pages in 0..=steps + 1 {
            let folder = folder();
            restore(folder.path(), THREE);
            let script = SCRIPT.replace("pages *", &format!("{pages} *"));
            let Some(output) = with_mounts(folder.path(), &script, arguments) else { return };
            let stderr = String::from_utf8_lossy(&output.stderr);
            let is_made = stderr.contains("status 0");
            made.push(is_made);
            assert!(is_made || stderr.contains("status 2") && stderr.contains("No space left on device"), "{stderr}");
            let expected = if is_made { &new } else { &old };
            assert_eq!(&readers(folder.path()), expected, "{pages} pages: {stderr}");
            assert_eq!(&disk(folder.path()), expected, "{pages} pages: {stderr}");
            assert_eq!(left_behind(folder.path()), Vec::<PathBuf>::new(), "{pages} pages: {stderr}");
        }
        let expected: Vec<bool> = (0..=steps + 1).map(|pages| pages >= steps).collect();
        assert_eq!(made, expected, "every step that needs room was refused it once");
    }
}

#[test]
fn a_folder_of_the_three_that_cannot_be_written_is_named_and_nothing_changes() {
    for unwritable in ["a", "b"] {
        let folder = folder();
        restore(folder.path(), THREE);
        for path in [folder.path().to_owned(), folder.path().join("a"), folder.path().join("b")] {
            fs::set_permissions(path, fs::Permissions::from_mode(0o777)).expect("the mode is set");
        }
        fs::set_permissions(folder.path().join(unwritable), fs::Permissions::from_mode(0o555))
            .expect("the mode is set");
        let Some(output) = as_nobody(folder.path(), REMOVAL) else { return };
        let (status, _, stderr) = said(&output);
        assert_eq!(status, 2, "{stderr}");
        let expected = format!("/{unwritable}: cannot create a file in this folder: Permission denied");
        assert!(stderr.contains(&expected), "{stderr}");
        assert_as_it_was(folder.path());
    }
}

#[test]
fn an_include_in_a_folder_that_cannot_be_written_hinders_no_edit_of_others() {
    let folder = folder();
    restore(folder.path(), THREE);
    for (path, mode) in [("", 0o755), ("a", 0o777), ("b", 0o555)] {
        fs::set_permissions(folder.path().join(path), fs::Permissions::from_mode(mode)).expect("the mode is set");
    }
    let Some(output) = as_nobody(folder.path(), INSTALLATION) else { return };
    assert_eq!(said(&output).0, 0, "{output:?}");
    assert_eq!(readers(folder.path()), after(&[INSTALLATION]));
    assert_eq!(left_behind(folder.path()), Vec::<PathBuf>::new());
}

#[test]
fn a_folder_that_cannot_be_opened_is_named() {
    let folder = folder();
    restore(folder.path(), THREE);
    for (path, mode) in [("", 0o755), ("a", 0o777), ("b", 0o311)] {
        fs::set_permissions(folder.path().join(path), fs::Permissions::from_mode(mode)).expect("the mode is set");
    }
    let Some(output) = as_nobody(folder.path(), INSTALLATION) else { return };
    let (status, _, stderr) = said(&output);
    assert_eq!(status, 2, "{stderr}");
    assert!(stderr.contains("/b: cannot lock this folder: Permission denied"), "{stderr}");
    fs::set_permissions(folder.path().join("b"), fs::Permissions::from_mode(0o755)).expect("the mode is set");
    assert_as_it_was(folder.path());
}

#[test]
fn a_mount_that_is_read_only_is_named_and_nothing_changes() {
    const SCRIPT: &str = r#"mount --bind b b && mount -o remount,ro,bind b && exec "$sockatlas" "$@""#;
    let folder = folder();
    restore(folder.path(), THREE);
    let Some(output) = with_mounts(folder.path(), SCRIPT, REMOVAL) else { return };
    let (status, _, stderr) = said(&output);
    assert_eq!(status, 2, "{stderr}");
    assert!(stderr.contains("/b: cannot create a file in this folder: Read-only file system"), "{stderr}");
    assert_as_it_was(folder.path());
    // What is only read there hinders nothing.
    let Some(output) = with_mounts(folder.path(), SCRIPT, INSTALLATION) else { return };
    assert_eq!(said(&output).0, 0, "{output:?}");
}

#[test]
fn a_file_that_may_not_grow_is_a_clear_error_and_nothing_changes() {
    for (arguments, limit) in [(INSTALLATION, 0), (REMOVAL, 0), (REMOVAL, 1)] {
        let folder = folder();
        restore(folder.path(), THREE);
        let output =
            script(folder.path(), &[], &format!(r#"ulimit -f {limit}; exec "$sockatlas" "$@" 2>&1 | cat"#), arguments);
        let stdout = String::from_utf8_lossy(&output.stdout);
        assert!(stdout.contains("cannot write a file in this folder: File too large"), "{stdout}");
        assert_as_it_was(folder.path());
    }
}

#[test]
fn where_nothing_can_be_locked_nothing_is_changed() {
    let folder = folder();
    restore(folder.path(), THREE);
    let output = Command::new("strace")
        .args(["-f", "-qq", "-e", "trace=flock", "-e", "inject=flock:error=EOPNOTSUPP", "-o", "calls", SOCKATLAS])
        .args(INSTALLATION)
        .current_dir(folder.path())
        .env("NO_COLOR", "1")
        .env_remove("SOCKATLAS_CATALOG")
        .output();
    let output = match output {
        Ok(output) => output,
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "CI must have strace");
            let _ = writeln!(std::io::stderr(), "SKIPPED: strace does not run here: {error}");
            return;
        }
    };
    let (status, _, stderr) = said(&output);
    assert_eq!(status, 2, "{stderr}");
    assert!(stderr.contains("/a: cannot lock this folder: Operation not supported"), "{stderr}");
    assert_as_it_was(folder.path());
    done(folder.path(), NEXT);
}
