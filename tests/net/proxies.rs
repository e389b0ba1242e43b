//! `socks5` and `http-connect` through proxies of others.

use super::peer::{Running, free_port, listening, program};
use sockatlas::net::machine::{Failure, Phase};
use sockatlas::net::{Error, Opener, Providers, Role, Stream};
use sockatlas::{Loader, Registry, Request};
use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A server that sends back what it gets; the port.
fn echo() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has ports");
    let port = listener.local_addr().expect("it is bound").port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            std::thread::spawn(move || {
                let mut stream = stream.expect("it was accepted");
                let _ = std::io::copy(&mut stream.try_clone().expect("it can be cloned"), &mut stream);
            });
        }
    });
    port
}

fn chatter(stream: &mut (impl Read + Write)) {
    for message in [b"first", b"again"] {
        stream.write_all(message).expect("the echo reads");
        let mut answer = [0; 5];
        stream.read_exact(&mut answer).expect("the echo answers");
        assert_eq!(&answer, message);
    }
}

fn builtin() -> Registry {
    Loader::new().builtin().load().expect("it is tested")
}

/// Opens an entry with these options of its layers: layer, option, value.
fn opener(registry: &Registry, entry: &str, options: &[(&str, &str, &str)]) -> Opener {
    let environment = |name: &str| (name == "PROXY_PASSWORD").then(|| "sesame".to_owned());
    let providers = Providers::shipped().environment(environment);
    let opener = Opener::new(&providers, &registry.resolve(&Request::named(entry)).expect("the entry is there"));
    options
        .iter()
        .fold(opener, |opener, (layer, option, value)| opener.set_word(layer, option, value).expect("it takes that"))
}

fn through(entry: &str, options: &[(&str, &str, &str)], target: &str) -> Result<Stream, Error> {
    opener(&builtin(), entry, options).connect(target)
}

fn layer_failure(error: &Error) -> Failure {
    match error {
        Error::Layer { source, phase: Phase::Handshake, .. } => source.kind(),
        other => panic!("{other:?}"),
    }
}

/// A proxy that runs, and its address.
pub(super) struct Proxy {
    pub address: String,
    _program: Running,
    _folder: tempfile::TempDir,
}

impl Proxy {
    /// Starts a proxy at a port, in a folder of its own; nothing if it is not installed.
    pub fn start(name: &str, command: impl FnOnce(&mut Command, u16, &Path)) -> Option<Proxy> {
        let path = program(name)?;
        let (port, folder) = (free_port(), tempfile::tempdir().expect("there is room"));
        let mut line = Command::new(path);
        line.stdout(Stdio::null()).stderr(File::create(folder.path().join("log")).expect("the folder is ours"));
        command(&mut line, port, folder.path());
        let running = Running::start(&mut line);
        listening(port);
        Some(Proxy { address: format!("127.0.0.1:{port}"), _program: running, _folder: folder })
    }

    pub fn microsocks(arguments: &[&str]) -> Option<Proxy> {
        Proxy::start("microsocks", |command, port, _| {
            command.args(["-i", "127.0.0.1", "-p", &port.to_string()]).args(arguments);
        })
    }

    pub fn tinyproxy(settings: &str) -> Option<Proxy> {
        Proxy::start("tinyproxy", |command, port, folder| {
            let file = folder.join("tinyproxy.conf");
            let text = format!("Port {port}\nListen 127.0.0.1\nAllow 127.0.0.1\nMaxClients 10\n{settings}\n");
            std::fs::write(&file, text).expect("the folder is ours");
            command.arg("-d").arg("-c").arg(file);
        })
    }

    fn squid(settings: &str, files: &[(&str, &str)]) -> Option<Proxy> {
        Proxy::start("squid", |command, port, folder| {
            for (name, text) in files {
                std::fs::write(folder.join(name), text).expect("the folder is ours");
            }
            // Its helpers run as somebody else, if it was started by root.
            let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o755);
            std::fs::set_permissions(folder, permissions).expect("the folder is ours");
            let settings = settings.replace("FOLDER", folder.to_str().expect("its path is text"));
            let file = folder.join("squid.conf");
            let text = format!(
                "http_port 127.0.0.1:{port}\n{settings}\ncache deny all\naccess_log none\ncache_log /dev/null\n\
                 pid_filename none\nshutdown_lifetime 0 seconds\n"
            );
            std::fs::write(&file, text).expect("the folder is ours");
            command.arg("-N").arg("-f").arg(file);
        })
    }
}

