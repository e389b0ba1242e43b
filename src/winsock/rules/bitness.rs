//! # What it finds
//! A provider that one of the two sets has and the other has not, where the source states both.
//!
//! # Why it matters
//! 32-bit programs see `Catalog_Entries` and 64-bit programs `Catalog_Entries64`. What is installed in one only
//! filters, or breaks, half of the programs of the machine.
//!
//! # Example
//! ```netsh
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Base Service Provider
//! Description:                        MSAFD Tcpip [TCP/IP]
//! Provider ID:                        {E70F1AA0-AB8B-11CF-8CA3-00805F48A192}
//! Provider Path:                      %SystemRoot%\system32\mswsock.dll
//! Catalog Entry ID:                   1001
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        1
//! Protocol:                           6
//! Service Flags:                      0x20066
//! Protocol Chain Length:              1
//!
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Base Service Provider
//! Description:                        AF_UNIX
//! Provider ID:                        {A00943D9-9C2E-4633-9B59-0057A3160994}
//! Provider Path:                      %SystemRoot%\system32\mswsock.dll
//! Catalog Entry ID:                   1007
//! Version:                            2
//! Address Family:                     1
//! Max Address Length:                 110
//! Min Address Length:                 2
//! Socket Type:                        1
//! Protocol:                           0
//! Service Flags:                      0x20026
//! Protocol Chain Length:              1
//!
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Base Service Provider (32)
//! Description:                        MSAFD Tcpip [TCP/IP]
//! Provider ID:                        {E70F1AA0-AB8B-11CF-8CA3-00805F48A192}
//! Provider Path:                      %SystemRoot%\system32\mswsock.dll
//! Catalog Entry ID:                   1001
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        1
//! Protocol:                           6
//! Service Flags:                      0x20066
//! Protocol Chain Length:              1
//! ```
//!
//! # Mended
//! ```netsh
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Base Service Provider
//! Description:                        MSAFD Tcpip [TCP/IP]
//! Provider ID:                        {E70F1AA0-AB8B-11CF-8CA3-00805F48A192}
//! Provider Path:                      %SystemRoot%\system32\mswsock.dll
//! Catalog Entry ID:                   1001
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        1
//! Protocol:                           6
//! Service Flags:                      0x20066
//! Protocol Chain Length:              1
//!
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Base Service Provider
//! Description:                        AF_UNIX
//! Provider ID:                        {A00943D9-9C2E-4633-9B59-0057A3160994}
//! Provider Path:                      %SystemRoot%\system32\mswsock.dll
//! Catalog Entry ID:                   1007
//! Version:                            2
//! Address Family:                     1
//! Max Address Length:                 110
//! Min Address Length:                 2
//! Socket Type:                        1
//! Protocol:                           0
//! Service Flags:                      0x20026
//! Protocol Chain Length:              1
//!
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Base Service Provider (32)
//! Description:                        MSAFD Tcpip [TCP/IP]
//! Provider ID:                        {E70F1AA0-AB8B-11CF-8CA3-00805F48A192}
//! Provider Path:                      %SystemRoot%\system32\mswsock.dll
//! Catalog Entry ID:                   1001
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        1
//! Protocol:                           6
//! Service Flags:                      0x20066
//! Protocol Chain Length:              1
//!
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Base Service Provider (32)
//! Description:                        AF_UNIX
//! Provider ID:                        {A00943D9-9C2E-4633-9B59-0057A3160994}
//! Provider Path:                      %SystemRoot%\system32\mswsock.dll
//! Catalog Entry ID:                   1007
//! Version:                            2
//! Address Family:                     1
//! Max Address Length:                 110
//! Min Address Length:                 2
//! Socket Type:                        1
//! Protocol:                           0
//! Service Flags:                      0x20026
//! Protocol Chain Length:              1
//! ```

use super::super::{Bitness, Field, Item};
use super::Judged;
use crate::catalog::Severity;
use crate::report::{Finding, Rule};
use indexmap::IndexMap;
use uuid::Uuid;

pub(super) const RULE: Rule = Rule::lint("winsock-bitness", Severity::Warning, include_str!("bitness.rs"));

/// Compares the providers of the two sets if both are stated in full: an excerpt may leave out what the other set has.
pub(super) fn look(sets: &[Judged<'_>], found: &mut Vec<Finding>) {
    let of = |bits| sets.iter().find(|judged| judged.set.bits == Some(bits) && judged.is_whole());
    let (Some(narrow), Some(wide)) = (of(Bitness::Bits32), of(Bitness::Bits64)) else { return };
    let [in_narrow, in_wide] = [narrow, wide].map(providers);
    for (here, there, own, others) in [(narrow, wide, &in_narrow, &in_wide), (wide, narrow, &in_wide, &in_narrow)] {
        for (id, item) in own.iter().filter(|(id, _)| !others.contains_key(*id)) {
            let message = format!(
                "provider `{}` of {} is in {} and not in {}",
                id.braced(),
                item.named(),
                here.name(),
                there.name()
            );
            found.push(
                Finding::new(RULE.code, RULE.severity, message, item.field_at(Field::ProviderId))
                    .label(there.set.at, "it is not here")
                    .help("programs of the other bitness go without it: install it for both, or remove it"),
            );
        }
    }
}

/// Returns the providers of a set, each with its first item.
fn providers<'s>(judged: &Judged<'s>) -> IndexMap<Uuid, &'s Item> {
    let mut providers = IndexMap::new();
    for item in &judged.set.items {
        providers.entry(item.info.provider_id).or_insert(item);
    }
    providers
}
