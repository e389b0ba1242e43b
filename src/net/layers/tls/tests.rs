//! Tests with two ends in memory, without a socket.

mod hostile;
mod options;

use super::*;
use crate::Loader;
use crate::net::machine::{Failure, LayerFailure, Machine, Phase};
use crate::net::providers::Providers;
use crate::net::{ProviderFailure, Target};
use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, date_time_ymd};
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

/// Certificates in a temporary folder, all valid from 2020 to 2030.
struct Pki {
    folder: TempDir,
    authority: Issuer<'static, KeyPair>,
}

impl Pki {
    fn new() -> Pki {
        Pki::of("the authority")
    }

    fn of(name: &str) -> Pki {
        let folder = TempDir::new().unwrap();
        let (params, key) = (authority(name), KeyPair::generate().unwrap());
        fs::write(folder.path().join("ca.pem"), params.self_signed(&key).unwrap().pem()).unwrap();
        let pki = Pki { folder, authority: Issuer::new(params, key) };
        pki.issue("server", &["localhost", "127.0.0.1"]);
        pki.issue("client", &["somebody"]);
        pki
    }

    /// Writes `NAME.pem` and `NAME.key`.
    fn issue(&self, name: &str, names: &[&str]) {
        let key = KeyPair::generate().unwrap();
        let certificate = end(names).signed_by(&key, &self.authority).unwrap();
        self.write(&format!("{name}.pem"), &certificate.pem());
        self.write(&format!("{name}.key"), &key.serialize_pem());
    }

    fn write(&self, file: &str, text: &str) {
        crate::catalog::rights::tests::write(&self.path(file), text);
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    /// Prepares the layer with options as in a catalog, in which `DIR` is the folder.
    fn prepare(&self, role: Role, options: &str) -> Result<Arc<dyn Layer>, ProviderError> {
        self.with_settings(options, |settings| Tls::default().prepare(settings, role))
    }

    fn with_settings<T>(&self, options: &str, work: impl FnOnce(&Settings<'_>) -> T) -> T {
        let options = options.replace("DIR", &self.folder.path().display().to_string());
        let catalog = format!(
            "format = 1\n[provider.tls]\n[layer.tls]\nprovider = \"tls\"\nadds = [\"encrypted\"]\noptions = {{ {options} }}\n"
        );
        let registry = Loader::new().text("test.toml", catalog).load().unwrap();
        let providers = Providers::none();
        work(&Settings::new(registry.entry("tls").unwrap(), &[], providers.environ()))
    }

    fn client(&self, options: &str) -> Machine {
        let layer = self.prepare(Role::Connect, &format!("roots = \"DIR/ca.pem\", {options}")).unwrap();
        machine(&[&*layer])
    }

    fn server(&self, options: &str) -> Machine {
        machine(&[&*self.accepting(options)])
    }

    fn accepting(&self, options: &str) -> Arc<dyn Layer> {
        let own = "certificate = \"DIR/server.pem\", key = \"DIR/server.key\"";
        self.prepare(Role::Accept, &format!("{own}, {options}")).unwrap()
    }

    /// Returns a server of rustls itself.
    fn plain_server(&self, options: &str) -> rustls::ServerConnection {
        rustls::ServerConnection::new(Arc::new(self.server_config(options).0)).unwrap()
    }

    fn server_config(&self, options: &str) -> (ServerConfig, Arc<CertifiedKey>) {
        let own = "certificate = \"DIR/server.pem\", key = \"DIR/server.key\"";
        let crypto = Tls::default().crypto;
        self.with_settings(&format!("{own}, {options}"), |settings| config::server(&crypto, settings)).unwrap()
    }
}

fn authority(name: &str) -> CertificateParams {
    let mut params = end(&[]);
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.extended_key_usages.clear();
    params
}

fn end(names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2030, 1, 1);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    params
}

/// Returns a time in 2025.
fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_750_000_000)
}

fn machine(layers: &[&dyn Layer]) -> Machine {
    machine_for("localhost", now(), layers)
}

/// Returns a machine with layers named `tls`, or `tls-1` and `tls-2`.
fn machine_for(host: &str, now: SystemTime, layers: &[&dyn Layer]) -> Machine {
    let target = Target::host(host, 443);
    let context = Context::new(Some(&target), now);
    let name = |at: usize| if layers.len() == 1 { "tls".to_owned() } else { format!("tls-{}", at + 1) };
    let sessions = layers.iter().enumerate().map(|(at, layer)| (name(at), layer.session(&context).unwrap()));
    Machine::new(sessions.collect::<Vec<_>>())
}

