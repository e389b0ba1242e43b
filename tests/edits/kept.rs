//! What a file has besides its content stays whatever edits it, or the edit is refused: mode, owner, group, access control lists,
//! extended attributes, hard links.

use super::stage::{NEXT, REMOVAL, THREE, after, done, left_behind, restore};
use super::unfinished::refused_there;
use super::{folder, read, said, sockatlas, write};
use rustix::fs::{XattrFlags, getxattr, listxattr, setxattr};
use sockatlas::Loader;
use sockatlas::edit::{Install, Original, Transaction, TransactionError, WriteError};
use std::fs::{self, Permissions};
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub const NOBODY: u32 = 65534;
const READER: u32 = 1000;
const ACCESS: &str = "system.posix_acl_access";
const DEFAULT: &str = "system.posix_acl_default";

/// u::rw- u:1000:rw- g::--- m::rw- o::---, whose mode says 0660.
pub const LIST: [(u16, u16, u32); 5] =
    [(1, 6, u32::MAX), (2, 6, READER), (4, 0, u32::MAX), (16, 6, u32::MAX), (32, 0, u32::MAX)];

/// An access control list as the kernel has it.
pub fn acl(entries: &[(u16, u16, u32)]) -> Vec<u8> {
    let entry = |&(tag, may, id): &(u16, u16, u32)| {
        [tag.to_le_bytes().as_slice(), &may.to_le_bytes(), &id.to_le_bytes()].concat()
    };
    [2u32.to_le_bytes().to_vec(), entries.iter().flat_map(entry).collect()].concat()
}

pub fn set(path: &Path, name: &str, value: &[u8]) -> bool {
    let set = setxattr(path, name, value, XattrFlags::empty());
    if let Err(error) = set {
        let _ = writeln!(std::io::stderr(), "SKIPPED: `{name}` cannot be set here: {error}");
    }
    set.is_ok()
}

pub fn get(path: &Path, name: &str) -> Option<Vec<u8>> {
    let mut value = vec![0; 4096];
    let bytes = getxattr(path, name, &mut *value).ok()?;
    value.truncate(bytes);
    Some(value)
}

pub fn is_root() -> bool {
    let is_root = fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    if !is_root {
        let _ = writeln!(std::io::stderr(), "SKIPPED: only root is another user when it likes");
    }
    is_root
}

/// Runs the command as another user.
pub fn as_user(user: u32, folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sockatlas"));
    command.args(arguments).current_dir(folder).env("NO_COLOR", "1").env_remove("SOCKATLAS_CATALOG");
    command.uid(user).gid(user).output().expect("root runs it as anybody")
}

pub fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("the mode is set");
}

/// Mode, owner, group, and all attributes.
fn besides(path: &Path) -> (u32, u32, u32, Vec<(String, Vec<u8>)>) {
    let metadata = fs::metadata(path).expect("it is there");
    let mut names = vec![0; 4096];
    let bytes = listxattr(path, &mut *names).expect("they are listed");
    let names = String::from_utf8(names[..bytes].to_vec()).expect("UTF-8");
    let names = names.split_terminator('\0').map(str::to_owned);
    let mut attributes: Vec<_> = names.map(|name| (name.clone(), get(path, &name).expect("it is there"))).collect();
    attributes.sort();
    (metadata.mode(), metadata.uid(), metadata.gid(), attributes)
}

const CATALOG: &str = r#"format = 1

[provider.kernel]
module = "system"

[base.tcp4]
provider = "kernel"
family   = "inet"
type     = "stream"
protocol = "tcp"

[base.udp4]
provider="kernel"
family   = "inet"
type     = "dgram"
protocol = "udp"
replace = true
"#;

const TCP6: &str =
    "format = 1\n[base.tcp6]\nprovider = \"kernel\"\nfamily = \"inet6\"\ntype = \"stream\"\nprotocol = \"tcp\"\n";

/// Every way in which the command writes over a file that is there.
const EDITS: &[&[&str]] = &[
    &["install", "-c", "site.toml", "tcp6", "--base", "provider=kernel", "family=inet6", "type=stream", "protocol=tcp"],
    &["remove", "-c", "site.toml", "tcp4"],
    &["order", "-c", "site.toml", "udp4"],
    &["disable", "-c", "site.toml", "udp4"],
    &["set", "-c", "site.toml", "tcp4", "summary", "\"x\""],
    &["fmt", "site.toml"],
    &["check", "--fix", "site.toml"],
    &["init", "--force", "site.toml"],
];

fn edited(folder: &Path, arguments: &[&str]) {
    let output = sockatlas(folder, arguments);
    assert_ne!(read(folder, "site.toml"), CATALOG, "{arguments:?}: {output:?}");
}

