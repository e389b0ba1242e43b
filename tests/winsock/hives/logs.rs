//! Hives with transaction logs beside them: changes that were begun are applied, and what cannot be applied is remarked on.

use super::build::{self, BINS, Key, List, begun, entry, hive, key, log, old_log, seal, set, system};
use sockatlas::winsock::{self, Options};
use std::path::Path;

/// A hive whose `Parameters` has this text as its only value, and as many bytes in another key.
fn state(text: &str, bytes: usize) -> Vec<u8> {
    let filler = key("Filler", &[("filler", 3, &vec![7; bytes])], Vec::new());
    let parameters: Key = key("", &[("state", 3, text.as_bytes())], vec![filler]);
    hive(&system(parameters), List::Hashed)
}

/// Writes a hive with its logs into a folder and reads it: the state that it has, and the remarks.
fn read(hive: &[u8], logs: &[(&str, Vec<u8>)]) -> (String, Vec<String>) {
    let (state, remarks) = try_read(hive, logs).unwrap_or_else(|message| panic!("{message}"));
    (state, remarks)
}

fn try_read(hive: &[u8], logs: &[(&str, Vec<u8>)]) -> Result<(String, Vec<String>), String> {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("SYSTEM");
    for (ending, log) in logs {
        std::fs::write(folder.path().join(format!("SYSTEM{ending}")), log).expect("a file can be written");
    }
    read_at(&path, hive)
}

fn read_at(path: &Path, hive: &[u8]) -> Result<(String, Vec<String>), String> {
    let reading = winsock::read("SYSTEM", hive, Some(path), &Options::default()).expect("a hive is recognised");
    let reading = reading.map_err(|kind| kind.to_string())?;
    let (_, source) = reading.sources.iter().next().expect("there is one document");
    let text = source.text();
    let bytes = text.split("\"state\"=hex:").nth(1).expect("it has the value").lines().next().expect("it has a line");
    let bytes = bytes.split(',').map(|byte| u8::from_str_radix(byte, 16).expect("it is a byte"));
    let state = String::from_utf8(bytes.collect()).expect("it is a text");
    let remarks = text.lines().filter_map(|line| line.strip_prefix("; ")).filter(|line| !line.starts_with("last"));
    Ok((state, remarks.map(str::to_owned).collect()))
}

const STALE: &str =
    "the hive was in use when it was copied, and no transaction logs are beside it: its newest changes may be missing";
const USELESS: &str = "the hive was in use when it was copied, and none of the transaction logs beside it can be applied: its newest changes may be missing";

/// Four states that follow each other, the last with more bins.
fn states() -> [Vec<u8>; 4] {
    [state("first", 10), state("second", 10), state("third", 3000), state("fourth", 30_000)]
}

#[test]
fn changes_of_both_logs_are_applied_in_their_order() {
    let [first, second, third, fourth] = states();
    let earlier = log(&first, 8, &[entry(8, &first, &second), entry(9, &second, &third)]);
    let later = log(&first, 10, &[entry(10, &third, &fourth)]);
    let hive = begun(first, 8);
    for endings in [[".LOG1", ".LOG2"], [".LOG2", ".LOG1"], [".log1", ".log2"]] {
        let logs = [(endings[0], earlier.clone()), (endings[1], later.clone())];
        assert_eq!(read(&hive, &logs), ("fourth".to_owned(), Vec::new()), "{endings:?}");
    }
    assert_eq!(read(&hive, &[(".LOG1", earlier.clone())]), ("third".to_owned(), Vec::new()));
    // A log that was never used is empty, or holds zeros.
    for unused in [Vec::new(), vec![0; 4096]] {
        assert_eq!(read(&hive, &[(".LOG1", earlier.clone()), (".LOG2", unused)]), ("third".to_owned(), Vec::new()));
    }
    assert_eq!(read(&hive, &[]), ("first".to_owned(), vec![STALE.to_owned()]));
}

#[test]
fn a_hive_whose_changes_were_completed_needs_no_logs() {
    let [first, second, ..] = states();
    let newer = log(&first, 8, &[entry(8, &first, &second)]);
    assert_eq!(read(&first, &[(".LOG1", newer)]), ("first".to_owned(), Vec::new()));
}