/// Passes bytes to a machine as if they came from a socket.
fn feed(machine: &mut Machine, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        let room = machine.room();
        let some = bytes.len().min(room.len());
        room[..some].copy_from_slice(&bytes[..some]);
        machine.received(some);
        bytes = &bytes[some..];
    }
}

fn carry(from: &mut Machine, to: &mut Machine, most: usize) -> bool {
    let count = from.outbound().len().min(most);
    let bytes = from.outbound()[..count].to_vec();
    from.sent(count);
    feed(to, &bytes);
    count > 0
}

/// Returns all bytes that have come up.
fn drain(machine: &mut Machine) -> Result<Vec<u8>, LayerFailure> {
    let (mut all, mut some) = (Vec::new(), [0; 5000]);
    loop {
        match machine.read(&mut some)? {
            0 => return Ok(all),
            count => all.extend(&some[..count]),
        }
    }
}

/// The bytes that an end received, or its failure.
type Got = Result<Vec<u8>, LayerFailure>;

/// Passes bytes both ways, `step` at a time, until neither end has any left.
fn talk(a: &mut Machine, b: &mut Machine, step: usize) -> (Got, Got) {
    let (mut from_b, mut from_a) = (Ok(Vec::new()), Ok(Vec::new()));
    let gather = |got: &mut Got, machine: &mut Machine| match (drain(machine), &mut *got) {
        (Ok(more), Ok(all)) => all.extend(more),
        (Err(failure), Ok(_)) => *got = Err(failure),
        _ => {}
    };
    while carry(a, b, step) | carry(b, a, step) {
        gather(&mut from_a, b);
        gather(&mut from_b, a);
    }
    (from_b, from_a)
}

fn started(mut client: Machine, mut server: Machine) -> (Machine, Machine) {
    client.start().unwrap();
    server.start().unwrap();
    (client, server)
}

/// Returns two ends after their handshake.
fn open(client: Machine, server: Machine, step: usize) -> (Machine, Machine) {
    let (mut client, mut server) = started(client, server);
    let (a, b) = talk(&mut client, &mut server, step);
    assert!(a.unwrap().is_empty() && b.unwrap().is_empty());
    assert!(client.is_open() && server.is_open());
    (client, server)
}

fn send_all(machine: &mut Machine, bytes: &[u8], mut each: impl FnMut(&mut Machine)) {
    let mut sent = 0;
    while sent < bytes.len() {
        sent += machine.send(&bytes[sent..]).unwrap();
        each(machine);
    }
}

fn fact<'a>(machine: &'a Machine, name: &str) -> Option<&'a str> {
    let facts = &machine.reports()[0].facts;
    facts.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
}

#[test]
fn bytes_pass_both_ways_whatever_pieces_they_come_in() {
    let pki = Pki::new();
    for (version, name) in [("1.3", "TLS 1.3"), ("1.2", "TLS 1.2")] {
        for step in [1, 7, 1500, usize::MAX] {
            let (mut client, mut server) = open(client_of(&pki, version), pki.server("alpn = ['h2', 'x']"), step);
            assert_eq!(fact(&client, "version"), Some(name));
            assert_eq!(fact(&client, "handshake"), Some("full"));
            assert_eq!(
                (fact(&client, "server-name"), fact(&server, "server-name")),
                (Some("localhost"), Some("localhost"))
            );
            assert_eq!((fact(&client, "alpn"), fact(&server, "alpn")), (Some("h2"), Some("h2")));
            assert_eq!(fact(&client, "cipher"), fact(&server, "cipher"));
            let message: Vec<u8> = (0..100_000_u32).map(|at| (at % 251) as u8).collect();
            let mut got = Vec::new();
            send_all(&mut client, &message, |client| got.extend(talk(client, &mut server, step).1.unwrap()));
            assert!(got == message, "{name} to the server, {step} bytes at a time");
            got.clear();
            send_all(&mut server, &message, |server| got.extend(talk(&mut client, server, step).0.unwrap()));
            assert!(got == message, "{name} to the client, {step} bytes at a time");
        }
    }
}

/// Returns a client with the protocols h2 and y that speaks one version only.
fn client_of(pki: &Pki, version: &str) -> Machine {
    let crypto = Tls::default().crypto;
    let options = "roots = \"DIR/ca.pem\", alpn = ['y', 'h2']";
    let mut config = pki.with_settings(options, |settings| config::client(&crypto, settings)).unwrap();
    if version == "1.2" {
        let mut roots = rustls::RootCertStore::empty();
        for certificate in fs::read(pki.path("ca.pem")).map(|pem| certificates(&pem)).unwrap() {
            roots.add(certificate).unwrap();
        }
        let builder = ClientConfig::builder_with_provider(crypto).with_protocol_versions(&[&rustls::version::TLS12]);
        let alpn = std::mem::take(&mut config.alpn_protocols);
        config = builder.unwrap().with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = alpn;
    }
    machine(&[&Connecting { config, name: None }])
}