#[test]
fn every_edit_keeps_mode_owner_group_access_list_and_attributes() {
    for arguments in EDITS {
        let folder = folder();
        let path = folder.path().join("site.toml");
        write(folder.path(), "site.toml", CATALOG);
        if is_root() {
            chown(&path, Some(4321), Some(1234)).expect("root gives files away");
            assert!(set(&path, "security.note", b"kept") && set(&path, "trusted.note", b"kept"));
        }
        let is_set =
            [set(&path, "user.origin", b"the office"), set(&path, "user.empty", b""), set(&path, ACCESS, &acl(&LIST))];
        let before = besides(&path);
        assert!(before.3.len() >= is_set.iter().filter(|is_set| **is_set).count());
        edited(folder.path(), arguments);
        assert_eq!(besides(&path), before, "{arguments:?}");
        assert_eq!(fs::read_dir(folder.path()).expect("the folder is there").count(), 1, "{arguments:?}");
    }
}

#[test]
fn the_mask_of_a_list_is_no_right_of_the_group() {
    if !is_root() {
        return;
    }
    for arguments in EDITS {
        let folder = folder();
        mode(folder.path(), 0o755);
        let path = folder.path().join("site.toml");
        write(folder.path(), "site.toml", CATALOG);
        chown(&path, None, Some(NOBODY)).expect("root gives files away");
        if !set(&path, ACCESS, &acl(&LIST)) {
            return;
        }
        edited(folder.path(), arguments);
        let may = |user| {
            let mut command = Command::new("sh");
            command.args(["-c", "test -r site.toml && echo reads; test -w site.toml && echo writes; true"]);
            let output = command.current_dir(folder.path()).uid(user).gid(user).output().expect("a shell runs");
            String::from_utf8(output.stdout).expect("UTF-8")
        };
        assert_eq!((may(NOBODY).as_str(), may(READER).as_str()), ("", "reads\nwrites\n"), "{arguments:?}");
    }
}

#[test]
fn a_list_that_a_folder_hands_down_is_not_got_by_an_edit() {
    for arguments in EDITS {
        let folder = folder();
        let path = folder.path().join("site.toml");
        write(folder.path(), "site.toml", CATALOG);
        mode(&path, 0o660);
        if !set(folder.path(), DEFAULT, &acl(&LIST)) {
            return;
        }
        let before = besides(&path);
        edited(folder.path(), arguments);
        assert_eq!(besides(&path), before, "{arguments:?}");
        assert_eq!(get(&path, ACCESS), None);
    }
}

#[test]
fn journals_are_read_by_those_who_read_all_their_files_and_by_nobody_else() {
    if !is_root() {
        return;
    }
    let other = LIST.map(|(tag, may, id)| (tag, may, if tag == 2 { id + 1 } else { id }));
    for (of_base, of_site, list, of_journal) in [
        (Some(LIST), Some(LIST), Some(LIST.map(|(tag, may, id)| (tag, may & 4, id))), 0o440),
        (Some(LIST), Some(other), None, 0o400),
        (Some(LIST), None, None, 0o400),
        (None, None, None, 0o440),
    ] {
        let folder = folder();
        restore(folder.path(), THREE);
        for path in ["", "a", "b"] {
            mode(&folder.path().join(path), 0o755);
        }
        for (path, list) in [("a/base.toml", of_base), ("a/site.toml", of_site), ("b/layers.toml", Some(LIST))] {
            let path = folder.path().join(path);
            mode(&path, 0o660);
            if list.is_some_and(|list| !set(&path, ACCESS, &acl(&list))) {
                return;
            }
        }
        if refused_there(folder.path()).is_none() {
            return;
        }
        let journal = folder.path().join("a/.sockatlas-journal");
        assert_eq!(fs::metadata(&journal).expect("it is there").mode() & 0o777, of_journal, "{of_base:?} {of_site:?}");
        assert_eq!(get(&journal, ACCESS), list.map(|list| acl(&list)), "{of_base:?} {of_site:?}");
        if list.is_some() {
            let listed = as_user(READER, folder.path(), &["list", "-c", "a/site.toml"]);
            assert_eq!(said(&listed).0, 0, "who may read the files reads them meanwhile: {listed:?}");
            assert_eq!(said(&as_user(READER + 1, folder.path(), &["list", "-c", "a/site.toml"])).0, 2);
        }
        let lists = || ["a/base.toml", "a/site.toml", "b/layers.toml"].map(|path| besides(&folder.path().join(path)));
        let before = lists();
        done(folder.path(), NEXT);
        assert_eq!(lists(), before, "who finishes it keeps them too");
        assert_eq!(super::stage::disk(folder.path()), after(&[REMOVAL, NEXT]));
        assert_eq!(left_behind(folder.path()), Vec::<PathBuf>::new());
    }
}

