//! The services that have a name, and their bits.

use super::Services;

macro_rules! services {
    ($($(#[$doc:meta])+ $constant:ident $name:literal $bit:literal;)+) => {
        /// The services that have a name, as constants.
        impl Services {
            $($(#[$doc])+ pub const $constant: Services = Services::bit($bit);)+
        }

        /// The names, sorted, with their bits.
        pub(super) static KNOWN: &[(&str, u32)] = &[$(($name, $bit)),+];
    };
}

// XP1_* and their bits from winsock2.h; their meanings from Microsoft's documentation of WSAPROTOCOL_INFO. The rows are sorted by
// name, because a set is printed in that order.
services! {
    /// The peer is who it claims to be, and nobody alters the data that is sent.
    AUTHENTICATED "authenticated" 33;
    /// The data travels compressed.
    COMPRESSED "compressed" 34;
    /// Data can be sent with the request to connect: `XP1_CONNECT_DATA`.
    CONNECT_DATA "connect-data" 7;
    /// Datagrams, without a connection: `XP1_CONNECTIONLESS`.
    CONNECTIONLESS "connectionless" 0;
    /// Data can be sent with the request to disconnect: `XP1_DISCONNECT_DATA`.
    DISCONNECT_DATA "disconnect-data" 8;
    /// Nobody between the ends can read the data.
    ENCRYPTED "encrypted" 32;
    /// Urgent data that overtakes the rest: `XP1_EXPEDITED_DATA`.
    EXPEDITED_DATA "expedited-data" 6;
    /// Messages keep their boundaries over a stream.
    FRAMED "framed" 36;
    /// Connections close in two phases, so that no data already sent is lost: `XP1_GRACEFUL_CLOSE`.
    GRACEFUL_CLOSE "graceful-close" 5;
    /// All data arrives, or the sender learns that it did not: `XP1_GUARANTEED_DELIVERY`.
    GUARANTEED_DELIVERY "guaranteed-delivery" 1;
    /// Data arrives in the order in which it was sent, and only once: `XP1_GUARANTEED_ORDER`.
    GUARANTEED_ORDER "guaranteed-order" 2;
    /// The sockets are handles of the file system: `XP1_IFS_HANDLES`.
    IFS_HANDLES "ifs-handles" 17;
    /// Reserved by Winsock: `XP1_INTERRUPT`.
    INTERRUPT "interrupt" 14;
    /// Messages keep their boundaries: `XP1_MESSAGE_ORIENTED`.
    MESSAGE_ORIENTED "message-oriented" 3;
    /// Traffic is counted, or limited.
    METERED "metered" 37;
    /// The control plane of multipoint sessions is rooted: `XP1_MULTIPOINT_CONTROL_PLANE`.
    MULTIPOINT_CONTROL_PLANE "multipoint-control-plane" 11;
    /// The data plane of multipoint sessions is rooted: `XP1_MULTIPOINT_DATA_PLANE`.
    MULTIPOINT_DATA_PLANE "multipoint-data-plane" 12;
    /// A message may be handed over in parts: `XP1_PARTIAL_MESSAGE`.
    PARTIAL_MESSAGE "partial-message" 18;
    /// A third party forwards the traffic.
    PROXIED "proxied" 35;
    /// Message oriented, but the receiver may ignore the boundaries of messages: `XP1_PSEUDO_STREAM`.
    PSEUDO_STREAM "pseudo-stream" 4;
    /// Quality of service can be requested: `XP1_QOS_SUPPORTED`.
    QOS_SUPPORTED "qos-supported" 13;
    /// Sockets Direct Protocol on a system area network: `XP1_SAN_SUPPORT_SDP`.
    SAN_SUPPORT_SDP "san-support-sdp" 19;
    /// Broadcasting: `XP1_SUPPORT_BROADCAST`.
    SUPPORT_BROADCAST "support-broadcast" 9;
    /// Multipoint or multicast: `XP1_SUPPORT_MULTIPOINT`.
    SUPPORT_MULTIPOINT "support-multipoint" 10;
    /// One way, receiving: `XP1_UNI_RECV`.
    UNI_RECV "uni-recv" 16;
    /// One way, sending: `XP1_UNI_SEND`.
    UNI_SEND "uni-send" 15;
}

/// The bits of `dwServiceFlags1` that Winsock has not named. Their names sort after every `x-` word, which keeps the whole set
/// sorted.
pub(super) static UNNAMED: [(&str, u32); 12] = [
    ("xp1-0x00100000", 20),
    ("xp1-0x00200000", 21),
    ("xp1-0x00400000", 22),
    ("xp1-0x00800000", 23),
    ("xp1-0x01000000", 24),
    ("xp1-0x02000000", 25),
    ("xp1-0x04000000", 26),
    ("xp1-0x08000000", 27),
    ("xp1-0x10000000", 28),
    ("xp1-0x20000000", 29),
    ("xp1-0x40000000", 30),
    ("xp1-0x80000000", 31),
];