fn certificates(pem: &[u8]) -> Vec<rustls::pki_types::CertificateDer<'static>> {
    use rustls::pki_types::pem::PemObject as _;
    rustls::pki_types::CertificateDer::pem_slice_iter(pem).map(Result::unwrap).collect()
}

#[test]
fn each_direction_ends_by_itself() {
    let pki = Pki::new();
    for version in ["1.2", "1.3"] {
        let (mut client, mut server) = open(client_of(&pki, version), pki.server("alpn = 'h2'"), 100);
        client.send(b"the last").unwrap();
        client.send_end().unwrap();
        let (_, got) = talk(&mut client, &mut server, 1);
        assert_eq!(got.unwrap(), b"the last");
        assert!(server.has_ended() && !client.has_ended());
        server.send(b"but not of mine").unwrap();
        assert_eq!(talk(&mut client, &mut server, 1).0.unwrap(), b"but not of mine");
        server.send_end().unwrap();
        talk(&mut client, &mut server, 1).0.unwrap();
        assert!(client.has_ended());
        // The end of the socket adds nothing.
        client.received_end();
        server.received_end();
        assert!(drain(&mut client).unwrap().is_empty() && drain(&mut server).unwrap().is_empty());
        let cut = server.send(b"more").unwrap_err();
        assert_eq!(cut.source.to_string(), "our side of the connection has ended");
    }
}

#[test]
fn what_follows_the_end_is_ignored() {
    let pki = Pki::new();
    let (mut client, mut server) = open(pki.client(""), pki.server(""), 100);
    client.send_end().unwrap();
    let (_, got) = talk(&mut client, &mut server, 1000);
    assert!(got.unwrap().is_empty() && server.has_ended());
    assert_eq!(client.send(b"more").unwrap_err().source.to_string(), "our side of the connection has ended");
    for _ in 0..100 {
        feed(&mut server, &[0xff; 20_000]);
        assert_eq!(server.read(&mut [0; 10]).unwrap(), 0);
    }
}

#[test]
fn a_stream_that_is_cut_off_is_no_end() {
    let pki = Pki::new();
    let (mut client, mut server) = open(pki.client(""), pki.server(""), 100);
    server.send(b"half of").unwrap();
    carry(&mut server, &mut client, usize::MAX);
    client.received_end();
    let mut got = [0; 100];
    assert_eq!(client.read(&mut got).unwrap(), 7, "what came before the cut can be read");
    let failure = client.read(&mut got).unwrap_err();
    assert_eq!((failure.layer.as_str(), failure.source.kind()), ("tls", Failure::Truncated));
    assert_eq!(failure.source.to_string(), "the stream of `localhost` is cut off: it ends without close_notify");

    let (mut client, mut server) = started(pki.client(""), pki.server(""));
    carry(&mut client, &mut server, 100);
    server.received_end();
    let failure = server.read(&mut got).unwrap_err();
    assert_eq!((failure.source.kind(), failure.phase), (Failure::Truncated, Phase::Handshake));
    assert_eq!(failure.source.to_string(), "the client ended the connection in the handshake");
}

#[test]
fn tls_runs_over_tls() {
    let pki = Pki::new();
    let connecting = pki.prepare(Role::Connect, "roots = \"DIR/ca.pem\"").unwrap();
    let accepting = pki.accepting("");
    let two = |layer: &dyn Layer| machine(&[layer, layer]);
    let (mut client, mut server) = open(two(&*connecting), two(&*accepting), 10);
    let message = vec![7; 200_000];
    let mut got = Vec::new();
    send_all(&mut client, &message, |client| got.extend(talk(client, &mut server, 3000).1.unwrap()));
    assert!(got == message);
    server.send_end().unwrap();
    talk(&mut client, &mut server, 1).0.unwrap();
    assert!(client.has_ended());

    // An error of the lower layer names the lower layer.
    let (mut client, _) = open(two(&*connecting), two(&*accepting), 1000);
    feed(&mut client, b"plain text");
    let failure = client.read(&mut []).unwrap_err();
    assert_eq!((failure.layer.as_str(), failure.place), ("tls-2", 2));
}