#[test]
fn what_cannot_be_kept_refuses_the_edit() {
    if !is_root() {
        return;
    }
    for (group, rights, attribute, refusal) in [
        (NOBODY, 0o644, Some("security.note"), Some("its extended attribute `security.note` cannot be kept: ")),
        (1234, 0o640, None, Some("its group, 1234, which has other rights than everybody, cannot be kept: ")),
        (1234, 0o604, None, Some("its group, 1234, which has other rights than everybody, cannot be kept: ")),
        // Nobody has other rights by another group, if all groups have those of everybody.
        (1234, 0o644, None, None),
        (NOBODY, 0o600, Some("user.note"), None),
    ] {
        for arguments in EDITS {
            let folder = folder();
            chown(folder.path(), Some(NOBODY), Some(NOBODY)).expect("root gives folders away");
            let path = folder.path().join("site.toml");
            write(folder.path(), "site.toml", CATALOG);
            mode(&path, rights);
            chown(&path, Some(NOBODY), Some(group)).expect("root gives files away");
            if attribute.is_some_and(|attribute| !set(&path, attribute, b"kept")) {
                return;
            }
            let before = besides(&path);
            let output = as_user(NOBODY, folder.path(), arguments);
            let (_, _, stderr) = said(&output);
            match refusal {
                None => assert_ne!(read(folder.path(), "site.toml"), CATALOG, "{arguments:?}: {stderr}"),
                Some(refusal) => {
                    assert!(stderr.contains(&format!("site.toml: not written, because {refusal}")), "{stderr}");
                    assert_eq!(read(folder.path(), "site.toml"), CATALOG, "{arguments:?}");
                    assert_eq!(besides(&path), before, "{arguments:?}");
                }
            }
            assert_eq!(fs::read_dir(folder.path()).expect("the folder is there").count(), 1, "{arguments:?}");
        }
    }
}

#[test]
fn a_file_of_several_names_is_not_made_two_files() {
    for arguments in EDITS {
        let folder = folder();
        write(folder.path(), "site.toml", CATALOG);
        for name in ["second", "third"] {
            fs::hard_link(folder.path().join("site.toml"), folder.path().join(name)).expect("a link is made");
        }
        let output = sockatlas(folder.path(), arguments);
        let (status, _, stderr) = said(&output);
        assert_eq!(status, 2, "{arguments:?}: {stderr}");
        let expected = "site.toml: not written, because it has 3 names (hard links), and the others would keep the old content; make \
                        it a file of its own, as by `cp -p FILE COPY` and `mv COPY FILE`, or make the other names symbolic links";
        assert!(stderr.contains(expected), "{arguments:?}: {stderr}");
        for name in ["site.toml", "second", "third"] {
            assert_eq!(read(folder.path(), name), CATALOG);
            assert_eq!(fs::metadata(folder.path().join(name)).expect("it is there").nlink(), 3);
        }
        assert_eq!(fs::read_dir(folder.path()).expect("the folder is there").count(), 3, "{arguments:?}");
        // What is said to do helps.
        let own = "cp -p site.toml copy && mv copy site.toml";
        assert!(
            Command::new("sh").args(["-c", own]).current_dir(folder.path()).status().is_ok_and(|own| own.success())
        );
        edited(folder.path(), arguments);
    }
}

#[test]
fn one_of_several_names_of_one_of_several_files_refuses_them_all() {
    let folder = folder();
    restore(folder.path(), THREE);
    fs::hard_link(folder.path().join("b/layers.toml"), folder.path().join("other")).expect("a link is made");
    let (status, _, stderr) = said_owned(&sockatlas(folder.path(), REMOVAL));
    assert!(status == 2 && stderr.contains("layers.toml: not written, because it has 2 names"), "{stderr}");
    assert_eq!(super::stage::disk(folder.path()), after(&[]));
    assert_eq!(left_behind(folder.path()), Vec::<PathBuf>::new());
}

fn said_owned(output: &Output) -> (i32, String, String) {
    let (status, stdout, stderr) = said(output);
    (status, stdout.to_owned(), stderr.to_owned())
}

#[test]
fn a_name_that_a_file_gets_while_its_change_is_prepared_counts() {
    let folder = folder();
    write(folder.path(), "site.toml", CATALOG);
    let path = folder.path().join("site.toml");
    let change = Install::text("new.toml", TCP6);
    let prepared = Transaction::new(Loader::new().path(&path)).change(change).prepare(|_| false).expect("it is sound");
    fs::hard_link(&path, folder.path().join("other")).expect("a link is made");
    let error = prepared.commit().expect_err("it is not written");
    assert!(matches!(error, TransactionError::Write(WriteError::Linked { links: 2, .. })), "{error}");
    let original = Original::known(&path, CATALOG);
    assert!(matches!(original.replace("new"), Err(WriteError::Linked { links: 2, .. })));
    assert_eq!(read(folder.path(), "other"), CATALOG);
}
