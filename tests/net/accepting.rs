//! `socks5` and `http-connect` as proxies, for clients of others and for our own.

use super::peer::{free_port, program};
use rustix::event::{PollFd, PollFlags, poll};
use sockatlas::net::machine::Failure;
use sockatlas::net::{Answer, Cancel, Denial, Error, Opened, Opener, Providers, Role, Step, Stream, Target};
use sockatlas::{Loader, Registry, Request};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Proxies that are reached through TLS, besides those that the built-in catalog has.
const CATALOG: &str = r#"
    format = 1
    [chain.socks-in-tls]
    layers = ["socks5", "tls"]
    base   = "tcp4"
    [chain.http-in-tls]
    layers = ["http-connect", "tls"]
    base   = "tcp4"
"#;

fn registry() -> Registry {
    Loader::new().builtin().text("proxies.toml", CATALOG).load().expect("it is tested")
}

/// Opens an entry with these options of its layers: layer, option, value.
fn opener(entry: &str, options: &[(&str, &str, &str)]) -> Opener {
    let environment = |name: &str| (name == "PROXY_PASSWORD").then(|| "open sesame".to_owned());
    let providers = Providers::shipped().environment(environment);
    let opener = Opener::new(&providers, &registry().resolve(&Request::named(entry)).expect("the entry is there"));
    options
        .iter()
        .fold(opener, |opener, (layer, option, value)| opener.set_word(layer, option, value).expect("it takes that"))
}

/// Files that options name.
struct Files {
    folder: TempDir,
}

impl Files {
    fn new() -> Files {
        let folder = TempDir::new().expect("there is room");
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
        let files = Files { folder };
        files.write("certificate.pem", &made.cert.pem());
        files.write("key.pem", &made.signing_key.serialize_pem());
        files.write("users", "# those who may connect\n\nalice:open sesame\nbob:x\n");
        files
    }

    fn write(&self, name: &str, text: &str) {
        crate::secret::write(self.path(name), text);
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn word(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }
}

/// A proxy of our own, while it is held.
struct Gate {
    address: SocketAddr,
    /// What became of each client.
    clients: Receiver<Result<Opened, Error>>,
    cancel: Cancel,
}

impl Gate {
    fn new(entry: &str, options: &[(&str, &str, &str)]) -> Gate {
        let cancel = Cancel::new().expect("there are descriptors");
        let listener = opener(entry, options).asking().cancelled_by(&cancel).listen("127.0.0.1:0").expect("a port");
        let address = listener.local().and_then(|address| address.socket_addr()).expect("it is bound");
        let (tell, clients) = channel();
        std::thread::spawn(move || {
            while let Ok(accepted) = listener.accept() {
                let tell = tell.clone();
                std::thread::spawn(move || match accepted.handshake() {
                    Ok(client) => serve(client, &tell),
                    // The test may have seen enough.
                    Err(error) => drop(tell.send(Err(error))),
                });
            }
        });
        Gate { address, clients, cancel }
    }

    fn socks(users: Option<&str>) -> Gate {
        let options: Vec<_> = users.map(|users| ("socks5", "users-file", users)).into_iter().collect();
        Gate::new("socks/tcp4", &options)
    }

    fn http(users: Option<&str>) -> Gate {
        let options: Vec<_> = users.map(|users| ("http-connect", "users-file", users)).into_iter().collect();
        Gate::new("http-proxy/tcp4", &options)
    }

    /// What the next client's connection was.
    fn next(&self) -> Result<Opened, Error> {
        self.clients.recv_timeout(Duration::from_secs(30)).expect("a client came")
    }

