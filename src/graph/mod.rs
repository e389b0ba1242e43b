//! The graph of a catalog: entries as nodes, "stands on" as arrows; chains flattened and their contracts checked.
//!
//! A chain has an arrow to each of its layers and one to the base or chain that it runs over. From that follow the order in
//! which stacks can be computed, cycles, and what would break if an entry went.
//!
//! Depends on `terms` and `catalog`.

pub mod picture;
mod stack;

pub(crate) use stack::Stack;

use crate::catalog::entry::{Body, EntryIndex};
use crate::catalog::{Catalog, Fault, FaultKind};
use petgraph::Direction;
use petgraph::algo::TarjanScc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{Dfs, Reversed};

/// Who stands on whom. Node `n` is the entry with index `n`.
pub(crate) struct Graph {
    arrows: DiGraph<(), Role>,
}

/// What the entry at the head of an arrow is to the chain at its tail.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Layer,
    Base,
}

impl Graph {
    /// Draws the arrows of all sound entries, checks what chains stand on, and flattens the enabled ones.
    ///
    /// The stacks are those of bases and chains; an entry that is disabled, or from which a fault keeps it, has none.
    pub fn build(catalog: &Catalog, faults: &mut Vec<Fault>) -> (Graph, Vec<Option<Stack>>) {
        let graph = Graph::draw(catalog);
        graph.check_disabled(catalog, faults);
        let mut stacks: Vec<Option<Stack>> = (0..catalog.entries.len()).map(|_| None).collect();
        // Tarjan's components come out with what is stood on first, which is the order in which stacks can be computed.
        TarjanScc::new().run(&graph.arrows, |component| match component {
            &[node] if graph.arrows.find_edge(node, node).is_none() => {
                let index = EntryIndex::new(node.index());
                stacks[node.index()] = stack::compute(catalog, index, &stacks, faults);
            }
            nodes => faults.push(cycle(catalog, nodes)),
        });
        (graph, stacks)
    }

    fn draw(catalog: &Catalog) -> Graph {
        let mut arrows = DiGraph::with_capacity(catalog.entries.len(), 0);
        for _ in &catalog.entries {
            arrows.add_node(());
        }
        let node = |index: EntryIndex| NodeIndex::new(index.get());
        for (at, entry) in catalog.entries.iter().enumerate() {
            if let Some(Body::Chain(chain)) = entry.as_ref().map(|entry| &entry.body) {
                for (layer, _) in chain.layers() {
                    arrows.add_edge(NodeIndex::new(at), node(layer), Role::Layer);
                }
                arrows.add_edge(NodeIndex::new(at), node(chain.base.0), Role::Base);
            }
        }
        Graph { arrows }
    }

    /// The entries that name this one directly, in the order of places.
    pub fn users(&self, index: EntryIndex) -> Vec<EntryIndex> {
        let users = self.arrows.neighbors_directed(NodeIndex::new(index.get()), Direction::Incoming);
        sorted(users.map(|node| EntryIndex::new(node.index())).collect())
    }

    /// All entries that would break if this one went, in the order of places.
    pub fn dependents(&self, index: EntryIndex) -> Vec<EntryIndex> {
        let start = NodeIndex::new(index.get());
        let reversed = Reversed(&self.arrows);
        let mut search = Dfs::new(reversed, start);
        let mut dependents = Vec::new();
        while let Some(node) = search.next(reversed) {
            if node != start {
                dependents.push(EntryIndex::new(node.index()));
            }
        }
        sorted(dependents)
    }

    /// What an enabled entry stands on cannot be disabled.
    fn check_disabled(&self, catalog: &Catalog, faults: &mut Vec<Fault>) {
        for (at, disabled) in catalog.disabled.iter().enumerate() {
            let Some(place) = *disabled else { continue };
            let index = EntryIndex::new(at);
            let users = self.users(index).into_iter().filter(|user| catalog.disabled[user.get()].is_none());
            let users: Vec<_> = users.collect();
            if users.is_empty() {
                continue;
            }
            let names = users.iter().map(|&user| catalog.name(user).to_owned()).collect();
            let mut fault =
                Fault::new(FaultKind::DisabledDependency { name: catalog.name(index).to_owned(), users: names }, place);
            for &user in &users {
                fault = fault.because(catalog.at(user), "this stands on it");
            }
            faults.push(fault);
        }
    }
}

fn sorted(mut indices: Vec<EntryIndex>) -> Vec<EntryIndex> {
    indices.sort_unstable();
    indices.dedup();
    indices
}

/// The fault of some chains that run over one another: the cycle from its first chain on, which every chain's one base gives.
fn cycle(catalog: &Catalog, nodes: &[NodeIndex]) -> Fault {
    let below = |index: EntryIndex| match catalog.entries[index.get()].as_ref().map(|entry| &entry.body) {
        Some(Body::Chain(chain)) => Some(chain.base),
        _ => None,
    };
    let first = nodes.iter().map(|node| EntryIndex::new(node.index())).min().unwrap_or(EntryIndex(0));
    let mut path = vec![catalog.name(first).to_owned()];
    let mut at = first;
    while let Some((next, _)) = below(at) {
        path.push(catalog.name(next).to_owned());
        at = next;
        if at == first {
            break;
        }
    }
    let place = below(first).map_or(catalog.at(first), |(_, span)| span);
    Fault::new(FaultKind::Cycle { path }, place)
}
