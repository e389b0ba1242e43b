//! Draws the picture of a registry.

use super::{EntryRef, Registry};
use crate::catalog::EntryKind;
use crate::graph::picture::{Chain, Node, NodeKind, Picture};
use std::collections::HashMap;

impl Registry {
    /// Returns the picture of the enabled entries: base protocols in catalog order, layers in order of declaration, chains in
    /// catalog order. Hidden entries are drawn too.
    ///
    /// ```
    /// let svg = sockatlas::Registry::builtin().picture().to_svg();
    /// assert!(svg.starts_with("<svg"));
    /// ```
    pub fn picture(&self) -> Picture {
        let of_kind = |kind| move |entry: &EntryRef<'_>| entry.kind() == kind;
        let bases = self.selectable().filter(of_kind(EntryKind::Base));
        let layers = self.entries().filter(of_kind(EntryKind::Layer)).filter(|entry| !entry.is_disabled());
        let nodes: Vec<EntryRef<'_>> = bases.chain(layers).collect();
        let places: HashMap<&str, usize> = nodes.iter().enumerate().map(|(at, node)| (node.name(), at)).collect();
        let chains = self.selectable().filter(of_kind(EntryKind::Chain)).map(|chain| Chain {
            name: chain.name().to_owned(),
            stack: chain.stack().filter_map(|entry| places.get(entry.name()).copied()).collect(),
        });
        Picture {
            title: self.title().unwrap_or_default().to_owned(),
            nodes: nodes.iter().map(|&entry| node(self, entry)).collect(),
            chains: chains.collect(),
            highlight: None,
        }
    }
}

fn node(registry: &Registry, entry: EntryRef<'_>) -> Node {
    let added = || entry.adds().into_iter().flat_map(|services| services.iter()).map(|name| format!("+{name}"));
    let (kind, caption) = match (entry.family(), entry.socket_type()) {
        (Some(family), Some(socket_type)) => {
            let protocols = registry.protocols_text(entry.index());
            (NodeKind::Base, format!("{} {socket_type} {protocols}", registry.family_text(family)))
        }
        _ => (NodeKind::Layer { chained: !entry.users().is_empty() }, added().collect::<Vec<_>>().join(" ")),
    };
    Node { name: entry.name().to_owned(), kind, caption }
}
