//! `sockatlas install` as its users meet it, over the registry export of a Windows 10 1709.

use sockatlas::winsock::wsa::{SocketArguments, WindowsSockets};
use sockatlas::winsock::{self, Options, Reading};
use sockatlas::{Loader, Registry};
use std::path::{Path, PathBuf};
use std::process::Command;

const ID: &str = "3ec32cd3-f254-4826-9053-672dc37f0070";
const SYSTEM_LIBRARY: &str = r"%SystemRoot%\system32\foobar.dll";

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/winsock/samples")
}

/// What a run of `sockatlas -c CATALOG install ...` gave: exit status, stdout, stderr.
fn install(catalog: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sockatlas"));
    command.arg("-c").arg(catalog).arg("install").args(arguments);
    for variable in ["SOCKATLAS_CATALOG", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(variable);
    }
    output(command)
}

fn output(mut command: Command) -> (i32, String, String) {
    let output = command.output().expect("the command runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("no signal ends it"), text(output.stdout), text(output.stderr))
}

/// A run over the export of Windows 10 1709.
fn over_1709(arguments: &[&str]) -> (i32, String, String) {
    let usual = ["Foobar", "--id", ID];
    install(&samples().join("windows-10-1709.reg"), &[&usual, arguments].concat())
}

fn read(path: &Path) -> Reading {
    let bytes = std::fs::read(path).expect("it was written");
    let reading = winsock::read("new.reg", &bytes, Some(path), &Options::default());
    reading.expect("it is an export").expect("it is one of Winsock")
}

fn load(path: &Path) -> Registry {
    Loader::new().winsock(Options::default()).path(path).load().unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_preview_shows_chains_order_counters_and_what_is_answered_otherwise() {
    let (status, stdout, stderr) =
        over_1709(&["--chains-over", "inet/stream/tcp", "2/2/17", "--ifs", "--library", SYSTEM_LIBRARY]);
    assert_eq!((status, stderr.as_str()), (0, ""));
    assert_eq!(
        stdout,
        r"Foobar  layer 1017
  provider               3ec32cd3-f254-4826-9053-672dc37f0070
  library                %SystemRoot%\system32\foobar.dll
  next catalog entry id  1020, was 1017
  serial access number   13, was 12
  not loaded by          wininit.exe, svchost.exe, lsass.exe

New chains of both catalogs, in front of all other entries
id    name                                family  type    protocol  chain
1018  Foobar over [MSAFD Tcpip [TCP/IP]]  inet    stream  tcp       1017 > 1007
1019  Foobar over [MSAFD Tcpip [UDP/IP]]  inet    dgram   udp       1017 > 1008

Order of both catalogs
1018 1019 1001 1006 1007 1008 1009 1010 1011 1012 1002 1003 1004 1005 1013 1014 1015 1016 1017

Answers of both catalogs
- tcp4 (tcp4)
+ foobar-over-tcp4 (foobar > tcp4)
    unspec unspec tcp
    unspec stream tcp
    inet unspec 0, tcp
    inet stream 0, tcp

- udp4 (udp4)
+ foobar-over-udp4 (foobar > udp4)
    unspec unspec udp
    unspec dgram udp
    inet unspec udp
    inet dgram 0, udp

8 kinds of requests are answered otherwise

nothing is written; `--output` writes the new catalog as a registry export
"
    );
}

#[test]
fn the_catalog_that_is_written_is_the_one_that_was_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let new = folder.path().join("new.reg");
    let output = new.to_str().expect("UTF-8");
    let arguments = ["--chains-over-all", "--library", r"C:\64.dll", "--library-32", r"C:\32.dll", "-o", output];
    let (status, stdout, stderr) = over_1709(&arguments);
    assert_eq!((status, stderr.as_str()), (0, ""), "{stdout}");
    assert!(stdout.ends_with(&format!("\ncreated {output}\n")), "{stdout}");
    let (before, after) = (read(&samples().join("windows-10-1709.reg")), read(&new));
    assert!(after.faults.is_empty());
    for (was, is) in before.store.sets.iter().zip(&after.store.sets) {
        let path = if is.bits == Some(winsock::Bitness::Bits32) { r"C:\32.dll" } else { r"C:\64.dll" };
        assert_eq!(is.items.len(), 16 + 12 + 1);
        assert!(is.items[..12].iter().chain(&is.items[28..]).all(|item| item.info.path == path));
        let bytes = |items: &[winsock::Item]| items.iter().map(|item| item.packed.clone()).collect::<Vec<_>>();
        assert_eq!(bytes(&is.items[12..28]), bytes(&was.items), "what was there keeps its bytes");
        assert_eq!(is.count.as_ref().map(|count| count.value), Some(29));
    }
    let registry = load(&new);
    let windows = WindowsSockets::new(&registry).expect("in the windows dialect");
    let made = |family, socket_type, protocol| {
        windows.socket(&SocketArguments::new(family, socket_type, protocol)).map(|made| made.entry.name())
    };
    assert_eq!(made(2, 1, 6), Ok("foobar-over-tcp4"));
    assert_eq!(made(2, 3, 1), Ok("foobar-over-raw4"));
    let of_lsass = SocketArguments::new(2, 1, 6);
    let mut of_lsass = of_lsass;
    of_lsass.application = Some("lsass.exe".to_owned());
    assert_eq!(
        windows.socket(&of_lsass).map(|made| made.entry.name()),
        Ok("tcp4"),
        "it loads no layer without categories"
    );
    let seen: Vec<&str> = windows.enum_protocols(Some(&[6, 0])).entries.iter().map(|entry| entry.name()).collect();
    assert_eq!(seen, ["foobar-over-tcp4", "foobar-over-tcp6", "tcp4", "tcp6", "rsvp-tcp6", "rsvp-tcp4"]);
}

#[test]
fn a_second_layer_stands_over_the_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let [first, second] = ["first.reg", "second.reg"].map(|name| folder.path().join(name));
    let arguments = ["--chains-over-all", "--library", SYSTEM_LIBRARY, "-o", first.to_str().expect("UTF-8")];
    assert_eq!(over_1709(&arguments).0, 0);
    let upper = ["Upper", "--id", "3ec32cd3-f254-4826-9053-672dc37f0071", "--chains-over", "inet/stream/tcp"];
    let (status, _, stderr) = install(
        &first,
        &[&upper[..], &["--library", r"%windir%\system32\upper.dll", "-o", second.to_str().expect("UTF-8")]].concat(),
    );
    assert_eq!((status, stderr.as_str()), (0, ""));
    let registry = load(&second);
    let chain = registry.entry_by_id(1031).expect("it is there");
    assert_eq!(chain.stack().map(|entry| entry.name()).collect::<Vec<_>>(), ["upper", "foobar", "tcp4"]);
    let store = read(&second).store;
    assert_eq!(store.sets[0].items[0].info.chain.ids(), [1030, 1020, 1007]);
}

