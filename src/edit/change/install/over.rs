//! Makes chains of a new layer over existing entries, and puts them first, as `WSCInstallProviderAndChains` does on Windows.
//!
//! The chains are loaded to find out which of them are sound. Where the bases are named, one unsound chain causes the
//! change to be rejected. With `all`, the entries over which the layer cannot run are left out.

use super::put;
use super::tables::Tables;
use crate::catalog::entry::Body;
use crate::catalog::{EntryKind, FaultKind, nearest, quoted};
use crate::edit::change::order::{Order, Place};
use crate::edit::consequence::{Consequence, Effect};
use crate::edit::draft::Draft;
use crate::edit::refused::{ChangeError, TransactionError, Unfit};
use crate::registry::{EntryRef, Registry};
use crate::text::{Page, Table, list, string};
use std::collections::{HashMap, HashSet};

/// The word that stands for every entry that requests can select.
const ALL: &str = "all";

/// A chain of the layer over one entry.
#[derive(Clone, Debug)]
struct Chain {
    name: String,
    base: String,
}

/// Makes chains of an existing layer over some entries, unless such chains exist already, and puts the new ones first.
pub(super) fn install(draft: &mut Draft, layer: &str, bases: &[String]) -> Result<(), TransactionError> {
    let registry = draft.registry().clone();
    let is_all = bases.iter().any(|base| base == ALL) && registry.entry(ALL).is_none();
    let mut chains = chains(&registry, layer, &covered(&registry, layer, bases, is_all)?);
    let target = draft.target().to_owned();
    let before = draft.text(&target).to_owned();
    let unfit = refused(draft, layer, &chains)?;
    if !is_all && !unfit.is_empty() {
        return Err(ChangeError::CannotRunOver { layer: layer.to_owned(), refused: unfit }.into());
    }
    if !unfit.is_empty() {
        let is_fit = |chain: &Chain| unfit.iter().all(|unfit| unfit.base != chain.base);
        let left_out = chains.iter().filter_map(|chain| left_out(&registry, chain, &unfit));
        let left_out: Vec<Consequence> = left_out.collect();
        chains.retain(is_fit);
        draft.replace(&target, before);
        put::at_end(draft, &tables(layer, &chains))?;
        draft.add_consequences(left_out);
    }
    if chains.is_empty() {
        return Ok(());
    }
    draft.reload().map_err(TransactionError::Faults)?;
    Order { names: chains.into_iter().map(|chain| chain.name).collect(), place: Place::First }.apply(draft)
}

/// Returns the entries to be covered, in catalog order.
fn covered<'r>(
    registry: &'r Registry,
    layer: &str,
    bases: &[String],
    is_all: bool,
) -> Result<Vec<EntryRef<'r>>, ChangeError> {
    let tables = Tables::of(registry);
    let mut wanted: HashSet<&str> = HashSet::new();
    for base in bases.iter().filter(|base| !(is_all && *base == ALL)) {
        let members = match registry.entry(base) {
            Some(entry) => vec![entry],
            None => tables.members(base).to_vec(),
        };
        if members.is_empty() {
            let suggestion = nearest(base, registry.selectable().map(|entry| entry.name()));
            return Err(ChangeError::NoSuchEntry { name: base.clone(), suggestion });
        }
        if let Some(entry) = members.iter().find(|entry| !entry.is_selectable()) {
            let is_layer = entry.kind() == EntryKind::Layer;
            let reason =
                if is_layer { "it is a layer: chains run over base protocols and chains" } else { "it is disabled" };
            let refused = vec![Unfit { base: entry.name().to_owned(), reason: reason.to_owned() }];
            return Err(ChangeError::CannotRunOver { layer: layer.to_owned(), refused });
        }
        wanted.extend(members.iter().map(|entry| entry.name()));
    }
    Ok(registry.selectable().filter(|entry| is_all || wanted.contains(entry.name())).collect())
}