#[test]
fn both_ends_can_demand_a_certificate() {
    let pki = Pki::new();
    let shown = "certificate = \"DIR/client.pem\", key = \"DIR/client.key\"";
    for (version, client) in [("1.3", pki.client(&format!("{shown}, min-version = '1.3'"))), ("", pki.client(shown))] {
        let (client, server) = open(client, pki.server("client-roots = \"DIR/ca.pem\""), 100);
        assert_eq!(fact(&server, "peer"), Some("certificate shown"), "{version}");
        assert_eq!(fact(&client, "peer"), None);
    }
    let (mut client, mut server) = started(pki.client(""), pki.server("client-roots = \"DIR/ca.pem\""));
    let (at_client, at_server) = talk(&mut client, &mut server, 100);
    let (at_client, at_server) = (at_client.unwrap_err(), at_server.unwrap_err());
    assert_eq!(at_server.source.to_string(), "the client shows no certificate");
    assert_eq!(
        at_client.source.to_string(),
        "`localhost` refuses with the alert `certificate_required`: it demands a certificate"
    );
    assert_eq!((at_client.source.kind(), at_server.source.kind()), (Failure::Authentication, Failure::Authentication));

    // An authority that the server does not know.
    let other = Pki::of("another authority");
    let text = fs::read_to_string(pki.path("ca.pem")).unwrap();
    other.write("ca.pem", &text);
    let (mut client, mut server) = started(other.client(shown), pki.server("client-roots = \"DIR/ca.pem\""));
    let (at_client, at_server) = talk(&mut client, &mut server, 100);
    assert_eq!(at_client.unwrap_err().source.kind(), Failure::Authentication);
    assert_eq!(
        at_server.unwrap_err().source.to_string(),
        "the certificate of the client is signed by an unknown issuer"
    );
}

/// Runs a handshake that fails, and returns the failure of the client.
fn refused(mut client: Machine, mut server: Machine) -> LayerFailure {
    client.start().unwrap();
    server.start().unwrap();
    let (at_client, at_server) = talk(&mut client, &mut server, 1000);
    let reported = at_server.unwrap_err();
    assert!(reported.source.to_string().starts_with("the client refuses with the alert"), "{}", reported.source);
    let failure = at_client.unwrap_err();
    assert_eq!((failure.layer.as_str(), failure.place, failure.phase), ("tls", 1, Phase::Handshake));
    assert_eq!(failure.source.kind(), Failure::Authentication);
    failure
}

#[test]
fn a_server_that_cannot_prove_its_name_is_refused() {
    let pki = Pki::new();
    pki.issue("server", &["one.example", "*.two.example", "10.0.0.1"]);
    assert_eq!(
        refused(pki.client(""), pki.server("")).source.to_string(),
        "the certificate of `localhost` is not valid for this name \
         (it is valid for `one.example`, `*.two.example`, `10.0.0.1`)"
    );
    open(pki.client("server-name = 'one.example'"), pki.server(""), 1000);
    open(pki.client("server-name = 'a.two.example.'"), pki.server(""), 1000);
    let (client, server) = open(pki.client("server-name = '10.0.0.1'"), pki.server(""), 1000);
    assert_eq!((fact(&client, "server-name"), fact(&server, "server-name")), (Some("10.0.0.1"), None));

    let key = KeyPair::generate().unwrap();
    pki.write("server.pem", &end(&["localhost"]).self_signed(&key).unwrap().pem());
    pki.write("server.key", &key.serialize_pem());
    let unknown = "the certificate of `localhost` is signed by an unknown issuer";
    assert_eq!(refused(pki.client(""), pki.server("")).source.to_string(), unknown);
    pki.write("server.pem", &authority("self").self_signed(&key).unwrap().pem());
    refused(pki.client(""), pki.server(""));
    assert_eq!(refused(pki.client(""), Pki::of("another authority").server("")).source.to_string(), unknown);
}

#[test]
fn the_time_of_the_connection_decides_what_has_expired() {
    let pki = Pki::new();
    let layer = pki.prepare(Role::Connect, "roots = \"DIR/ca.pem\"").unwrap();
    let at = |seconds| machine_for("localhost", SystemTime::UNIX_EPOCH + Duration::from_secs(seconds), &[&*layer]);
    assert_eq!(
        refused(at(1_924_992_000), pki.server("")).source.to_string(),
        "the certificate of `localhost` has expired: \
         it was valid until 2030-01-01T00:00:00Z, and it is 2031-01-01T00:00:00Z"
    );
    assert_eq!(
        refused(at(1_546_300_800), pki.server("")).source.to_string(),
        "the certificate of `localhost` is not valid yet: \
         it will be from 2020-01-01T00:00:00Z, and it is 2019-01-01T00:00:00Z"
    );
    open(at(1_750_000_000), pki.server(""), 1000);
}

