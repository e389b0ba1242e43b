//! The kernel as oracle: every answer and every errno of `catalogs/linux.toml` against `socket(2)` itself.
//!
//! The catalog says what a kernel has a protocol for. That this kernel, this process or this host cannot use it is
//! availability: each [`Class`] of it is named here, and counted in the output (`cargo test -- --nocapture`). Whatever
//! falls in no class fails the test.

use sockatlas::terms::{Dialect, Family, Protocol, SocketType, System};
use sockatlas::{Loader, Registry, Request};
use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::time::{Duration, Instant};

const FAMILIES: std::ops::RangeInclusive<i32> = 0..=46;
const TYPES: std::ops::RangeInclusive<i32> = 0..=10;

fn protocols() -> impl Iterator<Item = i32> + Clone {
    (0..=262).chain([263, 512, 65535, -1])
}

const ENODEV: i32 = 19;
const EACCES: i32 = 13;
const EPERM: i32 = 1;
const ENOPROTOOPT: i32 = 92;
const EPROTONOSUPPORT: i32 = 93;
const ESOCKTNOSUPPORT: i32 = 94;
const EAFNOSUPPORT: i32 = 97;

/// Why a kernel may say something else than the catalog, and both be right.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    /// EACCES: the group of this process is outside of sysctl `net.ipv4.ping_group_range`.
    PingGroupRange,
    /// EPERM: raw, packet and xdp sockets need CAP_NET_RAW; packet and xdp test it before anything else.
    NoCapNetRaw,
    /// ENODEV: no transport of vsock carries datagrams.
    NoVsockTransport,
    /// ENOPROTOOPT: sysctl `net.mptcp.enabled` is 0.
    MptcpDisabled,
    /// EAFNOSUPPORT in every cell: the kernel was built without the family, or has not loaded it.
    FamilyNotBuiltIn,
    /// A type or protocol that is a choice when a kernel is built.
    ProtocolNotBuiltIn,
    /// A module added what `linux-modules.toml` lists.
    ModuleLoaded,
    /// A module added the family, and refuses in its own way.
    FamilyOfModule,
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Class::PingGroupRange => "EACCES: outside of net.ipv4.ping_group_range",
            Class::NoCapNetRaw => "EPERM: without CAP_NET_RAW",
            Class::NoVsockTransport => "ENODEV: no vsock transport carries datagrams",
            Class::MptcpDisabled => "ENOPROTOOPT: net.mptcp.enabled is 0",
            Class::FamilyNotBuiltIn => "EAFNOSUPPORT: this kernel lacks the family",
            Class::ProtocolNotBuiltIn => "this kernel was built without the type or protocol",
            Class::ModuleLoaded => "a module added it, as linux-modules.toml says",
            Class::FamilyOfModule => "a family that a module added refuses in its own way",
        })
    }
}

/// What kernels may be built without, of the families that nearly all have.
const OPTIONAL: [&str; 10] = [
    "mptcp4",
    "mptcp6",
    "udplite4",
    "udplite6",
    "netlink-raw",
    "netlink-dgram",
    "vsock-stream",
    "vsock-seqpacket",
    "vsock-dgram",
    "packet4",
];

#[derive(Copy, Clone, Debug)]
struct Cell {
    family: i32,
    socket_type: i32,
    protocol: i32,
    /// What the kernel says: 0, or an errno.
    kernel: i32,
}

/// What `socket(2)` says: 0, or an errno.
fn socket(family: i32, socket_type: i32, protocol: i32) -> i32 {
    let protocol = Some(socket2::Protocol::from(protocol));
    match socket2::Socket::new_raw(family.into(), socket_type.into(), protocol) {
        Ok(_) => 0,
        Err(error) => error.raw_os_error().expect("socket(2) fails with an errno"),
    }
}

/// Every cell, and how many were not asked for.
///
/// A kernel that loads modules starts modprobe at every call for a family that it lacks, which takes milliseconds. Such a
/// family is refused before type and protocol are looked at, so that a few calls tell of all.
fn ask_the_kernel() -> (Vec<Cell>, usize) {
    const SLOW: Duration = Duration::from_micros(50);
    let (first, rest): (Vec<i32>, Vec<i32>) = protocols().partition(|protocol| (0..8).contains(protocol));
    let (mut cells, mut left_out) = (Vec::new(), 0);
    for family in FAMILIES {
        let began = Instant::now();
        let probes = ask_family(family, &first);
        let slow = began.elapsed() > SLOW * probes.len() as u32;
        let absent = probes.iter().all(|cell| cell.kernel == EAFNOSUPPORT);
        cells.extend(probes);
        if absent && slow {
            left_out += rest.len() * TYPES.count();
            continue;
        }
        // Closing a packet socket waits for every processor; several wait together as long as one.
        std::thread::scope(|scope| {
            let parts = rest.chunks(rest.len().div_ceil(16));
            let threads: Vec<_> = parts.map(|part| scope.spawn(move || ask_family(family, part))).collect();
            cells.extend(threads.into_iter().flat_map(|thread| thread.join().expect("asking does not panic")));
        });
    }
    (cells, left_out)
}