/// Returns the chains over these entries that do not exist yet.
fn chains(registry: &Registry, layer: &str, bases: &[EntryRef<'_>]) -> Vec<Chain> {
    let is_here = |base: &EntryRef<'_>| {
        base.users().into_iter().any(|user| match &registry.entry_at(user.index()).body {
            Body::Chain(chain) => {
                user.is_selectable() && chain.layers().map(|(index, _)| registry.name_at(index)).eq([layer])
            }
            Body::Base(_) | Body::Layer(_) => false,
        })
    };
    let mut taken: HashSet<String> = Tables::of(registry).entries().map(|(name, _)| name.to_owned()).collect();
    let mut chains = Vec::new();
    for base in bases.iter().filter(|base| !is_here(base)) {
        let stem = format!("{layer}-over-{}", base.name().replace('/', "-"));
        let numbered = (2_u64..).map(|number| format!("{stem}-{number}"));
        let free = std::iter::once(stem.clone()).chain(numbered).find(|name| !taken.contains(name));
        let name = free.unwrap_or(stem);
        taken.insert(name.clone());
        chains.push(Chain { name, base: base.name().to_owned() });
    }
    chains
}

/// Appends the chains to the target, and returns the bases over which they are not sound.
fn refused(draft: &mut Draft, layer: &str, chains: &[Chain]) -> Result<Vec<Unfit>, TransactionError> {
    put::at_end(draft, &tables(layer, chains))?;
    let Err(error) = draft.reload() else { return Ok(Vec::new()) };
    let bases: HashMap<&str, &str> = chains.iter().map(|chain| (&*chain.name, &*chain.base)).collect();
    let mut refused: Vec<Unfit> = Vec::new();
    for fault in error.faults() {
        let chain = match &fault.kind {
            FaultKind::ContractBroken { chain, .. }
            | FaultKind::RepeatedLayer { chain, .. }
            | FaultKind::ChainTooLong { chain, .. } => bases.get(chain.as_str()),
            _ => None,
        };
        let Some(base) = chain else { return Err(TransactionError::Faults(error)) };
        let reason = reason(&fault.kind);
        match refused.iter_mut().find(|unfit| unfit.base == **base) {
            Some(unfit) => unfit.reason = format!("{}; {reason}", unfit.reason),
            None => refused.push(Unfit { base: (*base).to_owned(), reason }),
        }
    }
    Ok(refused)
}

/// Returns the reason why a layer cannot run over an entry, without the name of the trial chain.
fn reason(fault: &FaultKind) -> String {
    match fault {
        FaultKind::ContractBroken { layer, below, broken, .. } => {
            format!("`{layer}` {broken} directly below it, and {} {}", quoted(below), broken.finding(below.len()))
        }
        FaultKind::RepeatedLayer { layer, .. } => format!("`{layer}` is in it already"),
        FaultKind::ChainTooLong { stack, limit, .. } => {
            format!("the chain would have {} entries, {limit} at most", stack.len())
        }
        other => other.to_string(),
    }
}

/// Returns the consequence that reports a chain as left out, or `None` for a chain that is made.
fn left_out(registry: &Registry, chain: &Chain, unfit: &[Unfit]) -> Option<Consequence> {
    let unfit = unfit.iter().find(|unfit| unfit.base == chain.base)?;
    let at = registry.entry(&chain.base)?.source();
    let (name, reason) = (chain.name.clone(), Some(unfit.reason.clone()));
    Some(Consequence { effect: Effect::LeftOut, what: "chain", name, at, reason })
}

fn tables(layer: &str, chains: &[Chain]) -> Vec<String> {
    let table = |chain: &Chain| {
        let mut table = Table::new(&["chain", &chain.name]);
        table.value("layers", list([layer]));
        table.scalar("base", string(&chain.base));
        let mut page = Page::default();
        page.table(&table);
        page.into_text()
    };
    chains.iter().map(table).collect()
}
