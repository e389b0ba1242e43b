//! # What it finds
//! Fields of one item that contradict one another: a multipoint plane without `XP1_SUPPORT_MULTIPOINT`,
//! `XP1_CONNECTIONLESS` on a stream, a byte order that does not exist, protocol numbers above the greatest possible one, or
//! a minimum address length above the maximum. As an error: `XP1_UNI_SEND` together with `XP1_UNI_RECV`. As a note: messages
//! of size 0, which the items of VMware have.
//!
//! # Why it matters
//! Programs select providers by these flags. Contradictory values come from a faulty installer or from a mistake in a manual
//! change.
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
//! Service Flags:                      0x20866
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
//! ```

use super::super::{Field, Item};
use super::Judged;
use crate::catalog::Severity;
use crate::report::{Finding, Rule};
use crate::terms::Services;

pub(super) const RULE: Rule = Rule::lint("winsock-flags", Severity::Warning, include_str!("flags.rs"));

/// `SOCK_STREAM`.
const STREAM: i32 = 1;

/// Reports fields of one item that contradict one another.
pub(super) fn look(judged: &Judged<'_>, found: &mut Vec<Finding>) {
    for item in &judged.set.items {
        services(item, found);
        sizes(item, found);
    }
}

fn services(item: &Item, found: &mut Vec<Finding>) {
    let offers = |services: &Services| item.info.offers(services);
    let mut add = |severity, message: &str, help: &str| {
        let message = format!("{} {message}", item.named());
        found.push(Finding::new(RULE.code, severity, message, item.field_at(Field::ServiceFlags1)).help(help));
    };
    if offers(&Services::UNI_SEND) && offers(&Services::UNI_RECV) {
        add(
            Severity::Error,
            "has both XP1_UNI_SEND and XP1_UNI_RECV: it would neither receive nor send",
            "clear one of the bits 0x8000 and 0x10000, or both",
        );
    }
    let planes = [
        (Services::MULTIPOINT_CONTROL_PLANE, "XP1_MULTIPOINT_CONTROL_PLANE"),
        (Services::MULTIPOINT_DATA_PLANE, "XP1_MULTIPOINT_DATA_PLANE"),
    ];
    for (plane, name) in planes {
        if offers(&plane) && !offers(&Services::SUPPORT_MULTIPOINT) {
            let message = format!("has {name} without XP1_SUPPORT_MULTIPOINT, without which it says nothing");
            add(Severity::Warning, &message, "set the bit 0x400, or clear those of the planes");
        }
    }
    if offers(&Services::CONNECTIONLESS) && item.info.socket_type == STREAM {
        add(
            Severity::Warning,
            "has XP1_CONNECTIONLESS, and its socket type is a stream, which has a connection",
            "clear the bit 0x1, or state the type that it has",
        );
    }
}

fn sizes(item: &Item, found: &mut Vec<Finding>) {
    let info = &item.info;
    let mut add = |severity, field, message: String, help: &str| {
        let message = format!("{} {message}", item.named());
        found.push(Finding::new(RULE.code, severity, message, item.field_at(field)).help(help));
    };
    let (min, max) = (info.min_address_length, info.max_address_length);
    if min > max {
        let message = format!("has addresses of {min} bytes at least and {max} at most");
        add(Severity::Warning, Field::MinAddressLength, message, "iMinSockAddr is not above iMaxSockAddr");
    }
    let Some(further) = &info.further else { return };
    if further.message_size == 0 && info.offers(&Services::MESSAGE_ORIENTED) {
        // VMware's datagram items are like this on every machine that has them.
        let message = "has messages (XP1_MESSAGE_ORIENTED), and dwMessageSize 0, which is for streams".to_owned();
        let help = "1 says that the size depends on the network, 0xffffffff that there is no limit";
        add(Severity::Note, Field::MessageSize, message, help);
    }
    let order = further.network_byte_order;
    if !matches!(order, 0 | 1) {
        let message = format!("has iNetworkByteOrder {order}, which is none");
        add(Severity::Warning, Field::NetworkByteOrder, message, "0 is big-endian, 1 little-endian");
    }
    let last = i64::from(info.protocol) + i64::from(further.protocol_max_offset);
    if last > i64::from(i32::MAX) {
        let message = format!("accepts protocols up to {last}, which no request can ask for");
        let help = "iProtocol and iProtocolMaxOffset together are at most 2147483647";
        add(Severity::Warning, Field::ProtocolMaxOffset, message, help);
    }
}
