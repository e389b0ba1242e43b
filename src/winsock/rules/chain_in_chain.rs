//! Chains whose members exist but do not fit together.

use super::super::{Field, Item, ItemKind};
use super::Judged;
use crate::catalog::Severity;
use crate::report::Finding;

const CODE: &str = "winsock-chain-in-chain";

pub(super) fn look(judged: &Judged<'_>, found: &mut Vec<Finding>) {
    for chain in judged.of_kind(ItemKind::Chain) {
        let ids = chain.info.chain.ids();
        // The last id is the base. A base before it is a fault, which `chains` reports.
        for (at, &id) in ids.iter().enumerate().take(ids.len().saturating_sub(1)) {
            let Some(member) = judged.by_id(id) else { continue };
            let Some(reason) = reason(member, at, ids.get(at + 1..).unwrap_or_default()) else { continue };
            let message = format!("{} names {} as number {}, {reason}", chain.named(), member.named(), at + 1);
            found.push(
                Finding::new(CODE, Severity::Warning, message, chain.field_at(Field::ChainEntries))
                    .label(member.field_at(Field::ChainLength), "it names this")
                    .help("install the provider of the chain anew, above what is there now"),
            );
        }
    }
}

/// Returns the reason why a member does not belong at this position, counted from 0, above the ids `below`, or `None` if it does.
fn reason(member: &Item, at: usize, below: &[u32]) -> Option<&'static str> {
    match member.kind() {
        ItemKind::Chain if at == 0 => Some("where a layer is expected"),
        // A chain over a chain names the lower chain in place of its top layer, and then the members below that layer.
        ItemKind::Chain if member.info.chain.ids().get(1..) != Some(below) => {
            Some("whose own chain goes on otherwise below")
        }
        _ => None,
    }
}
