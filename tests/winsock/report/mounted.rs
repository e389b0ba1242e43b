//! Libraries, looked for on a mounted Windows.

use super::{changed, install_acme, report_with, sample_path};
use serde_json::{Value, json};

#[test]
fn libraries_are_looked_for_below_a_mounted_windows() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let put = |path: &str, bytes: &[u8]| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("it has one")).expect("a folder can be made");
        std::fs::write(path, bytes).expect("a file can be written");
    };
    put("WINDOWS/System32/MSWSOCK.dll", b"64-bit");
    put("WINDOWS/SysWOW64/mswsock.DLL", b"of 32 bits");
    let (_folder, path) = changed(|store| install_acme(store, r"C:\Acme\acme.dll"));
    let root = folder.path().to_str().expect("temporary folders have plain names");
    let report = report_with(&path, &["--windows-root", root]);
    let size = |bits| report.entry(json!(bits), 1007)["library"]["size"].clone();
    assert_eq!((size(64), size(32)), (json!(6), json!(10)), "32-bit programs find SysWOW64 for System32");
    let library = &report.entry(json!(64), 1007)["library"];
    assert_eq!(library["state"], "there");
    assert!(library["modified"].as_str().is_some_and(|time| time.ends_with('Z')), "{library}");
    assert_eq!(report.entry(json!(64), 1018)["library"]["state"], "missing");
    report.says(&[r"library `C:\Acme\acme.dll`: not there", "acme.dll"]);
    // Acme's three, and vSockets' two, in each set; Windows itself has mswsock.dll.
    let providers = report.json["name_spaces"].as_array().expect("a list");
    let providers = providers.iter().flat_map(|set| set["providers"].as_array().expect("a list"));
    let missing = providers.filter(|provider| provider["library"]["state"] == "missing").count();
    assert_eq!((missing, &report.json["verdict"]["missing_libraries"]), (12, &json!(10 + 12)));
}

#[test]
#[cfg(unix)]
fn links_in_a_mounted_windows_are_not_followed() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let elsewhere = tempfile::tempdir().expect("a folder can be made");
    std::fs::write(elsewhere.path().join("mswsock.dll"), b"not of that machine").expect("a file can be written");
    std::fs::create_dir(folder.path().join("Windows")).expect("a folder can be made");
    std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("Windows/System32")).expect("a link can be made");
    let root = folder.path().to_str().expect("temporary folders have plain names");
    let report = report_with(&sample_path("windows-10-1709.reg"), &["--windows-root", root]);
    let library = &report.entry(json!(64), 1007)["library"];
    assert_eq!((&library["state"], &library["size"]), (&json!("link"), &Value::Null));
}
