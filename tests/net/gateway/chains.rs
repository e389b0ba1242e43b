//! Chains behind a gateway: what programs speak plainly goes through TLS, and through proxies of others.

use super::{Files, Gateway, files_server, is_of_web, web4};
use crate::net::peer::free_port;
use crate::net::proxies::Proxy;
use std::process::Command;

#[test]
fn a_client_that_knows_no_tls_reaches_a_server_that_wants_it() {
    let files = Files::new();
    files.write("page", "over TLS\n");
    let Some((_server, port)) = files_server(files.0.path(), Some(&files)) else { return };
    let spec = format!("secure/tcp4 tls.roots={}", files.word("certificate.pem"));
    let gateway = Gateway::start(&["--connect", &spec]);
    let url = format!("http://localhost:{port}/page");
    let Some((status, said)) = gateway.curl_socks(&[&url]) else { return };
    assert_eq!((status, said.as_str()), (0, "over TLS\n"));
    let (status, said) = gateway.curl_http(&[&url]).unwrap();
    assert!(status == 0 && said.ends_with("\r\n\r\nover TLS\n"), "{said}");
    let log = gateway.ended(2);
    for line in &log {
        assert_eq!([&line["far"]["entry"], &line["far"]["layers"]["tls"]["version"]], ["secure/tcp4", "TLS 1.3"]);
    }

    // The name in the certificate is another.
    let (status, said) = gateway.curl_http(&[&format!("http://127.0.0.1:{port}/page")]).unwrap();
    assert!(status == 56 && said.starts_with("HTTP/1.1 502 Bad Gateway\r\n"), "{said}");
    assert!(said.contains("\r\nProxy-Status: sockatlas; error=destination_unavailable; "), "{said}");
    let log = gateway.ended(3);
    assert_eq!([&log[2]["error"]["side"], &log[2]["error"]["kind"]], ["far", "not-authenticated"], "{}", log[2]);
    assert_eq!(log[2]["told"], "the target could not be connected to");
    assert!(log[2]["error"]["message"].as_str().unwrap().starts_with("layer `tls` (1 of 2, in the handshake): "));
}

#[test]
fn what_a_socks_proxy_behind_it_says_of_the_target_is_said_again() {
    let Some(proxy) = Proxy::microsocks(&[]) else { return };
    let gateway = Gateway::start(&["--connect", &format!("socks/tcp4 socks5.proxy={}", proxy.address)]);
    let (port, nobody) = (web4(), free_port());
    let url = format!("http://localhost:{port}/");
    let Some((status, said)) = gateway.curl_socks(&[&url]) else { return };
    assert!(status == 0 && is_of_web(&said, port), "{said}");
    let (status, said) = gateway.curl_http(&[&url]).unwrap();
    assert!(status == 0 && is_of_web(&said, port), "{said}");
    let log = gateway.ended(2);
    assert_eq!(log[0]["far"]["layers"]["socks5"]["proxy"], proxy.address);
    assert_eq!(log[0]["far"]["peer"], format!("tcp://{}", proxy.address));

    let refused = format!("http://127.0.0.1:{nobody}/");
    let (status, said) = gateway.curl_socks(&[&refused]).unwrap();
    assert!(status == 97 && said.contains("(5)"), "{said}");
    let (status, said) = gateway.curl_http(&[&refused]).unwrap();
    assert!(status == 56 && said.contains("; error=connection_refused; "), "{said}");
    let log = gateway.ended(4);
    let explained = format!(
        "layer `socks5` (1 of 2, in the handshake): the proxy {} did not connect to 127.0.0.1:{nobody}: \
         reply 5 (connection refused)",
        proxy.address
    );
    for line in &log[2..] {
        assert_eq!(
            [&line["error"]["message"], &line["told"]],
            [explained.as_str(), "the target refused the connection"]
        );
    }
}

#[test]
fn what_an_http_proxy_behind_it_says_of_the_target_is_said_again() {
    let port = web4();
    let Some(proxy) = Proxy::tinyproxy(&format!("ConnectPort {port}")) else { return };
    let gateway = Gateway::start(&["--connect", &format!("http-proxy/tcp4 http-connect.proxy={}", proxy.address)]);
    let Some((status, said)) = gateway.curl_socks(&[&format!("http://localhost:{port}/")]) else { return };
    assert!(status == 0 && is_of_web(&said, port), "{said}");
    // That port is not allowed there.
    let (status, said) = gateway.curl_socks(&["http://localhost:1/"]).unwrap();
    assert!(status == 97 && said.contains("(2)"), "{said}");
    let (status, said) = gateway.curl_http(&["http://localhost:1/"]).unwrap();
    assert!(status == 56 && said.starts_with("HTTP/1.1 403 Forbidden\r\n"), "{said}");
}

#[test]
fn what_becomes_of_a_proxy_behind_it_is_no_word_on_the_target() {
    let nobody = free_port();
    let gateway = Gateway::start(&["--connect", &format!("socks/tcp4 socks5.proxy=127.0.0.1:{nobody}")]);
    let url = format!("http://localhost:{}/", web4());
    let Some((status, said)) = gateway.curl_socks(&[&url]) else { return };
    assert!(status == 97 && said.contains("(1)"), "{said}");
    let (status, said) = gateway.curl_http(&[&url]).unwrap();
    assert!(status == 56 && said.contains("; error=destination_unavailable; "), "{said}");
    let log = gateway.ended(2);
    for line in &log {
        assert_eq!(line["told"], "the target could not be connected to");
        let explained = line["error"]["message"].as_str().unwrap();
        assert!(explained.contains(&format!("127.0.0.1:{nobody}: connect: Connection refused")), "{explained}");
    }
}

#[test]
fn a_chain_that_leads_back_into_the_gateway_is_refused_before_anybody_is_served() {
    let port = free_port();
    let at = format!("127.0.0.1:{port}");
    for (place, proxy) in [(&*at, &*at), (&*at, &format!("localhost:{port}"))] {
        let spec = format!("socks/tcp4 socks5.proxy={proxy}");
        let mut command = Command::new(env!("CARGO_BIN_EXE_sockatlas"));
        command.args(["gateway", "--socks5", place, "--connect", &spec]).env_remove("SOCKATLAS_CATALOG");
        let output = command.env("NO_COLOR", "1").output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let reported = format!("error: `socks/tcp4` leads through {at}, which is this gateway\n");
        assert_eq!((output.status.code(), said), (Some(2), reported));
    }
}
