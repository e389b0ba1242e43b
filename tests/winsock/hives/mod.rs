//! SYSTEM hives: they hold what the export of the same machine holds, and when each key was last written.

mod build;
mod logs;
mod mutations;
mod structure;

use super::exports::{sample, sound};
use sockatlas::winsock::reg::{self, WriteOptions};
use sockatlas::winsock::{self, Options, SourceForm};

const HIVE: &str = "windows-10-1709.hive";

fn refused(bytes: &[u8], control_set: Option<u32>) -> String {
    let mut options = Options::default();
    options.control_set = control_set;
    let reading = winsock::read("SYSTEM", bytes, None, &options).expect("a hive is recognised");
    reading.map(|_| ()).expect_err("the hive is refused").to_string()
}

#[test]
fn a_hive_tells_what_the_export_tells() {
    let hive = sound(HIVE, &sample(HIVE)).store;
    assert_eq!(hive.form, SourceForm::Hive);
    let export = sound("windows-10-1709.reg", &sample("windows-10-1709.reg")).store;
    let written = |store| reg::write(store, &WriteOptions::default()).expect("it can be written");
    // One by one they would fill screens.
    assert!(
        written(&hive) == written(&export),
        "items, name spaces, applications, counters, and what stands beside them"
    );
    assert_eq!(hive.items().count(), 32);
}

/// Sets the time of the last writing of every key: 100 nanoseconds since 1601.
fn stamp(hive: &mut [u8], time: u64) {
    let keys: Vec<usize> =
        (4096..hive.len() - 16).step_by(8).filter(|&cell| hive[cell + 4..].starts_with(b"nk")).collect();
    assert!(keys.len() > 40, "{} keys", keys.len());
    for cell in keys {
        hive[cell + 8..cell + 16].copy_from_slice(&time.to_le_bytes());
    }
}

#[test]
fn the_last_writing_of_each_key_is_stated() {
    let mut bytes = sample(HIVE);
    stamp(&mut bytes, (1_506_692_788 + 11_644_473_600) * 10_000_000 + 42);
    let store = sound(HIVE, &bytes).store;
    let time = Some("2017-09-29T13:46:28Z".to_owned());
    assert!(store.items().all(|item| item.written == time), "{:?}", store.items().next().map(|item| &item.written));
    assert!(store.name_spaces.iter().flat_map(|set| &set.providers).all(|provider| provider.written == time));
    assert!(store.applications.iter().all(|application| application.written == time));
    for impossible in [0, u64::MAX, i64::MAX as u64] {
        stamp(&mut bytes, impossible);
        sound(HIVE, &bytes);
    }
}

#[test]
fn places_are_places_in_the_export_that_says_the_same() {
    let reading = sound(HIVE, &sample(HIVE));
    let item = reading.store.items().next().expect("there are items");
    let at = reading.sources.get(item.at.file).text();
    assert!(
        at[item.at.range()].ends_with(r"\Protocol_Catalog9\Catalog_Entries\000000000001]"),
        "{}",
        &at[item.at.range()]
    );
}

#[test]
fn another_control_set_is_read_on_demand() {
    assert_eq!(refused(&sample(HIVE), Some(2)), "the hive has no control set `ControlSet002`: it has `ControlSet001`");
    let mut options = Options::default();
    options.control_set = Some(1);
    let reading = winsock::read("SYSTEM", &sample(HIVE), None, &options).expect("a hive is recognised");
    assert_eq!(reading.expect("it has this one").store.items().count(), 32);
}

