//! Hives and logs changed at random: they are read or refused, in a time that their size bounds, and never panic.

use super::HIVE;
use super::build::{self, List, begun, entry, hive, key, log, old_log, seal, system};
use crate::winsock::exports::sample;
use proptest::prelude::*;
use proptest::sample::Index;
use sockatlas::winsock::{self, Options};

/// A change of bytes.
#[derive(Clone, Debug)]
enum Change {
    Bit(Index, u8),
    Number(Index, u32),
    Half(Index, u16),
    Swap(Index, Index),
    /// One of the hive's numbers, taken for another.
    Copy(Index, Index),
    CutOff(Index),
    Repeat(Index, u16),
}

fn change() -> impl Strategy<Value = Change> {
    let place = any::<Index>;
    let numbers = prop_oneof![
        any::<u32>(),
        prop::sample::select(vec![0, 1, 8, 0x20, 0x7fff_ffff, 0x8000_0000, 0x8000_0004, 0xffff_fff8, u32::MAX]),
        0..0x20000_u32,
        (1..0x2000_u32).prop_map(u32::wrapping_neg),
    ];
    prop_oneof![
        4 => (place(), 0..8_u8).prop_map(|(at, bit)| Change::Bit(at, bit)),
        4 => (place(), numbers).prop_map(|(at, number)| Change::Number(at, number)),
        2 => (place(), any::<u16>()).prop_map(|(at, number)| Change::Half(at, number)),
        4 => (place(), place()).prop_map(|(a, b)| Change::Swap(a, b)),
        4 => (place(), place()).prop_map(|(a, b)| Change::Copy(a, b)),
        1 => place().prop_map(Change::CutOff),
        1 => (place(), 1..512_u16).prop_map(|(at, length)| Change::Repeat(at, length)),
    ]
}

/// Where the numbers of a hive are that are not zero: elsewhere few changes would have an effect.
fn numbers(bytes: &[u8]) -> Vec<usize> {
    let begin = |at: &usize| bytes[*at..].first_chunk().is_some_and(|number: &[u8; 4]| *number != [0; 4]);
    (0..bytes.len().saturating_sub(3)).step_by(4).filter(begin).collect()
}

fn changed(bytes: &[u8], changes: &[Change]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for change in changes {
        let numbers = numbers(&bytes);
        if numbers.is_empty() {
            break;
        }
        let at = |index: &Index| numbers[index.index(numbers.len())];
        match change {
            Change::Bit(index, bit) => bytes[at(index)] ^= 1 << bit,
            Change::Number(index, number) => bytes[at(index)..][..4].copy_from_slice(&number.to_le_bytes()),
            Change::Half(index, number) => bytes[at(index)..][..2].copy_from_slice(&number.to_le_bytes()),
            Change::Swap(a, b) => (0..4).for_each(|byte| bytes.swap(at(a) + byte, at(b) + byte)),
            Change::Copy(a, b) => bytes.copy_within(at(a)..at(a) + 4, at(b)),
            Change::CutOff(index) => bytes.truncate(at(index)),
            Change::Repeat(index, length) => {
                let end = bytes.len().min(at(index) + usize::from(*length));
                bytes.extend_from_within(at(index)..end);
            }
        }
    }
    bytes
}

/// Writes right checksums and hashes wherever there is room for them, so that what is behind them is read.
fn sealed(bytes: &mut [u8]) {
    if bytes.len() >= 512 {
        seal(bytes);
    }
    let mut at = 512;
    while let Some(entry) = bytes.get_mut(at..).filter(|entry| entry.starts_with(b"HvLE")) {
        let length = entry.get(4..8).and_then(|length| length.first_chunk()).map(|length| u32::from_le_bytes(*length));
        let Some(entry) = length.and_then(|length| entry.get_mut(..length as usize)).filter(|entry| entry.len() > 40)
        else {
            break;
        };
        build::hash(entry);
        at += entry.len();
    }
}

/// Reads a hive with logs. What is read is bounded by what is there: the text is at most so many times as long.
fn read(hive: &[u8], logs: &[Vec<u8>]) -> Result<(), TestCaseError> {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("SYSTEM");
    for (log, ending) in logs.iter().zip(["LOG1", "LOG2"]) {
        std::fs::write(folder.path().join(format!("SYSTEM.{ending}")), log).expect("a file can be written");
    }
    let Some(reading) = winsock::read("SYSTEM", hive, Some(&path), &Options::default()) else { return Ok(()) };
    match reading {
        Ok(reading) => {
            let (_, source) = reading.sources.iter().next().expect("there is one document");
            let there = hive.len() + logs.iter().map(Vec::len).sum::<usize>();
            prop_assert!(source.text().len() < 64 * there + 8192, "{} bytes of {there}", source.text().len());
        }
        Err(kind) => prop_assert!(!kind.to_string().is_empty()),
    }
    Ok(())
}

/// A hive, and the hive after a change; with data in segments, or without.
fn small(list: List, is_long: bool) -> [Vec<u8>; 2] {
    let state = |text: &[u8], length| {
        let long = vec![3; length];
        let keys = [("Protocol_Catalog9", 3), ("NameSpace_Catalog5", 2), ("AppId_Catalog", 5), ("漢字", 0)];
        let keys = keys.map(|(name, count)| {
            let below = (0..count).map(|number| key(&format!("{number:012}"), &[("é", 1, text)], Vec::new()));
            key(name, &[("Num_Catalog_Entries", 4, &[count, 0, 0, 0])], below.collect())
        });
        hive(&system(key("", &[("long", 3, &long)], keys.into())), list)
    };
    let lengths = if is_long { [16_400, 34_000] } else { [40, 9000] };
    [state(b"a\0b\0c\0\0\0", lengths[0]), state(b"d\0e\0\0\0", lengths[1])]
}

fn lists() -> impl Strategy<Value = List> {
    prop::sample::select(build::LISTS.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_hive_is_read_or_refused(
        list in lists(),
        is_long in prop::bool::weighted(0.2),
        changes in prop::collection::vec(change(), 1..12),
        is_sealed in any::<bool>(),
    ) {
        let [before, _] = small(list, is_long);
        let mut hive = changed(&before, &changes);
        if is_sealed {
            sealed(&mut hive);
        }
        read(&hive, &[])?;
    }

    #[test]
    fn a_hive_with_changed_logs_is_read_or_refused(
        list in lists(),
        is_long in prop::bool::weighted(0.2),
        changes in prop::collection::vec(change(), 1..8),
        of_hive in prop::collection::vec(change(), 0..2),
        is_old in any::<bool>(),
        is_sealed in prop::bool::weighted(0.8),
    ) {
        let [before, after] = small(list, is_long);
        let log = match is_old {
            true => old_log(8, &before, &after),
            false => log(&before, 8, &[entry(8, &before, &after), entry(9, &after, &before)]),
        };
        let mut log = changed(&log, &changes);
        if is_sealed {
            sealed(&mut log);
        }
        let hive = changed(&begun(before.clone(), 8), &of_hive);
        let second = build::log(&before, 9, &[entry(9, &before, &after)]);
        read(&hive, &[log, second])?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn the_changed_hive_of_a_machine_is_read_or_refused(changes in prop::collection::vec(change(), 1..40)) {
        read(&changed(&sample(HIVE), &changes), &[])?;
    }
}
