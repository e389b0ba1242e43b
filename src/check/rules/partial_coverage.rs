//! # What it finds
//! A layer whose chains cover one socket type of a family but not another one that its contract allows, for example TCP
//! but not UDP. A type counts only if a listed and enabled base protocol has it, and if the same layers could run over
//! that base protocol.
//!
//! # Why it matters
//! The purpose of the layer (to count, filter or redirect traffic) is then fulfilled for a part of the traffic only.
//! With Winsock, it also breaks programs: `select()` fails for sockets of two different providers, as the notes on
//! Microsoft's sample explain. If the layer cannot run over the other type, state the reason in its `needs`, `forbids`
//! or `allow-below`.
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
//!
//! [base.udp4]
//! provider = "kernel"
//! family = "inet"
//! type = "dgram"
//! protocol = "udp"
//! matches-zero = true
//!
//! [provider.inspect]
//!
//! [layer.inspect]
//! provider = "inspect"
//! adds = ["metered"]
//!
//! [chain.inspected]
//! layers = ["inspect"]
//! base = "tcp4"
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
//!
//! [base.udp4]
//! provider = "kernel"
//! family = "inet"
//! type = "dgram"
//! protocol = "udp"
//! matches-zero = true
//!
//! [provider.inspect]
//!
//! [layer.inspect]
//! provider = "inspect"
//! adds = ["metered"]
//!
//! [chain.inspected]
//! layers = ["inspect"]
//! base = ["tcp4", "udp4"]
//! ```

use crate::catalog::entry::{Body, EntryIndex};
use crate::catalog::{EntryKind, Severity, quoted};
use crate::check::Lints;
use crate::registry::Registry;
use crate::report::Rule;
use crate::terms::{Family, Role, SocketType};
use indexmap::IndexMap;
use std::collections::HashSet;

pub(super) const RULE: Rule = Rule::lint("partial-coverage", Severity::Warning, include_str!("partial_coverage.rs"));

/// The base protocols below the chains that use a layer, in one family.
#[derive(Default)]
struct Cover<'r> {
    types: HashSet<SocketType>,
    /// The layer with the layers below it, in the order of each chain.
    uses: HashSet<&'r [EntryIndex]>,
}

pub(super) fn look(lints: &mut Lints<'_>) {
    let registry = lints.registry;
    let mut covers: IndexMap<(EntryIndex, Family), Cover<'_>> = IndexMap::new();
    let mut bases: IndexMap<Family, Vec<EntryIndex>> = IndexMap::new();
    for entry in registry.selectable() {
        let stack = registry.stack(entry.index());
        if entry.kind() == EntryKind::Base && !entry.is_hidden() {
            bases.entry(stack.family).or_default().push(entry.index());
        }
        for (position, &layer) in stack.layers().iter().enumerate() {
            let cover = covers.entry((layer, stack.family)).or_default();
            cover.types.insert(registry.stack(stack.base()).socket_type);
            cover.uses.insert(&stack.layers()[position..]);
        }
    }
    for ((layer, family), cover) in covers {
        let left = bases.get(&family).into_iter().flatten().copied().filter(|&base| {
            let socket_type = registry.stack(base).socket_type;
            !cover.types.contains(&socket_type) && cover.uses.iter().any(|layers| admits(registry, layers, base))
        });
        let left: Vec<EntryIndex> = left.collect();
        let Some(&first) = left.first() else { continue };
        let names: Vec<&str> = left.iter().map(|&base| registry.name_at(base)).collect();
        let covered = cover.types.iter().min().map(ToString::to_string).unwrap_or_default();
        let message = format!(
            "layer `{}` runs over type `{covered}` of family `{}`, and not over {}",
            registry.name_at(layer),
            registry.family_text(family),
            quoted(&names)
        );
        lints.found(message, registry.entry_at(layer).at, |finding| {
            finding
                .label(registry.entry_at(first).at, "its contract admits this one too")
                .help("add a chain over it, or say in `needs`, `forbids` or `allow-below` why there is none")
        });
    }
}

/// Returns whether the contracts of these layers, top first, allow them over a base.
fn admits(registry: &Registry, layers: &[EntryIndex], base: EntryIndex) -> bool {
    let mut services = registry.stack(base).services(Role::Connect).clone();
    let mut beneath = base;
    layers.iter().rev().all(|&index| {
        let Body::Layer(layer) = &registry.entry_at(index).body else { return false };
        let admitted = services.contains(&layer.needs)
            && !services.intersects(&layer.forbids)
            && layer.allow_below.as_ref().is_none_or(|allowed| allowed.contains(&beneath));
        services.remove(&layer.removes);
        services.insert(&layer.adds);
        beneath = index;
        admitted
    })
}
