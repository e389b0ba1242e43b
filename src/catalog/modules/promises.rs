//! What modules can really give, against what a catalog promises: a layer that is only called `tls` encrypts nothing.

use super::Module;
use crate::terms::Services;

/// Services that only a module can give. The others are facts about a protocol, or are taken on the catalog's word.
const OF_MODULES: [&str; 6] = ["encrypted", "authenticated", "compressed", "proxied", "framed", "metered"];

/// The first service that is promised and that no module of the stack gives there. The modules come from the base protocol up.
pub(crate) fn unkept(promised: &Services, modules: impl IntoIterator<Item = &'static Module>) -> Option<&str> {
    let mut real: Vec<&str> = Vec::new();
    for module in modules {
        // What TLS gives on the way to a proxy ends at the proxy.
        real.retain(|service| !module.ended().contains(service));
        real.extend(module.provided());
    }
    promised.iter().find(|service| OF_MODULES.contains(service) && !real.contains(service))
}