    fn asked(&self) -> String {
        self.next().expect("it was heard").target.expect("it asked").to_string()
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

/// Connects a client to what it asks for, and moves bytes until both sides have ended.
fn serve(mut client: Stream, tell: &Sender<Result<Opened, Error>>) {
    let asked = client.asked().and_then(Target::host_and_port).expect("it asks for a host");
    let reported = match TcpStream::connect((asked.0.as_str(), asked.1)) {
        Ok(target) => {
            client.answer(&Answer::Granted(target.local_addr().ok())).expect("it can be told");
            // Reported before the client can have seen the end of it.
            let _ = tell.send(Ok(client.opened()));
            relay(client, target)
        }
        Err(error) => {
            let denial = match error.kind() {
                io::ErrorKind::ConnectionRefused => Denial::ConnectionRefused,
                _ => Denial::NameUnknown,
            };
            let _ = tell.send(Ok(client.opened()));
            client.answer(&Answer::Refused(denial))
        }
    };
    // Clients hang up as they like.
    let _ = reported;
}

fn relay(client: Stream, mut target: TcpStream) -> io::Result<()> {
    let mut client = match client.into_socket() {
        Ok(bare) => {
            target.write_all(&bare.unread)?;
            let mut client = TcpStream::from(bare.socket);
            let (mut from, mut to) = (client.try_clone()?, target.try_clone()?);
            std::thread::spawn(move || {
                let _ = io::copy(&mut from, &mut to);
                let _ = to.shutdown(Shutdown::Write);
            });
            io::copy(&mut target, &mut client)?;
            return client.shutdown(Shutdown::Write);
        }
        Err(client) => *client,
    };
    // A layer is left below: one request, then its answer.
    let mut request = vec![0; 4096];
    let count = client.read(&mut request)?;
    target.write_all(&request[..count])?;
    io::copy(&mut target, &mut client)?;
    client.close()
}

/// A web server that says where it is; its port.
fn web(ip: impl Into<IpAddr>) -> io::Result<u16> {
    let listener = TcpListener::bind((ip.into(), 0))?;
    let port = listener.local_addr()?.port();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(move || {
                let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
                let host = lines.by_ref().take_while(|line| !line.is_empty()).find(|line| line.starts_with("Host:"));
                lines.take_while(|line| !line.is_empty()).for_each(drop);
                let body = format!("you asked {}\n", host.unwrap_or_default());
                let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ";
                // The client may be gone.
                let _ = (&stream).write_all(format!("{head}{}\r\n\r\n{body}", body.len()).as_bytes());
            });
        }
    });
    Ok(port)
}

fn web4() -> u16 {
    web(Ipv4Addr::LOCALHOST).expect("loopback has ports")
}

/// What a run of curl came to: its exit status, and what it wrote to both of its outputs.
fn curl(arguments: &[&str]) -> Option<(i32, String)> {
    let mut command = Command::new(program("curl")?);
    // The environment may have proxies of its own, and exceptions from them.
    for name in ["http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
        command.env_remove(name);
    }
    let output = command.args(["-q", "-sS", "--max-time", "30"]).args(arguments).output().expect("it was found");
    let said = [output.stdout, output.stderr].concat();
    Some((output.status.code().expect("it exits"), String::from_utf8_lossy(&said).into_owned()))
}

#[test]
fn curl_goes_through_socks_by_name_and_by_addresses_of_both_families() {
    let gate = Gate::socks(None);
    let (proxy, port) = (gate.address.to_string(), web4());
    let url = format!("http://localhost:{port}/");
    let Some(seen) = curl(&["--socks5-hostname", &proxy, &url]) else { return };
    assert_eq!(seen, (0, format!("you asked Host: localhost:{port}\n")));
    let opened = gate.next().unwrap();
    assert_eq!(opened.role, Role::Accept);
    assert_eq!(opened.target, Some(Target::host("localhost", port)), "the proxy is told the name");
    assert_eq!(opened.fact("socks5", "target"), Some(&*format!("localhost:{port}")));
    assert_eq!(opened.fact("socks5", "authentication"), Some("no authentication"));

    let seen = curl(&[
        "--socks5",
        &proxy,
        "--resolve",
        &format!("a.example:{port}:127.0.0.1"),
        &format!("http://a.example:{port}/"),
    ]);
    assert_eq!(seen, Some((0, format!("you asked Host: a.example:{port}\n"))));
    assert_eq!(gate.asked(), format!("127.0.0.1:{port}"), "the client looked the name up by itself");

    let Ok(port) = web(Ipv6Addr::LOCALHOST) else {
        let _ = writeln!(io::stderr(), "SKIPPED: there is no IPv6 here");
        return;
    };
    for option in ["--socks5", "--socks5-hostname"] {
        let seen = curl(&[option, &proxy, &format!("http://[::1]:{port}/")]);
        assert_eq!(seen, Some((0, format!("you asked Host: [::1]:{port}\n"))));
        assert_eq!(gate.asked(), format!("[::1]:{port}"));
    }
}

