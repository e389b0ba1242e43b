//! Layers that programs can list, and chains that they cannot.

use super::super::info::provider_flags::HIDDEN;
use super::super::{Field, ItemKind};
use super::Judged;
use crate::catalog::Severity;
use crate::report::Finding;

const CODE: &str = "winsock-visibility";

pub(super) fn look(judged: &Judged<'_>, found: &mut Vec<Finding>) {
    for item in &judged.set.items {
        let (message, help) = match (item.kind(), item.info.has_provider_flags(HIDDEN)) {
            (ItemKind::Layer, Some(false)) => {
                ("is not hidden (PFL_HIDDEN), though no socket can be made of it", "set the bit 0x4")
            }
            (ItemKind::Chain, Some(true)) => {
                ("is hidden (PFL_HIDDEN), so that programs do not list it", "clear the bit 0x4")
            }
            _ => continue,
        };
        let message = format!("{} {message}", item.named());
        let help = format!("{help} in dwProviderFlags: `sockatlas winsock repair` does");
        found.push(Finding::new(CODE, Severity::Warning, message, item.field_at(Field::ProviderFlags)).help(help));
    }
}