#[test]
fn a_socks_proxy_resolves_the_name_and_leaves() {
    let Some(proxy) = Proxy::microsocks(&[]) else { return };
    let port = echo();
    let mut stream =
        through("socks/tcp4", &[("socks5", "proxy", &proxy.address)], &format!("localhost:{port}")).unwrap();
    assert!(stream.is_bare());
    chatter(&mut stream);

    let opened = stream.opened();
    assert_eq!((opened.entry.as_str(), opened.stack.join(" over ")), ("socks/tcp4", "socks5 over tcp4".to_owned()));
    assert_eq!(opened.target.as_ref().unwrap().to_string(), format!("localhost:{port}"));
    assert_eq!(opened.peer.as_ref().unwrap().to_string(), proxy.address, "the socket leads to the proxy");
    assert_eq!(opened.fact("socks5", "proxy"), Some(&*proxy.address));
    assert_eq!(opened.fact("socks5", "authentication"), Some("no authentication"));
    assert!(opened.fact("socks5", "bound").unwrap().parse::<std::net::SocketAddr>().is_ok(), "{opened}");
    let traffic = opened.layers[0].traffic;
    assert_eq!((traffic.sent_above, traffic.received_above), (0, 0), "what the user sent did not pass through it");
    // Greeting 3, and a request with a name of 9 bytes: 4 + 1 + 9 + 2.
    assert_eq!((traffic.sent_below, opened.sent), (3 + 16, 3 + 16 + 10));

    let bare = stream.into_socket().unwrap();
    assert!(bare.unread.is_empty());
    let mut socket = TcpStream::from(bare.socket);
    chatter(&mut socket);
    socket.shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(socket.read(&mut [0]).unwrap(), 0, "the end goes through the proxy and comes back");
}

#[test]
fn a_socks_proxy_is_given_addresses_as_addresses() {
    let Some(proxy) = Proxy::microsocks(&[]) else { return };
    let target = std::net::SocketAddr::from(([127, 0, 0, 1], echo()));
    let opener = opener(&builtin(), "socks/tcp4", &[("socks5", "proxy", &proxy.address)]);
    let mut stream = opener.connect(target).unwrap();
    chatter(&mut stream);
    assert_eq!(stream.opened().layers[0].traffic.sent_below, 3 + 10, "four bytes instead of a name");
}

#[test]
fn a_socks_proxy_that_cannot_connect_says_why() {
    let Some(proxy) = Proxy::microsocks(&[]) else { return };
    let target = format!("127.0.0.1:{}", free_port());
    let error = through("socks/tcp4", &[("socks5", "proxy", &proxy.address)], &target).unwrap_err();
    assert_eq!(layer_failure(&error), Failure::Refused);
    let reported = format!(
        "layer `socks5` (1 of 2, in the handshake): the proxy {} did not connect to {target}: reply 5 (connection refused)",
        proxy.address
    );
    assert_eq!(error.to_string(), reported);
}

#[test]
fn a_socks_proxy_asks_for_a_password() {
    let Some(proxy) = Proxy::microsocks(&["-u", "alice", "-P", "sesame"]) else { return };
    let target = format!("127.0.0.1:{}", echo());
    let at = ("socks5", "proxy", &*proxy.address);
    let (alice, sesame) = (("socks5", "username", "alice"), ("socks5", "password-env", "PROXY_PASSWORD"));

    let mut stream = through("socks/tcp4", &[at, alice, sesame], &target).unwrap();
    chatter(&mut stream);
    assert_eq!(stream.opened().fact("socks5", "authentication"), Some("user and password"));
    assert!(!format!("{stream:?}").contains("sesame"));

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("password");
    crate::secret::write(&file, "sesam\n");
    let wrong = ("socks5", "password-file", file.to_str().unwrap());
    let error = through("socks/tcp4", &[at, alice, wrong], &target).unwrap_err();
    assert_eq!(layer_failure(&error), Failure::Authentication);
    let reported = format!("the proxy {} did not accept user `alice` and the password: status ", proxy.address);
    assert!(error.to_string().contains(&reported), "{error}");
    assert!(!format!("{error}{error:?}").contains("sesam"));

    let error = through("socks/tcp4", &[at], &target).unwrap_err();
    assert_eq!(layer_failure(&error), Failure::Authentication);
    let reported = "none of the methods offered: no authentication (it may want a `username` and a password)";
    assert!(error.to_string().ends_with(reported), "{error}");
}

