//! Repairs chains: the ids that they name, and the fields that must agree with their bases.

use super::draft::Draft;
use super::items::has_quality_of_service;
use super::reason::{Removal, Repointing};
use super::step::{Change, Setting};
use crate::winsock::chains::Members;
use crate::winsock::info::{ItemKind, ProtocolChain, ProtocolInfo};
use crate::winsock::packed::Field;
use crate::winsock::set_index::SetIndex;
use crate::winsock::store::Item;
use petgraph::graph::{DiGraph, NodeIndex};
use std::collections::{HashMap, HashSet, VecDeque};

/// The repair of a chain. Changes are in order, each based on the result of those before it.
enum Verdict {
    Keep,
    Change(Vec<Change>, ProtocolChain),
    Remove(Removal),
}

impl Draft<'_> {
    /// Makes every chain valid: of an allowed length, over existing items, and ending in a base protocol.
    ///
    /// The removal of an item affects chains as little as possible: a chain that named it in its middle runs over the rest.
    /// `asked` contains the ids of the items that were removed with the providers which the user names.
    pub fn mend_chains(&mut self, mut asked: HashSet<u32>) {
        loop {
            self.mend_ids(&mut asked);
            let misplaced = misplaced(&self.items);
            if misplaced.is_empty() {
                break;
            }
            self.remove(misplaced);
        }
    }

    fn mend_ids(&mut self, asked: &mut HashSet<u32>) {
        let mut scene = Scene::of(&self.items);
        let mut waiting: VecDeque<usize> = (0..self.items.len()).collect();
        let mut gone = HashSet::new();
        loop {
            while let Some(index) = waiting.pop_front() {
                let Some(item) = self.items.get(index).filter(|_| !gone.contains(&index)) else { continue };
                match verdict(index, &self.items, &scene, asked) {
                    Verdict::Keep => {}
                    Verdict::Change(changes, chain) => {
                        scene.rechain(index, &item.info.chain, &chain);
                        for change in changes {
                            self.mend(index, change, |info| info.chain = chain);
                        }
                    }
                    Verdict::Remove(removal) => {
                        if matches!(removal, Removal::Bereft(_)) {
                            asked.insert(item.id());
                        }
                        waiting.extend(scene.take_out(index, item));
                        gone.insert(index);
                        self.step_on(index, Change::Remove(removal));
                    }
                }
            }
            // At this point every named id exists, and each chain is valid by itself.
            let cycles = on_cycles(&self.items, &scene);
            if cycles.is_empty() {
                break;
            }
            for index in cycles {
                if let Some(item) = self.items.get(index) {
                    waiting.extend(scene.take_out(index, item));
                    gone.insert(index);
                    self.step_on(index, Change::Remove(Removal::Cycle));
                }
            }
        }
        let mut index = 0..;
        self.items.retain(|_| index.next().is_none_or(|index| !gone.contains(&index)));
    }

    /// Sets the fields of every chain to those of its base.
    pub fn conform_chains(&mut self) {
        // Only chains are changed here, and no id: what the bases say stays as it is.
        let bases = SetIndex::of(&self.items, |item| item.kind() == ItemKind::Base);
        let mut by_facts: HashMap<[i32; 5], Vec<usize>> = HashMap::new();
        for (index, base) in self.items.iter().enumerate().filter(|(_, item)| item.kind() == ItemKind::Base) {
            by_facts.entry(facts(&base.info)).or_default().push(index);
        }
        for index in 0..self.items.len() {
            let Some(chain) = self.items.get(index).map(|item| &item.info) else { break };
            let base = chain.chain.ids().last().and_then(|&id| bases.item(&self.items, id)).map(|base| &base.info);
            let Some(base) = base.filter(|base| facts(base) != facts(chain)) else { continue };
            let other = by_facts.get(&facts(chain)).into_iter().flatten().filter_map(|index| self.items.get(*index));
            let other = other.map(|item| &item.info);
            let alike = |base: &&ProtocolInfo| has_quality_of_service(base) == has_quality_of_service(chain);
            match only(other.filter(alike)) {
                // Five fields match one base and one id matches another, so the id is wrong.
                Some(other) if !chain.chain.ids().contains(&other.catalog_entry_id) => {
                    let (from, to, name) = (base.catalog_entry_id, other.catalog_entry_id, other.name.clone());
                    let change = Change::Repoint { from, to, name, reason: Repointing::OtherBase };
                    self.mend(index, change, |info| {
                        let last = info.chain.ids().len().saturating_sub(1);
                        if let Some(id) = info.chain.entries.get_mut(last) {
                            *id = to;
                        }
                    });
                }
                _ => {
                    let fields = FACTS.into_iter().zip(facts(chain)).zip(facts(base));
                    let settings = fields.filter(|((_, from), to)| from != to);
                    let settings = settings.map(|((field, from), to)| Setting { field, from, to }).collect();
                    let base = base.clone();
                    self.mend(index, Change::Conform(settings), |info| {
                        info.address_family = base.address_family;
                        info.socket_type = base.socket_type;
                        info.protocol = base.protocol;
                        info.max_address_length = base.max_address_length;
                        info.min_address_length = base.min_address_length;
                    });
                }
            }
        }
    }
}

