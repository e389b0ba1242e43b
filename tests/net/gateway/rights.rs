//! Whom a gateway serves.

use super::{Files, Gateway, is_of_web, sockatlas, web4};

#[test]
fn users_prove_who_they_are_and_are_in_the_log() {
    let files = Files::new();
    let users = files.word("users");
    let gateway = Gateway::at("127.0.0.1:0", files, &["--connect", "tcp4", "--users-file", &users]);
    let port = web4();
    let url = format!("http://localhost:{port}/");
    let (right, wrong) = (["--proxy-user", "alice:open sesame", &url], ["--proxy-user", "alice:sesame", &url]);
    let Some((status, said)) = gateway.curl_socks(&right) else { return };
    assert!(status == 0 && is_of_web(&said, port), "{said}");
    let (status, said) = gateway.curl_http(&right).unwrap();
    assert!(status == 0 && is_of_web(&said, port), "{said}");
    let log = gateway.ended(2);
    assert!(log.iter().all(|line| line["user"] == "alice"), "{log:?}");

    let (status, _) = gateway.curl_socks(&wrong).unwrap();
    assert_eq!(status, 97);
    let (status, said) = gateway.curl_http(&wrong).unwrap();
    assert!(status == 56 && said.starts_with("HTTP/1.1 407 Proxy Authentication Required\r\n"), "{said}");
    let (status, _) = gateway.curl_socks(&[&url]).unwrap();
    assert_eq!(status, 97);
    let (status, said) = gateway.curl_http(&[&url]).unwrap();
    assert!(status == 56 && said.contains("\r\nProxy-Authenticate: Basic realm=\"sockatlas\", charset=\"UTF-8\"\r\n"));
    let log = gateway.ended(6);
    for line in &log[2..] {
        assert_eq!([&line["error"]["side"], &line["error"]["kind"]], ["near", "not-authenticated"], "{line}");
        assert!(line["user"].is_null() && line["target"].is_null(), "{line}");
    }
    assert_eq!(
        log[2]["error"]["message"],
        "layer `socks5` (1 of 2, in the handshake): user `alice` is not known, or has another password"
    );
    assert!(!format!("{log:?}").contains("sesame"));
}

#[test]
fn other_hosts_are_served_only_if_that_is_said_and_then_with_users() {
    let files = Files::new();
    let users = files.word("users");
    let refused = |arguments: &[&str]| {
        let output = sockatlas(&["gateway", "--connect", "tcp4"]).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    for place in ["0.0.0.0:0", "[::]:0", "192.0.2.1:1080"] {
        let reported = format!(
            "error: `{place}` is no address of loopback: other hosts may reach it\n\
             help: with `--allow-remote --users-file FILE` it serves those of other hosts who have a password\n"
        );
        assert_eq!(refused(&["--socks5", place]), reported);
        // It is not the users alone that allow it, and one such address is enough.
        assert_eq!(refused(&["--socks5", "127.0.0.1:0", "--http", place, "--users-file", &users]), reported);
    }
    let said = refused(&["--socks5", "0.0.0.0:0", "--allow-remote"]);
    assert!(said.contains("--users-file <FILE>"), "{said}");
    assert!(refused(&["--http", ":8080"]).contains("`127.0.0.1:8080` is this host's own"));
    assert!(refused(&[]).contains("--socks5 <HOST:PORT>|--http <HOST:PORT>"));

    let gateway = Gateway::at("0.0.0.0:0", files, &["--connect", "tcp4", "--allow-remote", "--users-file", &users]);
    let port = web4();
    let url = format!("http://localhost:{port}/");
    let socks = format!("127.0.0.1:{}", gateway.socks.port());
    let with_user = ["--socks5-hostname", &socks, "--proxy-user", "alice:open sesame", &url];
    let Some((status, said)) = super::curl(&with_user) else { return };
    assert!(status == 0 && is_of_web(&said, port), "{said}");
    let (status, _) = super::curl(&["--socks5-hostname", &socks, &url]).unwrap();
    assert_eq!(status, 97);
    // It listens at all addresses, and this one is among them.
    let itself = format!("http://127.0.0.1:{}/", gateway.http.port());
    let (status, said) =
        super::curl(&["--socks5-hostname", &socks, "--proxy-user", "alice:open sesame", &itself]).unwrap();
    assert!(status == 97 && said.contains("(2)"), "{said}");
}
