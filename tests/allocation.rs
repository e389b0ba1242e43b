//! What resolving and sharing a registry take from the allocator: nothing. A binary of its own, because the counting allocator
//! is the whole program's.

use allocation_counter::measure;
use sockatlas::terms::{Dialect, ErrorCode, Family, Protocol, SocketType};
use sockatlas::{Loader, Refusal, Registry, Request};
use std::fmt::Write;
use std::hint::black_box;

fn catalog(dialect: Dialect, bases: usize) -> Registry {
    let mut text = format!("format = 1\ndialect = \"{dialect}\"\n[provider.kernel]\nmodule = \"system\"\n");
    text += "[family.inet]\nmax-protocol = 1000000\n[family.unix]\nprotocol-first = true\n";
    for at in 0..bases {
        let family = ["inet", "inet6", "unix"][at % 3];
        let socket_type = ["stream", "dgram"][at % 2];
        let zero = at < 6;
        write!(
            text,
            "[base.b{at}]\nprovider = \"kernel\"\nfamily = \"{family}\"\ntype = \"{socket_type}\"\nprotocol = {at}\n\
             matches-zero = {zero}\nservices = [\"guaranteed-order\"]\n"
        )
        .expect("a string takes all");
    }
    text += "[provider.tls]\n[layer.tls]\nprovider = \"tls\"\nadds = [\"encrypted\"]\n[chain.c]\nlayers = [\"tls\"]\nbase = \"b0\"\nprotocol = 999999\n";
    Loader::new().text("bases.toml", text).load().unwrap_or_else(|error| panic!("{error}"))
}

fn allocations<T>(run: impl FnOnce() -> T) -> u64 {
    let mut kept = None;
    let info = measure(|| kept = Some(run()));
    drop(kept);
    info.count_total
}

/// Plain requests around what a catalog has: hits, and refusals of every code that they can meet.
fn requests() -> Vec<Request> {
    let families =
        [Family::INET, Family::INET6, Family::UNIX, Family::UNSPEC, Family::BLUETOOTH, Family::from_raw(4711)];
    let types = [SocketType::STREAM, SocketType::DGRAM, SocketType::UNSPEC, SocketType::from_raw(99)];
    let types = types.into_iter().chain([SocketType::from_raw(1 | SocketType::SOCK_CLOEXEC)]);
    let protocols = [0, 1, 2, 6, 7, 17, 299, 300, 5_000, 999_999, 1_000_001, -1, i32::MIN, i32::MAX];
    let requests = families.into_iter().flat_map(|family| {
        types.clone().flat_map(move |socket_type| {
            protocols.map(move |protocol| Request::new(family, socket_type, Protocol::from_raw(protocol)))
        })
    });
    requests.collect()
}

#[test]
fn a_plain_request_allocates_nothing_whether_it_hits_or_is_refused() {
    for dialect in Dialect::ALL {
        let registry = catalog(dialect, 300);
        let mut met: Vec<Option<ErrorCode>> = Vec::new();
        for request in requests() {
            let mut code = None;
            let count = allocations(|| match black_box(registry.resolve(black_box(&request))) {
                Ok(selection) => {
                    black_box((selection.name(), selection.family(), selection.protocol()));
                }
                Err(refusal) => code = Some((refusal.code(), refusal.wsa(), refusal.errno())),
            });
            assert_eq!(count, 0, "{request} in the {dialect} dialect");
            let code = code.map(|(code, ..)| code);
            if !met.contains(&code) {
                met.push(code);
            }
        }
        // Else the claim would be about less than it says.
        let expected = match dialect {
            Dialect::Documented => 6,
            Dialect::Windows | Dialect::Linux => 5,
        };
        assert_eq!(met.len(), expected, "{dialect}: {met:?}");
    }
}

#[test]
fn a_registry_and_a_selection_are_shared_without_allocating() {
    let registry = catalog(Dialect::Linux, 300);
    assert_eq!(allocations(|| registry.clone()), 0);
    let request = Request::new(Family::INET, SocketType::STREAM, Protocol::UNSPEC);
    let selection = registry.resolve(&request).expect("a base of inet matches 0");
    assert_eq!(allocations(|| selection.keep()), 0);
    let kept = selection.keep();
    assert_eq!(allocations(|| (kept.clone(), kept.get().name().len())), 0);
    assert_eq!(allocations(|| selection.stack().map(|entry| entry.name().len()).sum::<usize>()), 0);
}