#[test]
fn curl_is_reported_by_socks_what_became_of_its_target() {
    let gate = Gate::socks(None);
    let proxy = gate.address.to_string();
    let nobody = format!("http://127.0.0.1:{}/", free_port());
    let Some((status, said)) = curl(&["--socks5-hostname", &proxy, &nobody]) else { return };
    // 97: the handshake with the proxy failed. In brackets, the reply.
    assert_eq!((status, said.contains("(5)")), (97, true), "{said}");
    let (status, said) = curl(&["--socks5-hostname", &proxy, "http://nowhere.invalid/"]).unwrap();
    assert_eq!((status, said.contains("(4)")), (97, true), "{said}");
    let (status, _) = curl(&["--socks4", &proxy, &nobody]).unwrap();
    assert_eq!(status, 97);
    for asked in [&nobody["http://".len()..nobody.len() - 1], "nowhere.invalid:80"] {
        assert_eq!(gate.asked(), asked);
    }
    let reported = gate.next().unwrap_err().to_string();
    let expected = "layer `socks5` (1 of 2, in the handshake): the client began with 4, as SOCKS 4 does, where 5, the \
                    version of SOCKS, is expected";
    assert_eq!(reported, expected);
}

#[test]
fn curl_proves_to_socks_who_its_user_is() {
    let files = Files::new();
    let gate = Gate::socks(Some(&files.word("users")));
    let (proxy, url) = (gate.address.to_string(), format!("http://localhost:{}/", web4()));
    let Some((status, said)) = curl(&["--socks5-hostname", &proxy, "--proxy-user", "alice:open sesame", &url]) else {
        return;
    };
    assert_eq!(status, 0, "{said}");
    let opened = gate.next().unwrap();
    assert_eq!(opened.fact("socks5", "user"), Some("alice"));
    assert_eq!(opened.fact("socks5", "authentication"), Some("user and password"));

    let (status, said) = curl(&["--socks5-hostname", &proxy, "--proxy-user", "bob:open sesame", &url]).unwrap();
    assert_eq!((status, said.contains("User was rejected by the SOCKS5 server (1 1)")), (97, true), "{said}");
    let error = gate.next().unwrap_err();
    assert!(error.to_string().ends_with("user `bob` is not known, or has another password"), "{error}");
    assert!(!format!("{error:?}").contains("sesame"));

    let (status, said) = curl(&["--socks5-hostname", &proxy, &url]).unwrap();
    assert_eq!((status, said.to_lowercase().contains("no authentication method was acceptable")), (97, true), "{said}");
    let error = gate.next().unwrap_err();
    assert!(matches!(&error, Error::Layer { source, .. } if source.kind() == Failure::Authentication), "{error:?}");
}

#[test]
fn curl_goes_through_http_connect_and_sees_why_where_it_cannot() {
    let gate = Gate::http(None);
    let (proxy, port) = (format!("http://{}", gate.address), web4());
    let url = format!("http://localhost:{port}/");
    let Some(seen) = curl(&["--proxy", &proxy, "--proxytunnel", &url]) else { return };
    assert_eq!(seen, (0, format!("you asked Host: localhost:{port}\n")));
    assert_eq!(gate.asked(), format!("localhost:{port}"));

    // 56: the tunnel was refused. The headers of the refusal are shown by -i.
    let nobody = format!("127.0.0.1:{}", free_port());
    let refused = format!("http://{nobody}/");
    let (status, said) = curl(&["-i", "--proxy", &proxy, "--proxytunnel", &refused]).unwrap();
    assert_eq!((status, said.contains("HTTP/1.1 502 Bad Gateway\r\n")), (56, true), "{said}");
    let reason = "Proxy-Status: sockatlas; error=connection_refused; details=\"the target refused the connection\"\r\n";
    assert!(said.contains(reason), "{said}");
    assert_eq!(gate.asked(), nobody);

    let (status, said) = curl(&["-i", "--proxy", &proxy, &url]).unwrap();
    assert_eq!(status, 0, "without a tunnel the answer is the proxy's own");
    assert!(said.starts_with("HTTP/1.1 405 Method Not Allowed\r\nAllow: CONNECT\r\n"), "{said}");
    assert!(
        said.ends_with(
            "\r\n\r\nthis proxy serves CONNECT only: for an http URL too, the client must ask for a tunnel\n"
        )
    );
    assert!(gate.next().unwrap_err().to_string().contains("has the method `GET`"));

    let (status, said) = curl(&["--socks5-hostname", &gate.address.to_string(), &url]).unwrap();
    assert_eq!(status, 97, "{said}");
    assert!(gate.next().unwrap_err().to_string().ends_with("; the layer `socks5` accepts SOCKS 5"));
}