/// The fields that a chain shares with its base, in the order of [`facts`].
const FACTS: [Field; 5] =
    [Field::AddressFamily, Field::SocketType, Field::Protocol, Field::MaxAddressLength, Field::MinAddressLength];

const fn facts(info: &ProtocolInfo) -> [i32; 5] {
    [info.address_family, info.socket_type, info.protocol, info.max_address_length, info.min_address_length]
}

/// The indices for the lookups of repairs to chains.
struct Scene {
    index: SetIndex,
    /// The chains that name an id.
    users: HashMap<u32, Vec<usize>>,
    /// The chains with each list of ids.
    twins: HashMap<ProtocolChain, Vec<usize>>,
    layers: Vec<usize>,
    bases: HashMap<(i32, i32, i32), Vec<usize>>,
}

impl Scene {
    fn of(items: &[Item]) -> Self {
        let mut scene = Scene {
            index: SetIndex::new(items),
            users: HashMap::new(),
            twins: HashMap::new(),
            layers: Vec::new(),
            bases: HashMap::new(),
        };
        for (index, item) in items.iter().enumerate() {
            match item.kind() {
                ItemKind::Layer => scene.layers.push(index),
                ItemKind::Base => scene.bases.entry(item.info.triple()).or_default().push(index),
                ItemKind::Chain => scene.twins.entry(item.info.chain).or_default().push(index),
                ItemKind::Malformed => {}
            }
            for id in item.info.chain.ids() {
                scene.users.entry(*id).or_default().push(index);
            }
        }
        scene
    }

    /// Removes an item, and returns the chains that named it.
    fn take_out(&mut self, index: usize, item: &Item) -> Vec<usize> {
        self.index.remove(item.id(), index);
        if let Some(twins) = self.twins.get_mut(&item.info.chain) {
            twins.retain(|twin| *twin != index);
        }
        self.users.get(&item.id()).cloned().unwrap_or_default()
    }

    /// Records that a chain runs over other ids.
    fn rechain(&mut self, index: usize, from: &ProtocolChain, to: &ProtocolChain) {
        if let Some(twins) = self.twins.get_mut(from) {
            twins.retain(|twin| *twin != index);
        }
        self.twins.entry(*to).or_default().push(index);
        for id in to.ids() {
            self.users.entry(*id).or_default().push(index);
        }
    }
}

fn verdict(index: usize, items: &[Item], scene: &Scene, asked: &HashSet<u32>) -> Verdict {
    let Some(item) = items.get(index) else { return Verdict::Keep };
    match item.kind() {
        ItemKind::Layer | ItemKind::Base => return Verdict::Keep,
        ItemKind::Malformed => return Verdict::Remove(Removal::Length(item.info.chain.length)),
        ItemKind::Chain => {}
    }
    let ids = item.info.chain.ids();
    if ids.contains(&item.id()) {
        return Verdict::Remove(Removal::Itself(item.id()));
    }
    let mut seen = HashSet::new();
    if let Some(id) = ids.iter().find(|id| !seen.insert(**id)) {
        return Verdict::Remove(Removal::Repeated(*id));
    }
    let (mut changes, mut kept) = (Vec::new(), Vec::new());
    for (position, &id) in ids.iter().enumerate() {
        let named = scene.index.item(items, id);
        let is_base_on_top = position == 0 && named.is_some_and(|named| named.kind() == ItemKind::Base);
        if is_base_on_top && let Some(layer) = layer(item, items, scene).filter(|layer| !ids.contains(&layer.id())) {
            let (to, name) = (layer.id(), layer.info.name.clone());
            changes.push(Change::Repoint { from: id, to, name, reason: Repointing::NotALayer });
            kept.push(to);
            continue;
        }
        if named.is_some() {
            kept.push(id);
            continue;
        }
        let (found, reason, what) = match position {
            0 => (layer(item, items, scene), Repointing::Layer, "layer"),
            last if last + 1 == ids.len() => (base(item, items, scene), Repointing::Base, "base protocol"),
            _ => {
                changes.push(Change::TakeOut { id, is_asked: asked.contains(&id) });
                continue;
            }
        };
        // An item that the user removed is not replaced by another.
        match found.filter(|found| !asked.contains(&id) && !ids.contains(&found.id())) {
            Some(found) => {
                let (to, name) = (found.id(), found.info.name.clone());
                changes.push(Change::Repoint { from: id, to, name, reason });
                kept.push(to);
            }
            None if asked.contains(&id) => return Verdict::Remove(Removal::Bereft(id)),
            None => return Verdict::Remove(Removal::Missing { id, what }),
        }
    }
    let last = kept.last().and_then(|&id| scene.index.item(items, id));
    if let Some(last) = last.filter(|last| last.kind() != ItemKind::Base) {
        return Verdict::Remove(Removal::NoBase(last.info.name.clone()));
    }
    if changes.is_empty() {
        return Verdict::Keep;
    }
    let Some(chain) = ProtocolChain::over(&kept) else {
        // The first and the last id are always kept; a chain of fewer than two ids is not a chain.
        return Verdict::Keep;
    };
    match scene.twins.get(&chain).into_iter().flatten().filter_map(|twin| items.get(*twin)).next() {
        Some(twin) => Verdict::Remove(Removal::Twin { id: twin.id(), name: twin.info.name.clone() }),
        None => Verdict::Change(changes, chain),
    }
}

