//! Bring your own protocol: a catalog with a family, two base protocols and a layer that no kernel knows.
//!
//! ```sh
//! cargo run --example custom_protocol
//! ```

use sockatlas::terms::{Family, Protocol, SocketType};
use sockatlas::{Loader, Request};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let catalog = include_str!("custom_protocol.toml");
    let registry = Loader::new().text("custom_protocol.toml", catalog).load()?;

    // By name, as the catalog calls it ...
    let request = registry.request("acme", "seqpacket", Some("widget"))?;
    println!("{}: {}", registry.request_text(&request), registry.resolve(&request)?.name());

    // ... by number, as a program with the constant in its own header would ...
    const AF_ACME: i32 = 201;
    let request = Request::new(Family::from_raw(AF_ACME), SocketType::SEQPACKET, Protocol::UNSPEC);
    println!("{}: {}", registry.request_text(&request), registry.resolve(&request)?.name());

    // ... and with a demand in the catalog's own words.
    let request = registry.request_line("acme seqpacket 0 require=x-acme-sealed")?;
    println!("{}: {}", registry.request_text(&request), registry.resolve(&request)?.name());
    Ok(())
}
