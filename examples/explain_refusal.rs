//! A refusal is data: which entries came nearest, which test each failed first, and what would admit one.
//!
//! ```sh
//! cargo run --example explain_refusal
//! ```

use sockatlas::terms::{Family, Protocol, Services, SocketType};
use sockatlas::{Registry, Request};

fn main() {
    let registry = Registry::builtin();
    let request = Request::new(Family::INET, SocketType::DGRAM, Protocol::UDP).require(Services::ENCRYPTED);
    let explanation = registry.explain(&request);

    if let Err(refusal) = &explanation.outcome {
        println!("{request}: {} ({}, {})", refusal, refusal.code(), refusal.wsa().name());
    }
    for candidate in explanation.candidates.iter().take(3) {
        if let Some(test) = candidate.failed {
            println!("  {}: {test} wants {}, it has {}", candidate.entry.name(), candidate.wanted, candidate.had);
        }
    }
    for mend in &explanation.mends {
        println!("  to get `{}`: {mend}", mend.entry.name());
        for guarantee in &mend.weakens {
            println!("    weakens {guarantee}");
        }
    }
}
