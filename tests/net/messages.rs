//! Messages over the kernel's sockets, and with programs of others that frame them as we do.
#![cfg(feature = "tls")]

mod framed;
mod kernel;

use sockatlas::net::{Opener, Providers};
use sockatlas::{Loader, Request};

/// An opener of the chain of this layer over a base of the system's catalog.
fn opener(providers: &Providers, layer: &str, base: &str) -> Opener {
    let text = format!("format = 1\n{layer}\n[chain.tested]\nlayers = [\"of-test\"]\nbase = \"{base}\"\n");
    let loader = Loader::new().modules(providers.modules()).builtin().text("tested.toml", text);
    let registry = loader.load().unwrap_or_else(|error| panic!("{error}"));
    Opener::new(providers, &registry.resolve(&Request::named("tested")).expect("it is there"))
}
