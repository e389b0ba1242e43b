//! How files are written: as wholes, where they are, and only over what was read.

use super::{folder, read, said, sockatlas, write};
use sockatlas::edit::{Original, WriteError, create};

#[test]
fn a_file_that_changed_since_it_was_read_is_not_written() {
    let folder = folder();
    write(folder.path(), "site.toml", "old");
    let path = folder.path().join("site.toml");
    let original = Original::read(&path).expect("the file is read");
    write(folder.path(), "site.toml", "theirs");
    assert!(matches!(original.replace("mine"), Err(WriteError::Changed { .. })));
    assert_eq!(read(folder.path(), "site.toml"), "theirs");
    std::fs::remove_file(&path).expect("the file is removed");
    assert!(matches!(original.replace("mine"), Err(WriteError::Io { .. })));
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder is there").count(), 0, "nothing is left behind");
}

#[test]
fn a_file_is_created_once() {
    let folder = folder();
    let path = folder.path().join("site.toml");
    create(&path, "first").expect("the file is created");
    assert!(matches!(create(&path, "second"), Err(WriteError::Exists { .. })));
    assert_eq!(read(folder.path(), "site.toml"), "first");
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder is there").count(), 1, "nothing is left behind");
}

#[test]
fn a_folder_is_no_file() {
    let folder = folder();
    let original = Original::known(folder.path(), "");
    let error = original.replace("new").expect_err("a folder is not replaced");
    assert!(matches!(error, WriteError::NotAFile { .. }), "{error}");
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::fs::{self, Permissions};
    use std::io::Write as _;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    #[test]
    fn mode_and_owner_are_kept() {
        let folder = folder();
        write(folder.path(), "site.toml", "old");
        let path = folder.path().join("site.toml");
        // Only root can give a file away.
        let given_away = chown(&path, Some(12345), Some(54321)).is_ok();
        for mode in [0o600, 0o640, 0o664, 0o755, 0o444] {
            fs::set_permissions(&path, Permissions::from_mode(mode)).expect("the mode is set");
            let before = fs::metadata(&path).expect("the file is there");
            let content = mode.to_string();
            Original::read(&path).and_then(|original| original.replace(&content)).expect("the file is replaced");
            let after = fs::metadata(&path).expect("the file is there");
            assert_eq!((after.mode(), after.uid(), after.gid()), (before.mode(), before.uid(), before.gid()));
            assert_ne!(after.ino(), before.ino(), "it is another file under the same name");
            assert_eq!(read(folder.path(), "site.toml"), content);
            assert!(!given_away || after.uid() == 12345);
        }
    }

    #[test]
    fn a_new_file_has_the_mode_of_any_new_file() {
        let folder = folder();
        write(folder.path(), "other", "");
        create(folder.path().join("site.toml"), "new").expect("the file is created");
        let mode = |name| fs::metadata(folder.path().join(name)).expect("the file is there").mode();
        assert_eq!(mode("site.toml"), mode("other"));
    }

    #[test]
    fn a_symbolic_link_is_followed_and_stays_one() {
        let folder = folder();
        fs::create_dir(folder.path().join("real")).expect("a folder is made");
        write(folder.path(), "real/site.toml", "format=1\n");
        symlink("real/site.toml", folder.path().join("link.toml")).expect("a link is made");
        symlink("link.toml", folder.path().join("site.toml")).expect("a link is made");
        assert_eq!(said(&sockatlas(folder.path(), &["fmt", "site.toml"])), (0, "formatted site.toml\n", ""));
        assert_eq!(read(folder.path(), "real/site.toml"), "format = 1\n");
        for link in ["site.toml", "link.toml"] {
            assert!(fs::symlink_metadata(folder.path().join(link)).expect("the link is there").is_symlink());
        }
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named_and_nothing_changes() {
        let folder = folder();
        write(folder.path(), "site.toml", "format=1\n");
        fs::set_permissions(folder.path(), Permissions::from_mode(0o555)).expect("the mode is set");
        let mut command = Command::new(env!("CARGO_BIN_EXE_sockatlas"));
        command.args(["fmt", "site.toml"]).current_dir(folder.path()).env("NO_COLOR", "1");
        let is_root = fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
        if is_root {
            // Root may write everywhere.
            command.uid(65534).gid(65534);
        }
        match command.output() {
            // Not by `eprintln!`, of which the test runner shows nothing when a test passes.
            Err(error) => drop(writeln!(std::io::stderr(), "SKIPPED: the command cannot be run as nobody: {error}")),
            Ok(refused) => {
                assert_eq!((said(&refused).0, said(&refused).1), (2, ""));
                let stderr = said(&refused).2;
                assert!(stderr.contains("cannot create a file in this folder: Permission denied"), "{stderr}");
            }
        }
        assert_eq!(read(folder.path(), "site.toml"), "format=1\n");
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("the mode is set");
    }
}