#[test]
fn a_socks_proxy_has_rules() {
    let proxy = Proxy::start("danted", |command, port, folder| {
        let text = format!(
            "logoutput: stderr\ninternal: 127.0.0.1 port = {port}\nexternal: lo\nsocksmethod: none\nclientmethod: none\n\
             client pass {{ from: 127.0.0.0/8 to: 0.0.0.0/0 }}\n\
             socks block {{ from: 127.0.0.0/8 to: 0.0.0.0/0 port = 1 }}\n\
             socks pass {{ from: 127.0.0.0/8 to: 0.0.0.0/0 }}\n"
        );
        let file = folder.join("danted.conf");
        std::fs::write(&file, text).unwrap();
        command.arg("-f").arg(file).arg("-p").arg(folder.join("pid"));
    });
    let Some(proxy) = proxy else { return };
    let at = ("socks5", "proxy", &*proxy.address);
    chatter(&mut through("socks/tcp4", &[at], &format!("localhost:{}", echo())).unwrap());
    let error = through("socks/tcp4", &[at], "localhost:1").unwrap_err();
    assert!(error.to_string().ends_with("to localhost:1: reply 2 (connection not allowed by ruleset)"), "{error}");
}

#[test]
fn an_http_proxy_resolves_the_name_and_leaves() {
    let Some(proxy) = Proxy::tinyproxy("") else { return };
    let target = format!("localhost:{}", echo());
    let mut stream = through("http-proxy/tcp4", &[("http-connect", "proxy", &proxy.address)], &target).unwrap();
    chatter(&mut stream);
    let opened = stream.opened();
    assert_eq!(opened.stack.join(" over "), "http-connect over tcp4");
    assert_eq!(opened.peer.as_ref().unwrap().to_string(), proxy.address);
    assert_eq!(opened.fact("http-connect", "proxy"), Some(&*proxy.address));
    assert_eq!(opened.fact("http-connect", "status"), Some("200"));
    chatter(&mut TcpStream::from(stream.into_socket().unwrap().socket));
}

#[test]
fn an_http_proxy_asks_for_a_password() {
    let Some(proxy) = Proxy::tinyproxy("BasicAuth alice sesame") else { return };
    let target = format!("127.0.0.1:{}", echo());
    let at = ("http-connect", "proxy", &*proxy.address);
    let sesame = ("http-connect", "password-env", "PROXY_PASSWORD");

    let alice = ("http-connect", "username", "alice");
    chatter(&mut through("http-proxy/tcp4", &[at, alice, sesame], &target).unwrap());

    let error = through("http-proxy/tcp4", &[at], &target).unwrap_err();
    assert_eq!(layer_failure(&error), Failure::Authentication);
    let reported = "wants a `username` and a password: 407 (Proxy Authentication Required); it offers Basic";
    assert!(error.to_string().ends_with(reported), "{error}");

    // tinyproxy 1.11 says 401 here.
    let bob = ("http-connect", "username", "bob");
    let error = through("http-proxy/tcp4", &[at, bob, sesame], &target).unwrap_err();
    assert_eq!(layer_failure(&error), Failure::Authentication);
    assert!(error.to_string().contains("did not accept the user and password: 40"), "{error}");
    assert!(!format!("{error:?}").contains("sesame"));
}

#[test]
fn an_http_proxy_has_rules() {
    let port = echo();
    let Some(proxy) = Proxy::tinyproxy(&format!("ConnectPort {port}")) else { return };
    let at = ("http-connect", "proxy", &*proxy.address);
    chatter(&mut through("http-proxy/tcp4", &[at], &format!("localhost:{port}")).unwrap());
    let error = through("http-proxy/tcp4", &[at], "localhost:1").unwrap_err();
    assert_eq!(layer_failure(&error), Failure::Refused);
    assert!(error.to_string().ends_with("did not connect to localhost:1: 403 (Access violation)"), "{error}");
}

#[test]
fn squid_opens_refuses_and_asks_for_a_password() {
    let helper = PathBuf::from("/usr/lib/squid/basic_ncsa_auth");
    let Some(open) = Proxy::squid("http_access allow all", &[]) else { return };
    let target = format!("localhost:{}", echo());
    let at = ("http-connect", "proxy", &*open.address);
    chatter(&mut through("http-proxy/tcp4", &[at], &target).unwrap());
    let error = through("http-proxy/tcp4", &[at], &format!("localhost:{}", free_port())).unwrap_err();
    assert!(error.to_string().ends_with(": 503 (Service Unavailable)"), "{error}");

    if !helper.is_file() {
        return;
    }
    let settings = format!(
        "auth_param basic program {} FOLDER/users\nauth_param basic realm a, \"b\"\nacl known proxy_auth REQUIRED\n\
         http_access allow known\nhttp_access deny all",
        helper.display()
    );
    // The password is `sesame`.
    let users = [("users", "alice:$apr1$atlas$kc/taLV53/EmkPpSnZbAG.\n")];
    let Some(closed) = Proxy::squid(&settings, &users) else { return };
    let at = ("http-connect", "proxy", &*closed.address);
    let (alice, bob) = (("http-connect", "username", "alice"), ("http-connect", "username", "bob"));
    let sesame = ("http-connect", "password-env", "PROXY_PASSWORD");
    chatter(&mut through("http-proxy/tcp4", &[at, alice, sesame], &target).unwrap());
    let error = through("http-proxy/tcp4", &[at, bob, sesame], &target).unwrap_err();
    assert_eq!(layer_failure(&error), Failure::Authentication);
    let reported = "did not accept the user and password: 407 (Proxy Authentication Required); it offers Basic";
    assert!(error.to_string().ends_with(reported), "{error}");
}

