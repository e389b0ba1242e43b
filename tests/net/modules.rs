//! Modules that are not there, or are somebody else's.

use sockatlas::catalog::{Module, ModuleRole, OptionKind, OptionSpec};
use sockatlas::net::machine::{Above, Buffer, Phase, Session, SessionError};
use sockatlas::net::{
    Base, BaseProvider, Context, Error, ErrorKind, Layer, LayerProvider, Opener, ProviderError, Providers, Role,
    Settings, system,
};
use sockatlas::terms::ErrorCode;
use sockatlas::{Loader, Request};
use std::io::{Read, Write};
use std::sync::Arc;

/// A layer of one's own: every byte is changed by `xor` with its key.
struct Scrambler;

static SCRAMBLER: Module = Module::new("scrambler", ModuleRole::Layer, "Changes every byte by a key")
    .options(&[OptionSpec::new("key", OptionKind::Integer { min: 0, max: 255 }, "The key").required()]);

impl LayerProvider for Scrambler {
    fn module(&self) -> &'static Module {
        &SCRAMBLER
    }

    fn prepare(&self, settings: &Settings<'_>, _: Role) -> Result<Arc<dyn Layer>, ProviderError> {
        Ok(Arc::new(Key(settings.integer("key").unwrap_or_default() as u8)))
    }
}

#[derive(Clone, Copy)]
struct Key(u8);

impl Layer for Key {
    fn session(&self, _: &Context<'_>) -> Result<Box<dyn Session>, ProviderError> {
        Ok(Box::new(*self))
    }
}

impl Session for Key {
    fn phase(&self) -> Phase {
        Phase::Open
    }

    fn start(&mut self, _: &mut Buffer) -> Result<(), SessionError> {
        Ok(())
    }

    fn receive(&mut self, input: &mut Buffer, above: &mut Above<'_>, _: &mut Buffer) -> Result<(), SessionError> {
        input.bytes_mut().iter_mut().for_each(|byte| *byte ^= self.0);
        above.push(input.bytes());
        input.consume(input.len());
        Ok(())
    }

    fn receive_end(&mut self, _: &mut Buffer, _: &mut Above<'_>) -> Result<(), SessionError> {
        Ok(())
    }

    fn send(&mut self, bytes: &[u8], below: &mut Buffer) -> Result<usize, SessionError> {
        bytes.iter().for_each(|byte| below.push(&[byte ^ self.0]));
        Ok(bytes.len())
    }

    fn send_end(&mut self, _: &mut Buffer) -> Result<(), SessionError> {
        Ok(())
    }
}

const SCRAMBLED: &str = r#"
    format = 1
    [provider.scrambler]
    [layer.scrambler]
    provider = "scrambler"
    options = { key = 7 }
    [chain.scrambled]
    layers = ["scrambler"]
    base = ["tcp4"]
"#;

#[test]
fn a_layer_of_ones_own_is_loaded_checked_and_opened_like_any_other() {
    let providers = Providers::shipped().layer(Scrambler);
    let loader = Loader::new().modules(providers.modules()).builtin();
    let registry = loader.clone().text("scrambled.toml", SCRAMBLED).load().expect("sound");
    let reported =
        loader.text("scrambled.toml", SCRAMBLED.replace("key = 7", "key = 256")).load().expect_err("too much");
    assert!(reported.to_string().contains("256 where a whole number from 0 to 255 is expected"), "{reported}");

    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback has ports");
    let address = listener.local_addr().expect("bound");
    let selection = registry.resolve(&Request::named("scrambled/tcp4")).expect("it is there");
    let mut stream = Opener::new(&providers, &selection).connect(address).expect("it is open");
    let (mut peer, _) = listener.accept().expect("it came");
    stream.write_all(b"abc").expect("sent");
    let mut wire = [0; 3];
    peer.read_exact(&mut wire).expect("received");
    assert_eq!(wire.map(|byte| byte ^ 7), *b"abc");
    peer.write_all(&b"xyz".map(|byte| byte ^ 7)).expect("sent");
    drop(peer);
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("received");
    assert_eq!(answer, "xyz");
    let opened = stream.opened();
    assert_eq!((opened.layers[0].traffic.sent_above, opened.layers[0].traffic.received_above), (3, 3));
}