#[test]
fn a_log_that_is_older_than_the_hive_is_left_out() {
    let [first, second, third, _] = states();
    let older = log(&first, 8, &[entry(8, &first, &second)]);
    let newer = log(&first, 9, &[entry(9, &second, &third), entry(8, &first, &second)]);
    let remark = "the transaction log `.LOG2` is not applied: it begins with change 8, and the hive has all before 9";
    let hive = begun(second, 10);
    assert_eq!(read(&hive, &[(".LOG1", newer), (".LOG2", older)]), ("third".to_owned(), vec![remark.to_owned()]));
}

#[test]
fn changes_are_applied_up_to_the_first_that_does_not_follow() {
    let [first, second, third, fourth] = states();
    let hive = begun(first.clone(), 8);
    let good = entry(8, &first, &second);
    let remark =
        |what: &str| vec![format!("the transaction log `.LOG1` is not applied from change 9 on: its entry at {what}")];
    let at = format!("{:#x}", 512 + good.len());
    let gap = log(&first, 8, &[good.clone(), entry(10, &second, &third)]);
    let mut torn = log(&first, 8, &[good.clone(), entry(9, &second, &third)]);
    *torn.last_mut().expect("it has bytes") ^= 1;
    let mut odd = entry(9, &second, &third);
    odd[16] = 1;
    build::hash(&mut odd);
    let mut outside = entry(9, &second, &third);
    outside[40..44].copy_from_slice(&0x7fff_f000_u32.to_le_bytes());
    build::hash(&mut outside);
    let mut crowded = entry(9, &second, &third);
    crowded[20..24].copy_from_slice(&u32::MAX.to_le_bytes());
    build::hash(&mut crowded);
    let mut long = entry(9, &second, &third);
    long[44..48].copy_from_slice(&u32::MAX.to_le_bytes());
    build::hash(&mut long);
    let cut = log(&first, 8, &[good.clone(), entry(9, &second, &third)]);
    let cut = cut[..cut.len() - 512].to_vec();
    for (log, what) in [
        (gap, format!("{at} holds change 10 in its place")),
        (torn, format!("{at} has other bytes than its hashes say")),
        (log(&first, 8, &[good.clone(), odd]), format!("{at} states bins that are no multiple of a page's length")),
        (log(&first, 8, &[good.clone(), outside]), format!("{at} writes pages outside of the hive")),
        (log(&first, 8, &[good.clone(), crowded]), format!("{at} has fewer pages than it states")),
        (log(&first, 8, &[good.clone(), long]), format!("{at} has fewer bytes than its pages")),
        (cut, format!("{at} is cut off")),
    ] {
        assert_eq!(read(&hive, &[(".LOG1", log)]), ("second".to_owned(), remark(&what)));
    }
    // What follows a change that cannot be applied is not applied either.
    let mut bad = log(&first, 8, &[good]);
    bad[600] ^= 1;
    let later = log(&first, 9, &[entry(9, &second, &fourth)]);
    let remarks = [
        "the transaction log `.LOG1` is not applied from change 8 on: its entry at 0x200 has other bytes than its hashes say",
        "the transaction log `.LOG2` is not applied: it begins with change 9, and 8 is the next to be applied",
        USELESS,
    ];
    let (state, found) = read(&hive, &[(".LOG1", bad), (".LOG2", later)]);
    assert_eq!((state.as_str(), found), ("first", remarks.map(str::to_owned).into()));
}

#[test]
fn a_log_that_states_more_than_there_is_is_refused() {
    let [first, second, ..] = states();
    let mut huge = entry(8, &first, &second);
    huge[16..20].copy_from_slice(&0xffff_f000_u32.to_le_bytes());
    build::hash(&mut huge);
    let huge = log(&first, 8, &[huge]);
    let message = "a transaction log of the hive is damaged: by it the hive would have 4294967296 bytes";
    assert_eq!(try_read(&begun(first, 8), &[(".LOG1", huge)]), Err(message.to_owned()));
}

