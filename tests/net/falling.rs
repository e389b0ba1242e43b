//! Whatever entries there are to choose from: nothing is tried after a failure of authentication, and what the first entry encrypts is
//! sent in clear by no other.
#![cfg(feature = "tls")]

mod peer;

use peer::{Heard, Stage, VEIL, VEIL_DENIED, VEIL_GRANTED};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use sockatlas::catalog::{Module, ModuleRole, OptionKind, OptionSpec};
use sockatlas::net::machine::{Above, Buffer, Failure, Phase, Session, SessionError};
use sockatlas::net::{
    Alternatives, Attempt, Bar, Context, Error, Layer, LayerProvider, Opener, ProviderError, Providers, Role, Settings,
    Stream, Untried,
};
use sockatlas::terms::{Family, Protocol, Services, SocketType};
use sockatlas::{Loader, Registry, Request};
use std::io::{Read as _, Write as _};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

const MARKER: &[u8] = b"<what the first entry was to encrypt>";

static STAGE: LazyLock<Arc<Stage>> = LazyLock::new(Stage::new);

/// A layer of a program, which encrypts and authenticates nobody.
struct Veil;

static VEIL_MODULE: Module = Module::new("veil", ModuleRole::Layer, "Turns the bits of all bytes")
    .provides(&["encrypted"])
    .options(&[OptionSpec::new("word", OptionKind::Text, "What the peer is asked with")]);

impl LayerProvider for Veil {
    fn module(&self) -> &'static Module {
        &VEIL_MODULE
    }

    fn prepare(&self, settings: &Settings<'_>, _: Role) -> Result<Arc<dyn Layer>, ProviderError> {
        Ok(Arc::new(Asking(settings.text("word").and_then(|word| word.bytes().next()).unwrap_or_default())))
    }
}

struct Asking(u8);

impl Layer for Asking {
    fn session(&self, _: &Context<'_>) -> Result<Box<dyn Session>, ProviderError> {
        Ok(Box::new(Veiling { word: self.0, phase: Phase::Handshake }))
    }
}

struct Veiling {
    word: u8,
    phase: Phase,
}

impl Session for Veiling {
    fn phase(&self) -> Phase {
        self.phase
    }

    fn start(&mut self, below: &mut Buffer) -> Result<(), SessionError> {
        below.push(&[VEIL, self.word]);
        Ok(())
    }

    fn receive(&mut self, input: &mut Buffer, above: &mut Above<'_>, _: &mut Buffer) -> Result<(), SessionError> {
        if self.phase == Phase::Handshake {
            match input.bytes().first() {
                Some(&VEIL_GRANTED) => {
                    input.consume(1);
                    self.phase = Phase::Open;
                }
                Some(&VEIL_DENIED) => {
                    let error = SessionError::new(Failure::Protocol, "denied");
                    // Of one word it says that the denial proves nothing; of the others it says nothing.
                    return Err(if self.word == b'u' { error.of_authentication(false) } else { error });
                }
                _ => return Ok(()),
            }
        }
        above.push(&input.bytes().iter().map(|byte| !byte).collect::<Vec<_>>());
        input.consume(input.len());
        Ok(())
    }

    fn receive_end(&mut self, _: &mut Buffer, _: &mut Above<'_>) -> Result<(), SessionError> {
        Ok(())
    }

    fn send(&mut self, bytes: &[u8], below: &mut Buffer) -> Result<usize, SessionError> {
        below.push(&bytes.iter().map(|byte| !byte).collect::<Vec<_>>());
        Ok(bytes.len())
    }

    fn send_end(&mut self, _: &mut Buffer) -> Result<(), SessionError> {
        Ok(())
    }
}

/// What comes of an entry.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Comes {
    Opens,
    /// It fails, and nobody failed to authenticate.
    Fails,
    /// Somebody fails to authenticate.
    Denied,
}
use Comes::{Denied, Fails, Opens};

/// An entry: its layers, top first, which of `encrypted` and `authenticated` it has, and what comes of it.
#[derive(Debug)]
struct Candidate {
    name: &'static str,
    layers: &'static [&'static str],
    has: &'static [&'static str],
    comes: Comes,
}

const BOTH: &[&str] = &["encrypted", "authenticated"];

const fn candidate(
    name: &'static str,
    layers: &'static [&'static str],
    has: &'static [&'static str],
    comes: Comes,
) -> Candidate {
    Candidate { name, layers, has, comes }
}