#[test]
fn a_second_connection_resumes_the_session_of_the_first() {
    let pki = Pki::new();
    let client = pki.prepare(Role::Connect, "roots = \"DIR/ca.pem\"").unwrap();
    let server = pki.accepting("");
    open(machine(&[&*client]), machine(&[&*server]), 1000);
    let (again, _) = open(machine(&[&*client]), machine(&[&*server]), 1000);
    assert_eq!(fact(&again, "handshake"), Some("resumed"));
    let other = machine_for("127.0.0.1", now(), &[&*client]);
    let (other, _) = open(other, machine(&[&*server]), 1000);
    assert_eq!(fact(&other, "handshake"), Some("full"), "another name is another server");
}

#[test]
fn messages_of_the_handshake_in_pieces_do_not_hinder_sending() {
    let pki = Pki::new();
    let (mut config, identity) = pki.server_config("");
    // Tickets then need several records.
    config.max_fragment_size = Some(32);
    let server = machine(&[&Accepting { config, identity }]);
    let (mut client, mut server) = started(pki.client(""), server);
    let mut sent = 0;
    let mut got = Vec::new();
    loop {
        let moved = carry(&mut client, &mut server, usize::MAX);
        got.extend(drain(&mut server).unwrap());
        let back = carry(&mut server, &mut client, 1);
        assert!(drain(&mut client).unwrap().is_empty());
        if client.is_open() && back {
            sent += client.send(b"x").unwrap();
        }
        if !moved && !back {
            break;
        }
    }
    assert!(sent > 200 && got.len() == sent, "{sent} sent, {} came", got.len());
}

#[test]
fn keys_can_change_at_any_time() {
    use std::io::{Read as _, Write as _};
    let pki = Pki::new();
    let (mut client, mut server) = (pki.client(""), pki.plain_server(""));
    client.start().unwrap();
    let exchange = |client: &mut Machine, server: &mut rustls::ServerConnection| {
        let (mut up, mut down) = (Vec::new(), Vec::<u8>::new());
        loop {
            let mut bytes = client.outbound();
            while !bytes.is_empty() {
                server.read_tls(&mut bytes).unwrap();
                server.process_new_packets().unwrap();
                let mut some = [0; 4000];
                while let Ok(count @ 1..) = server.reader().read(&mut some) {
                    down.extend(&some[..count]);
                }
            }
            let all = client.outbound().len();
            client.sent(all);
            let mut bytes = Vec::new();
            while server.wants_write() {
                server.write_tls(&mut bytes).unwrap();
            }
            feed(client, &bytes);
            up.extend(drain(client).unwrap());
            if all == 0 && bytes.is_empty() {
                return (up, down);
            }
        }
    };
    exchange(&mut client, &mut server);
    for round in 0..20 {
        server.refresh_traffic_keys().unwrap();
        server.writer().write_all(b"down").unwrap();
        assert_eq!(exchange(&mut client, &mut server).0, b"down", "{round}");
        client.send(b"up").unwrap();
        assert_eq!(exchange(&mut client, &mut server).1, b"up", "{round}");
    }
}

#[test]
fn versions_and_protocols_that_do_not_fit_are_reported() {
    let pki = Pki::new();
    let fail = |mut client: Machine, mut server: Machine| {
        client.start().unwrap();
        server.start().unwrap();
        let (at_client, at_server) = talk(&mut client, &mut server, 1000);
        [at_client, at_server].map(|got| got.unwrap_err().source.to_string())
    };
    assert_eq!(
        fail(client_of(&pki, "1.2"), pki.server("min-version = '1.3'")),
        [
            "`localhost` refuses with the alert `protocol_version`: \
             it does not speak the versions of TLS that we accept",
            "the client speaks no version of TLS that is accepted here: see `min-version`"
        ]
    );
    assert_eq!(
        fail(pki.client("alpn = 'h2'"), pki.server("alpn = ['a', 'b']")),
        [
            "`localhost` refuses with the alert `no_application_protocol`: \
             it speaks none of the protocols of `alpn`",
            "the client speaks none of the protocols of `alpn`"
        ]
    );
    let (client, _) = open(pki.client("alpn = 'h2'"), pki.server(""), 1000);
    assert_eq!(fact(&client, "alpn"), None);
}
