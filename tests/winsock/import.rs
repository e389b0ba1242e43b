//! `sockatlas import`: Winsock catalogs become catalogs in TOML that say the same.

use super::fixture::{self, Catalog};
use crate::laws::writing::{answer, everything, grid};
use sockatlas::edit::format;
use sockatlas::winsock::{
    Bitness, ImportOptions, Imported, Item, LeftOut, Options, PackedItem, ProtocolInfo, Store, export, import, read,
};
use sockatlas::{Loader, Registry, compare};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/winsock/samples").join(name)
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder for the files")
}

/// Runs the command in a folder: exit status, stdout, stderr.
fn sockatlas(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    stated(command(folder, arguments).output().expect("the command runs"))
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sockatlas"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    for variable in ["SOCKATLAS_CATALOG", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(variable);
    }
    command
}

fn stated(output: Output) -> (i32, String, String) {
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("no signal ends it"), text(output.stdout), text(output.stderr))
}

fn load(path: &Path) -> Registry {
    let loaded = Loader::new().winsock(Options::default()).path(path).load();
    loaded.unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The comment at the head of a text, on one line.
fn head(text: &str) -> String {
    let words = text.lines().take_while(|line| line.starts_with('#')).flat_map(|line| line.split_whitespace().skip(1));
    words.collect::<Vec<_>>().join(" ")
}

/// All that can be told of two registries is the same.
#[track_caller]
fn are_the_same(one: &Registry, other: &Registry) {
    assert_eq!(everything(one), everything(other));
    assert_eq!(compare(one, other), []);
    for request in grid(one) {
        assert_eq!(answer(one, &request), answer(other, &request), "{}", one.request_text(&request));
    }
}

#[test]
fn a_real_catalog_becomes_one_that_says_the_same_and_checks_clean() {
    let (folder, source) = (folder(), sample("windows-10-1709.reg"));
    let name = source.display().to_string();
    let (status, stdout, stderr) = sockatlas(folder.path(), &["import", &name, "-o", "windows.toml"]);
    assert_eq!(
        (status, stdout.as_str(), stderr.as_str()),
        (0, "created windows.toml: next, `sockatlas check windows.toml`\n", "")
    );
    let (status, stdout, _) = sockatlas(folder.path(), &["check", "--deny", "warnings", "windows.toml"]);
    assert_eq!(status, 0, "{stdout}");
    assert!(stdout.contains("16 entries"), "{stdout}");
    let (status, stdout, _) = sockatlas(folder.path(), &["fmt", "--check", "windows.toml"]);
    assert_eq!((status, stdout.as_str()), (0, ""));
    are_the_same(&load(&source), &load(&folder.path().join("windows.toml")));
    // Without a file to write to, the same text.
    let text = std::fs::read_to_string(folder.path().join("windows.toml")).expect("it is written");
    assert_eq!(sockatlas(folder.path(), &["import", &name]), (0, text, String::new()));
}

#[test]
fn layers_and_chains_keep_their_order_and_ids() {
    let folder = folder();
    let export = Catalog::sound().reg().write(folder.path());
    let name = export.display().to_string();
    let (status, text, stderr) = sockatlas(folder.path(), &["import", &name]);
    assert_eq!((status, stderr.as_str()), (0, ""));
    let registry = Loader::new().text("imported.toml", text.as_str()).load().expect("a sound catalog");
    are_the_same(&load(&export), &registry);
    let entries: Vec<_> = registry.entries().map(|entry| (entry.name(), entry.catalog_entry_id())).collect();
    let chains = [("acme-over-tcp4", 1008), ("acme-over-udp4", 1009), ("acme-over-raw4", 1010)];
    assert_eq!(entries.get(..3), Some(&chains[..]), "{text}");
    assert!(text.contains("layers           = [\"acme\"]\nbase             = \"tcp4\"\n"), "{text}");
    let asked = registry.request("inet", "stream", Some("tcp")).expect("known words");
    let selected = registry.resolve(&asked).expect("there is one");
    assert_eq!(selected.stack().map(|entry| entry.name().to_owned()).collect::<Vec<_>>(), ["acme", "tcp4"]);
}

#[test]
fn what_netsh_prints_is_imported_from_stdin_and_what_it_does_not_tell_is_unknown() {
    let folder = folder();
    std::fs::write(folder.path().join("netsh.txt"), Catalog::sound().netsh()).expect("a file is written");
    let netsh = std::fs::File::open(folder.path().join("netsh.txt")).expect("it is there");
    let output = command(folder.path(), &["import", "-"]).stdin(netsh).output().expect("the command runs");
    let (status, text, stderr) = stated(output);
    assert_eq!((status, stderr.as_str()), (0, ""));
    let comment = head(&text);
    assert!(
        comment.starts_with("Made by `sockatlas import` of <stdin>, what `netsh winsock show catalog` printed. "),
        "{text}"
    );
    let untold = "byte-order, categories, hidden, matches-zero, message-size, protocol, recommended, security-scheme.";
    assert!(comment.ends_with(untold), "{text}");
    let registry = Loader::new().text("imported.toml", text.as_str()).load().expect("a sound catalog");
    let tcp = registry.entry("tcp4").expect("it is there");
    assert!(tcp.facts().unknown.contains(&"matches-zero") && !tcp.matches_zero());
    // Protocol 0 is refused, as it is not known who answers it; so are RAW protocols.
    let zero = registry.request("inet", "stream", None).expect("known words");
    assert!(registry.resolve(&zero).is_err());
    assert_eq!(format(&text).as_ref(), Ok(&text));
}

#[test]
fn entries_of_one_bitness_are_disabled_for_programs_of_the_other() {
    let folder = folder();
    let mut catalog = Catalog::sound();
    // Of the 64-bit set, in which the layer is not installed.
    catalog.sets[1].items.retain(|item| item.info.catalog_entry_id < 1007);
    let export = catalog.reg().write(folder.path()).display().to_string();
    let answer = |bits: &str| {
        let (status, text, stderr) = sockatlas(folder.path(), &["import", "--bits", bits, &export]);
        assert_eq!((status, stderr.as_str()), (0, ""));
        let registry = Loader::new().text("imported.toml", text.as_str()).load().expect("a sound catalog");
        let asked = registry.request("inet", "stream", Some("tcp")).expect("known words");
        registry.resolve(&asked).expect("there is one").name().to_owned()
    };
    assert_eq!((answer("64").as_str(), answer("32").as_str()), ("tcp4", "acme-over-tcp4-32"));
    let (status, _, stderr) = sockatlas(folder.path(), &["import", "--bits", "16", &export]);
    assert_eq!(status, 2);
    assert!(stderr.contains("32 or 64 is expected"), "{stderr}");
}

/// The bytes of all items: those of the 32-bit set in its order, then those of the other.
fn bytes(store: &Store) -> Vec<Vec<Vec<u8>>> {
    let packed = |item: &Item| item.packed.as_ref().map(|packed| packed.as_bytes().to_vec());
    let items = |bits| store.set(bits).into_iter().flat_map(|set| &set.items).map(packed);
    Bitness::ALL.map(|bits| items(bits).collect::<Option<_>>().expect("each item has its bytes")).to_vec()
}

/// Imports a file and gives what the command wrote, loaded, and what it read.
fn imported(source: &Path, bits: &str) -> (Registry, Store) {
    let (status, text, stderr) = sockatlas(Path::new("."), &["import", "--bits", bits, &source.display().to_string()]);
    assert_eq!((status, stderr.as_str()), (0, ""));
    let registry = Loader::new().text("imported.toml", text.as_str()).load();
    let read = read("source", &std::fs::read(source).expect("it is there"), None, &Options::default());
    let reading = read.expect("a Winsock catalog").expect("a readable one");
    (registry.unwrap_or_else(|error| panic!("{error}\n{text}")), reading.store)
}

#[test]
fn what_is_exported_of_an_imported_catalog_are_the_bytes_that_were_read() {
    let folder = folder();
    // Sets that differ in order and in what they hold, and an item with other bytes behind the end of its path.
    let mut catalog = Catalog::sound();
    catalog.sets[0].items.swap(3, 4);
    catalog.sets[0].items.remove(2);
    catalog.sets[1].items.swap(6, 7);
    catalog.sets[1].items[5].info.name = "Another name".to_owned();
    let mut garbage = PackedItem::new(&catalog.sets[1].items[4].info).expect("it fits").as_bytes().to_vec();
    garbage[250] = b'!';
    catalog.sets[1].items[4].bytes = Some(garbage);
    let built = catalog.reg().write(folder.path());
    for source in [sample("windows-10-1709.reg"), built] {
        for bits in ["64", "32"] {
            let (registry, store) = imported(&source, bits);
            let exported = export(&registry, None);
            assert_eq!(exported.remarks, [], "{} {bits}", source.display());
            assert_eq!(bytes(&exported.store), bytes(&store), "{} {bits}", source.display());
            let numbers = |store: &Store| {
                let next = store.next_catalog_entry_id.as_ref().map(|next| next.value);
                (next, store.serial_access_number.as_ref().map(|number| number.value))
            };
            assert_eq!(numbers(&exported.store), numbers(&store));
            assert_eq!(exported.store.applications.len(), store.applications.len());
        }
    }
}

#[test]
fn a_catalog_with_faults_is_not_imported() {
    let folder = folder();
    let name = sample("moby27423_lavasoft.txt").display().to_string();
    let (status, stdout, stderr) = sockatlas(folder.path(), &["import", &name, "-o", "posted.toml"]);
    assert_eq!((status, stdout.as_str()), (2, ""));
    assert!(stderr.starts_with("error[winsock-broken-chain]: "), "{stderr}");
    assert!(stderr.contains(&format!("--> {name}:21:17\n")), "{stderr}");
    assert!(
        stderr.ends_with("help: `--partial` leaves out what cannot stand, and all that stands on it\n"),
        "{stderr}"
    );
    assert!(!folder.path().join("posted.toml").exists());
}

#[test]
fn a_part_is_imported_loudly() {
    let folder = folder();
    let name = sample("moby27423_lavasoft.txt").display().to_string();
    let (status, stdout, stderr) = sockatlas(folder.path(), &["import", "--partial", &name, "-o", "posted.toml"]);
    assert_eq!((status, stdout.as_str()), (1, "created posted.toml: next, `sockatlas check posted.toml`\n"));
    let chain = "chain `LavasoftLSP over [MSAFD Tcpip [TCP/IP]]` (id 1032)";
    assert!(stderr.contains(&format!("warning: {chain} is left out\n")), "{stderr}");
    assert!(stderr.contains("warning: this is a part of the catalog: "), "{stderr}");
    let text = std::fs::read_to_string(folder.path().join("posted.toml")).expect("it is written");
    let comment = head(&text);
    assert!(comment.contains("This is a part of the catalog."), "{text}");
    assert!(comment.contains(&format!(":21:17: {chain}")), "{text}");
    assert_eq!(comment.matches("(winsock-gap)").count(), 3, "{text}");
    assert!(text.lines().filter(|line| line.starts_with('#')).all(|line| line.chars().count() <= 120), "{text}");
    let registry = load(&folder.path().join("posted.toml"));
    // Its layer is only stated in part, so that no chain stands, and the one base protocol that is told whole does.
    assert_eq!(registry.entries().map(|entry| entry.name()).collect::<Vec<_>>(), ["rfcomm"]);
}

#[test]
fn of_an_excerpt_of_which_nothing_can_stand_no_part_is_imported() {
    let folder = folder();
    for name in ["instlsp_p_win2000_foobar.txt", "wsl9413_pgplsp.txt"] {
        let name = sample(name).display().to_string();
        let (status, stdout, stderr) = sockatlas(folder.path(), &["import", "--partial", &name]);
        assert_eq!((status, stdout.as_str()), (2, ""), "{name}");
        let end = "error: nothing can be left out so that a catalog remains\n";
        assert!(stderr.starts_with("error[winsock-") && stderr.ends_with(end), "{name}: {stderr}");
    }
}

/// Imports what a fixture writes, with what cannot stand left out.
fn part(catalog: &Catalog) -> Imported {
    let folder = folder();
    let path = catalog.reg().write(folder.path());
    let bytes = std::fs::read(path).expect("it was written");
    let reading = read("catalog.reg", &bytes, None, &Options::default()).expect("an export").expect("a readable one");
    let mut options = ImportOptions::default();
    options.partial = true;
    import(reading, &options).unwrap_or_else(|error| panic!("{error}"))
}

fn left_out(imported: &Imported) -> Vec<(String, String)> {
    let one =
        |left: &LeftOut| (left.item.clone().unwrap_or_default(), format!("{}: {}", left.why.code, left.why.message));
    imported.left_out.iter().map(one).collect()
}

#[test]
fn a_sound_catalog_is_imported_whole_though_a_part_would_do() {
    let imported = part(&Catalog::sound());
    assert_eq!(left_out(&imported), []);
    assert_eq!(imported.registry.entries().len(), Catalog::sound().sets[1].items.len());
}

#[test]
fn what_stands_on_what_is_left_out_goes_with_it() {
    // Chain 1020 runs over the chain 1008, which runs over the base 1001, which states a range that ends before it begins.
    let sound = Catalog::sound();
    let mut above = sound.info(1007).clone();
    (above.catalog_entry_id, above.name) = (1019, "Upper".to_owned());
    let mut chain: ProtocolInfo = fixture::chained(&above, sound.info(1008), fixture::ACME_CHAINS, 1020);
    chain.name = "Upper over Acme".to_owned();
    let broken = sound.with(0, &chain).with(0, &above).change(1001, |info| {
        if let Some(further) = &mut info.further {
            further.protocol_max_offset = -1;
        }
    });
    let imported = part(&broken);
    let names: Vec<_> = imported.registry.entries().map(|entry| entry.name()).collect();
    for gone in ["tcp4", "acme-over-tcp4", "upper-over-tcp4"] {
        assert!(!names.contains(&gone), "{names:?}");
    }
    assert!(names.contains(&"acme-over-udp4") && names.contains(&"upper") && names.contains(&"tcp6"), "{names:?}");
    // Both sets tell the three.
    let left = left_out(&imported);
    assert_eq!(left.len(), 6, "{left:#?}");
    assert_eq!(left.iter().filter(|(_, why)| why.starts_with("winsock-malformed-item")).count(), 2, "{left:#?}");
    let over = |id: u32| format!("runs over id {id}, whose item is left out");
    assert_eq!(left.iter().filter(|(_, why)| why.ends_with(&over(1001))).count(), 4, "{left:#?}");
    assert_eq!(imported.store.items().count(), (names.len()) * 2);
}

#[test]
fn chains_over_an_id_that_two_items_have_are_left_out() {
    let sound = Catalog::sound();
    let mut second = sound.info(1002).clone();
    second.catalog_entry_id = 1001;
    let imported = part(&sound.with(9, &second));
    let names: Vec<_> = imported.registry.entries().map(|entry| entry.name()).collect();
    // It is not known over which of the two the chain was laid; the first keeps the id.
    assert!(!names.contains(&"acme-over-tcp4") && names.contains(&"acme-over-udp4"), "{names:?}");
    assert!(names.contains(&"tcp4"), "{names:?}");
}

#[test]
fn a_form_that_the_file_does_not_have_is_refused() {
    let folder = folder();
    let name = sample("windows-10-1709.reg").display().to_string();
    for form in ["hive", "netsh", "instlsp", "packed"] {
        let (status, stdout, stderr) = sockatlas(folder.path(), &["import", "--from", form, &name]);
        assert_eq!((status, stdout.as_str()), (2, ""), "{form}: {stderr}");
        assert!(stderr.starts_with("error"), "{form}: {stderr}");
    }
    let (status, _, stderr) = sockatlas(folder.path(), &["import", "--from", "reg", &name]);
    assert_eq!((status, stderr.as_str()), (0, ""));
    std::fs::write(folder.path().join("site.toml"), "format = 1\n").expect("a file is written");
    let (status, _, stderr) = sockatlas(folder.path(), &["import", "site.toml"]);
    assert_eq!(status, 2);
    assert!(stderr.starts_with("error: site.toml: this is no Winsock catalog"), "{stderr}");
}

#[test]
fn nothing_that_is_there_is_written_over_unless_that_is_stated() {
    let folder = folder();
    let name = sample("windows-10-1709.reg").display().to_string();
    std::fs::write(folder.path().join("mine.toml"), "format = 1\n").expect("a file is written");
    let (status, stdout, stderr) = sockatlas(folder.path(), &["import", &name, "-o", "mine.toml"]);
    assert_eq!((status, stdout.as_str()), (2, ""));
    assert!(
        stderr.starts_with("error: mine.toml: not written, because it exists\nhelp: `--force` replaces it"),
        "{stderr}"
    );
    assert_eq!(std::fs::read(folder.path().join("mine.toml")).expect("it is there"), b"format = 1\n");
    let (status, _, stderr) = sockatlas(folder.path(), &["import", &name, "-o", "mine.toml", "--force"]);
    assert_eq!((status, stderr.as_str()), (0, ""));
    assert_eq!(load(&folder.path().join("mine.toml")).entries().len(), 16);
}

#[test]
fn what_is_read_is_never_written_over() {
    let folder = folder();
    let bytes = std::fs::read(sample("windows-10-1709.reg")).expect("it is there");
    let input = folder.path().join("catalog.reg");
    std::fs::write(&input, &bytes).expect("a file is written");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&input, folder.path().join("link.toml")).expect("a link is made");
    #[cfg(unix)]
    std::fs::hard_link(&input, folder.path().join("hard.toml")).expect("a link is made");
    let outputs: &[&str] =
        if cfg!(unix) { &["catalog.reg", "./catalog.reg", "link.toml", "hard.toml"] } else { &["catalog.reg"] };
    for output in outputs {
        let (status, stdout, stderr) = sockatlas(folder.path(), &["import", "catalog.reg", "-o", output, "--force"]);
        assert_eq!((status, stdout.as_str()), (2, ""), "{output}");
        let message = format!("error: {output}: not written, because it is the file that is read\n");
        assert!(stderr.starts_with(&message), "{stderr}");
        assert_eq!(std::fs::read(&input).expect("it is there"), bytes, "{output}");
    }
}