static CANDIDATES: [Candidate; 17] = [
    candidate("tcp4", &[], &[], Opens),
    candidate("nowhere", &["socks-dead"], &[], Fails),
    candidate("socks", &["socks-right"], &[], Opens),
    candidate("socks-denied", &["socks-wrong"], &[], Denied),
    candidate("http", &["http-right"], &[], Opens),
    candidate("http-denied", &["http-wrong"], &[], Denied),
    candidate("secure", &["tls-good"], BOTH, Opens),
    candidate("secure-nowhere", &["tls-good", "socks-dead"], BOTH, Fails),
    candidate("secure-expired", &["tls-expired"], BOTH, Denied),
    candidate("secure-stranger", &["tls-stranger"], BOTH, Denied),
    candidate("secure-misnamed", &["tls-misnamed"], BOTH, Denied),
    candidate("secure-socks", &["tls-good", "socks-right"], BOTH, Opens),
    candidate("secure-socks-denied", &["tls-good", "socks-wrong"], BOTH, Denied),
    candidate("secure-http-stranger", &["tls-stranger", "http-right"], BOTH, Denied),
    candidate("veiled", &["veil-right"], &["encrypted"], Opens),
    candidate("veiled-denied", &["veil-wrong"], &["encrypted"], Denied),
    candidate("veiled-unlucky", &["veil-unlucky"], &["encrypted"], Fails),
];

/// A catalog of these entries, in this order. The peer has this port.
fn catalog(list: &[&Candidate], port: u16) -> Registry {
    let folder = STAGE.folder().display();
    let proxy = |name: &str, module: &str, password: &str, port: u16| {
        format!(
            "[layer.{name}]\nprovider = \"{module}\"\nadds = [\"proxied\"]\nremoves = [\"encrypted\", \"authenticated\"]\n\
             options = {{ proxy = \"127.0.0.1:{port}\", username = \"{}\", password-file = \"{folder}/{password}\" }}\n",
            peer::USER
        )
    };
    let tls = |name: &str, server: &str| {
        format!(
            "[layer.{name}]\nprovider = \"tls\"\nadds = [\"encrypted\", \"authenticated\"]\n\
             options = {{ roots = [\"{folder}/roots.pem\"], server-name = \"{server}\" }}\n"
        )
    };
    let veil = |name: &str, word: &str| {
        format!("[layer.{name}]\nprovider = \"veil\"\nadds = [\"encrypted\"]\noptions = {{ word = \"{word}\" }}\n")
    };
    let order: Vec<&str> = list.iter().map(|candidate| candidate.name).collect();
    let mut text = format!(
        "format = 1\norder = {order:?}\n[provider.kernel]\nmodule = \"system\"\n[provider.tls]\n[provider.veil]\n\
         [provider.socks5]\n[provider.http-connect]\n[base.tcp4]\nprovider = \"kernel\"\nfamily = \"inet\"\n\
         type = \"stream\"\nprotocol = \"tcp\"\n"
    );
    for layer in [
        proxy("socks-right", "socks5", "right", port),
        proxy("socks-wrong", "socks5", "wrong", port),
        proxy("socks-dead", "socks5", "right", 1),
        proxy("http-right", "http-connect", "right", port),
        proxy("http-wrong", "http-connect", "wrong", port),
        tls("tls-good", peer::GOOD),
        tls("tls-expired", peer::EXPIRED),
        tls("tls-stranger", peer::STRANGER),
        tls("tls-misnamed", "other.test"),
        veil("veil-right", "r"),
        veil("veil-wrong", "w"),
        veil("veil-unlucky", "u"),
    ] {
        text += &layer;
    }
    for Candidate { name, layers, .. } in list.iter().filter(|candidate| !candidate.layers.is_empty()) {
        text += &format!("[chain.{name}]\nlayers = {layers:?}\nbase = \"tcp4\"\n");
    }
    let loader = Loader::new().text("catalog.toml", text).modules(providers().modules());
    loader.load().unwrap_or_else(|error| panic!("{error}"))
}

fn providers() -> Providers {
    Providers::shipped().layer(Veil)
}

/// How the entries come to be a list.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Made {
    /// The first alone: no fallback.
    Alone,
    /// They are the answers to a request.
    Asked,
    /// By hand, one after the other.
    ByHand,
}

#[derive(Debug)]
struct Case {
    list: Vec<&'static Candidate>,
    made: Made,
    may_lose: Vec<&'static str>,
}

