//! # What it finds
//! A base protocol or chain whose services contradict one another or its type: `connectionless` with type `stream`,
//! `uni-send` with `uni-recv`, or a rooted multipoint plane without `support-multipoint`. For a chain, only
//! contradictions that its base does not have are reported.
//!
//! # Why it matters
//! Requests demand services, and the contracts of layers are checked against them. If two services cannot both be true,
//! one of them is false, and a program that requires it gets a socket without it. The list of contradictions is that of
//! Winsock and contains only impossible combinations.
//!
//! # Example
//! ```toml
//! format = 1
//!
//! [provider.kernel]
//! module = "system"
//!
//! [base.tcp4]
//! provider = "kernel"
//! family = "inet"
//! type = "stream"
//! protocol = "tcp"
//! matches-zero = true
//! services = ["connectionless"]
//! ```
//!
//! # Mended
//! ```toml
//! format = 1
//!
//! [provider.kernel]
//! module = "system"
//!
//! [base.tcp4]
//! provider = "kernel"
//! family = "inet"
//! type = "stream"
//! protocol = "tcp"
//! matches-zero = true
//! ```

use crate::catalog::Severity;
use crate::catalog::entry::Body;
use crate::check::Lints;
use crate::report::Rule;
use crate::terms::{Role, Services, SocketType};

pub(super) const RULE: Rule =
    Rule::lint("contradictory-services", Severity::Warning, include_str!("contradictory_services.rs"));

pub(super) fn look(lints: &mut Lints<'_>) {
    let registry = lints.registry;
    for entry in registry.selectable() {
        let stack = registry.stack(entry.index());
        let mut contradictions = contradictions(stack.services(Role::Connect), stack.socket_type);
        if let Body::Chain(chain) = &registry.entry_at(entry.index()).body {
            let below = registry.stack(chain.base.0);
            let inherited = self::contradictions(below.services(Role::Connect), below.socket_type);
            contradictions.retain(|contradiction| !inherited.contains(contradiction));
        }
        for contradiction in contradictions {
            let message = format!("{} `{}` {contradiction}", entry.kind(), entry.name());
            lints.found(message, registry.entry_at(entry.index()).at, |finding| finding);
        }
    }
}

/// Returns the contradictions in an entry, each as the end of a sentence about the entry.
fn contradictions(services: &Services, socket_type: SocketType) -> Vec<String> {
    let mut contradictions = Vec::new();
    if socket_type == SocketType::STREAM && services.contains(&Services::CONNECTIONLESS) {
        contradictions.push("offers `connectionless`, and a `stream` is a connection".to_owned());
    }
    if services.contains(&(Services::UNI_SEND | Services::UNI_RECV)) {
        contradictions.push("offers both `uni-send` and `uni-recv`, each of which excludes the other".to_owned());
    }
    let planes = services.intersection(&(Services::MULTIPOINT_CONTROL_PLANE | Services::MULTIPOINT_DATA_PLANE));
    if !planes.is_empty() && !services.contains(&Services::SUPPORT_MULTIPOINT) {
        contradictions.push(format!("offers {planes} without `support-multipoint`"));
    }
    contradictions
}
