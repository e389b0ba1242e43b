//! What resolving and sharing a registry, and reading a live one, take from the allocator: nothing. A binary of its own, because the counting allocator
//! is the whole program's.

use allocation_counter::measure;
use sockatlas::live::{Live, Reader};
use sockatlas::terms::{Dialect, ErrorCode, Family, Protocol, SocketType};
use sockatlas::{Loader, Refusal, Registry, Request};
use std::fmt::Write;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

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

/// How often a thread took from the allocator, and how often it gave back.
fn allocator_calls(run: impl FnOnce()) -> (u64, i64) {
    let info = measure(run);
    (info.count_total, i64::try_from(info.count_total).expect("it is no such number") - info.count_current)
}

/// A version by its number, which all of its answers tell.
fn numbered(number: i32) -> Registry {
    let text = format!(
        "format = 1\ndialect = \"linux\"\n[provider.kernel]\nmodule = \"system\"\n[base.a]\nprovider = \"kernel\"\nfamily = \"inet\"\n\
         type = \"stream\"\nprotocol = 6\ncatalog-entry-id = {number}\n[base.b]\nprovider = \"kernel\"\nfamily = \"inet\"\n\
         type = \"dgram\"\nprotocol = 17\ncatalog-entry-id = {}\n",
        number + 1
    );
    Loader::new().text("numbered.toml", text).load().unwrap_or_else(|error| panic!("{error}"))
}

/// The number of a whole version.
fn number(registry: &Registry) -> i32 {
    let ask = |socket_type, protocol| {
        let request = Request::new(Family::INET, socket_type, protocol);
        registry.resolve(&request).map(|selection| selection.entry().catalog_entry_id()).unwrap_or_default()
    };
    let (a, b) = (ask(SocketType::STREAM, Protocol::TCP), ask(SocketType::DGRAM, Protocol::UDP));
    assert_eq!(a + 1, b);
    a
}

#[test]
fn a_reader_never_allocates_and_never_frees_not_even_on_a_fresh_thread() {
    let live = Live::new(numbered(1001));
    // Each is given new versions before its thread begins, and finds the only use of its old one.
    let readers: Vec<Reader> = (0..4)
        .map(|step| {
            let reader = live.reader();
            live.replace(numbered(2001 + step));
            live.replace(numbered(3001 + step));
            reader
        })
        .collect();
    for mut reader in readers {
        let read = thread::spawn(move || {
            let mut found = 0;
            let calls = allocator_calls(|| found = number(reader.version()));
            (calls, found)
        });
        assert_eq!(read.join().expect("it read"), ((0, 0), 3004));
    }
    assert_eq!(live.release(), 0, "what they had is freed here");
}

#[test]
fn readers_neither_allocate_nor_free_while_versions_take_each_other_s_place() {
    const VERSIONS: i32 = 2_000;
    let live = Live::new(numbered(1001));
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let mut threads = Vec::new();
        for _ in 0..2 {
            let (mut reader, stop) = (live.reader(), &stop);
            threads.push(scope.spawn(move || {
                let mut seen = (0, 0);
                let calls = allocator_calls(|| {
                    while !stop.load(Ordering::Acquire) {
                        let found = number(reader.version());
                        seen = (found, seen.1 + u64::from(found != seen.0));
                    }
                });
                (calls, seen.1)
            }));
        }
        for _ in 0..2 {
            let (live, stop) = (&live, &stop);
            threads.push(scope.spawn(move || {
                // The first read of a thread is another claim's.
                drop(live.version());
                let mut seen = (0, 0);
                let calls = allocator_calls(|| {
                    while !stop.load(Ordering::Acquire) {
                        // More than arc-swap holds without counting.
                        let guards: [_; 10] = std::array::from_fn(|_| live.version());
                        let found = number(&guards[9]);
                        seen = (found, seen.1 + u64::from(found != seen.0));
                    }
                });
                (calls, seen.1)
            }));
        }
        for step in 0..VERSIONS {
            live.replace(numbered(2001 + 2 * step));
        }
        stop.store(true, Ordering::Release);
        for thread in threads {
            let (calls, versions) = thread.join().expect("it saw whole versions");
            assert_eq!(calls, (0, 0));
            assert!(versions > 10, "it saw {versions} versions, too few to tell");
        }
    });
    assert_eq!(live.release(), 0);
}

/// What [`Live::version`] says of itself.
#[test]
fn the_first_guard_of_a_thread_takes_one_node_at_most_and_later_ones_take_nothing() {
    let live = Live::new(numbered(1001));
    let mut most = 0;
    thread::scope(|scope| {
        for _ in 0..8 {
            let read = || {
                let first = measure(|| assert_eq!(number(&live.version()), 1001));
                assert_eq!(allocator_calls(|| assert_eq!(number(&live.version()), 1001)), (0, 0));
                first
            };
            let first = scope.spawn(read).join().expect("it read");
            assert!(first.count_total <= 1 && first.bytes_total <= 192, "{first:?}");
            most = most.max(first.bytes_total);
        }
    });
    println!("the first guard of a thread takes {most} bytes at most");
}

#[test]
fn of_a_live_registry_nothing_is_left_when_its_handles_are_dropped() {
    // arc-swap's node of this thread is no version.
    drop(Live::new(numbered(1001)).version());
    let mut held = [0; 2];
    let info = measure(|| {
        let live = Live::new(numbered(1001));
        let mut readers: Vec<Reader> = (0..10).map(|_| live.reader()).collect();
        let subscription = live.subscribe(|event| assert!(event.version().number > 1));
        for (held, versions) in held.iter_mut().zip([100, 1_000]) {
            *held = measure(|| {
                for step in 0..versions {
                    live.replace(numbered(2001 + 2 * step));
                    readers[step as usize % 10].version();
                    // One that has only just come and one that has gone.
                    drop(live.reader());
                }
            })
            .bytes_current;
        }
        drop((subscription, live, readers));
    });
    assert_eq!((info.count_current, info.bytes_current), (0, 0));
    assert!(held[1] < held[0] / 2, "{held:?}: what is held grows with the number of versions");
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
#[cfg(feature = "winsock")]
fn peak(source: &[u8]) -> u64 {
    let mut reading = None;
    let info = measure(|| reading = sockatlas::winsock::read("x.reg", source, None, &Default::default()));
    drop(reading);
    info.bytes_max / source.len() as u64
}

#[cfg(feature = "winsock")]
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
