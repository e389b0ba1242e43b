//! Whoever asks for `encrypted` gets nothing that is not, whatever the catalog's mistakes and whichever layer fails.
#![cfg(feature = "tls")]

mod peer;

use peer::{Behaviour, Certificates, Seen};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use sockatlas::catalog::{Module, ModuleRole};
use sockatlas::net::machine::{Above, Buffer, Phase, Session, SessionError};
use sockatlas::net::{Context, Layer, LayerProvider, Opener, ProviderError, Providers, Role, Settings, Step};
use sockatlas::terms::{Family, Protocol, Services, SocketType};
use sockatlas::{Loader, Request};
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

const MARKER: &[u8] = b"<the marker that nobody on the way may read>";

static CERTIFICATES: LazyLock<Certificates> = LazyLock::new(Certificates::new);

/// A layer that hands on what it gets, as one does that only calls itself secure.
struct Pass;

static PASS: Module = Module::new("pass", ModuleRole::Layer, "Hands on what it gets");

impl LayerProvider for Pass {
    fn module(&self) -> &'static Module {
        &PASS
    }

    fn prepare(&self, _: &Settings<'_>, _: Role) -> Result<Arc<dyn Layer>, ProviderError> {
        Ok(Arc::new(Pass))
    }
}

impl Layer for Pass {
    fn session(&self, _: &Context<'_>) -> Result<Box<dyn Session>, ProviderError> {
        Ok(Box::new(Pass))
    }
}

impl Session for Pass {
    fn phase(&self) -> Phase {
        Phase::Open
    }

    fn start(&mut self, _: &mut Buffer) -> Result<(), SessionError> {
        Ok(())
    }

    fn receive(&mut self, input: &mut Buffer, above: &mut Above<'_>, _: &mut Buffer) -> Result<(), SessionError> {
        above.push(input.bytes());
        input.consume(input.len());
        Ok(())
    }

    fn receive_end(&mut self, _: &mut Buffer, _: &mut Above<'_>) -> Result<(), SessionError> {
        Ok(())
    }

    fn send(&mut self, bytes: &[u8], below: &mut Buffer) -> Result<usize, SessionError> {
        below.push(bytes);
        Ok(bytes.len())
    }

    fn send_end(&mut self, _: &mut Buffer) -> Result<(), SessionError> {
        Ok(())
    }
}

/// A layer of a catalog that is written by chance.
#[derive(Clone, Debug)]
struct RandomLayer {
    provider: &'static str,
    adds: Vec<&'static str>,
    removes: Vec<&'static str>,
    /// Another that a later document puts in its place.
    replaced_by: Option<&'static str>,
    /// What is wrong with its options: nothing, most of the time.
    option: usize,
}

#[derive(Clone, Debug)]
struct RandomChain {
    /// Which layers, top first.
    layers: Vec<usize>,
    /// A chain before it, or the base protocol.
    over: Option<usize>,
    /// What it says that it offers.
    services: Option<Vec<&'static str>>,
    disabled: bool,
}

#[derive(Clone, Debug)]
struct RandomCatalog {
    layers: Vec<RandomLayer>,
    chains: Vec<RandomChain>,
    /// What the base protocol says that it offers.
    base: Vec<&'static str>,
    /// The module that the provider `tls` names.
    tls: &'static str,
    last_first: bool,
}

const PROVIDERS: [&str; 6] = ["tls", "tls", "socks5", "http-connect", "pass", "nobody"];
const SERVICES: [&str; 3] = ["encrypted", "authenticated", "proxied"];

fn layer() -> impl Strategy<Value = RandomLayer> {
    let provider = prop::sample::select(&PROVIDERS[..]);
    let some = || prop::sample::subsequence(&SERVICES[..], 0..=3);
    let honest = provider.clone().prop_map(|provider| match provider {
        "tls" => (provider, vec!["encrypted", "authenticated"], vec![]),
        "socks5" | "http-connect" => (provider, vec!["proxied"], vec!["encrypted", "authenticated"]),
        _ => (provider, vec![], vec![]),
    });
    let lying = (provider, some(), some());
    let parts = prop_oneof![9 => honest, 1 => lying];
    let replaced = prop::option::weighted(0.03, prop::sample::select(&PROVIDERS[..]));
    (parts, replaced, prop_oneof![5 => Just(0_usize), 1 => 1..4_usize]).prop_map(|(parts, replaced_by, option)| {
        let (provider, adds, mut removes) = parts;
        removes.retain(|service| !adds.contains(service));
        RandomLayer { provider, adds, removes, replaced_by, option }
    })
}

