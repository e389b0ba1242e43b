//! Programs that know proxies, through a gateway.

use super::{Files, Gateway, files_server, is_of_web, web, web4, without_proxies};
use crate::net::peer::{free_port, program};
use std::io::{self, Write};
use std::net::{Ipv6Addr, ToSocketAddrs};
use std::path::Path;
use std::process::Command;

#[test]
fn curl_reaches_its_target_and_the_log_says_who_went_where() {
    let gateway = Gateway::start(&["--connect", "inet/stream"]);
    let port = web4();
    let url = format!("http://localhost:{port}/");
    let Some((status, said)) = gateway.curl_socks(&[&url]) else { return };
    assert!(status == 0 && is_of_web(&said, port), "{said}");
    let (status, said) = gateway.curl_http(&[&url]).unwrap();
    assert!(status == 0 && is_of_web(&said, port), "{said}");
    assert!(said.starts_with("HTTP/1.1 200 Connection established\r\n\r\n"), "{said}");

    let log = gateway.ended(2);
    for (line, protocol, address) in [(&log[0], "socks5", gateway.socks), (&log[1], "http-connect", gateway.http)] {
        assert_eq!(line["protocol"], protocol, "{line}");
        assert_eq!(line["target"], format!("localhost:{port}"));
        assert_eq!([&line["outcome"], &line["told"], &line["far"]["entry"]], ["served", "connected", "tcp4"]);
        assert_eq!(line["near"]["local"], format!("tcp://{address}"));
        assert_eq!(line["far"]["peer"], format!("tcp://127.0.0.1:{port}"));
        assert!(line["peer"].as_str().is_some_and(|peer| peer.starts_with("tcp://127.0.0.1:")), "{line}");
        assert!(line["user"].is_null() && line.get("error").is_none(), "{line}");
        assert!(line["down"].as_u64().is_some_and(|down| down > 60), "{line}");
    }
}

#[test]
fn several_entries_serve_targets_of_both_ip_versions() {
    let v4 = web4();
    let Ok(v6) = web(Ipv6Addr::LOCALHOST) else {
        let _ = writeln!(io::stderr(), "SKIPPED: there is no IPv6 here");
        return;
    };
    for arguments in [&["--connect", "tcp4", "--connect", "tcp6"][..], &["--connect", "inspected", "--fallback"]] {
        let gateway = Gateway::start(arguments);
        let entries = if arguments.len() == 4 { ["tcp4", "tcp6"] } else { ["inspected/tcp4", "inspected/tcp6"] };
        for (url, port) in [(format!("http://127.0.0.1:{v4}/"), v4), (format!("http://[::1]:{v6}/"), v6)] {
            let Some((status, said)) = gateway.curl_socks(&[&url]) else { return };
            assert!(status == 0 && is_of_web(&said, port), "{said}");
            let (status, said) = gateway.curl_http(&[&url]).unwrap();
            assert!(status == 0 && is_of_web(&said, port), "{said}");
        }
        let log = gateway.ended(4);
        let opened: Vec<_> = log.iter().map(|line| line["far"]["entry"].as_str().unwrap()).collect();
        assert_eq!(opened, [entries[0], entries[0], entries[1], entries[1]]);

        // A name whose addresses are of both, where this host has such a one: nobody listens at that of IPv4.
        if ("localhost", 0).to_socket_addrs().is_ok_and(|mut found| found.any(|address| address.is_ipv6())) {
            let (status, said) = gateway.curl_socks(&[&format!("http://localhost:{v6}/")]).unwrap();
            assert!(status == 0 && is_of_web(&said, v6), "{said}");
            assert_eq!(gateway.ended(5)[4]["far"]["entry"], entries[1]);
        }
        // Its only failure is that of the family that has an address.
        let (status, said) = gateway.curl_socks(&[&format!("http://127.0.0.1:{}/", free_port())]).unwrap();
        assert!(status == 97 && said.contains("(5)"), "{said}");
    }
}

/// A repository with a commit in it, for web servers that know nothing of git; it is called `site.git`.
fn repository(files: &Files) -> Option<()> {
    let git = program("git")?;
    let run = |folder: &Path, arguments: &[&str]| {
        let mut command = Command::new(&git);
        command.current_dir(folder).args(["-c", "user.name=A", "-c", "user.email=a@example.org"]).args(arguments);
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("HOME", folder);
        let output = command.output().expect("it was found");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let work = files.path("work");
    std::fs::create_dir(&work).expect("there is room");
    run(&work, &["init", "-q"]);
    std::fs::write(work.join("page"), "a page\n").expect("there is room");
    run(&work, &["add", "page"]);
    run(&work, &["commit", "-q", "-m", "a page"]);
    run(files.0.path(), &["clone", "-q", "--bare", "work", "served/site.git"]);
    run(&files.path("served/site.git"), &["update-server-info"]);
    Some(())
}

#[test]
fn git_clones_through_socks_and_through_http() {
    let files = Files::new();
    if repository(&files).is_none() {
        return;
    }
    let Some((_plain, port)) = files_server(&files.path("served"), None) else { return };
    let Some((_tls, tls_port)) = files_server(&files.path("served"), Some(&files)) else { return };
    let gateway = Gateway::start(&["--connect", "tcp4"]);
    let clone = |proxy: String, url: String, to: &str| {
        let mut command = Command::new(program("git").expect("it was found before"));
        command.args(["-c", &format!("http.proxy={proxy}"), "clone", "-q", &url]).arg(files.path(to));
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("HOME", files.0.path()).env("GIT_TERMINAL_PROMPT", "0");
        command.env("GIT_SSL_CAINFO", files.path("certificate.pem"));
        let output = without_proxies(&mut command).output().expect("it was found");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(std::fs::read_to_string(files.path(to).join("page")).unwrap(), "a page\n");
    };
    clone(format!("socks5h://{}", gateway.socks), format!("http://localhost:{port}/site.git"), "one");
    clone(format!("http://{}", gateway.http), format!("https://localhost:{tls_port}/site.git"), "two");
    let log = gateway.ended(2);
    assert!(log.iter().all(|line| line["told"] == "connected"), "{log:?}");
    let through = |protocol: &str| log.iter().any(|line| line["protocol"] == protocol);
    assert!(through("socks5") && through("http-connect"));
}
