//! The graph of a catalog: entries are nodes, and an arrow means "runs on". Chains are flattened and their contracts checked.
//!
//! A chain has an arrow to each of its layers and one to the base or chain that it runs over. The arrows determine the order in
//! which stacks can be computed, and the entries that would break if an entry were removed.
//!
//! Depends on `terms` and `catalog`.

mod effects;
mod offer;
pub mod picture;
mod stack;

pub(crate) use stack::{Stack, Unmet};

use crate::catalog::entry::{Body, EntryIndex};
use crate::catalog::faults::{Faults, Reported};
use crate::catalog::{Draft, Fault, FaultKind, Modules};
use effects::Effects;
use petgraph::Direction;
use petgraph::algo::TarjanScc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{Dfs, Reversed};

/// The dependencies between entries. Node `n` is the entry with index `n`.
pub(crate) struct Graph {
    arrows: DiGraph<(), Role>,
}

/// The role of the entry at the head of an arrow for the chain at its tail.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Layer,
    Base,
}

/// The standing of each entry, by its index.
pub(crate) struct Stacks {
    all: Vec<Standing>,
}

/// The standing of an entry: its stack, if it has one.
pub(crate) enum Standing {
    /// An enabled base protocol or chain.
    Whole(Stack),
    /// A layer, or a disabled entry.
    Apart,
    /// An entry that cannot be built because of a fault.
    Faulty(Reported),
}

impl Stacks {
    /// Returns the stack of each entry, if it has one, or the proof that a fault was recorded.
    pub fn seal(self) -> Result<Vec<Option<Stack>>, Reported> {
        let sealed = self.all.into_iter().map(|standing| match standing {
            Standing::Whole(stack) => Ok(Some(stack)),
            Standing::Apart => Ok(None),
            Standing::Faulty(reported) => Err(reported),
        });
        sealed.collect()
    }
}

impl Graph {
    /// Draws the arrows of all sound entries, checks the dependencies of chains, and flattens the enabled ones.
    pub fn build(draft: &Draft, modules: &Modules, faults: &mut Faults) -> (Graph, Stacks) {
        let effects = Effects::new(draft, modules);
        let graph = Graph::draw(draft);
        let mut all = graph.disabled(draft, faults);
        // Tarjan's algorithm returns components with dependencies first, which is the order in which stacks can be computed. Each
        // component is one entry: chains that run over one another are refused when entries are made.
        TarjanScc::new().run(&graph.arrows, |component| {
            for node in component {
                if let Some(standing) = stack::compute(draft, &effects, EntryIndex::new(node.index()), &all, faults) {
                    all[node.index()] = standing;
                }
            }
        });
        (graph, Stacks { all })
    }

    fn draw(catalog: &Draft) -> Graph {
        let mut arrows = DiGraph::with_capacity(catalog.entries.len(), 0);
        for _ in &catalog.entries {
            arrows.add_node(());
        }
        let node = |index: EntryIndex| NodeIndex::new(index.get());
        for (at, entry) in catalog.entries.iter().enumerate() {
            if let Ok(Body::Chain(chain)) = entry.as_ref().map(|entry| &entry.body) {
                for (layer, _) in chain.layers() {
                    arrows.add_edge(NodeIndex::new(at), node(layer), Role::Layer);
                }
                arrows.add_edge(NodeIndex::new(at), node(chain.base.0), Role::Base);
            }
        }
        Graph { arrows }
    }

    /// Returns the entries that name this one directly, in the order of places.
    pub fn users(&self, index: EntryIndex) -> Vec<EntryIndex> {
        let users = self.arrows.neighbors_directed(NodeIndex::new(index.get()), Direction::Incoming);
        sorted(users.map(|node| EntryIndex::new(node.index())).collect())
    }

    /// Returns all entries that would break if this one were removed, in the order of places.
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

    /// Returns the standings before any stack is computed. Records a fault for each disabled entry on which an enabled one
    /// depends.
    fn disabled(&self, draft: &Draft, faults: &mut Faults) -> Vec<Standing> {
        let standing = draft.stated.disabled.iter().enumerate().map(|(at, disabled)| {
            let Some(place) = *disabled else { return Standing::Apart };
            let index = EntryIndex::new(at);
            let mut users = self.users(index);
            users.retain(|user| draft.stated.disabled[user.get()].is_none());
            if users.is_empty() {
                return Standing::Apart;
            }
            let names = users.iter().map(|&user| draft.name(user).to_owned()).collect();
            let kind = FaultKind::DisabledDependency { name: draft.name(index).to_owned(), users: names };
            let fault = Fault::new(kind, place);
            let because = |fault: Fault, &user: &EntryIndex| fault.because(draft.at(user), "this stands on it");
            Standing::Faulty(faults.push(users.iter().fold(fault, because)))
        });
        standing.collect()
    }
}

fn sorted(mut indices: Vec<EntryIndex>) -> Vec<EntryIndex> {
    indices.sort_unstable();
    indices.dedup();
    indices
}
