//! A program that brings its own protocol, and no file: entries are built, merged with what the system offers under the rules of
//! files, opened, and printed as a catalog to keep. No name can say more than a name, as it can where catalogs are pasted
//! together as text; and a fault says at which line of the program it was built. `cargo run --example built_catalog`

use sockatlas::catalog::{Module, ModuleRole, OptionKind, OptionSpec, build};
use sockatlas::net::machine::{Above, Buffer, Phase, Session, SessionError};
use sockatlas::net::{Context, Layer, LayerProvider, Opener, ProviderError, Providers, Role, Settings};
use sockatlas::terms::{Family, Services, SocketType};
use sockatlas::{Loader, compare};
use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;

static MODULE: Module =
    Module::new("shift", ModuleRole::Layer, "Adds a number to every byte; hides nothing from anybody")
        .options(&[OptionSpec::new("by", OptionKind::Integer { min: 1, max: 255 }, "What is added").default("13")]);

/// The module `shift`.
struct Shift;

impl LayerProvider for Shift {
    fn module(&self) -> &'static Module {
        &MODULE
    }
    fn prepare(&self, settings: &Settings<'_>, _: Role) -> Result<Arc<dyn Layer>, ProviderError> {
        let by = settings.integer("by").and_then(|by| u8::try_from(by).ok()).unwrap_or(13);
        Ok(Arc::new(Shifted { by, phase: Phase::Handshake }))
    }
}

#[derive(Clone)]
struct Shifted {
    by: u8,
    phase: Phase,
}

impl Layer for Shifted {
    fn session(&self, _: &Context<'_>) -> Result<Box<dyn Session>, ProviderError> {
        Ok(Box::new(self.clone()))
    }
}

impl Session for Shifted {
    fn phase(&self) -> Phase {
        self.phase
    }
    fn start(&mut self, _: &mut Buffer) -> Result<(), SessionError> {
        self.phase = Phase::Open;
        Ok(())
    }
    fn receive(&mut self, input: &mut Buffer, above: &mut Above<'_>, _: &mut Buffer) -> Result<(), SessionError> {
        if !above.is_full() {
            let bytes: Vec<u8> = input.bytes().iter().map(|byte| byte.wrapping_sub(self.by)).collect();
            input.consume(bytes.len());
            above.push(&bytes);
        }
        Ok(())
    }
    fn receive_end(&mut self, _: &mut Buffer, _: &mut Above<'_>) -> Result<(), SessionError> {
        Ok(())
    }
    fn send(&mut self, bytes: &[u8], below: &mut Buffer) -> Result<usize, SessionError> {
        below.push(&bytes.iter().map(|byte| byte.wrapping_add(self.by)).collect::<Vec<u8>>());
        Ok(bytes.len())
    }
    fn send_end(&mut self, _: &mut Buffer) -> Result<(), SessionError> {
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let shifted = Services::from_name("x-acme-shifted")?;
    let request = build::Request::any().family(Family::INET).socket_type(SocketType::STREAM).require(shifted.clone());
    let layer = build::Layer::new("shift", "acme").needs(Services::GUARANTEED_ORDER).adds(shifted.clone());
    let ours = build::Document::new()
        .provider(build::Provider::new("acme").module("shift"))
        .layer(layer.option("by", 1))
        .chain(build::Chain::of("shifted", "shift").over(["tcp4", "tcp6"]))
        .expect(build::Expect::entry(request, "shifted/tcp4"));
    let providers = Providers::shipped().layer(Shift);
    let registry = Loader::new().modules(providers.modules()).builtin().built("acme", &ours).load()?;
    let request = registry.request("inet", "stream", None)?.require(shifted);
    let opener = Opener::new(&providers, &registry.resolve(&request)?);
    let echo = TcpListener::bind("127.0.0.1:0")?;
    let mut client = opener.connect(echo.local_addr()?)?;
    let (mut peer, _) = echo.accept()?;
    client.write_all(b"HAL")?;
    let (mut wire, mut back) = ([0; 3], [0; 3]);
    peer.read_exact(&mut wire)?;
    peer.write_all(&wire)?;
    client.read_exact(&mut back)?;
    println!("# {}: sent \"{}\", came back \"{}\"", client.entry(), wire.escape_ascii(), back.escape_ascii());
    let text = sockatlas::edit::to_toml(&registry);
    let again = Loader::new().modules(providers.modules()).text("written.toml", text.as_str()).load()?;
    println!("# {} requests are answered otherwise by what follows", compare(&registry, &again).len());
    print!("{text}");
    Ok(())
}