fn case() -> impl Strategy<Value = Case> {
    let others = prop::sample::subsequence((1..CANDIDATES.len()).collect::<Vec<_>>(), 0..6);
    let list = others.prop_map(|mut list| {
        // The base of all others is there in any case.
        list.push(0);
        list
    });
    // Often the first fails, so that something is fallen back to.
    let failing = CANDIDATES.iter().enumerate().filter(|(_, candidate)| candidate.comes == Fails);
    let failing: Vec<usize> = failing.map(|(at, _)| at).collect();
    let lead = prop::option::of(prop::sample::select(failing));
    let list = (list.prop_shuffle(), lead).prop_map(|(mut list, lead)| {
        if let Some(lead) = lead {
            list.retain(|at| *at != lead);
            list.insert(0, lead);
        }
        list.into_iter().map(|at| &CANDIDATES[at]).collect()
    });
    let made = prop_oneof![1 => Just(Made::Alone), 4 => Just(Made::Asked), 4 => Just(Made::ByHand)];
    let may_lose = prop_oneof![1 => Just(vec![]), 1 => prop::sample::subsequence(BOTH.to_vec(), 0..=2)];
    (list, made, may_lose).prop_map(|(list, made, may_lose)| Case { list, made, may_lose })
}

/// What is to come of it: who is tried, what of the last, who is not tried and after what, and who never is.
#[derive(Debug, Default, PartialEq, Eq)]
struct Expected {
    tried: Vec<&'static str>,
    opens: bool,
    after_denial: Vec<&'static str>,
    weaker: Vec<&'static str>,
}

impl Case {
    fn expected(&self) -> Expected {
        let first = self.list[0];
        let kept: Vec<&str> = first.has.iter().filter(|service| !self.may_lose.contains(service)).copied().collect();
        let list = if self.made == Made::Alone { &self.list[..1] } else { &self.list };
        let mut expected = Expected::default();
        let mut denied = false;
        for Candidate { name, has, comes, .. } in list {
            if kept.iter().any(|service| !has.contains(service)) {
                expected.weaker.push(name);
            } else if denied {
                expected.after_denial.push(name);
            } else if !expected.opens {
                expected.tried.push(name);
                (expected.opens, denied) = (*comes == Opens, *comes == Denied);
            }
        }
        expected
    }

    fn open(&self, port: u16) -> (Option<Vec<Untried>>, Result<Stream, Error>) {
        let registry = catalog(&self.list, port);
        let providers = providers();
        let may_lose: Services =
            self.may_lose.iter().map(|name| Services::from_name(name).expect("it is known")).collect();
        let opener = |candidate: &&Candidate| {
            Opener::new(&providers, &registry.resolve(&Request::named(candidate.name)).expect("it is there"))
        };
        let target = format!("127.0.0.1:{port}");
        let alternatives = match self.made {
            Made::Alone => return (None, opener(&self.list[0]).connect(target)),
            Made::Asked => {
                let request = Request::new(Family::INET, SocketType::STREAM, Protocol::TCP);
                let selections = registry.selections(&request).expect("some fit");
                let names: Vec<&str> = selections.iter().map(|selection| selection.name()).collect();
                assert_eq!(names, self.list.iter().map(|candidate| candidate.name).collect::<Vec<_>>());
                Alternatives::new(&providers, &selections).may_lose(may_lose)
            }
            Made::ByHand => {
                let first =
                    Alternatives::requiring(Services::NONE, opener(&self.list[0])).expect("nothing is required");
                // One that may not be in the list is refused, and the list goes on without it.
                self.list[1..].iter().fold(first.may_lose(may_lose), |list, candidate| {
                    list.clone().or(opener(candidate)).unwrap_or_else(|error| {
                        assert!(matches!(error, Error::Unfit { .. }), "{error}");
                        list
                    })
                })
            }
        };
        (Some(alternatives.never_tried()), alternatives.connect(target))
    }