#[test]
fn what_windows_refuses_is_refused_with_its_numbers() {
    let (status, stdout, stderr) = over_1709(&["--chains-over-all", "--library", r"C:\foobar.dll"]);
    let expected = "error: the library is not in %windir%\\system32 itself, so that 32-bit programs need the path of their \
                    own\n  WSAEINVAL (10022)\n";
    assert_eq!((status, stdout.as_str(), stderr.as_str()), (1, "", expected));
    let (status, stdout, stderr) =
        over_1709(&["--chains-over", "2/5/6", "--library", SYSTEM_LIBRARY, "--format", "json"]);
    assert_eq!((status, stderr.as_str()), (1, ""));
    assert_eq!(
        stdout,
        concat!(
            r#"{"version":1,"error":{"message":"no entry of the 32-bit catalog has family 2, type 5 and protocol 6","#,
            r#""wsa":[{"name":"WSAEINVAL","number":10022}]}}"#,
            "\n"
        )
    );
    let folder = tempfile::tempdir().expect("a folder");
    let new = folder.path().join("new.reg");
    let once = ["--chains-over-all", "--library", SYSTEM_LIBRARY, "-o", new.to_str().expect("UTF-8")];
    assert_eq!(over_1709(&once).0, 0);
    let (status, _, stderr) = install(&new, &["Foobar", "--id", ID, "--chains-over-all", "--library", SYSTEM_LIBRARY]);
    let expected = format!(
        "error: a provider with the GUID {ID} is installed: entry 1017\n  WSAEINVAL (10022) or WSANO_RECOVERY (11003)\n"
    );
    assert_eq!((status, stderr), (1, expected));
}