#[test]
fn a_proxy_is_reached_through_another() {
    let catalog = r#"
        format = 1
        [layer.http-first]
        provider = "http-connect"
        needs = ["guaranteed-delivery"]
        adds = ["proxied"]
        [layer.http-second]
        provider = "http-connect"
        needs = ["guaranteed-delivery"]
        adds = ["proxied"]
        [chain.socks-to-http]
        layers = ["http-first", "socks5"]
        base = "tcp4"
        [chain.http-to-socks]
        layers = ["socks5", "http-first"]
        base = "tcp4"
        [chain.http-to-http]
        layers = ["http-second", "http-first"]
        base = "tcp4"
    "#;
    let registry = Loader::new().builtin().text("proxies.toml", catalog).load().unwrap();
    let (Some(socks), Some(http)) = (Proxy::microsocks(&[]), Proxy::tinyproxy("")) else { return };
    let Some(other) = Proxy::tinyproxy("") else { return };
    let target = format!("localhost:{}", echo());
    let socks = ("socks5", "proxy", &*socks.address);
    let first = ("http-first", "proxy", &*http.address);
    let second = ("http-second", "proxy", &*other.address);
    for (entry, [top, lower]) in
        [("socks-to-http", [first, socks]), ("http-to-socks", [socks, first]), ("http-to-http", [second, first])]
    {
        let mut stream = opener(&registry, entry, &[top, lower]).connect(&target).unwrap();
        assert!(stream.is_bare());
        chatter(&mut stream);
        let opened = stream.opened();
        assert_eq!(opened.peer.as_ref().unwrap().to_string(), lower.2, "the socket leads to the lower one");
        for (layer, _, address) in [top, lower] {
            assert_eq!(opened.fact(layer, "proxy"), Some(address), "{entry}");
        }
        assert!(opened.layers.iter().all(|layer| layer.phase == Phase::Retired));
        chatter(&mut TcpStream::from(stream.into_socket().unwrap().socket));
    }

    // The lower one leads to where no proxy is: the lower one is to blame.
    let nobody = format!("127.0.0.1:{}", free_port());
    let opener = opener(&registry, "socks-to-http", &[socks, ("http-first", "proxy", &nobody)]);
    let error = opener.connect(&target).unwrap_err().to_string();
    let reported = format!("did not connect to {nobody}: reply 5 (connection refused)");
    assert!(error.starts_with("layer `socks5` (2 of 3, in the handshake)") && error.ends_with(&reported), "{error}");
}

#[test]
fn a_proxy_that_is_not_there_is_the_address_that_is_reported() {
    let proxy = format!("127.0.0.1:{}", free_port());
    for (entry, layer) in [("socks/tcp4", "socks5"), ("http-proxy/tcp4", "http-connect")] {
        let error = through(entry, &[(layer, "proxy", &proxy)], "example.org:443").unwrap_err();
        assert!(matches!(&error, Error::Unreached { .. }), "{error:?}");
        let reported = error.to_string();
        assert!(reported.contains(&format!("{proxy}: connect: Connection refused")), "{reported}");
    }
}

#[test]
fn what_cannot_be_prepared_is_reported_before_anything_is_opened() {
    let at = ("socks5", "proxy", "127.0.0.1:1");
    let reported = |entry: &str, options: &[_]| through(entry, options, "localhost:1").unwrap_err().to_string();
    assert_eq!(reported("socks/tcp4", &[]), "`socks5`: option `proxy`: neither the catalog nor the call states it");
    assert_eq!(
        reported("socks/tcp4", &[at, ("socks5", "username", "alice")]),
        "`socks5`: option `username`: it needs `password-file` or `password-env` too"
    );
    // Which proxy there is, is of no interest to those who are one.
    let registry = builtin();
    for entry in ["socks/tcp4", "http-proxy/tcp4"] {
        opener(&registry, entry, &[]).prepare(Role::Accept).unwrap();
    }
}
