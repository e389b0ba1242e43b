//! A layer of one's own: both ends say `ACME` and the newest version that they speak, and agree on the older of the two.
//! When that is done the layer retires. As a [`Handshake`] gets bytes and gives bytes, it serves every driver alike.
//!
//! What people get wrong: bytes come in pieces; what follows the handshake may come with it, and stays in `input`; a
//! wrong peer is told at its first wrong byte, else both wait. `cargo run --example custom_layer`

use sockatlas::catalog::{Module, ModuleRole, OptionKind, OptionSpec};
use sockatlas::net::machine::{Buffer, Failure, Handshake, HandshakeSession, Progress, Session, SessionError};
use sockatlas::net::{Context, Layer, LayerProvider, Opener, ProviderError, Providers, Role, Settings};
use sockatlas::{Loader, Request};
use std::error::Error;
use std::sync::Arc;

const MAGIC: &[u8] = b"ACME";
/// The newest version that this program speaks.
const NEWEST: u8 = 3;
const VERSION: OptionKind = OptionKind::Integer { min: 1, max: NEWEST as i64 };
static MODULE: Module = Module::new("greeting", ModuleRole::Layer, "Both ends say which version they speak")
    .options(&[OptionSpec::new("oldest", VERSION, "The oldest version that is accepted").default("1")]);

/// The module `greeting`.
pub struct Greeting;

impl LayerProvider for Greeting {
    fn module(&self) -> &'static Module {
        &MODULE
    }

    fn prepare(&self, settings: &Settings<'_>, _: Role) -> Result<Arc<dyn Layer>, ProviderError> {
        // Its range was tested when the catalog was loaded.
        let oldest = settings.integer("oldest").and_then(|oldest| u8::try_from(oldest).ok());
        Ok(Arc::new(Hello { oldest: oldest.unwrap_or(1), agreed: None }))
    }
}

#[derive(Clone)]
struct Hello {
    oldest: u8,
    agreed: Option<u8>,
}

impl Layer for Hello {
    fn session(&self, _: &Context<'_>) -> Result<Box<dyn Session>, ProviderError> {
        Ok(Box::new(HandshakeSession::new(self.clone())))
    }
}

impl Handshake for Hello {
    fn start(&mut self, below: &mut Buffer) -> Result<Progress, SessionError> {
        below.push(&[MAGIC, &[NEWEST]].concat());
        Ok(Progress::Continues)
    }
    fn receive(&mut self, input: &mut Buffer, _: &mut Buffer) -> Result<Progress, SessionError> {
        let come = &input.bytes()[..input.len().min(MAGIC.len())];
        if !MAGIC.starts_with(come) {
            let problem = format!("the peer began with `{}`, not with `ACME`", come.escape_ascii());
            return Err(SessionError::new(Failure::Protocol, problem));
        }
        let Some(&theirs) = input.bytes().get(MAGIC.len()) else { return Ok(Progress::Continues) };
        if theirs < self.oldest {
            let problem = format!("the peer speaks version {theirs} at most, {} is the oldest accepted", self.oldest);
            return Err(SessionError::new(Failure::Refused, problem));
        }
        input.consume(MAGIC.len() + 1);
        self.agreed = Some(theirs.min(NEWEST));
        Ok(Progress::Done)
    }
    fn facts(&self) -> Vec<(&'static str, String)> {
        self.agreed.map(|version| ("version", version.to_string())).into_iter().collect()
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let providers = Providers::shipped().layer(Greeting);
    let loader = Loader::new().modules(providers.modules());
    let registry = loader.text("custom_layer.toml", include_str!("custom_layer.toml")).load()?;
    let opener = Opener::new(&providers, &registry.resolve(&Request::named("acme"))?);
    let listener = opener.listen("127.0.0.1:0")?;
    let address = listener.local().ok_or("the listener has no address")?;
    let server = std::thread::spawn(move || listener.accept()?.handshake().map(drop));
    let stream = opener.connect(&address)?;
    println!("{}; nothing but a socket: {}", stream.opened(), stream.is_bare());
    Ok(server.join().map_err(|_| "the server panicked")??)
}
