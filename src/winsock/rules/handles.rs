//! Sockets that are file-system handles (`XP1_IFS_HANDLES`), and layers whose sockets are not.

use super::super::{Field, Item, ItemKind};
use super::Judged;
use crate::catalog::Severity;
use crate::report::Finding;
use crate::terms::Services;

const CODE: &str = "winsock-ifs-handles";

pub(super) fn look(judged: &Judged<'_>, found: &mut Vec<Finding>) {
    for chain in judged.of_kind(ItemKind::Chain) {
        let at = chain.field_at(Field::ServiceFlags1);
        if !is_of_file_system(chain) {
            let Some(base) = judged.base_of(chain).filter(|base| is_of_file_system(base)) else { continue };
            let message = format!(
                "sockets of {} are no handles of the file system (XP1_IFS_HANDLES), those of {} are",
                chain.named(),
                base.named()
            );
            found.push(
                Finding::new(CODE, Severity::Warning, message, at)
                    .label(base.field_at(Field::ServiceFlags1), "its base")
                    .help("programs that read or poll such sockets as files hang or fail: ask for a provider that keeps the handles"),
            );
            continue;
        }
        // The first id is the chain's own layer, whose flags the chain itself states. The members below it were installed before.
        let ids = chain.info.chain.ids();
        let below = ids.iter().skip(1).filter_map(|&id| judged.by_id(id));
        let mut below = below.filter(|item| matches!(item.kind(), ItemKind::Layer | ItemKind::Chain));
        if let Some(other) = below.find(|item| !is_of_file_system(item)) {
            let message = format!(
                "{} claims handles of the file system (XP1_IFS_HANDLES), and runs over {}, which gives none",
                chain.named(),
                other.named()
            );
            found.push(
                Finding::new(CODE, Severity::Error, message, at)
                    .label(other.field_at(Field::ServiceFlags1), "the bit 0x20000 is clear here")
                    .help("a handle that passed through it is not the system's: clear the bit in the chain"),
            );
        }
    }
}

fn is_of_file_system(item: &Item) -> bool {
    item.info.offers(&Services::IFS_HANDLES)
}
