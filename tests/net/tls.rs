//! `tls` against OpenSSL, as client and as server.

use super::peer::{Running, free_port, listening, program};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use sockatlas::net::machine::{Failure, Phase};
use sockatlas::net::{Address, Error, Listener, Opener, Providers, Stream};
use sockatlas::{Loader, Request};
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// An authority, and what it signed, in PEM files: `ca.pem`, `NAME.pem`, `NAME.key`.
pub(super) struct Pki {
    folder: TempDir,
    authority: Issuer<'static, KeyPair>,
}

impl Pki {
    pub(super) fn new(name: &str) -> Pki {
        let folder = TempDir::new().expect("there is room");
        let (mut params, key) = (CertificateParams::default(), KeyPair::generate().expect("keys can be made"));
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        fs::write(folder.path().join("ca.pem"), params.self_signed(&key).expect("it can be signed").pem())
            .expect("there is room");
        let pki = Pki { folder, authority: Issuer::new(params, key) };
        pki.issue("server", named("localhost"));
        pki.issue("client", named("somebody"));
        pki
    }

    fn issue(&self, name: &str, params: CertificateParams) {
        let key = KeyPair::generate().expect("keys can be made");
        self.write(name, &params.signed_by(&key, &self.authority).expect("it can be signed").pem(), &key);
    }

    fn issue_to_itself(&self, name: &str, params: CertificateParams) {
        let key = KeyPair::generate().expect("keys can be made");
        self.write(name, &params.self_signed(&key).expect("it can be signed").pem(), &key);
    }