#[test]
fn what_is_not_compiled_in_is_reported_with_its_feature_and_nothing_shorter_is_opened() {
    // As a build without the feature `tls` has them.
    let without_tls = Providers::none().base(system::System);
    let registry = Loader::new().builtin().load().expect("sound");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback has ports");
    listener.set_nonblocking(true).expect("it can");
    let address = listener.local_addr().expect("bound");
    let selection = registry.resolve(&Request::named("secure/tcp4")).expect("it is there");
    let opener = Opener::new(&without_tls, &selection);
    for error in [opener.connect(address).expect_err("no tls"), opener.listen("127.0.0.1:0").expect_err("no tls")] {
        assert_eq!(
            error.to_string(),
            "`tls` needs the module `tls` (provider `tls`), which this build lacks: it comes with the feature `tls` of sockatlas"
        );
        assert_eq!((error.kind(), error.code()), (ErrorKind::Host, Some(ErrorCode::ProviderFailed)));
    }
    assert!(listener.accept().is_err(), "nobody has connected");

    // Nor is a base protocol made up.
    let selection = registry.resolve(&Request::named("tcp4")).expect("it is there");
    let error = Opener::new(&Providers::none(), &selection).connect(address).expect_err("no sockets");
    assert!(matches!(&error, Error::NoModule { module, feature: Some("net"), .. } if module == "system"), "{error}");
}

#[test]
fn a_module_that_nobody_brings_is_reported_as_such() {
    let registry = Loader::new().builtin().text("scrambled.toml", SCRAMBLED).load().expect("its options are not known");
    let selection = registry.resolve(&Request::named("scrambled/tcp4")).expect("it is there");
    let error = Opener::new(&Providers::shipped(), &selection).connect("127.0.0.1:1").expect_err("nobody");
    assert_eq!(
        error.to_string(),
        "`scrambler` needs the module `scrambler` (provider `scrambler`), which nobody provides: a program that has it must put \
         it into its `Providers`"
    );
}

/// A base protocol that can do nothing but be looked up.
struct Nothing;

static NOTHING: Module = Module::new("nothing", ModuleRole::Base, "Nothing at all");

impl BaseProvider for Nothing {
    fn module(&self) -> &'static Module {
        &NOTHING
    }

    fn resolve(
        &self,
        _: &Base<'_>,
        target: &sockatlas::net::Target,
    ) -> Result<Vec<sockatlas::net::Address>, ProviderError> {
        Ok(vec![sockatlas::net::Address::Other(target.to_string())])
    }
}

#[test]
fn what_a_base_protocol_of_ones_own_leaves_out_it_does_not_support() {
    let text = r#"
        format = 1
        [provider.nothing]
        [family.acme]
        number = 201
        [base.widget]
        provider = "nothing"
        family = "acme"
        type = "stream"
        protocol = 1
    "#;
    let providers = Providers::none().base(Nothing);
    let registry = Loader::new().modules(providers.modules()).text("nothing.toml", text).load().expect("sound");
    let selection = registry.resolve(&Request::named("widget")).expect("it is there");
    let opener = Opener::new(&providers, &selection);
    let reported = opener.connect("somewhere").expect_err("cannot").to_string();
    assert_eq!(reported, "`widget`: somewhere: connect is not supported");
    assert_eq!(
        opener.listen("somewhere").expect_err("cannot").to_string(),
        "`widget`: somewhere: listen is not supported"
    );
    assert_eq!(opener.pair().expect_err("cannot").to_string(), "`widget`: socketpair is not supported");
}