#[test]
fn curl_proves_to_http_connect_who_its_user_is() {
    let files = Files::new();
    let gate = Gate::http(Some(&files.word("users")));
    let (proxy, url) = (format!("http://{}", gate.address), format!("http://localhost:{}/", web4()));
    let tunnel = |more: &[&str]| curl(&[&["--proxy", &proxy, "--proxytunnel"], more, &[&url]].concat());
    let Some((status, said)) = tunnel(&["--proxy-user", "alice:open sesame"]) else { return };
    assert_eq!(status, 0, "{said}");
    assert_eq!(gate.next().unwrap().fact("http-connect", "user"), Some("alice"));

    let (status, said) = tunnel(&["-i", "--proxy-user", "alice:sesame"]).unwrap();
    assert_eq!((status, said.contains("HTTP/1.1 407 Proxy Authentication Required\r\n")), (56, true), "{said}");
    assert!(said.contains("Proxy-Authenticate: Basic realm=\"sockatlas\", charset=\"UTF-8\"\r\n"), "{said}");
    assert!(gate.next().unwrap_err().to_string().ends_with("user `alice` is not known, or has another password"));

    let (status, _) = tunnel(&[]).unwrap();
    assert_eq!(status, 56);
    assert!(gate.next().unwrap_err().to_string().ends_with("the client sent no user and password"));

    // A client that waits to be asked comes back, on a connection of its own.
    let (status, said) = tunnel(&["--proxy-anyauth", "--proxy-user", "alice:open sesame"]).unwrap();
    assert_eq!(status, 0, "{said}");
    assert!(gate.next().unwrap_err().to_string().ends_with("the client sent no user and password"));
    assert_eq!(gate.next().unwrap().fact("http-connect", "user"), Some("alice"));
}

#[test]
fn curl_reaches_a_proxy_inside_tls() {
    let files = Files::new();
    let (certificate, key) = (files.word("certificate.pem"), files.word("key.pem"));
    let gate = Gate::new("http-in-tls", &[("tls", "certificate", &certificate), ("tls", "key", &key)]);
    let (proxy, port) = (format!("https://localhost:{}", gate.address.port()), web4());
    let arguments = ["--proxy", &proxy, "--proxy-cacert", &certificate, "--proxytunnel"];
    let Some(seen) = curl(&[&arguments[..], &[&format!("http://localhost:{port}/")]].concat()) else { return };
    assert_eq!(seen, (0, format!("you asked Host: localhost:{port}\n")));
    let opened = gate.next().unwrap();
    assert_eq!(opened.target, Some(Target::host("localhost", port)));
    assert!(opened.fact("tls", "version").is_some(), "{opened}");

    // Without TLS, what it says is no handshake; the refusal of TLS is all there is to tell.
    let plain = format!("http://localhost:{}", gate.address.port());
    let (status, _) = curl(&["--proxy", &plain, "--proxytunnel", &format!("http://localhost:{port}/")]).unwrap();
    assert_eq!(status, 56);
    assert!(gate.next().unwrap_err().to_string().starts_with("layer `tls` (2 of 3, in the handshake)"));
}