    fn write(&self, name: &str, certificate: &str, key: &KeyPair) {
        fs::write(self.path(&format!("{name}.pem")), certificate).expect("there is room");
        crate::secret::write(self.path(&format!("{name}.key")), key.serialize_pem());
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    pub(super) fn word(&self, file: &str) -> String {
        self.path(file).display().to_string()
    }

    /// `openssl s_server` with the certificate of this name, and its port.
    fn s_server(&self, certificate: &str, arguments: &[&str]) -> Option<(Running, u16)> {
        let port = free_port();
        let mut command = Command::new(program("openssl")?);
        command.arg("s_server").args(["-accept", &format!("127.0.0.1:{port}"), "-quiet"]).args(arguments);
        command.arg("-cert").arg(self.path(&format!("{certificate}.pem")));
        command.arg("-key").arg(self.path(&format!("{certificate}.key")));
        command.arg("-CAfile").arg(self.path("ca.pem"));
        command.current_dir(self.folder.path()).stdout(Stdio::null()).stderr(Stdio::null());
        let server = Running::start(&mut command);
        listening(port);
        Some((server, port))
    }

    /// `openssl s_client`, with its input and its output.
    fn s_client(&self, port: u16, arguments: &[&str]) -> Running {
        let mut command = Command::new(program("openssl").expect("it was there"));
        command.arg("s_client").args(["-connect", &format!("127.0.0.1:{port}"), "-quiet", "-verify_return_error"]);
        command.args(["-servername", "localhost", "-verify_hostname", "localhost"]).args(arguments);
        command.arg("-CAfile").arg(self.path("ca.pem"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        Running(command.spawn().expect("it was found"))
    }

    /// TLS over TCP with these options.
    fn opener(&self, options: &[(&str, &str)]) -> Opener {
        let registry = Loader::new().builtin().load().expect("the catalogs built in load");
        let selection = registry.resolve(&Request::named("secure/tcp4")).expect("it is there");
        with(Opener::new(&Providers::shipped(), &selection), options)
    }

    pub(super) fn connect(&self, port: u16, options: &[(&str, &str)]) -> Result<Stream, Error> {
        let opener = self.opener(&[("roots", &self.word("ca.pem"))]);
        with(opener, options).connect(format!("localhost:{port}"))
    }

    fn listen(&self, options: &[(&str, &str)]) -> (Listener, u16) {
        let opener = self.opener(&[("certificate", &self.word("server.pem")), ("key", &self.word("server.key"))]);
        let listener = with(opener, options).listen("127.0.0.1:0").expect("loopback has ports");
        let port = listener.local().as_ref().and_then(Address::socket_addr).expect("it is bound").port();
        (listener, port)
    }
}

fn with(opener: Opener, options: &[(&str, &str)]) -> Opener {
    let set = |opener: Opener, &(option, word): &(&str, &str)| opener.set_word("tls", option, word);
    options.iter().fold(opener, |opener, option| set(opener, option).expect("it is an option"))
}

fn named(name: &str) -> CertificateParams {
    CertificateParams::new(vec![name.to_owned()]).expect("it is a name")
}

fn noise(length: usize) -> Vec<u8> {
    (0..length as u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

fn fact(stream: &Stream, name: &str) -> Option<String> {
    stream.opened().fact("tls", name).map(str::to_owned)
}

/// Sends lines, and expects them back reversed, as `s_server -rev` gives them.
fn converse(stream: Stream) {
    let mut stream = BufReader::new(stream);
    for round in 0..300 {
        let line: String = noise(round).into_iter().map(|byte| char::from(b'a' + byte % 26)).collect();
        stream.get_mut().write_all(format!("{line}\n").as_bytes()).expect("it is taken");
        let mut answer = String::new();
        stream.read_line(&mut answer).expect("there is an answer");
        assert_eq!(answer.trim_end().chars().rev().collect::<String>(), line);
    }
    stream.into_inner().shutdown_write().expect("our side can end");
}

/// How a layer failed in connecting or accepting.
fn failure(error: &Error) -> (Failure, String) {
    match error {
        Error::Layer { layer, place: 1, source, .. } => {
            assert_eq!(layer, "tls");
            (source.kind(), source.to_string())
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn connects_to_openssl_in_both_versions() {
    let pki = Pki::new("the authority");
    for (argument, version) in [("-tls1_2", "TLS 1.2"), ("-tls1_3", "TLS 1.3")] {
        let Some((_server, port)) = pki.s_server("server", &[argument, "-rev", "-alpn", "x,h2"]) else { return };
        let stream = pki.connect(port, &[("alpn", "h2,http/1.1")]).unwrap();
        assert_eq!(fact(&stream, "version").as_deref(), Some(version));
        assert_eq!(fact(&stream, "alpn").as_deref(), Some("h2"));
        assert_eq!(fact(&stream, "server-name").as_deref(), Some("localhost"));
        converse(stream);
    }
}

#[test]
fn gets_every_byte_from_openssl_and_the_end_with_them() {
    let pki = Pki::new("the authority");
    let content = noise(3_000_000);
    fs::write(pki.path("file"), &content).unwrap();
    // Small records, and large ones.
    for arguments in [&["-tls1_2", "-HTTP"][..], &["-tls1_3", "-HTTP", "-max_send_frag", "512"]] {
        let Some((_server, port)) = pki.s_server("server", arguments) else { return };
        let mut stream = pki.connect(port, &[]).unwrap();
        stream.write_all(b"GET /file HTTP/1.0\r\n\r\n").unwrap();
        let mut got = Vec::new();
        stream.read_to_end(&mut got).unwrap();
        assert!(got == content, "{arguments:?}: {} bytes came", got.len());
    }
}

#[test]
fn shows_a_certificate_to_an_openssl_that_demands_one() {
    let pki = Pki::new("the authority");
    let (certificate, key) = (pki.word("client.pem"), pki.word("client.key"));
    for version in ["-tls1_2", "-tls1_3"] {
        let Some((_server, port)) = pki.s_server("server", &[version, "-rev", "-Verify", "1", "-verify_return_error"])
        else {
            return;
        };
        converse(pki.connect(port, &[("certificate", &certificate), ("key", &key)]).unwrap());

        let refused: Result<Stream, Error> = pki.connect(port, &[]).and_then(|mut stream| {
            // In TLS 1.3 the client has finished before the server has seen its certificate.
            let error = stream.read(&mut [0; 10]).unwrap_err();
            Err(error.downcast::<Error>().unwrap())
        });
        let (kind, reported) = failure(&refused.unwrap_err());
        if version == "-tls1_3" {
            assert_eq!(kind, Failure::Authentication);
            assert_eq!(reported, "`localhost` refuses with the alert `certificate_required`: it demands a certificate");
        } else {
            assert_eq!(kind, Failure::Refused, "{reported}");
            assert!(reported.ends_with("or demands a certificate"), "{reported}");
        }
    }
}

#[test]
fn refuses_an_openssl_that_cannot_prove_its_name() {
    let pki = Pki::new("the authority");
    pki.issue("other", named("other.example"));
    let mut expired = named("localhost");
    (expired.not_before, expired.not_after) = (date_time_ymd(2019, 1, 1), date_time_ymd(2020, 1, 1));
    pki.issue("expired", expired);
    pki.issue_to_itself("self", named("localhost"));
    let stranger = Pki::new("a stranger");
    let table = [
        (&pki, "other", "is not valid for this name (it is valid for `other.example`)"),
        (&pki, "expired", "has expired: it was valid until 2020-01-01T00:00:00Z, and it is "),
        (&pki, "self", "is signed by an unknown issuer"),
        (&stranger, "server", "is signed by an unknown issuer"),
    ];
    for (issuer, certificate, problem) in table {
        let Some((_server, port)) = issuer.s_server(certificate, &["-rev"]) else { return };
        let error = pki.connect(port, &[]).unwrap_err();
        let (kind, reported) = failure(&error);
        assert_eq!(kind, Failure::Authentication, "{reported}");
        assert!(reported.starts_with(&format!("the certificate of `localhost` {problem}")), "{reported}");
        assert!(matches!(error, Error::Layer { phase: Phase::Handshake, .. }));
    }
    let Some((_server, port)) = pki.s_server("other", &["-rev"]) else { return };
    converse(pki.connect(port, &[("server-name", "other.example")]).unwrap());
    // Authorities that never heard of ours.
    let reported = failure(&pki.connect(port, &[("roots", "webpki"), ("server-name", "other.example")]).unwrap_err()).1;
    assert_eq!(reported, "the certificate of `other.example` is signed by an unknown issuer");
}

#[test]
fn accepts_openssl_in_both_versions() {
    let pki = Pki::new("the authority");
    if program("openssl").is_none() {
        return;
    }
    let (listener, port) = pki.listen(&[("alpn", "h2")]);
    for (argument, version) in [("-tls1_2", "TLS 1.2"), ("-tls1_3", "TLS 1.3")] {
        let client = pki.s_client(port, &[argument, "-alpn", "x,h2"]);
        let stream = listener.accept().unwrap().handshake().unwrap();
        assert_eq!(fact(&stream, "version").as_deref(), Some(version));
        assert_eq!(fact(&stream, "server-name").as_deref(), Some("localhost"));
        assert_eq!(fact(&stream, "alpn").as_deref(), Some("h2"));
        assert_eq!(fact(&stream, "peer"), None);
        swap(stream, client);
    }
}

/// Sends a million bytes each way.
fn swap(mut stream: Stream, mut client: Running) {
    let content = noise(1_000_000);
    let Child { stdin, stdout, .. } = &mut client.0;
    let (mut input, mut output) = (stdin.take().expect("it is piped"), stdout.take().expect("it is piped"));
    let copy = content.clone();
    let writer = std::thread::spawn(move || input.write_all(&copy).map(|()| input));
    let mut got = vec![0; content.len()];
    stream.read_exact(&mut got).expect("all comes");
    assert!(got == content);
    let _input = writer.join().expect("it does not panic").expect("all is taken");
    let reader = std::thread::spawn(move || -> io::Result<Vec<u8>> {
        let mut all = Vec::new();
        output.read_to_end(&mut all).map(|_| all)
    });
    stream.write_all(&content).expect("all is taken");
    stream.shutdown_write().expect("our side can end");
    let got = reader.join().expect("it does not panic").expect("the output can be read");
    assert!(got == content, "{} bytes came", got.len());
}

#[test]
fn demands_a_certificate_of_openssl() {
    let pki = Pki::new("the authority");
    if program("openssl").is_none() {
        return;
    }
    let (listener, port) = pki.listen(&[("client-roots", &pki.word("ca.pem"))]);
    let stranger = Pki::new("a stranger");
    for version in ["-tls1_2", "-tls1_3"] {
        let shown = |pki: &Pki| [pki.word("client.pem"), pki.word("client.key")];
        let [certificate, key] = shown(&pki);
        let client = pki.s_client(port, &[version, "-cert", &certificate, "-key", &key]);
        let stream = listener.accept().unwrap().handshake().unwrap();
        assert_eq!(fact(&stream, "peer").as_deref(), Some("certificate shown"));
        swap(stream, client);

        let _client = pki.s_client(port, &[version]);
        let error = listener.accept().unwrap().handshake().unwrap_err();
        assert_eq!(failure(&error), (Failure::Authentication, "the client shows no certificate".to_owned()));

        let [certificate, key] = shown(&stranger);
        let _client = pki.s_client(port, &[version, "-cert", &certificate, "-key", &key]);
        let error = listener.accept().unwrap().handshake().unwrap_err();
        let reported = "the certificate of the client is signed by an unknown issuer".to_owned();
        assert_eq!(failure(&error), (Failure::Authentication, reported));
    }
}

#[test]
fn an_openssl_that_does_not_trust_us_says_so() {
    let pki = Pki::new("the authority");
    if program("openssl").is_none() {
        return;
    }
    let (listener, port) = pki.listen(&[]);
    let stranger = Pki::new("a stranger");
    for version in ["-tls1_2", "-tls1_3"] {
        let _client = stranger.s_client(port, &[version]);
        let error = listener.accept().unwrap().handshake().unwrap_err();
        let reported = "the client refuses with the alert `unknown_ca`: it does not know who signed our certificate";
        assert_eq!(failure(&error), (Failure::Authentication, reported.to_owned()));
    }
}

#[test]
fn a_server_that_speaks_no_tls_is_distinguished() {
    let pki = Pki::new("the authority");
    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (mut stream, _) = server.accept().unwrap();
        stream.write_all(b"220 mail.example ESMTP\r\n").unwrap();
        let _ = stream.read(&mut [0; 1000]);
    });
    let (kind, reported) = failure(&pki.connect(port, &[]).unwrap_err());
    assert_eq!(kind, Failure::Protocol);
    assert_eq!(reported, "`localhost` does not speak TLS: the first bytes are \"220 mail.example\"");
}