fn ask_family(family: i32, protocols: &[i32]) -> Vec<Cell> {
    let calls = protocols.iter().flat_map(|&protocol| TYPES.map(move |socket_type| (socket_type, protocol)));
    calls
        .map(|(socket_type, protocol)| Cell {
            family,
            socket_type,
            protocol,
            kernel: socket(family, socket_type, protocol),
        })
        .collect()
}

/// What a registry says: the entry's name, or an errno.
fn ask(registry: &Registry, cell: Cell) -> Result<&str, i32> {
    let family = Family::from_number(cell.family, System::Linux);
    let request = Request::new(family, SocketType::from_raw(cell.socket_type), Protocol::from_raw(cell.protocol));
    let errno = |code: sockatlas::terms::Errno| code.number_in(Dialect::Linux).expect("Linux numbers all of them");
    registry
        .resolve(&request)
        .map(|selection| selection.name())
        .map_err(|refusal| errno(refusal.errno().expect("a refusal has an errno")))
}

/// What this kernel has, as far as one cell cannot tell.
struct Kernel {
    /// Families that are there in some way.
    families: HashSet<i32>,
    /// Families and types of which something opens that `linux.toml` does not have.
    added: HashSet<(i32, i32)>,
}

fn classify(cell: Cell, catalog: Result<&str, i32>, modules: Result<&str, i32>, kernel: &Kernel) -> Option<Class> {
    // Packet sockets, also under their old name in inet, and xdp.
    let needs_capability = matches!((cell.family, cell.socket_type), (17 | 44, _) | (2, 10));
    let family_is_there = kernel.families.contains(&cell.family);
    Some(match (catalog, cell.kernel) {
        (Ok("ping4" | "ping6"), EACCES) => Class::PingGroupRange,
        (Ok("raw4" | "raw6"), EPERM) => Class::NoCapNetRaw,
        (_, EPERM) if needs_capability => Class::NoCapNetRaw,
        (Ok("vsock-dgram"), ENODEV) => Class::NoVsockTransport,
        (Ok("mptcp4" | "mptcp6"), ENOPROTOOPT) => Class::MptcpDisabled,
        (_, EAFNOSUPPORT) if !family_is_there => Class::FamilyNotBuiltIn,
        (Ok(name), ESOCKTNOSUPPORT | EPROTONOSUPPORT) if OPTIONAL.contains(&name) => Class::ProtocolNotBuiltIn,
        (Err(_), 0) if modules.is_ok() => Class::ModuleLoaded,
        (Err(EAFNOSUPPORT), _) if family_is_there => match modules {
            Err(errno) if errno == cell.kernel => Class::ModuleLoaded,
            _ => Class::FamilyOfModule,
        },
        (Err(_), errno) if kernel.added.contains(&(cell.family, cell.socket_type)) && modules == Err(errno) => {
            Class::ModuleLoaded
        }
        _ => return None,
    })
}

#[test]
fn linux_toml_answers_and_refuses_as_the_kernel_does() {
    let path = |name: &str| format!("{}/catalogs/{name}", env!("CARGO_MANIFEST_DIR"));
    let load = |name: &str| Loader::new().path(path(name)).load().unwrap_or_else(|error| panic!("{error}"));
    let (linux, with_modules) = (load("linux.toml"), load("linux-modules.toml"));

    let (cells, left_out) = ask_the_kernel();
    assert_eq!(cells.len() + left_out, 138_039, "47 families, 11 types, 267 protocols");
    let there = cells.iter().filter(|cell| cell.kernel != EAFNOSUPPORT);
    let added = cells.iter().filter(|&&cell| cell.kernel == 0 && ask(&linux, cell).is_err());
    let kernel = Kernel {
        families: there.map(|cell| cell.family).collect(),
        added: added.map(|cell| (cell.family, cell.socket_type)).collect(),
    };

    let (mut hits, mut refusals) = (0, 0);
    let mut classes: BTreeMap<Class, usize> = BTreeMap::new();
    let mut unexplained = Vec::new();
    for &cell in &cells {
        let catalog = ask(&linux, cell);
        match (catalog, cell.kernel) {
            (Ok(_), 0) => hits += 1,
            (Err(expected), errno) if errno == expected => refusals += 1,
            _ => match classify(cell, catalog, ask(&with_modules, cell), &kernel) {
                Some(class) => *classes.entry(class).or_default() += 1,
                None => unexplained.push((cell, catalog)),
            },
        }
    }

    println!("socket(2) against linux.toml: {} calls, {left_out} left out as of an absent family", cells.len());
    println!("{hits:>8}  both open");
    println!("{refusals:>8}  both refuse, with the same errno");
    for (class, count) in &classes {
        println!("{count:>8}  {class}");
    }
    let first: Vec<String> =
        unexplained.iter().take(20).map(|(cell, catalog)| format!("{cell:?}, the catalog: {catalog:?}")).collect();
    assert!(unexplained.is_empty(), "{} cells differ; the first:\n{}", unexplained.len(), first.join("\n"));
    // What must open on every kernel did, so that a test that asks nothing does not pass.
    assert!(hits > 8, "{hits} cells open");
}