#[test]
fn a_damaged_base_block_is_taken_from_the_newest_log() {
    let [first, second, third, _] = states();
    let logs = || {
        let earlier = log(&first, 8, &[entry(8, &first, &second)]);
        let later = log(&third, 9, &[entry(9, &first, &third)]);
        [(".LOG1", earlier), (".LOG2", later)]
    };
    let mut hive = begun(first.clone(), 9);
    hive[36..40].copy_from_slice(&0x7777_u32.to_le_bytes());
    let remark = "the transaction log `.LOG1` is not applied: the hive's base block is damaged, so that only the newest log counts";
    assert_eq!(read(&hive, &logs()), ("third".to_owned(), vec![remark.to_owned()]));
    // The numbers of changes say that all is well, and the checksum that they cannot be trusted.
    let mut hive = first.clone();
    hive[300] ^= 1;
    assert_eq!(read(&hive, &logs()).0, "third");
    let remark = "the checksum of the hive's base block is wrong, and no transaction logs are beside it: its newest changes may be missing";
    assert_eq!(read(&hive, &[]), ("first".to_owned(), vec![remark.to_owned()]));
}

#[test]
fn logs_before_windows_8_1_are_applied() {
    let [first, second, third, fourth] = states();
    for after in [&second, &third, &fourth] {
        let log = old_log(8, &first, after);
        let hive = begun(first.clone(), 8);
        let text = read(after, &[]).0;
        assert_eq!(read(&hive, &[(".LOG1", log.clone())]), (text.clone(), Vec::new()));
        assert_eq!(read(&hive, &[(".LOG1", Vec::new()), (".LOG", log.clone())]), (text.clone(), Vec::new()));
        assert_eq!(read(&hive, &[(".LOG1", vec![0; 512]), (".LOG2", log.clone())]), (text, Vec::new()));
    }
    let remarked = |log: Vec<u8>, why: &str| {
        let remarks = vec![format!("the transaction log `.LOG1` is not applied: {why}"), USELESS.to_owned()];
        assert_eq!(read(&begun(first.clone(), 8), &[(".LOG1", log)]), ("first".to_owned(), remarks));
    };
    let log = old_log(8, &first, &second);
    remarked(log[..log.len() - 512].to_vec(), "it has fewer pages than its map says");
    remarked(log[..514].to_vec(), "it has no map of its pages");
    remarked(log[..100].to_vec(), "it is no transaction log, or is cut off within its first sector");
    let changed = |numbers: &[(usize, u32)]| {
        let mut log = log.clone();
        set(&mut log, numbers);
        log
    };
    remarked(changed(&[(12, 99)]), "it and the hive were last written at different times");
    remarked(changed(&[(4, 99)]), "it was being written when it was copied");
    remarked(changed(&[(28, 0)]), "its base block is that of a hive");
    remarked(changed(&[(40, 0xffff_f000)]), "it is cut off within the map of its pages");
    let mut torn = log.clone();
    torn[100] ^= 1;
    remarked(torn, "the checksum of its base block is wrong");
    // The time of the first bin is the hive's too, and says which log belongs to a hive whose base block is damaged.
    let mut hive = begun(first.clone(), 8);
    hive[12] ^= 1;
    assert_eq!(read(&hive, &[(".LOG1", log.clone())]).0, "first");
    hive[BINS + 20..BINS + 22].copy_from_slice(&[0x34, 0x12]);
    assert_eq!(read(&hive, &[(".LOG1", log)]), ("second".to_owned(), Vec::new()));
    seal(&mut hive);
    assert_eq!(read(&hive, &[]).1, [STALE]);
}

#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_no_log() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let pipe = folder.path().join("SYSTEM.LOG1");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("every Unix has it");
    assert!(made.success());
    std::fs::create_dir(folder.path().join("SYSTEM.LOG2")).expect("a folder can be made");
    let [first, ..] = states();
    let (state, remarks) = read_at(&folder.path().join("SYSTEM"), &begun(first, 8)).expect("it is read all the same");
    let remark = |name: &str| format!("the transaction log `{name}` was not read: it is no regular file");
    assert_eq!((state.as_str(), remarks), ("first", vec![remark(".LOG1"), remark(".LOG2"), STALE.to_owned()]));
}
