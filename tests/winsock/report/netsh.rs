//! What netsh prints is enough for a report, with its gaps.

use super::{report_with, sample_path};
use crate::winsock::fixture::Catalog;
use serde_json::{Value, json};

#[test]
fn what_netsh_tells_of_a_layered_provider_is_reported_with_its_gaps() {
    let report = report_with(&sample_path("moby27423_lavasoft.txt"), &[]);
    assert_eq!(report.status, 1);
    report.says(&["look at this: 1 standard, 0 changed, 1 added, 0 missing"]);
    report.says(&["added: `LavasoftLSP over [MSAFD Tcpip [TCP/IP]]` (id 1032), a chain", "moby27423_lavasoft.txt:6"]);
    report.says(&["runs over `LavasoftLSP` (id 1031, stated in part) / id 1006, which is not stated"]);
    report.says(&[
        "TCP/IPv4 goes through `LavasoftLSP over [MSAFD Tcpip [TCP/IP]]` (id 1032)",
        r"(C:\WINDOWS\system32\LavasoftTcpService64.dll) before none that is stated",
    ]);
    report.says(&["`LavasoftLSP` (id 1031)", "moby27423_lavasoft.txt:"]);
    report.says(&["provider 2b611370-2190-4059-9af8-5bc0f58fb742, none that is known"]);
    report.says(&["error[winsock-gap]", "moby27423_lavasoft.txt:"]);
    report.says(&["what is missing is unknown: the source has gaps"]);
    assert!(!report.text.contains("winsock-broken-chain"), "its layer and its base may stand in a gap");
    assert_eq!(report.json["sets"][0]["absent"], Value::Null);
    let layer = report.json["told_in_part"].as_array().expect("a list").last().expect("the layer is cut off");
    assert_eq!(layer["provider"], json!({"id": "2b611370-2190-4059-9af8-5bc0f58fb742", "known": null}));
    assert_eq!(report.json["sets"][0]["entries"][0]["provider_flags"], Value::Null, "netsh does not print them");
}

#[test]
fn each_piece_of_netsh_is_reported() {
    let pgp = report_with(&sample_path("wsl9413_pgplsp.txt"), &[]);
    assert_eq!((pgp.status, &pgp.json["verdict"]["added"]), (1, &json!(1)));
    pgp.says(&["added: `PGPlsp over [MSAFD Tcpip [TCP/IP]]` (id 1016), a chain"]);
    pgp.says(&["`PGPlsp` (id 1015)"]);
    let chinese = report_with(&sample_path("antigravity100_zhCN_32bit.txt"), &[]);
    assert_eq!((chinese.status, &chinese.json["verdict"]["standard"]), (1, &json!(2)));
    assert_eq!(chinese.entry(json!(32), 1007)["standard"], "tcp6");
    assert_eq!(chinese.entry(json!(32), 1008)["standard"], "udp6");
    chinese.says(&["error[winsock-gap]", "antigravity100_zhCN_32bit.txt:1"]);
    let foobar = report_with(&sample_path("instlsp_p_win2000_foobar.txt"), &[]);
    assert_eq!((foobar.status, &foobar.json["verdict"]["told_in_part"]), (1, &json!(22)));
    foobar.says(&["`Foobar` (id 1041)"]);
}

#[test]
fn without_provider_flags_it_is_not_stated_who_answers_for_raw_sockets() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("netsh.txt");
    std::fs::write(&path, Catalog::plain().netsh()).expect("a file can be written");
    let report = report_with(&path, &[]);
    report.says(&["RAW/IPv4 goes to `MSAFD Tcpip [RAW/IP]` (id 1003), if it takes this protocol, which is not stated"]);
    report.says(&["TCP/IPv4 goes to `MSAFD Tcpip [TCP/IP]` (id 1001)"]);
    assert_eq!(report.json["sets"][0]["answers"][2]["now"]["outcome"], "untold");
    assert_eq!(report.json["verdict"]["standard"], 6);
}
