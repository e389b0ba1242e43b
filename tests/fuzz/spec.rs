//! Specs and addresses, as `connect`, `listen` and `relay` take them: the first line is a SPEC, the second one an address.
//!
//! Asserts that neither panics, and that an address, written as text, is read as the same address.

use crate::cli::spec_openers;
use sockatlas::net::{Address, Role, Target};
use sockatlas::terms::Family;
use sockatlas::{Loader, Registry};
use std::sync::LazyLock;

/// What ships for Linux, with one application: then the command refuses unknown ones, and does not warn of them.
pub(super) static REGISTRY: LazyLock<Registry> = LazyLock::new(|| {
    let application = "format = 1\n[application.billing]\nrequire = [\"encrypted\"]\n";
    let loader = Loader::new().path("builtin:linux.toml").path("builtin:layers.toml");
    loader.text("site.toml", application).load().expect("it is sound")
});

const FAMILIES: [Family; 6] =
    [Family::INET, Family::INET6, Family::UNIX, Family::VSOCK, Family::NETLINK, Family::UNSPEC];

pub fn run(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    let (spec, address) = text.split_once('\n').unwrap_or((text, ""));
    for role in [Role::Connect, Role::Accept] {
        let Some(openers) = spec_openers(&REGISTRY, spec, role) else { continue };
        for opener in openers.openers() {
            let _ = opener.target(address);
        }
    }
    for family in FAMILIES {
        let Ok(target) = Target::parse(family, address) else { continue };
        // The text of an abstract name is for people: it escapes bytes.
        if matches!(target, Target::Address(Address::UnixAbstract(_))) {
            continue;
        }
        let written = target.to_string();
        assert_eq!(Target::parse(family, &written).as_ref(), Ok(&target), "as text: {written:?}");
    }
}