fn chain() -> impl Strategy<Value = RandomChain> {
    let some = prop::sample::subsequence(&SERVICES[..], 1..=3);
    let layers = prop::sample::subsequence(vec![0, 1, 2, 3], 1..=3).prop_shuffle();
    (layers, prop::option::weighted(0.3, 0..3_usize), prop::option::weighted(0.03, some), prop::bool::weighted(0.1))
        .prop_map(|(layers, over, services, disabled)| RandomChain { layers, over, services, disabled })
}

fn catalog() -> impl Strategy<Value = RandomCatalog> {
    let layers = prop::collection::vec(layer(), 4);
    let chains = prop::collection::vec(chain(), 1..5);
    let base = prop_oneof![40 => Just(vec![]), 1 => Just(vec!["encrypted", "authenticated"])];
    let tls = prop_oneof![30 => Just("tls"), 1 => Just("pass"), 1 => Just("socks5")];
    (layers, chains, base, tls, any::<bool>()).prop_map(|(layers, chains, base, tls, last_first)| RandomCatalog {
        layers,
        chains,
        base,
        tls,
        last_first,
    })
}

impl RandomCatalog {
    /// As documents: one, and one that replaces and disables. Everything leads to this port.
    fn write(&self, port: u16) -> [String; 2] {
        let mut text = format!(
            "format = 1\ndialect = \"linux\"\n[provider.kernel]\nmodule = \"system\"\n[provider.tls]\nmodule = {:?}\n\
             [provider.socks5]\n[provider.http-connect]\n[provider.pass]\n[provider.nobody]\n[application.billing]\n\
             require = [\"encrypted\"]\n[base.tcp4]\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"stream\"\n\
             protocol = \"tcp\"\nservices = {:?}\n",
            self.tls, self.base,
        );
        let options = |provider: &str, option: usize| {
            let module = if provider == "tls" { self.tls } else { provider };
            let folder = CERTIFICATES.folder().display();
            match (module, option) {
                ("tls", 1) => String::new(),
                ("tls", 2) => format!("options = {{ roots = [\"{folder}/absent.pem\"] }}\n"),
                ("tls", 3) => {
                    format!("options = {{ roots = [\"{folder}/good.pem\"], server-name = \"other.invalid\" }}\n")
                }
                ("tls", _) => format!("options = {{ roots = [\"{folder}/good.pem\"] }}\n"),
                ("socks5" | "http-connect", 1) => "options = { proxy = \"127.0.0.1:1\" }\n".to_owned(),
                ("socks5" | "http-connect", _) => format!("options = {{ proxy = \"127.0.0.1:{port}\" }}\n"),
                _ => String::new(),
            }
        };
        let mut later = "format = 1\n".to_owned();
        let off = self.chains.iter().enumerate().filter(|(_, chain)| chain.disabled);
        let off: Vec<String> = off.map(|(at, _)| format!("chain{at}")).collect();
        let _ = writeln!(later, "disable = {off:?}");
        if self.last_first {
            let names = (0..self.chains.len()).rev().map(|at| format!("chain{at}"));
            let _ = writeln!(later, "order = {:?}", names.collect::<Vec<_>>());
        }
        for (at, layer) in self.layers.iter().enumerate() {
            let RandomLayer { provider, adds, removes, option, .. } = layer;
            let services = format!("adds = {adds:?}\nremoves = {removes:?}\n");
            let _ =
                write!(text, "[layer.layer{at}]\nprovider = {provider:?}\n{services}{}", options(provider, *option));
            if let Some(other) = layer.replaced_by {
                let options = options(other, 0);
                let _ = write!(later, "[layer.layer{at}]\nreplace = true\nprovider = {other:?}\n{services}{options}");
            }
        }
        for (at, chain) in self.chains.iter().enumerate() {
            let layers: Vec<String> = chain.layers.iter().map(|layer| format!("layer{layer}")).collect();
            let over = match chain.over {
                Some(over) if over < at => format!("chain{over}"),
                _ => "tcp4".to_owned(),
            };
            let _ = write!(text, "[chain.chain{at}]\nlayers = {layers:?}\nbase = {over:?}\n");
            if let Some(services) = &chain.services {
                let _ = writeln!(text, "services = {services:?}");
            }
        }
        [text, later]
    }
}

/// How often catalogs loaded, something was selected, opened, and got the marker through.
static REACHED: [AtomicUsize; 4] = [const { AtomicUsize::new(0) }; 4];

fn reached(stage: usize) {
    REACHED[stage].fetch_add(1, Ordering::Relaxed);
}