#[test]
fn what_is_no_sound_hive_is_stated() {
    let hive = sample(HIVE);
    assert_eq!(refused(&hive[..100], None), "the hive is cut off: 100 bytes, and its base block alone has 4096");
    assert_eq!(refused(b"regf", None), "the hive is cut off within its base block");
    assert!(
        refused(&hive[..hive.len() / 2], None).starts_with("the hive is damaged"),
        "{}",
        refused(&hive[..hive.len() / 2], None)
    );
    let mut log = hive.clone();
    log[28] = 6;
    assert_eq!(
        refused(&log, None),
        "this is the transaction log of a hive: name the hive, and the log is found beside it"
    );
    let rename = |hive: &[u8], from: &[u8], to: &[u8]| {
        let mut hive = hive.to_vec();
        let places: Vec<usize> =
            hive.windows(from.len()).enumerate().filter(|(_, at)| *at == from).map(|(at, _)| at).collect();
        assert!(!places.is_empty(), "the hive holds the name");
        for place in places {
            hive[place..place + to.len()].copy_from_slice(to);
        }
        hive
    };
    let software = rename(&rename(&hive, b"Select", b"Wow643"), b"ControlSet001", b"Microsoft-One");
    assert_eq!(refused(&software, None), "this is no SYSTEM hive: it has neither `Select` nor a control set");
    let plain = rename(&hive, b"WinSock2", b"WinSock1");
    assert_eq!(
        refused(&plain, None),
        r"the hive has nothing of Winsock: `HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Services` has no key `WinSock2`"
    );
    let unsure = rename(&hive, b"Current\0", b"Currant\0");
    assert!(refused(&unsure, None).contains("which control set is current"), "{}", refused(&unsure, None));
}

#[test]
fn a_hive_in_use_without_its_logs_says_so() {
    let mut bytes = sample(HIVE);
    // The second sequence number is that of the last change that was ended.
    bytes[4] = bytes[8].wrapping_add(1);
    let reading = winsock::read("SYSTEM", &bytes, None, &Options::default()).expect("a hive is recognised");
    let reading = reading.expect("it is read all the same");
    assert_eq!(reading.store.items().count(), 32);
    let (_, source) = reading.sources.iter().next().expect("one document");
    let remark = "; the hive was in use when it was copied, and no transaction logs are beside it: its newest changes may be missing\r\n";
    assert!(source.text().contains(remark), "{}", &source.text()[..300]);
    let report = sockatlas::winsock::report::report(&reading, None);
    let loud = report.findings.iter().filter(|finding| finding.severity > sockatlas::catalog::Severity::Note);
    let loud: Vec<(&str, &str)> = loud.map(|finding| (finding.code, finding.message.as_str())).collect();
    let message = remark.trim_start_matches("; ").trim_end();
    assert_eq!((loud, report.verdict.is_clean()), (vec![("winsock-unapplied-log", message)], false));
    let plan = sockatlas::winsock::repair::plan(&reading.store, &Default::default()).expect("it can be repaired");
    assert_eq!((plan.steps.len(), plan.warnings.len()), (0, 1), "it is listed, and nothing says that all is well");
}

/// `check`, `report` and `repair` print it too.
#[cfg(feature = "cli")]
#[test]
fn every_command_says_that_a_hive_was_in_use() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let mut bytes = sample(HIVE);
    bytes[4] = bytes[8].wrapping_add(1);
    std::fs::write(folder.path().join("SYSTEM"), bytes).expect("a file can be written");
    for arguments in [&["check", "SYSTEM"][..], &["winsock", "report", "SYSTEM"], &["winsock", "repair", "SYSTEM"]] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_sockatlas"));
        let ran = command.args(arguments).current_dir(folder.path()).output().expect("the command runs");
        let text = String::from_utf8(ran.stdout).expect("UTF-8");
        assert!(text.contains("the hive was in use when it was copied"), "{arguments:?}: {text}");
        assert!(!text.contains("standard and sound") && !text.contains("nothing to repair"), "{arguments:?}: {text}");
    }
}

#[test]
fn lists_that_hold_themselves_are_refused() {
    let mut bytes = sample(HIVE);
    // The list of the root's keys, by its key: 28 bytes behind the signature of the first cell.
    let list = u32::from_le_bytes(*bytes[4096 + 32 + 4 + 28..].first_chunk().expect("four bytes"));
    let cell = 4096 + list as usize;
    bytes[cell + 4..cell + 8].copy_from_slice(b"ri\x01\0");
    bytes[cell + 8..cell + 12].copy_from_slice(&list.to_le_bytes());
    assert!(refused(&bytes, None).ends_with("its list of keys holds lists of lists"), "{}", refused(&bytes, None));
}