#[test]
fn as_json_it_tells_the_same() {
    let (status, stdout, stderr) =
        over_1709(&["--chains-over", "unix/stream/0", "--library", SYSTEM_LIBRARY, "--bits", "64", "--format", "json"]);
    assert_eq!((status, stderr.as_str()), (0, ""));
    assert_eq!(
        stdout,
        concat!(
            r#"{"version":1,"layer":{"name":"Foobar","catalog_entry_id":1017,"provider_id":"3ec32cd3-f254-4826-9053-672dc37f0070"},"#,
            r#""next_catalog_entry_id":1019,"serial_access_number":13,"#,
            r#""not_loaded_by":["wininit.exe","svchost.exe","lsass.exe"],"#,
            r#""catalogs":[{"bits":64,"chains":[{"name":"Foobar over [AF_UNIX]","catalog_entry_id":1018,"#,
            r#""provider_id":"PROVIDER","library":"%SystemRoot%\\system32\\foobar.dll","#,
            r#""family":1,"type":1,"protocol":0,"service_flags":38,"chain":[1017,1006],"below":1006}],"#,
            r#""order":[1018,1001,1006,1007,1008,1009,1010,1011,1012,1002,1003,1004,1005,1013,1014,1015,1016,1017],"#,
            r#""differences":[{"family":{"name":"unix","number":1},"type":{"name":"unspec","number":0},"#,
            r#""protocols":[{"from":0,"to":0}],"application":null,"demand":null,"#,
            r#""was":{"entry":"unix","stack":["unix"],"services":["graceful-close","guaranteed-delivery","guaranteed-order","ifs-handles"]},"#,
            r#""is":{"entry":"foobar-over-unix","stack":["foobar","unix"],"services":["graceful-close","guaranteed-delivery","guaranteed-order"]}},"#,
            r#"{"family":{"name":"unix","number":1},"type":{"name":"stream","number":1},"#,
            r#""protocols":[{"from":0,"to":0}],"application":null,"demand":null,"#,
            r#""was":{"entry":"unix","stack":["unix"],"services":["graceful-close","guaranteed-delivery","guaranteed-order","ifs-handles"]},"#,
            r#""is":{"entry":"foobar-over-unix","stack":["foobar","unix"],"services":["graceful-close","guaranteed-delivery","guaranteed-order"]}}]}],"#,
            r#""written":null}"#,
            "\n"
        )
        .replace("PROVIDER", &chain_guid())
    );
}

/// The GUID that the chain over AF_UNIX gets: version 5 of the layer's GUID and what lies below.
fn chain_guid() -> String {
    uuid::Uuid::new_v5(&ID.parse().expect("a GUID"), b"over 1006: 1/1/0").to_string()
}

#[test]
fn neither_the_catalog_nor_another_file_is_written_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = folder.path().join("catalog.reg");
    std::fs::copy(samples().join("windows-10-1709.reg"), &catalog).expect("it is there");
    let before = std::fs::read(&catalog).expect("it is there");
    let path = catalog.to_str().expect("UTF-8");
    let usual = ["Foobar", "--id", ID, "--chains-over-all", "--library", SYSTEM_LIBRARY];
    let linked = folder.path().join("linked.reg");
    std::fs::hard_link(&catalog, &linked).expect("the file system has links");
    for path in [path, linked.to_str().expect("UTF-8")] {
        let (status, _, stderr) = install(&catalog, &[&usual[..], &["-o", path, "--force"]].concat());
        assert_eq!(status, 2);
        assert!(stderr.contains("not written, because it is the file that is read"), "{stderr}");
        assert_eq!(std::fs::read(&catalog).expect("it is there"), before);
    }

    let other = folder.path().join("other.reg");
    std::fs::write(&other, "mine").expect("the folder takes files");
    let to_other = ["-o", other.to_str().expect("UTF-8")];
    let (status, _, stderr) = install(&catalog, &[&usual[..], &to_other].concat());
    assert_eq!(status, 2);
    assert!(stderr.contains("not written, because it exists"), "{stderr}");
    assert_eq!(std::fs::read(&other).expect("it is there"), b"mine");
    assert_eq!(install(&catalog, &[&usual[..], &to_other, &["--force"]].concat()).0, 0);
    assert_eq!(read(&other).store.items().count(), 2 * 29);
}