#[test]
fn demands_that_are_met_allocate_nothing() {
    use sockatlas::terms::Services;
    let registry = catalog(Dialect::Linux, 300);
    let plain = Request::new(Family::INET, SocketType::STREAM, Protocol::UNSPEC);
    let demands = [
        plain.clone().require(Services::GUARANTEED_ORDER).prohibit(Services::PROXIED),
        plain.clone().prefer(Services::ENCRYPTED).avoid(Services::PROXIED),
        plain.application("billing"),
        Request::named("c"),
        Request::default().entry_id(1001),
    ];
    for request in demands {
        let refused = |refusal: Refusal| panic!("{request}: {refusal}");
        let count = allocations(|| black_box(registry.resolve(&request).unwrap_or_else(refused)).name().len());
        assert_eq!(count, 0, "{request}");
    }
}

/// Not a limit that anybody set: what a large catalog takes is printed, and a sudden growth fails.
#[test]
fn a_registry_of_a_hundred_thousand_entries_keeps_its_size() {
    const ENTRIES: usize = 100_000;
    let mut registry = None;
    let info = measure(|| registry = Some(catalog(Dialect::Linux, ENTRIES)));
    let registry = registry.expect("loaded");
    let sources: usize = registry.sources().iter().map(|(_, source)| source.text().len()).sum();
    let held = usize::try_from(info.bytes_current).expect("it holds something");
    println!(
        "{ENTRIES} entries: {} bytes each, of which the text {} and the index {}; {} at the peak of loading",
        held / ENTRIES,
        sources / ENTRIES,
        registry.index_bytes() / ENTRIES,
        info.bytes_max as usize / ENTRIES,
    );
    assert!(held / ENTRIES < 800, "{} bytes an entry", held / ENTRIES);
    assert!(registry.index_bytes() / ENTRIES < 100, "{} bytes of index an entry", registry.index_bytes() / ENTRIES);
}

/// The most that reading a Winsock catalog holds at a time, for each byte of it.
fn peak(source: &[u8]) -> u64 {
    let mut reading = None;
    let info = measure(|| reading = sockatlas::winsock::read("x.reg", source, None, &Default::default()));
    drop(reading);
    info.bytes_max / source.len() as u64
}

#[test]
fn reading_a_winsock_export_takes_a_small_multiple_of_its_bytes() {
    const BYTES: usize = 10 << 20;
    const ROOT: &str = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters";
    let head = format!("Windows Registry Editor Version 5.00\n\n[{ROOT}]\n");
    let repeated = |line: &dyn Fn(usize) -> String| {
        let mut text = head.clone();
        for number in 0.. {
            if text.len() >= BYTES / 8 {
                break;
            }
            text.push_str(&line(number));
        }
        text
    };
    let item = r"Protocol_Catalog9\Catalog_Entries";
    let sources = [
        ("zeros behind the header", head.clone() + &"\0".repeat(BYTES), 3),
        ("zeros in a value", format!("{head}\"a\"=hex:{}00\n", "00,".repeat(BYTES / 3)), 4),
        ("blank lines", head.clone() + &"\n".repeat(BYTES), 3),
        ("faults", head.clone() + &"?\n".repeat(BYTES / 2), 3),
        ("backslashes", format!("{head}\"a\"=\"{}\"\n", "\\\\".repeat(BYTES / 2)), 6),
        ("keys elsewhere", repeated(&|number| format!("[HKEY_USERS\\{number}]\n")), 3),
        ("keys", repeated(&|number| format!("[{ROOT}\\{number}]\n")), 8),
        ("keys of items", repeated(&|number| format!("[{ROOT}\\{item}\\{number:012}]\n")), 12),
        ("values", repeated(&|number| format!("\"{number}\"=\"\"\n")), 48),
    ];
    for (what, source, most) in sources {
        let peak = peak(source.as_bytes());
        println!("{what}: {peak} bytes for each byte");
        assert!(peak <= most, "{what}: {peak} bytes for each byte, {most} at most");
    }
    // What a catalog claims to hold is not believed.
    let key = format!("[{ROOT}\\Protocol_Catalog9]\n");
    let claims =
        format!("{head}{key}\"Num_Catalog_Entries\"=dword:000f4240\n\"Num_Catalog_Entries64\"=dword:ffffffff\n");
    assert!(peak(claims.as_bytes()) < 100, "{} bytes for each byte", peak(claims.as_bytes()));
    for zeros in [vec![0; BYTES], vec![0; 888 * 11_808]] {
        assert!(peak(&zeros) <= 2);
    }
}