/// Returns the chains over ids that are all there, and that yet are none: with a base protocol among the layers, or a layer twice.
fn misplaced(items: &[Item]) -> HashMap<usize, Removal> {
    let members = Members::new(items);
    let mut found = HashMap::new();
    for (at, chain) in items.iter().enumerate().filter(|(_, item)| item.kind() == ItemKind::Chain) {
        let mut layers = HashSet::new();
        let mut below = Some(chain);
        while let Some(chain) = below.filter(|below| below.kind() == ItemKind::Chain) {
            let shape = match members.shape(chain) {
                Ok(shape) => shape,
                Err(flaw) => {
                    found.insert(at, Removal::Misplaced(flaw.to_string()));
                    break;
                }
            };
            if let Some(twice) = shape.layers.iter().find(|link| !layers.insert(link.item)) {
                let name = items.get(twice.item).map(|layer| layer.info.name.clone());
                found.insert(at, Removal::LayerTwice(name.unwrap_or_default()));
                break;
            }
            // The chain below is shorter.
            below = items.get(shape.base.item);
        }
    }
    found
}

/// Returns the only layer after which a chain is named (`LAYER over [BASE]`); it must have the chain's provider or its library.
/// In real catalogs the chains of a layer have a provider id of their own.
fn layer<'i>(chain: &Item, items: &'i [Item], scene: &Scene) -> Option<&'i Item> {
    let is_called_after = |layer: &Item| {
        let rest = chain.info.name.strip_prefix(&layer.info.name);
        let is_kin =
            layer.info.provider_id == chain.info.provider_id || layer.info.path.eq_ignore_ascii_case(&chain.info.path);
        let is_word = rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
        is_kin && is_word && !layer.info.name.is_empty()
    };
    let layers = scene.layers.iter().filter_map(|index| items.get(*index));
    only(layers.filter(|layer| is_called_after(layer)))
}

/// Returns the only base protocol with the chain's family, type and protocol; those of RSVP are distinguished by their flag.
fn base<'i>(chain: &Item, items: &'i [Item], scene: &Scene) -> Option<&'i Item> {
    let bases = scene.bases.get(&chain.info.triple()).into_iter().flatten().filter_map(|index| items.get(*index));
    only(bases.filter(|base| has_quality_of_service(&base.info) == has_quality_of_service(&chain.info)))
}

/// Returns the only element, or `None` if there are none or several.
fn only<T>(mut those: impl Iterator<Item = T>) -> Option<T> {
    let first = those.next()?;
    those.next().is_none().then_some(first)
}

/// Returns the chains that run over chains that run over them.
fn on_cycles(items: &[Item], scene: &Scene) -> Vec<usize> {
    let mut graph = DiGraph::<usize, ()>::new();
    let chains = items
        .iter()
        .enumerate()
        .filter(|(index, item)| item.kind() == ItemKind::Chain && scene.index.position(item.id()) == Some(*index));
    let nodes: HashMap<u32, NodeIndex> = chains.map(|(index, item)| (item.id(), graph.add_node(index))).collect();
    for (&id, &node) in &nodes {
        let Some(item) = scene.index.item(items, id) else { continue };
        for over in item.info.chain.ids().iter().filter_map(|id| nodes.get(id)) {
            graph.add_edge(node, *over, ());
        }
    }
    // Kosaraju's algorithm and not Tarjan's, because petgraph's version of it does not recurse, and there may be many chains.
    let groups = petgraph::algo::kosaraju_scc(&graph);
    let mut on_cycles: Vec<usize> =
        groups.into_iter().filter(|group| group.len() > 1).flatten().map(|node| graph[node]).collect();
    on_cycles.sort_unstable();
    on_cycles
}