#[test]
fn the_catalog_may_come_from_stdin() {
    let usual = ["install", "Foobar", "--id", ID, "--chains-over-all", "--library", SYSTEM_LIBRARY];
    let mut command = Command::new(env!("CARGO_BIN_EXE_sockatlas"));
    command.args(["-c", "-"]).args(usual);
    command.stdin(std::fs::File::open(samples().join("windows-10-1709.reg")).expect("it is there"));
    assert_eq!(output(command), over_1709(&["--chains-over-all", "--library", SYSTEM_LIBRARY]));
}

#[test]
fn a_catalog_with_faults_and_words_that_name_nothing_are_refused_with_status_2() {
    let usual = ["Foobar", "--id", ID, "--chains-over-all", "--library", SYSTEM_LIBRARY];
    let (status, stdout, stderr) = install(&samples().join("moby27423_lavasoft.txt"), &usual);
    assert_eq!((status, stdout.as_str()), (2, ""));
    assert!(
        stderr.contains("error[winsock-broken-chain]") && stderr.contains("moby27423_lavasoft.txt:21:17"),
        "{stderr}"
    );
    let (status, _, stderr) = over_1709(&["--chains-over", "inet/stream", "--library", SYSTEM_LIBRARY]);
    assert_eq!(status, 2);
    assert!(stderr.starts_with("error: `inet/stream` where FAMILY/TYPE/PROTOCOL is expected\n"), "{stderr}");
    let (status, _, stderr) = over_1709(&["--chains-over", "inte/stream/tcp", "--library", SYSTEM_LIBRARY]);
    assert_eq!(status, 2);
    assert!(stderr.contains("did you mean `inet`?"), "{stderr}");
}

#[test]
fn arguments_for_the_other_kind_of_catalog_are_refused_with_status_2() {
    let of_winsock = ["--chains-over-all", "--library", SYSTEM_LIBRARY];
    for argument in ["--layer", "--dry-run", "--no-wait", "--replace", "--from=x.toml", "--module=m", "--file=x.toml"] {
        let (status, stdout, stderr) = over_1709(&[&of_winsock[..], &[argument]].concat());
        let argument = argument.split('=').next().expect("the name of the argument");
        let expected = format!("error: `{argument}` is for a catalog in TOML, and ");
        assert_eq!((status, stdout.as_str()), (2, ""), "{argument}");
        assert!(stderr.starts_with(&expected) && stderr.contains(".reg is a Winsock catalog\n"), "{stderr}");
    }

    let folder = tempfile::tempdir().expect("a folder");
    // Its name does not say what it is; its content does.
    let toml = folder.path().join("site.catalog");
    std::fs::write(&toml, "format = 1\n").expect("the folder takes files");
    for argument in ["--ifs", "--library-32=x", "--bits=64", "--output=x.reg"] {
        let (status, stdout, stderr) = install(&toml, &["foobar", "--chains-over-all", argument]);
        let argument = argument.split('=').next().expect("the name of the argument");
        let expected =
            format!("error: `{argument}` is for a Winsock catalog, and {} is a catalog in TOML\n", toml.display());
        assert_eq!((status, stdout.as_str()), (2, ""), "{argument}");
        assert!(stderr.starts_with(&expected), "{stderr}");
    }
    assert_eq!(std::fs::read_to_string(&toml).expect("it is there"), "format = 1\n");
}

#[test]
fn a_layer_without_what_it_must_have_is_refused_with_status_2() {
    let catalog = samples().join("windows-10-1709.reg");
    let whole = ["Foobar", "--id", ID, "--library", SYSTEM_LIBRARY, "--chains-over-all"];
    for (without, missing) in
        [(0..1, "its NAME"), (1..3, "`--id`"), (3..5, "`--library`"), (5..6, "`--chains-over` or `--chains-over-all`")]
    {
        let arguments = [&whole[..without.start], &whole[without.end..]].concat();
        let (status, stdout, stderr) = install(&catalog, &arguments);
        let expected = format!("error: {missing} is missing, which a layer of a Winsock catalog must have\n");
        assert_eq!((status, stdout.as_str()), (2, ""), "{missing}");
        assert!(stderr.starts_with(&expected), "{stderr}");
    }
    let (status, _, stderr) = install(&catalog, &[&whole[..], &["adds=encrypted"]].concat());
    assert_eq!(status, 2);
    assert!(
        stderr.starts_with("error: `adds=encrypted` where a layer of a Winsock catalog has one NAME\n"),
        "{stderr}"
    );
}
