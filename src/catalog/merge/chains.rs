//! Completes chains with facts of entries that may be declared after them: the provider of the top layer, and the family in whose
//! scope the name of the chain's own protocol is read.

use super::*;

impl Merge<'_> {
    pub(super) fn complete_chains(&mut self, entries: &mut [Result<Entry, Reported>]) {
        self.refuse_cycles(entries);
        for index in 0..entries.len() {
            let Ok(Entry { provider: ProviderIndex::OF_TOP_LAYER, body: Body::Chain(chain), .. }) = &entries[index]
            else {
                continue;
            };
            // If the top layer cannot be built, the chain has no provider yet, but can have faults of its own.
            let top = entries[chain.top.0.get()].as_ref().ok().map(|top| top.provider);
            if let (Some(provider), Ok(entry)) = (top, &mut entries[index]) {
                entry.provider = provider;
            }
        }
        for (index, words) in std::mem::take(&mut self.chain_protocols) {
            let family = bottom_family(entries, index);
            let protocols = family.and_then(|family| self.protocols(&words, family));
            match (&mut entries[index.get()], protocols) {
                (Ok(Entry { body: Body::Chain(chain), .. }), Ok(protocols)) => chain.protocols = Some(protocols),
                (entry @ Ok(_), Err(reported)) => *entry = Err(reported),
                (Ok(_) | Err(_), _) => {}
            }
        }
    }

    /// Refuses chains that run over one another in a cycle. The fault shows the cycle, beginning with its first chain.
    fn refuse_cycles(&mut self, entries: &mut [Result<Entry, Reported>]) {
        // Each chain has one base, so each way down is a line: it ends at a base, or returns to a chain that it passed.
        let below = |at: usize| match entries[at].as_ref().map(|entry| &entry.body) {
            Ok(Body::Chain(chain)) => Some((chain.base.0.get(), chain.base.1)),
            _ => None,
        };
        let mut walked = vec![usize::MAX; entries.len()];
        let mut cycles: Vec<Vec<usize>> = Vec::new();
        for start in 0..entries.len() {
            let mut way = Vec::new();
            let mut at = start;
            while let Some((next, _)) = below(at).filter(|_| walked[at] == usize::MAX) {
                walked[at] = start;
                way.push(at);
                at = next;
            }
            if walked[at] == start
                && let Some(first) = way.iter().position(|&member| member == at)
            {
                cycles.push(way.split_off(first));
            }
        }
        for mut cycle in cycles {
            let least = (0..cycle.len()).min_by_key(|&at| cycle[at]).unwrap_or(0);
            cycle.rotate_left(least);
            let names = cycle.iter().chain(cycle.first()).filter_map(|&at| self.names.get_index(at));
            let path = names.map(|(name, _)| name.clone()).collect();
            let place = cycle.first().and_then(|&first| match entries[first].as_ref().map(|entry| &entry.body) {
                Ok(Body::Chain(chain)) => Some(chain.base.1),
                _ => None,
            });
            let Some(place) = place else { continue };
            let reported = self.fault(FaultKind::Cycle { path }, place);
            cycle.iter().for_each(|&at| entries[at] = Err(reported));
        }
    }
}

/// Returns the family of the base protocol under a chain.
fn bottom_family(entries: &[Result<Entry, Reported>], chain: EntryIndex) -> Result<Family, Reported> {
    let mut at = chain;
    loop {
        match &entries[at.get()].as_ref().map_err(|reported| *reported)?.body {
            Body::Base(base) => return Ok(base.family),
            // Cycles were refused before.
            Body::Chain(chain) => at = chain.base.0,
            // The base of a chain is never a layer.
            Body::Layer(_) => return Ok(Family::UNSPEC),
        }
    }
}
