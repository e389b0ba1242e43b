//! Ask the built-in catalog for a socket, first a plain one, then an encrypted one.
//!
//! ```sh
//! cargo run --example resolve
//! ```

use sockatlas::terms::{Family, Protocol, Services, SocketType};
use sockatlas::{Refusal, Registry, Request};

fn main() -> Result<(), Refusal> {
    let registry = Registry::builtin();

    let plain = Request::new(Family::INET, SocketType::STREAM, Protocol::TCP);
    let selection = registry.resolve(&plain)?;
    println!("{plain}: {}", selection.name());

    let encrypted = plain.require(Services::ENCRYPTED);
    let selection = registry.resolve(&encrypted)?;
    let stack: Vec<&str> = selection.stack().map(|entry| entry.name()).collect();
    println!("{encrypted}: {} ({})", selection.name(), stack.join(" over "));
    Ok(())
}
