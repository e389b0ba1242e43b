//! The fuzzer: libFuzzer over one target, which the variable `SOCKATLAS_FUZZ` names. `FUZZ=1 .ci/run` builds it with `--cfg fuzzing`
//! and runs each target for a minute.
//!
//! Without `--cfg fuzzing` it runs the target once over each file that is named, to look into one input:
//! `SOCKATLAS_FUZZ=reg cargo test --test fuzz -- FILE`.

#![cfg_attr(fuzzing, no_main)]

mod batch;
#[allow(dead_code, reason = "the fuzzer calls two functions of the command")]
#[path = "../../src/cli/mod.rs"]
mod cli;
mod spec;
mod targets;

use std::sync::LazyLock;
use targets::{TARGETS, Target};

/// The targets that read the words of a user of the command.
const OF_COMMAND: [Target; 2] = [Target { name: "batch", run: batch::run }, Target { name: "spec", run: spec::run }];

/// The target that the environment names.
static CHOSEN: LazyLock<Target> = LazyLock::new(|| {
    let all = || TARGETS.into_iter().chain(OF_COMMAND);
    let names: Vec<&str> = all().map(|target| target.name).collect();
    let chosen = std::env::var("SOCKATLAS_FUZZ").ok();
    let target = all().find(|target| Some(target.name) == chosen.as_deref());
    target.unwrap_or_else(|| panic!("SOCKATLAS_FUZZ must name a target: one of {}", names.join(", ")))
});

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| (CHOSEN.run)(input));

#[cfg(not(fuzzing))]
fn main() {
    for path in std::env::args_os().skip(1) {
        let input = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        (CHOSEN.run)(&input);
    }
}
