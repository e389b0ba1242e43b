//! The families that some system names, and their numbers.

use super::{Family, Repr, System};

/// A family's name and numbers.
pub(super) struct Row {
    pub(super) name: &'static str,
    /// Indexed by `System as usize`.
    pub(super) numbers: [Option<i32>; System::ALL.len()],
}

macro_rules! number {
    (_) => {
        None
    };
    ($number:literal) => {
        Some($number)
    };
}

macro_rules! families {
    ($($(#[$doc:meta])+ $constant:ident $variant:ident $name:literal $linux:tt $windows:tt $macos:tt;)+) => {
        #[derive(Copy, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub(super) enum Known {
            $($variant,)+
        }

        /// The families that some system names.
        impl Family {
            $($(#[$doc])+ pub const $constant: Family = Family(Repr::Known(Known::$variant));)+

            /// How many families have a name.
            pub(crate) const KNOWN: usize = [$(Known::$variant),+].len();
        }

        /// By `Known as usize`.
        pub(super) static FAMILIES: [Family; Family::KNOWN] = [$(Family::$constant),+];
        /// By `Known as usize`.
        pub(super) static ROWS: [Row; Family::KNOWN] =
            [$(Row { name: $name, numbers: [number!($linux), number!($windows), number!($macos)] }),+];
    };
}

// Linux' numbers are those of include/linux/socket.h, Windows' those of ws2def.h and winsock2.h, macOS' those of xnu's
// bsd/sys/socket.h. Common ones come first, because names are looked up in this order; then by system and number.
//
// Where one system gives one number two names, one of them is the family here, since a number must read as one name:
// * AF_IPX is defined as AF_NS on Windows: `ipx`, as its catalogs say. `ns` is macOS' alone.
// * 28 is AF_NETDES in ws2def.h, but what Windows catalogs hold under it are VMware's vSockets: `vsock`.
// AF_12844 is called `ieee12844`, as a name of nothing but digits would read as a number.
families! {
    // constant    variant      name          Linux Windows macOS
    /// No family stated.
    UNSPEC         Unspec       "unspec"          0   0   0;
    /// Internet Protocol, version 4.
    INET           Inet         "inet"            2   2   2;
    /// Internet Protocol, version 6.
    INET6          Inet6        "inet6"          10  23  30;
    /// Local to the host.
    UNIX           Unix         "unix"            1   1   1;
    /// The kernel's message bus of Linux.
    NETLINK        Netlink      "netlink"        16   _   _;
    /// Frames of network devices, on Linux.
    PACKET         Packet       "packet"         17   _   _;
    /// Between a virtual machine and its host.
    VSOCK          Vsock        "vsock"          40  28  40;
    /// Bluetooth; `AF_BTH` on Windows.
    BLUETOOTH      Bluetooth    "bluetooth"      31  32   _;
    /// IPX of Novell.
    IPX            Ipx          "ipx"             4   6  23;
    /// AppleTalk.
    APPLETALK      Appletalk    "appletalk"       5  16  16;
    /// Infrared, as IrDA has it.
    IRDA           Irda         "irda"           23  26   _;
    /// NetBIOS names.
    NETBIOS        Netbios      "netbios"         _  17  33;
    /// DECnet.
    DECNET         Decnet       "decnet"         12  12  12;
    /// Systems Network Architecture of IBM.
    SNA            Sna          "sna"            22  11  11;
    /// ISDN; E.164 numbers on macOS.
    ISDN           Isdn         "isdn"           34   _  28;
    /// Keys of IPsec (RFC 2367); xnu names the number `pseudo_AF_KEY` and defines `PF_KEY` by it.
    KEY            Key          "key"            15   _  29;
    /// The link layer.
    LINK           Link         "link"            _  33  18;
    /// IMP addresses of the Arpanet.
    IMPLINK        Implink      "implink"         _   3   3;
    /// PUP protocols of Xerox.
    PUP            Pup          "pup"             _   4   4;
    /// CHAOS protocols of MIT.
    CHAOS          Chaos        "chaos"           _   5   5;
    /// Network Systems of Xerox.
    NS             Ns           "ns"              _   _   6;
    /// ISO protocols.
    ISO            Iso          "iso"             _   7   7;
    /// European Computer Manufacturers' Association.
    ECMA           Ecma         "ecma"            _   8   8;
    /// Datakit protocols.
    DATAKIT        Datakit      "datakit"         _   9   9;
    /// CCITT protocols, such as X.25.
    CCITT          Ccitt        "ccitt"           _  10  10;
    /// Direct data link interface of DEC.
    DLI            Dli          "dli"             _  13  13;
    /// Local Area Transport of DEC.
    LAT            Lat          "lat"             _  14  14;
    /// Hyperchannel of NSC.
    HYLINK         Hylink       "hylink"          _  15  15;

    /// Amateur radio AX.25.
    AX25           Ax25         "ax25"            3   _   _;
    /// Amateur radio NET/ROM.
    NETROM         Netrom       "netrom"          6   _   _;
    /// Multiprotocol bridge.
    BRIDGE         Bridge       "bridge"          7   _   _;
    /// Permanent virtual circuits of ATM.
    ATMPVC         Atmpvc       "atmpvc"          8   _   _;
    /// X.25.
    X25            X25          "x25"             9   _   _;
    /// Amateur radio X.25 packet layer.
    ROSE           Rose         "rose"           11   _   _;
    /// 802.2 LLC, reserved.
    NETBEUI        Netbeui      "netbeui"        13   _   _;
    /// Security callback.
    SECURITY       Security     "security"       14   _   _;
    /// Ash.
    ASH            Ash          "ash"            18   _   _;
    /// Econet of Acorn.
    ECONET         Econet       "econet"         19   _   _;
    /// Switched virtual circuits of ATM.
    ATMSVC         Atmsvc       "atmsvc"         20   _   _;
    /// Reliable Datagram Sockets.
    RDS            Rds          "rds"            21   _   _;
    /// PPP over Ethernet, L2TP or PPTP.
    PPPOX          Pppox        "pppox"          24   _   _;
    /// Wanpipe.
    WANPIPE        Wanpipe      "wanpipe"        25   _   _;
    /// Logical link control (IEEE 802.2).
    LLC            Llc          "llc"            26   _   _;
    /// InfiniBand addresses.
    IB             Ib           "ib"             27   _   _;
    /// Multiprotocol label switching.
    MPLS           Mpls         "mpls"           28   _   _;
    /// Controller area network.
    CAN            Can          "can"            29   _   _;
    /// Transparent inter-process communication.
    TIPC           Tipc         "tipc"           30   _   _;
    /// Inter-user communication vehicle of IBM's z/VM.
    IUCV           Iucv         "iucv"           32   _   _;
    /// RxRPC.
    RXRPC          Rxrpc        "rxrpc"          33   _   _;
    /// Phonet of Nokia.
    PHONET         Phonet       "phonet"         35   _   _;
    /// IEEE 802.15.4.
    IEEE802154     Ieee802154   "ieee802154"     36   _   _;
    /// CAIF of ST-Ericsson.
    CAIF           Caif         "caif"           37   _   _;
    /// The kernel's cryptography.
    ALG            Alg          "alg"            38   _   _;
    /// Near-field communication.
    NFC            Nfc          "nfc"            39   _   _;
    /// Kernel connection multiplexor.
    KCM            Kcm          "kcm"            41   _   _;
    /// IPC router of Qualcomm.
    QIPCRTR        Qipcrtr      "qipcrtr"        42   _   _;
    /// Shared memory communications.
    SMC            Smc          "smc"            43   _   _;
    /// Express data path.
    XDP            Xdp          "xdp"            44   _   _;
    /// Management component transport protocol.
    MCTP           Mctp         "mctp"           45   _   _;

    /// VoiceView.
    VOICEVIEW      Voiceview    "voiceview"       _  18   _;
    /// Protocols of FireFox.
    FIREFOX        Firefox      "firefox"         _  19   _;
    /// In use by somebody, says the header.
    UNKNOWN1       Unknown1     "unknown1"        _  20   _;
    /// Banyan.
    BAN            Ban          "ban"             _  21   _;
    /// Native ATM.
    ATM            Atm          "atm"             _  22   _;
    /// Cluster products of Microsoft.
    CLUSTER        Cluster      "cluster"         _  24   _;
    /// IEEE 1284.4: `AF_12844`.
    IEEE12844      Ieee12844    "ieee12844"       _  25   _;
    /// TCN processes.
    TCNPROCESS     Tcnprocess   "tcnprocess"      _  29   _;
    /// TCN messages.
    TCNMESSAGE     Tcnmessage   "tcnmessage"      _  30   _;
    /// ICLFXBM.
    ICLFXBM        Iclfxbm      "iclfxbm"         _  31   _;
    /// Between a Hyper-V guest and its host.
    HYPERV         Hyperv       "hyperv"          _  34   _;

    /// Routing messages of the kernel.
    ROUTE          Route        "route"           _   _  17;
    /// Connection-oriented IP (ST II).
    COIP           Coip         "coip"            _   _  20;
    /// Computer Network Technology.
    CNT            Cnt          "cnt"             _   _  21;
    /// Simple Internet Protocol.
    SIP            Sip          "sip"             _   _  24;
    /// Raw access to network drivers.
    NDRV           Ndrv         "ndrv"            _   _  27;
    /// Native access to ATM.
    NATM           Natm         "natm"            _   _  31;
    /// Events and controls of the kernel.
    SYSTEM         System       "system"          _   _  32;
    /// Point-to-point protocol.
    PPP            Ppp          "ppp"             _   _  34;
    /// IEEE 802.11.
    IEEE80211      Ieee80211    "ieee80211"       _   _  37;
    /// User-space tunnels.
    UTUN           Utun         "utun"            _   _  38;
}

/// One more than the greatest number that a system has named, with room to grow.
const NUMBERS: usize = 64;
const UNNAMED: u8 = u8::MAX;

/// The row of each number, for each system: requests by number are answered as fast as those by name. The assertion that no
/// number of a system belongs to two rows is checked when the crate is compiled.
static ROW_OF: [[u8; NUMBERS]; System::ALL.len()] = {
    assert!(Family::KNOWN < UNNAMED as usize);
    let mut row_of = [[UNNAMED; NUMBERS]; System::ALL.len()];
    let mut row = 0;
    while row < ROWS.len() {
        let mut system = 0;
        while system < System::ALL.len() {
            if let Some(number) = ROWS[row].numbers[system] {
                let slot = &mut row_of[system][number as usize];
                assert!(*slot == UNNAMED, "one number of a system, two families");
                *slot = row as u8;
            }
            system += 1;
        }
        row += 1;
    }
    row_of
};

/// Returns the family that `system` has named `number`.
pub(super) const fn named(number: i32, system: System) -> Option<Family> {
    if number < 0 || number as usize >= NUMBERS {
        return None;
    }
    match ROW_OF[system as usize][number as usize] {
        UNNAMED => None,
        row => Some(FAMILIES[row as usize]),
    }
}