#[test]
fn socat_goes_through_http_connect_and_is_refused_as_socks_4() {
    let Some(socat) = program("socat") else { return };
    let files = Files::new();
    let gate = Gate::http(Some(&files.word("users")));
    let port = web4();
    let ask = |address: String| {
        let mut command = Command::new(&socat);
        command
            .args(["-t", "30", "-"])
            .arg(address)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("it was found");
        let mut input = child.stdin.take().expect("it is piped");
        // It may have given up before it reads.
        let _ = input.write_all(b"GET / HTTP/1.0\r\nHost: of-socat\r\n\r\n");
        drop(input);
        let output = child.wait_with_output().expect("it exits");
        (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    let through = |more: &str| format!("PROXY:127.0.0.1:localhost:{port},proxyport={}{more}", gate.address.port());
    let (success, said) = ask(through(",proxyauth=alice:open sesame"));
    assert!(success && said.ends_with("you asked Host: of-socat\n"), "{said}");
    assert_eq!(gate.asked(), format!("localhost:{port}"));
    let (success, said) = ask(through(""));
    assert!(!success && said.contains("Proxy Authentication Required"), "{said}");
    assert!(gate.next().is_err());

    let gate = Gate::socks(None);
    let (success, said) = ask(format!("SOCKS4:127.0.0.1:127.0.0.1:{port},socksport={}", gate.address.port()));
    assert!(!success && said.contains("rejected"), "{said}");
    assert!(gate.next().unwrap_err().to_string().contains("as SOCKS 4 does"));
}

/// Asks a web server at the far end.
fn ask(mut stream: Stream) -> String {
    stream.write_all(b"GET / HTTP/1.0\r\nHost: ours\r\n\r\n").expect("it goes through");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it comes through, to its end");
    answer
}

#[test]
fn our_clients_go_through_our_proxies() {
    let files = Files::new();
    let users = files.word("users");
    let (certificate, key) = (files.word("certificate.pem"), files.word("key.pem"));
    let port = web4();
    for (entry, layer, in_tls) in [
        ("socks/tcp4", "socks5", false),
        ("http-proxy/tcp4", "http-connect", false),
        ("socks-in-tls", "socks5", true),
        ("http-in-tls", "http-connect", true),
    ] {
        let host = [("tls", "certificate", &*certificate), ("tls", "key", &key)];
        let guest = [("tls", "roots", &*certificate)];
        let (host, guest) = if in_tls { (&host[..], &guest[..]) } else { (&[][..], &[][..]) };
        let gate = Gate::new(entry, &[&[(layer, "users-file", &*users)], host].concat());
        let proxy = format!("localhost:{}", gate.address.port());
        let as_user = |user| {
            [&[(layer, "proxy", &*proxy), (layer, "username", user), (layer, "password-env", "PROXY_PASSWORD")], guest]
                .concat()
        };
        let stream = opener(entry, &as_user("alice")).connect(format!("localhost:{port}")).unwrap();
        let reported = stream.opened();
        assert!(ask(stream).ends_with("you asked Host: ours\n"), "{entry}");
        let heard = gate.next().unwrap();
        assert_eq!((&heard.target, heard.fact(layer, "user")), (&reported.target, Some("alice")));
        let proves = reported.layers.iter().find(|report| report.name == layer).map(|report| report.traffic).unwrap();
        let hears = heard.layers.iter().find(|report| report.name == layer).map(|report| report.traffic).unwrap();
        assert_eq!((hears.received_below, hears.sent_below), (proves.sent_below, proves.received_below));

        let error = opener(entry, &as_user("bob")).connect(format!("localhost:{port}")).unwrap_err();
        assert!(matches!(&error, Error::Layer { source, .. } if source.kind() == Failure::Authentication), "{error:?}");
        assert!(gate.next().unwrap_err().to_string().ends_with("user `bob` is not known, or has another password"));

        let nobody = format!("127.0.0.1:{}", free_port());
        let error = opener(entry, &as_user("alice")).connect(&nobody).unwrap_err();
        assert!(matches!(&error, Error::Layer { source, .. } if source.kind() == Failure::Refused), "{error:?}");
        assert_eq!(gate.asked(), nobody);
    }
}

#[test]
fn unasked_a_client_is_granted_its_target_and_the_layers_above_shake_hands() {
    let files = Files::new();
    let (certificate, key) = (files.word("certificate.pem"), files.word("key.pem"));
    for (entry, layer) in [("secure-socks/tcp4", "socks5"), ("secure-http-proxy/tcp4", "http-connect")] {
        for asking in [false, true] {
            let accepting = opener(entry, &[("tls", "certificate", &certificate), ("tls", "key", &key)]);
            let listener = if asking { accepting.asking() } else { accepting }.listen("127.0.0.1:0").unwrap();
            let proxy = listener.local().unwrap().to_string();
            let client = std::thread::spawn({
                let certificate = certificate.clone();
                move || {
                    let options = [(layer, "proxy", &*proxy), ("tls", "roots", &certificate)];
                    let mut stream = opener(entry, &options).connect("localhost:443").unwrap();
                    stream.write_all(b"through both").unwrap();
                    stream.close().unwrap();
                }
            });
            let mut stream = listener.accept().unwrap().handshake().unwrap();
            assert_eq!(stream.asked().is_some(), asking);
            if asking {
                let reported = stream.read(&mut [0]).unwrap_err();
                assert_eq!(reported.to_string(), "the client asked for a target, and is to be answered first");
                stream.answer(&Answer::Granted(None)).unwrap();
            }
            let opened = stream.opened();
            assert_eq!(opened.target, Some(Target::host("localhost", 443)), "{entry}");
            assert!(opened.fact("tls", "version").is_some(), "{opened}");
            let mut said = String::new();
            stream.read_to_string(&mut said).unwrap();
            assert_eq!(said, "through both");
            stream.close().unwrap();
            client.join().unwrap();
        }
    }
}

#[test]
fn what_the_program_takes_for_its_answer_is_no_time_of_the_client_s() {
    let files = Files::new();
    let (certificate, key) = (files.word("certificate.pem"), files.word("key.pem"));
    let opener = opener("secure-socks/tcp4", &[("tls", "certificate", &certificate), ("tls", "key", &key)]);
    let limit = Duration::from_secs(30);
    let listener = opener.asking().limit(Step::Handshake, Some(limit)).listen_nonblocking("127.0.0.1:0").unwrap();
    let address = listener.local().and_then(|address| address.socket_addr()).unwrap();
    let mut client = TcpStream::connect(address).unwrap();
    client.write_all(b"\x05\x01\x00\x05\x01\x00\x03\x09localhost\x01\xbb").unwrap();
    let start = Instant::now();
    let wait =
        |fd: BorrowedFd<'_>| poll(&mut [PollFd::from_borrowed_fd(fd, PollFlags::IN)], None).expect("it is a socket");
    wait(listener.fd().unwrap());
    let mut stream = listener.accept(start).unwrap().expect("it was told of");
    while !stream.progress(start).unwrap() && stream.asked().is_none() {
        wait(stream.as_fd());
    }
    assert_eq!(stream.deadline(), None, "it is the program's turn");
    let late = start + 10 * limit;
    assert!(!stream.progress(late).unwrap());
    stream.answer(&Answer::Granted(None)).unwrap();
    assert!(!stream.progress(late).unwrap(), "TLS has its time still");
    assert_eq!(stream.deadline(), Some(late + limit));
    let error = stream.progress(late + limit).unwrap_err();
    assert_eq!(error.to_string(), "layer `tls`: the handshakes did not end within 30s");
}

#[test]
fn a_file_of_users_that_cannot_be_used_is_reported_before_anything_is_accepted() {
    let files = Files::new();
    let reported = |entry: &str, layer: &str, name: &str| {
        let opener = opener(entry, &[(layer, "users-file", &files.word(name))]);
        opener.listen("127.0.0.1:0").unwrap_err().to_string()
    };
    files.write("wrong", "alice:open sesame\nopen sesame\n");
    files.write("long", &format!("{}:x\n", "a".repeat(256)));
    files.write("none", "# nobody\n");
    let at = |layer: &str, name: &str| format!("`{layer}`: option `users-file`: {}", files.word(name));
    for (entry, layer) in [("socks/tcp4", "socks5"), ("http-proxy/tcp4", "http-connect")] {
        let wrong = reported(entry, layer, "wrong");
        assert_eq!(
            wrong,
            format!("{}:2: a line without a colon, where `NAME:PASSWORD` is expected", at(layer, "wrong"))
        );
        assert_eq!(reported(entry, layer, "none"), format!("{}: there is no user in it", at(layer, "none")));
        assert!(reported(entry, layer, "missing").starts_with(&format!("{}: No such file", at(layer, "missing"))));
    }
    let long = reported("socks/tcp4", "socks5", "long");
    assert_eq!(
        long,
        format!("{}:1: the name has 256 bytes, and at most 255 can be sent (RFC 1929)", at("socks5", "long"))
    );
    let http = opener("http-proxy/tcp4", &[("http-connect", "users-file", &files.word("long"))]);
    http.prepare(Role::Accept).unwrap();
}
