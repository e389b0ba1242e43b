//! `sockatlas winsock show`, as its users meet it.

use super::exports::sample;
use super::fixture::Catalog;
use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// What a run gave.
struct Ran {
    status: i32,
    stdout: String,
    stderr: String,
}

/// Runs `winsock show` in the folder of the samples.
fn show(line: &str, stdin: &[u8]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sockatlas"));
    command.args(["winsock", "show"]).args(line.split_whitespace());
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/winsock/samples"));
    for variable in ["SOCKATLAS_CATALOG", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(variable);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the command starts");
    let mut input = child.stdin.take().expect("stdin is a pipe");
    let stdin = stdin.to_owned();
    // A command that does not read all of its input closes the pipe early.
    let writer = std::thread::spawn(move || drop(input.write_all(&stdin)));
    let output = child.wait_with_output().expect("the command ends");
    writer.join().expect("writing does not panic");
    Ran {
        status: output.status.code().expect("no signal ends it"),
        stdout: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
    }
}

/// The output of a run that ends with this status and says nothing.
#[track_caller]
fn quietly(ran: Ran) -> String {
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    ran.stdout
}

#[track_caller]
fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).expect("the output is JSON")
}

#[test]
fn a_broken_text_is_shown_as_far_as_it_tells_and_its_gaps_are_warnings() {
    let ran = show("moby27423_lavasoft.txt", b"");
    let expected = r"moby27423_lavasoft.txt
  form                   netsh
  root                   not stated
  control set            not stated
  protocol catalog       not stated
  next catalog entry id  not stated
  serial access number   not stated

2 entries, of which programs is not stated; the counter is not stated
  1032  LavasoftLSP over [MSAFD Tcpip [TCP/IP]]
      kind            chain
      chain           1031 LavasoftLSP / 1006 (not stated)
      request         inet (2), stream (1), tcp (6), the range above it not stated
      services        expedited-data, graceful-close, guaranteed-delivery, guaranteed-order (0x66)
      provider flags  not stated
      provider        1c39a736-9641-4f43-9c20-aeed81692a07
      library         C:\WINDOWS\system32\LavasoftTcpService64.dll
      last written    not stated
  1013  MSAFD RfComm [Bluetooth]
      kind            base
      request         bluetooth (32), stream (1), rfcomm (3), the range above it not stated
      services        graceful-close, guaranteed-delivery, guaranteed-order, ifs-handles (0x20026)
      provider flags  not stated
      provider        9fc48064-7298-43e4-b7bd-181f2089792a
      standard entry  MSAFD RfComm [Bluetooth]
      library         %SystemRoot%\system32\mswsock.dll
      last written    not stated

3 entries stated in part; values as they are written
  part 1
      szProtocol  LavasoftLSP over [MSAFD Tcpip [UDP/IP]]
  part 2
      iMinSockAddr            8
      iSocketType             1
      iProtocol               1
      dwServiceFlags1         0x20006
      ProtocolChain.ChainLen  1
  part 3
      szProtocol        LavasoftLSP
      ProviderId        {2B611370-2190-4059-9AF8-5BC0F58FB742}
      path              C:\WINDOWS\system32\LavasoftTcpService64.dll
      dwCatalogEntryId  1031
";
    assert_eq!(ran.stdout, expected);
    assert_eq!(ran.status, 1);
    assert_eq!(ran.stderr.matches("warning[winsock-gap]").count(), 3, "{}", ran.stderr);
    assert!(ran.stderr.contains("moby27423_lavasoft.txt:28:1"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("error"), "{}", ran.stderr);
}

#[test]
fn the_catalog_of_a_machine_is_shown_with_names_for_its_numbers() {
    let text = quietly(show("windows-10-1709.reg", b""));
    let raw = r"  1009  @%SystemRoot%\System32\mswsock.dll,-60102
      kind            base
      request         inet (2), raw (3), 0 to 255
      services        connectionless, ifs-handles, message-oriented, support-broadcast, support-multipoint (0x20609)
      provider flags  hidden, matches-protocol-zero (0xc)
      provider        e70f1aa0-ab8b-11cf-8ca3-00805f48a192
      standard entry  MSAFD Tcpip [RAW/IP]
      library         %SystemRoot%\system32\mswsock.dll
      last written    not stated
";
    assert_eq!(text.matches(raw).count(), 2, "{text}");
    for line in [
        "  next catalog entry id  1017\n",
        "  control set            ControlSet001\n",
        "\n16 entries of 32-bit programs; the counter says 16\n",
        "\n16 entries of 64-bit programs; the counter says 16\n",
        "\n7 name-space providers of 64-bit programs; the counter says 7\n",
        "      name space    e-mail (37)\n",
        "\n3 applications with categories\n",
        "      permits       0x40000000\n",
    ] {
        assert!(text.contains(line), "{line}");
    }
    let places: Vec<_> =
        ["1001  Hyper-V RAW", "1006  AF_UNIX", "1007  @", "1002  @"].map(|item| text.find(item)).into();
    assert!(places.is_sorted() && places[0].is_some(), "entries are shown in catalog order: {places:?}");
}

#[test]
fn further_fields_are_shown_when_asked_for() {
    let text = quietly(show("windows-10-1709.reg --all-fields", b""));
    for line in [
        "      key                     000000000001\n",
        "      message size            65527\n",
        "      byte order              big-endian (0)\n",
        "      reserved service flags  0x0, 0x0, 0x0\n",
        "      address length          2 to 110 bytes\n",
    ] {
        assert!(text.contains(line), "{line}");
    }
}

#[test]
fn stdin_is_read_and_a_chain_names_its_members() {
    let text = quietly(show("-", Catalog::sound().netsh().as_bytes()));
    assert!(text.starts_with("<stdin>\n  form                   netsh\n"), "{text}");
    assert!(text.contains("      chain           1007 Acme / 1001 MSAFD Tcpip [TCP/IP]\n"), "{text}");
    assert!(text.contains("      kind            layer\n"), "{text}");
}

#[test]
fn json_has_every_field_and_null_for_what_is_not_stated() {
    let stated = json(&show("windows-10-1709.reg --format json", b""));
    let raw = &stated["sets"][1]["items"][4];
    assert_eq!(
        (&stated["version"], &stated["form"], &stated["control_set"]),
        (&1.into(), &"reg".into(), &"ControlSet001".into())
    );
    assert_eq!((&stated["next_catalog_entry_id"], &stated["serial_access_number"]), (&1017.into(), &12.into()));
    assert_eq!(stated["sets"][1]["bits"], 64);
    assert_eq!(
        (&raw["catalog_entry_id"], &raw["kind"], &raw["key"]),
        (&1009.into(), &"base".into(), &"000000000005".into())
    );
    assert_eq!(raw["family"], serde_json::json!({"name": "inet", "number": 2}));
    assert_eq!((&raw["protocol"]["number"], &raw["protocol_max_offset"]), (&0.into(), &255.into()));
    assert_eq!(raw["provider_flags"], serde_json::json!({"number": 12, "names": ["hidden", "matches-protocol-zero"]}));
    assert_eq!(raw["message_size"], 32768);
    assert_eq!(raw["packed"].as_str().map(str::len), Some(888_usize.div_ceil(3) * 4), "the bytes are there");
    assert_eq!(raw["written"], Value::Null);
    assert_eq!(
        stated["name_spaces"][0]["providers"][0]["name_space"],
        serde_json::json!({"name": "e-mail", "number": 37})
    );
    assert_eq!(stated["applications"][0]["categories"]["number"], 0x4000_0000);
    assert_eq!(stated["faults"], serde_json::json!([]));

    let ran = show("moby27423_lavasoft.txt --format json", b"");
    let stated = json(&ran);
    assert_eq!(ran.status, 1);
    let chain = &stated["sets"][0]["items"][0];
    assert_eq!((&chain["chain"], &chain["chain_length"]), (&serde_json::json!([1031, 1006]), &2.into()));
    for field in ["provider_flags", "protocol_max_offset", "network_byte_order", "message_size", "packed", "key"] {
        assert_eq!(chain.get(field), Some(&Value::Null), "{field}");
    }
    assert_eq!(stated["fragments"][2]["facts"]["dwCatalogEntryId"], "1031");
    let places: Vec<&Value> =
        stated["faults"].as_array().expect("an array").iter().map(|fault| &fault["source"]["line"]).collect();
    assert_eq!(places, [28, 30, 59]);
    assert_eq!(stated["faults"][0]["code"], "winsock-gap");
}

#[test]
fn what_is_no_winsock_catalog_is_refused_unless_insisted_on() {
    let ran = show("-", b"format = 1\n");
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""));
    assert!(
        ran.stderr.starts_with("error: <stdin>: this is no Winsock catalog in any form that is known\n"),
        "{}",
        ran.stderr
    );
    let ran = show("--from netsh -", b"format = 1\n");
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.contains("the source does not state a single entry"), "{}", ran.stderr);
    let ran = show("--control-set 1 moby27423_lavasoft.txt", b"");
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("a netsh text has no control sets"), "{}", ran.stderr);
    let ran = show("no-such-file", b"");
    assert_eq!((ran.status, ran.stderr.as_str()), (2, "error: no-such-file: No such file or directory (os error 2)\n"));
}

#[test]
fn a_description_cannot_command_the_terminal() {
    let text = Catalog::sound().netsh().replace("Acme", "Ac\u{1b}[2Jme");
    let text = quietly(show("-", text.as_bytes()));
    assert!(!text.contains('\u{1b}') && text.contains(r"Ac\u{1b}[2Jme"), "{text}");
}

#[test]
fn the_form_is_recognised_by_content_and_not_by_name() {
    let ran = show("-", &sample("instlsp_p_win2000_foobar.txt"));
    assert_eq!(ran.status, 1);
    assert!(ran.stdout.contains("  form                   instlsp\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("\n22 entries stated in part"), "{}", ran.stdout);
}
