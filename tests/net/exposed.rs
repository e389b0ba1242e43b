//! Files that others can read or write are refused when something is opened, unless they are allowed by name.

use crate::net::command::{run, sockatlas};
use crate::secret::mode;
use rustix::fs::{Gid, Uid};
use sockatlas::catalog::{Exposure, Right};
use sockatlas::net::{Error, ErrorKind, Opener, Providers, Role};
use sockatlas::terms::ErrorCode;
use sockatlas::{Loader, Request};
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// A folder with a catalog whose only chain has a proxy, and a password for it.
struct Site {
    folder: tempfile::TempDir,
}

const CATALOG: &str = "format = 1\n[provider.kernel]\nmodule = \"system\"\n[provider.socks5]\n\
    [base.tcp4]\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"stream\"\nprotocol = \"tcp\"\n\
    [layer.socks]\nprovider = \"socks5\"\nadds = [\"proxied\"]\nremoves = [\"encrypted\", \"authenticated\"]\n\
    options = { proxy = \"127.0.0.1:1\", username = \"alice\", password-file = \"secrets/password\" }\n\
    [chain.proxied]\nlayers = [\"socks\"]\nbase = \"tcp4\"\n";

impl Site {
    fn new() -> Self {
        let site = Site { folder: tempfile::tempdir().expect("there is room") };
        fs::create_dir(site.path("secrets")).expect("there is room");
        fs::write(site.path("site.toml"), CATALOG).expect("there is room");
        fs::write(site.path("secrets/password"), "sesame\n").expect("there is room");
        site.modes(&[("", 0o755), ("secrets", 0o755), ("site.toml", 0o644), ("secrets/password", 0o600)]);
        site
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn modes(&self, modes: &[(&str, u32)]) {
        modes.iter().for_each(|(name, bits)| mode(self.path(name), *bits));
    }

    /// What opening says of the catalog at a path.
    fn prepare_at(catalog: &Path, allowed: &[PathBuf]) -> Result<(), Error> {
        let registry = Loader::new().path(catalog).load().unwrap_or_else(|error| panic!("{error}"));
        let providers = allowed.iter().fold(Providers::shipped(), |all, path| all.allow_exposed_file(path));
        let selection = registry.resolve(&Request::named("proxied")).expect("it is there");
        Opener::new(&providers, &selection).prepare(Role::Connect)
    }

    fn prepare(&self, allowed: &[PathBuf]) -> Result<(), Error> {
        Site::prepare_at(&self.path("site.toml"), allowed)
    }

    fn exposure(&self) -> Option<Exposure> {
        exposure(self.prepare(&[]))
    }

    /// Which place is exposed, and how, if one is.
    fn found(&self) -> Option<(PathBuf, Right)> {
        self.exposure().map(|exposure| (exposure.place, exposure.right))
    }
}

fn exposure(prepared: Result<(), Error>) -> Option<Exposure> {
    match prepared {
        Ok(()) => None,
        Err(Error::Exposed { source, .. }) => Some(*source),
        Err(error) => panic!("{error}"),
    }
}

/// Gives what is there to another user and group; false, said loudly, where that takes root.
fn give(path: &Path, user: Option<u32>, group: Option<u32>) -> bool {
    let given = rustix::fs::chown(path, user.map(Uid::from_raw), group.map(Gid::from_raw));
    if given.is_err() {
        // Past the capture of the test's output.
        let _ = writeln!(std::io::stderr(), "SKIPPED: only root can give files away");
    }
    given.is_ok()
}

/// The number of a group, by its name.
fn group(name: &str) -> Option<u32> {
    let groups = fs::read_to_string("/etc/group").ok()?;
    let line = groups.lines().find_map(|line| line.strip_prefix(&format!("{name}:")).map(str::to_owned))?;
    line.split(':').nth(1)?.parse().ok()
}

#[test]
fn what_everybody_may_read_or_write_is_refused_with_the_file_its_mode_its_owner_and_the_remedy() {
    let site = Site::new();
    assert_eq!(site.found(), None);
    let table = [
        ("secrets/password", 0o644, Right::ReadByAll),
        ("secrets/password", 0o604, Right::ReadByAll),
        ("secrets/password", 0o602, Right::WrittenByAll),
        ("secrets/password", 0o666, Right::WrittenByAll),
        ("site.toml", 0o646, Right::WrittenByAll),
        ("secrets", 0o757, Right::WrittenByAll),
        ("", 0o777, Right::WrittenByAll),
    ];
    for (name, bits, right) in table {
        let before = fs::metadata(site.path(name)).expect("it is there").permissions();
        site.modes(&[(name, bits)]);
        let found = site.exposure().unwrap_or_else(|| panic!("{name} with {bits:o} passes"));
        assert_eq!(
            (found.place.as_path(), &found.right, found.mode),
            (&*site.path(name).join(""), &right, bits),
            "{name}"
        );
        assert_eq!(found.owner, rustix::process::geteuid().as_raw());
        let reported = found.to_string();
        assert!(
            reported.contains(&format!("(mode {bits:04o}, owner ")) && reported.contains("take that away: `chmod "),
            "{reported}"
        );
        fs::set_permissions(site.path(name), before).expect("it is ours");
        assert_eq!(site.found(), None, "{name}");
    }
    // A closed folder around it does not make a mode good.
    site.modes(&[("", 0o700), ("secrets", 0o700), ("secrets/password", 0o644)]);
    assert_eq!(site.found(), Some((site.path("secrets/password"), Right::ReadByAll)));
    site.modes(&[("secrets/password", 0o600)]);
    // The sticky bit keeps others from replacing what is not theirs.
    site.modes(&[("", 0o1777), ("secrets", 0o1777)]);
    assert_eq!(site.found(), None);
}

#[test]
fn the_error_names_the_option_and_is_one_of_this_host() {
    let site = Site::new();
    site.modes(&[("secrets/password", 0o640 | 0o004)]);
    let error = site.prepare(&[]).expect_err("everybody can read it");
    let file = site.path("secrets/password").display().to_string();
    let reported = error.to_string();
    let begins = format!("`socks.password-file`: everybody on this machine may read `{file}` (mode 0644, owner ");
    assert!(
        reported.starts_with(&begins) && reported.ends_with(&format!("; take that away: `chmod 600 {file}`")),
        "{reported}"
    );
    assert_eq!((error.kind(), error.code()), (ErrorKind::Host, Some(ErrorCode::ProviderFailed)));
}

#[test]
fn a_group_may_read_a_secret_unless_everybody_is_in_it_and_may_write_nothing_unless_it_is_private() {
    let site = Site::new();
    let password = site.path("secrets/password");
    // One with members that are not root, or with none that is known; one that everybody is in; root's own.
    let (some, everybody, own) = (54_321, group("users").unwrap_or(100), 0);
    if !give(&password, None, Some(some)) {
        return;
    }
    let judged = |name: &str, group: u32, bits: u32| {
        assert!(give(&site.path(name), None, Some(group)));
        site.modes(&[(name, bits)]);
        let found = site.found().map(|(_, right)| right);
        assert!(give(&site.path(name), None, Some(own)));
        site.modes(&[(name, if name.ends_with("password") { 0o600 } else { 0o755 })]);
        found
    };
    assert_eq!(judged("secrets/password", some, 0o640), None, "as root:ssl-cert has it");
    assert_eq!(judged("secrets/password", own, 0o660), None, "only root is in it");
    assert!(matches!(judged("secrets/password", some, 0o660), Some(Right::WrittenByGroup(_))));
    if group("users").is_some() {
        assert_eq!(judged("secrets/password", everybody, 0o640), Some(Right::ReadByGroup("users".to_owned())));
        assert_eq!(judged("site.toml", everybody, 0o664), Some(Right::WrittenByGroup("users".to_owned())));
    }
    assert_eq!(judged("secrets/password", some, 0o644), Some(Right::ReadByAll));
    assert_eq!(judged("site.toml", some, 0o664), Some(Right::WrittenByGroup("54321".to_owned())));
    assert_eq!(judged("site.toml", own, 0o664), None, "umask 002");
    assert_eq!(judged("secrets", some, 0o775), Some(Right::WrittenByGroup("54321".to_owned())));
    assert_eq!(judged("", some, 0o3775), None, "it is sticky");
}

#[test]
fn nobody_else_may_own_a_file_or_a_folder_or_a_link_on_the_way() {
    let site = Site::new();
    let stranger = 54_321;
    if !give(&site.path("site.toml"), Some(stranger), None) {
        return;
    }
    assert!(give(&site.path("site.toml"), Some(0), None));
    for name in ["site.toml", "secrets/password", "secrets", ""] {
        assert!(give(&site.path(name), Some(stranger), None));
        let found = site.exposure().unwrap_or_else(|| panic!("{name} of a stranger passes"));
        assert_eq!((&found.right, found.owner), (&Right::Owned, stranger), "{name}");
        assert!(found.to_string().contains(", owner 54321)"), "{found}");
        // Not even where the folder is sticky: who owns a folder may do with it as he likes.
        if found.is_folder {
            site.modes(&[(name, 0o1755)]);
            assert!(site.found().is_some(), "{name}");
            site.modes(&[(name, 0o755)]);
        }
        assert!(give(&site.path(name), Some(0), None));
        assert_eq!(site.found(), None, "{name}");
    }
    let link = site.path("link.toml");
    symlink(site.path("site.toml"), &link).expect("there is room");
    assert_eq!(exposure(Site::prepare_at(&link, &[])), None);
    let stranger = Some(Uid::from_raw(stranger));
    rustix::fs::chownat(rustix::fs::CWD, &link, stranger, None, rustix::fs::AtFlags::SYMLINK_NOFOLLOW)
        .expect("root may");
    let found = exposure(Site::prepare_at(&link, &[])).expect("he may make it lead elsewhere");
    assert_eq!((found.place, found.right), (link, Right::Owned));
}

#[test]
fn links_are_judged_on_both_ways() {
    let site = Site::new();
    fs::create_dir_all(site.path("loose/inner")).expect("there is room");
    // From a folder that everybody writes to a good one; and from a good one into one that everybody writes.
    symlink(site.path("secrets"), site.path("loose/inner/way")).expect("there is room");
    fs::remove_file(site.path("secrets/password")).expect("it is there");
    fs::create_dir(site.path("real")).expect("there is room");
    crate::secret::write(site.path("real/password"), "sesame\n");
    symlink("../real/password", site.path("secrets/password")).expect("there is room");
    assert_eq!(site.found(), None);
    site.modes(&[("real", 0o777)]);
    assert_eq!(site.found(), Some((site.path("real"), Right::WrittenByAll)));
    site.modes(&[("real", 0o755), ("real/password", 0o644)]);
    assert_eq!(site.found(), Some((site.path("real/password"), Right::ReadByAll)));
    site.modes(&[("real/password", 0o600)]);

    let catalog = site.path("loose/inner/catalog.toml");
    let way = format!("{}/", site.path("loose/inner/way").display());
    fs::write(site.path("site.toml"), CATALOG.replace("secrets/", &way)).expect("room");
    assert_eq!(site.found(), None);
    site.modes(&[("loose/inner", 0o777)]);
    assert_eq!(site.found(), Some((site.path("loose/inner"), Right::WrittenByAll)));
    site.modes(&[("loose/inner", 0o755), ("loose", 0o777)]);
    assert_eq!(site.found(), Some((site.path("loose"), Right::WrittenByAll)));
    symlink(site.path("site.toml"), &catalog).expect("there is room");
    site.modes(&[("loose", 0o755)]);
    assert_eq!(exposure(Site::prepare_at(&catalog, &[])), None);
    site.modes(&[("site.toml", 0o666)]);
    let found = exposure(Site::prepare_at(&catalog, &[])).expect("the target counts");
    assert_eq!((found.file, found.place), (catalog, site.path("site.toml")));
}

#[test]
fn every_catalog_that_was_merged_counts() {
    let site = Site::new();
    fs::write(site.path("other.toml"), "format = 1\ninclude = [\"site.toml\"]\n").expect("there is room");
    site.modes(&[("other.toml", 0o644)]);
    let other = site.path("other.toml");
    assert_eq!(exposure(Site::prepare_at(&other, &[])), None);
    for name in ["other.toml", "site.toml"] {
        site.modes(&[(name, 0o666)]);
        let found = exposure(Site::prepare_at(&other, &[])).expect("it is written by all");
        assert_eq!(found.place, site.path(name));
        site.modes(&[(name, 0o644)]);
    }
}

/// An access control list in the form that Linux keeps (linux/posix_acl_xattr.h): the owner's rights, those of one user, of the group,
/// the mask and those of others.
fn access_list(owner: u16, user: (u32, u16), mask: u16, others: u16) -> Vec<u8> {
    let mut list = 2_u32.to_le_bytes().to_vec();
    for (tag, bits, id) in
        [(1, owner, u32::MAX), (2, user.1, user.0), (4, 0, u32::MAX), (16, mask, u32::MAX), (32, others, u32::MAX)]
    {
        list.extend([u16::to_le_bytes(tag), u16::to_le_bytes(bits)].concat());
        list.extend(u32::to_le_bytes(id));
    }
    list
}

#[test]
fn an_access_control_list_is_a_right_of_strangers() {
    let site = Site::new();
    for (name, owner, bits, others, right) in [
        ("secrets/password", 6, 4, 0, Right::ReadByList),
        ("secrets/password", 6, 6, 0, Right::WrittenByList),
        ("site.toml", 6, 6, 4, Right::WrittenByList),
        ("secrets", 7, 7, 5, Right::WrittenByList),
    ] {
        let set = |mask| {
            let list = access_list(owner, (54_321, bits), mask, others);
            let flags = rustix::fs::XattrFlags::empty();
            rustix::fs::setxattr(site.path(name), "system.posix_acl_access", &list, flags)
        };
        if set(bits) == Err(rustix::io::Errno::NOTSUP) {
            let _ = writeln!(std::io::stderr(), "SKIPPED: the file system has no access control lists");
            return;
        }
        assert_eq!(site.found(), Some((site.path(name), right)), "{name} {bits}");
        // A mask that takes everything from the list leaves nobody with a right.
        set(0).expect("as before");
        assert_eq!(site.found(), None, "{name} {bits}");
        rustix::fs::removexattr(site.path(name), "system.posix_acl_access").expect("it is there");
    }
}

#[test]
fn what_is_allowed_by_name_is_opened_and_nothing_else() {
    let site = Site::new();
    let (catalog, password) = (site.path("site.toml"), site.path("secrets/password"));
    site.modes(&[("secrets/password", 0o644)]);
    assert!(site.prepare(std::slice::from_ref(&catalog)).is_err(), "another is allowed");
    assert!(site.prepare(std::slice::from_ref(&password)).is_ok());
    site.modes(&[("site.toml", 0o666)]);
    assert!(site.prepare(std::slice::from_ref(&password)).is_err());
    assert!(site.prepare(&[password.clone(), catalog.clone()]).is_ok());
    site.modes(&[("site.toml", 0o644), ("secrets/password", 0o600), ("", 0o777)]);
    assert!(site.prepare(&[site.folder.path().to_owned()]).is_ok(), "the folder is named, for all that is in it");
    assert!(site.prepare(std::slice::from_ref(&catalog)).is_err(), "the password is under it too");
    assert!(site.prepare(&[password, catalog]).is_ok());
}

#[cfg(feature = "cli")]
#[test]
fn the_command_refuses_and_allows_as_the_library_does() {
    let site = Site::new();
    let catalog = site.path("site.toml").display().to_string();
    let connect = |more: &[&str]| {
        let output = run(sockatlas(&["-c", &catalog, "connect", "proxied", "127.0.0.1:1"]).args(more), b"");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (_, reached) = connect(&[]);
    assert!(reached.contains("connect: Connection refused"), "{reached}");
    site.modes(&[("site.toml", 0o666)]);
    let (status, reported) = connect(&[]);
    let begins = format!(
        "error: [provider-failed] `proxied`: everybody on this machine may write `{catalog}` (mode 0666, owner "
    );
    let ends = format!("help: `--allow-exposed {catalog}` takes it as it is\n");
    assert!(reported.starts_with(&begins) && reported.ends_with(&ends), "{reported}");
    assert_eq!(status, Some(2));
    assert_eq!(connect(&["--allow-exposed", &catalog]).1, reached);
    for command in [
        vec!["relay", "--listen", "tcp4", "127.0.0.1:0", "--connect", "proxied", "127.0.0.1:1"],
        vec!["gateway", "--socks5", "127.0.0.1:0", "--connect", "proxied"],
        vec!["listen", "tcp4", "127.0.0.1:0"],
    ] {
        let output = run(sockatlas(&["-c", &catalog]).args(&command), b"");
        let reported = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(reported.contains("everybody on this machine may write"), "{command:?}: {reported}");
        assert_eq!(output.status.code(), Some(2), "{command:?}: {reported}");
    }
}

#[test]
fn texts_of_programs_and_catalogs_that_ship_are_no_files() {
    let registry = Loader::new().builtin().text("site.toml", "format = 1\n").load().expect("they are good");
    let selection = registry.resolve(&Request::named("tcp4")).expect("it is there");
    Opener::new(&Providers::shipped(), &selection).prepare(Role::Connect).expect("there is nothing to be exposed");
}

#[cfg(feature = "cli")]
#[test]
fn check_reports_what_opening_refuses_but_not_whose_the_files_are() {
    let site = Site::new();
    let catalog = site.path("site.toml").display().to_string();
    let warnings = || {
        let output = run(&mut sockatlas(&["check", &catalog]), b"");
        let reported = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        let found =
            reported.lines().filter_map(|line| line.strip_prefix("warning[writable-by-others]: ").map(str::to_owned));
        let mut found: Vec<String> = found.collect();
        found.sort_unstable_by(|one, other| other.cmp(one));
        found
    };
    assert!(warnings().is_empty());
    let folder = site.folder.path().display().to_string();
    site.modes(&[("site.toml", 0o666), ("", 0o777)]);
    let all = [
        format!("everybody on this machine may write the folder `{folder}`"),
        format!("everybody on this machine may write the catalog `{catalog}`"),
    ];
    assert_eq!(warnings(), all);
    site.modes(&[("", 0o1777), ("site.toml", 0o664)]);
    if give(&site.path("site.toml"), Some(54_321), Some(54_322)) {
        assert_eq!(warnings(), [format!("the group `54322` may write the catalog `{catalog}`")]);
        site.modes(&[("site.toml", 0o644)]);
        assert!(warnings().is_empty() && site.found().is_some(), "a stranger's catalog is not opened");
    }
}
