//! Tests of the file: how it is opened and shared, and how a full disk is reported.

use super::super::file::FileRecorder;
use super::super::form::Form;
use super::*;
use crate::net::provider::ProviderFailure;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

fn open(path: &Path, form: Form) -> Result<FileRecorder, ProviderError> {
    FileRecorder::open(path.to_owned(), form)
}

const FORMS: [Form; 3] = [Form::Counts, Form::Hexdump, Form::Pcapng];

#[test]
fn a_file_is_made_for_its_owner_only_and_what_is_there_stays() {
    let folder = tempfile::tempdir().unwrap();
    for form in FORMS {
        let path = folder.path().join(form.name());
        for round in 1..=3 {
            let before = fs::read(&path).unwrap_or_default();
            let recorder = open(&path, form).unwrap();
            let mut recording = recorder.begin(&inspected(false)).unwrap();
            recording.passed(Direction::Sent, b"open sesame").unwrap();
            recording.closed();
            let after = fs::read(&path).unwrap();
            assert!(after.starts_with(&before) && after.len() > before.len(), "{form:?}, round {round}");
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let secret = fs::read(&path).unwrap().windows(11).any(|bytes| bytes == b"open sesame");
        assert_eq!(secret, form != Form::Counts);
    }
}

#[test]
fn nothing_is_added_to_a_file_of_another_kind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    let reported = |form| {
        let error = open(&path, form).map(drop).unwrap_err();
        assert_eq!((error.kind(), error.option_name()), (ProviderFailure::Option, Some("file")));
        error.to_string()
    };
    fs::write(&path, "a diary\n").unwrap();
    let shown = path.display();
    assert_eq!(reported(Form::Pcapng), format!("option `file`: {shown} is there already and is no pcapng file"));
    assert_eq!(fs::read(&path).unwrap(), b"a diary\n");
    fs::remove_file(&path).unwrap();
    drop(open(&path, Form::Pcapng).unwrap());
    let expected = format!("option `file`: {shown} is a pcapng file, to which no text can be added");
    assert_eq!((reported(Form::Counts), reported(Form::Hexdump)), (expected.clone(), expected));

    let path = folder.path().join("no folder/x");
    let reported = open(&path, Form::Counts).map(drop).unwrap_err().to_string();
    assert_eq!(reported, format!("option `file`: {}: No such file or directory (os error 2)", path.display()));
}

#[test]
fn a_full_disk_is_reported_by_whoever_meets_it_first() {
    let full = Path::new("/dev/full");
    if !full.exists() {
        return eprintln!("SKIPPED: this system has no /dev/full");
    }
    // A capture begins with a header.
    let error = open(full, Form::Pcapng).map(drop).unwrap_err();
    assert_eq!(error.to_string(), "writing to /dev/full: No space left on device (os error 28)");
    assert_eq!(error.io().unwrap().raw_os_error(), Some(28));
    // A dump begins with a line.
    let reported = |error: &RecordError| error.to_string();
    let expected = "/dev/full cannot be written: No space left on device (os error 28)";
    let error = open(full, Form::Hexdump).unwrap().begin(&inspected(false)).map(drop).unwrap_err();
    assert_eq!(reported(&error), expected);
    assert!(matches!(error.downcast_ref(), Some(InspectError::Write { .. })));
    // The form `counts` writes at the end only, so the second side that ends gets the error ...
    let counts = open(full, Form::Counts).unwrap();
    let mut recording = counts.begin(&inspected(false)).unwrap();
    recording.passed(Direction::Sent, b"x").unwrap();
    recording.ended(Direction::Sent).unwrap();
    assert_eq!(reported(&recording.ended(Direction::Received).unwrap_err()), expected);
    recording.closed();
    // ... and if the connection is dropped before, the next one gets it, once.
    counts.begin(&inspected(true)).unwrap().closed();
    let error = counts.begin(&inspected(true)).map(drop).unwrap_err();
    assert_eq!(reported(&error), format!("the end of an earlier connection is missing: {expected}"));
    assert!(matches!(error.downcast_ref(), Some(InspectError::Lost { .. })));
    assert!(counts.begin(&inspected(true)).is_ok());
}