/// Loads, resolves, opens and writes the marker; nothing if that ends before there is a connection.
fn open_and_write(catalog: &RandomCatalog, ask: usize, waits: bool, port: u16) -> Option<()> {
    let providers = Providers::shipped().layer(Pass);
    let [text, later] = catalog.write(port);
    let loader = Loader::new().text("catalog.toml", text).text("later.toml", later).modules(providers.modules());
    let registry = loader.load().ok()?;
    reached(0);
    let request = Request::new(Family::INET, SocketType::STREAM, Protocol::TCP);
    let request = match ask {
        0 => request.application("billing"),
        1 => Request::named("chain0").require(Services::ENCRYPTED),
        2 => Request::named("tcp4").require(Services::ENCRYPTED),
        _ => request.require(Services::ENCRYPTED),
    };
    let selection = registry.resolve(&request).ok()?;
    reached(1);
    let limit = Some(Duration::from_millis(500));
    let opener = Opener::new(&providers, &selection).limit(Step::Handshake, limit).limit(Step::Connect, limit);
    let address = format!("127.0.0.1:{port}");
    if waits {
        let mut stream = opener.limit(Step::Write, limit).connect(address).ok()?;
        reached(2);
        let _ = stream.write_all(MARKER).and_then(|()| stream.flush()).and_then(|()| stream.shutdown_write());
    } else {
        // One that writes before anything is open, and after everything has failed.
        let target = opener.target(address).ok()?;
        let first = opener.resolve(&target).ok()?.remove(0);
        let mut stream = opener.start(&target, &first, Instant::now()).ok()?;
        let (mut reported, mut sent) = (0, 0);
        while reported < 3 && sent < MARKER.len() {
            match stream.write(&MARKER[sent..]) {
                Ok(count) => sent += count,
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                    if stream.progress(Instant::now()).is_err() {
                        reported += 1;
                    }
                    std::thread::sleep(Duration::from_micros(200));
                }
                Err(_) => reported += 1,
            }
        }
        if sent > 0 {
            reached(2);
        }
        for _ in 0..1000 {
            match stream.shutdown_write() {
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                    std::thread::sleep(Duration::from_micros(200));
                }
                _ => break,
            }
        }
    }
    Some(())
}

fn nothing_is_in_clear(
    catalog: &RandomCatalog,
    ask: usize,
    waits: bool,
    behaviour: Behaviour,
) -> Result<(), TestCaseError> {
    let seen: Seen = peer::run(&CERTIFICATES, behaviour, MARKER, |port| {
        open_and_write(catalog, ask, waits, port);
    });
    prop_assert!(!seen.in_clear, "the marker was seen in clear: {catalog:#?}");
    prop_assert!(!seen.arrived || behaviour.certificate_is_good, "it was given to one who posed as the peer");
    if seen.arrived {
        reached(3);
    }
    Ok(())
}

#[test]
fn what_asks_for_encrypted_gets_nothing_that_is_not() {
    let config = ProptestConfig { cases: 700, failure_persistence: None, ..ProptestConfig::default() };
    let strategy = (catalog(), 0..6_usize, any::<bool>(), peer::behaviour());
    proptest!(config, |((catalog, ask, waits, behaviour) in strategy)| {
        nothing_is_in_clear(&catalog, ask, waits, behaviour)?;
    });
    let reached = REACHED.each_ref().map(|count| count.load(Ordering::Relaxed));
    // How many give up before that depends on the machine too, as there are time limits.
    assert!(reached.iter().all(|count| *count > 5), "too few get so far for this to say anything: {reached:?}");
}

/// The chains by which a marker can be seen, so that the test above is known to see it.
#[test]
fn without_encryption_the_marker_is_seen() {
    let layer = |provider: &'static str| {
        let adds = match provider {
            "tls" => vec!["encrypted"],
            "socks5" | "http-connect" => vec!["proxied"],
            _ => vec![],
        };
        RandomLayer { provider, adds, removes: vec![], replaced_by: None, option: 0 }
    };
    for layers in [vec!["pass"], vec!["socks5"], vec!["http-connect", "socks5"], vec!["socks5", "tls"]] {
        let chain = (0..layers.len()).collect();
        let catalog = RandomCatalog {
            layers: layers.into_iter().map(layer).collect(),
            chains: vec![RandomChain { layers: chain, over: None, services: None, disabled: false }],
            base: vec![],
            tls: "tls",
            last_first: false,
        };
        let seen = peer::run(&CERTIFICATES, Behaviour::GOOD, MARKER, |port| {
            let [text, _] = catalog.write(port);
            let providers = Providers::shipped().layer(Pass);
            let registry = Loader::new().text("catalog.toml", text).modules(providers.modules()).load().expect("good");
            let selection = registry.resolve(&Request::named("chain0")).expect("it is there");
            let stream = Opener::new(&providers, &selection).connect(format!("127.0.0.1:{port}"));
            let mut stream = stream.unwrap_or_else(|error| panic!("{error}"));
            stream.write_all(MARKER).expect("written");
            stream.shutdown_write().expect("ended");
        });
        assert!(seen.in_clear && seen.arrived, "{catalog:?}");
    }
}