    fn holds(&self) -> Result<(), TestCaseError> {
        let expected = self.expected();
        let (heard, (never, outcome)) = peer::run(&STAGE, |port| {
            let (never, stream) = self.open(port);
            let outcome = stream.map(|mut stream| {
                stream.write_all(MARKER).and_then(|()| stream.shutdown_write()).expect("it is open");
                let _ = stream.read_to_end(&mut Vec::new());
                stream.opened()
            });
            (never, outcome)
        });
        // What the peers saw is what counts.
        if let Some(at) = heard.iter().position(|heard| heard.failed_to_authenticate) {
            prop_assert_eq!(at + 1, heard.len(), "somebody came after a failure of authentication: {:?}", heard);
        }
        let first = self.list[0];
        if first.has.contains(&"encrypted") && (self.made == Made::Alone || !self.may_lose.contains(&"encrypted")) {
            prop_assert!(!heard.iter().any(|heard| heard.says(MARKER)), "it was sent in clear");
        }
        // And what is said of it is what was expected.
        let tried = |attempts: &[Attempt]| attempts.iter().map(|attempt| attempt.entry.clone()).collect::<Vec<_>>();
        let denied = CANDIDATES.iter().any(|it| expected.tried.last() == Some(&it.name) && it.comes == Denied);
        match &outcome {
            Ok(opened) => {
                prop_assert!(expected.opens, "{}", opened);
                prop_assert_eq!(tried(&opened.attempts), expected.tried);
            }
            Err(error) => {
                prop_assert!(!expected.opens, "{}", error);
                prop_assert_eq!(error.is_of_authentication(), denied, "{}", error);
                if let Error::Unreached { attempts, untried, .. } = error {
                    prop_assert_eq!(tried(attempts), expected.tried, "{}", error);
                    let of = |is: fn(&Bar) -> bool| -> Vec<&str> {
                        untried
                            .iter()
                            .filter(|untried| is(&untried.why))
                            .map(|untried| untried.entry.as_str())
                            .collect()
                    };
                    prop_assert_eq!(of(|why| matches!(why, Bar::Authentication { .. })), expected.after_denial);
                    if self.made == Made::Asked {
                        prop_assert_eq!(of(|why| matches!(why, Bar::Lacks { .. })), expected.weaker.clone());
                    }
                    let text = error.to_string();
                    for untried in untried {
                        let named = text.contains(&format!("`{}`", untried.entry));
                        prop_assert!(named && text.contains("; not tried: "), "{}", text);
                    }
                }
            }
        }
        if let Some(never) = never {
            let never: Vec<&str> = never.iter().map(|untried| untried.entry.as_str()).collect();
            let weaker = if self.made == Made::Asked { expected.weaker } else { Vec::new() };
            prop_assert_eq!(never, weaker);
        }
        Ok(())
    }
}

#[test]
fn nothing_follows_a_failure_of_authentication_and_nothing_is_lost_unnamed() {
    static REACHED: [AtomicUsize; 4] = [const { AtomicUsize::new(0) }; 4];
    let config = ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(case in case())| {
        let expected = case.expected();
        let reached = [
            expected.opens && expected.tried.len() > 1,
            !expected.after_denial.is_empty(),
            !expected.weaker.is_empty(),
            expected.opens && !case.may_lose.is_empty() && !case.list[0].has.is_empty() && expected.tried.len() > 1,
        ];
        for (counter, reached) in REACHED.iter().zip(reached) {
            counter.fetch_add(usize::from(reached), Ordering::Relaxed);
        }
        case.holds()?;
    });
    let reached = REACHED.each_ref().map(|count| count.load(Ordering::Relaxed));
    assert!(reached.iter().all(|count| *count > 3), "too few get so far for this to say anything: {reached:?}");
}

/// The peer hears what is in clear, and who fails to authenticate: so the law above would know.
#[test]
fn the_peer_hears_what_is_in_clear_and_each_failure() {
    for candidate in CANDIDATES.iter().filter(|candidate| candidate.comes != Fails) {
        let mut list = vec![candidate, &CANDIDATES[0]];
        list.dedup_by_key(|candidate| candidate.name);
        let case = Case { list, made: Made::Alone, may_lose: Vec::new() };
        let (heard, opened) = peer::run(&STAGE, |port| {
            case.open(port).1.is_ok_and(|mut stream| stream.write_all(MARKER).and_then(|()| stream.flush()).is_ok())
        });
        let failed = heard.iter().any(|heard| heard.failed_to_authenticate);
        let clear = heard.iter().any(|heard: &Heard| heard.says(MARKER));
        let name = candidate.name;
        // What becomes of a veil that is refused is for the layer to say, which is not asked by the peer.
        assert!(failed == (candidate.comes == Denied) || name == "veiled-denied", "{name}: {heard:?}");
        assert_eq!(opened, candidate.comes == Opens, "{name}");
        assert_eq!(clear, opened && candidate.has.is_empty(), "{name}");
    }
}
