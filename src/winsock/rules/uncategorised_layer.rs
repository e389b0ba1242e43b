//! # What it finds
//! A layer in a catalog in which an application permits only some layer categories (`AppId_Catalog`). Where Windows stores
//! the categories of a layer is not documented, so no source states them, and they count as not stated.
//!
//! # Why it matters
//! A layer without a category is not loaded into an application that permits only some categories. Windows ships such
//! permissions for `svchost.exe`, `lsass.exe` and others. Layers that were loaded into special processes have broken WSL,
//! Docker and Visual Studio Code. A category keeps a layer out of such processes, or deliberately lets it in.
//!
//! # Example
//! ```text
//! $ sockatlas winsock show catalog.reg  # excerpt
//! 3 entries of 64-bit programs; the counter says 3
//!   1031  Acme over [MSAFD Tcpip [TCP/IP]]
//!       kind            chain
//!       chain           1030 Acme / 1001 MSAFD Tcpip [TCP/IP]
//!   1001  MSAFD Tcpip [TCP/IP]
//!       kind            base
//!   1030  Acme
//!       kind            layer
//! 1 application with categories
//!   C:\Windows\System32\svchost.exe
//!       permits       inspector, system (0x80000001)
//! ```
//!
//! # Mended
//! ```text
//! $ sockatlas winsock show catalog.reg  # excerpt
//! 3 entries of 64-bit programs; the counter says 3
//!   1031  Acme over [MSAFD Tcpip [TCP/IP]]
//!       kind            chain
//!       chain           1030 Acme / 1001 MSAFD Tcpip [TCP/IP]
//!   1001  MSAFD Tcpip [TCP/IP]
//!       kind            base
//!   1030  Acme
//!       kind            layer
//! ```

use super::super::{Field, ItemKind};
use super::Judged;
use crate::catalog::Severity;
use crate::report::{Finding, Rule};

pub(super) const RULE: Rule =
    Rule::lint("winsock-uncategorised-layer", Severity::Warning, include_str!("uncategorised_layer.rs"));

/// Reports every layer if an application states which categories of layers it permits.
///
/// The place where Windows keeps the categories of a layer is not documented, so no source states them.
pub(super) fn look(judged: &Judged<'_>, found: &mut Vec<Finding>) {
    let categorised = judged.store.applications.iter().filter_map(|application| {
        let categories = application.categories.as_ref().filter(|categories| !categories.value.is_empty())?;
        Some((application, categories))
    });
    let categorised: Vec<_> = categorised.collect();
    let Some((application, categories)) = categorised.first() else { return };
    let name = application.path.as_ref().map_or(application.key.value.as_str(), |path| path.value.as_str());
    for layer in judged.of_kind(ItemKind::Layer) {
        let whom = match categorised.len() {
            1 => format!("`{name}` does not load it"),
            many => format!("{many} applications do not load it"),
        };
        let message = format!("no category of {} is stated here, and without one {whom}", layer.named());
        found.push(
            Finding::new(RULE.code, RULE.severity, message, layer.field_at(Field::ProviderId))
                .label(categories.at, format!("permits {}", categories.value))
                .help("ask on the machine itself (WSCGetProviderInfo), and set categories (WSCSetProviderInfo) if it has none"),
        );
    }
}
