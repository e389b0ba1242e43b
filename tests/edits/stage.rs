//! Catalogs of one file and of three, the changes that the tests of transactions make of them, and what is to be seen of them.

use super::sockatlas;
use sockatlas::Loader;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Output;

/// A catalog of three files in two folders.
pub const THREE: &[(&str, &str)] = &[("a/base.toml", BASE), ("a/site.toml", SITE), ("b/layers.toml", LAYERS)];

/// What takes something out of each of the three.
pub const REMOVAL: &[&str] = &["remove", "-c", "a/site.toml", "tls", "--with-dependents"];

/// What adds to one of them.
pub const INSTALLATION: &[&str] =
    &["install", "-c", "a/site.toml", "udp4", "--base", "provider=kernel", "family=inet", "type=dgram", "protocol=udp"];

/// What can be done before and after each of the others.
pub const NEXT: &[&str] = &[
    "install",
    "-c",
    "a/site.toml",
    "udp6",
    "--base",
    "provider=kernel",
    "family=inet6",
    "type=dgram",
    "protocol=udp",
];

const BASE: &str = r#"format = 1

[provider.kernel]
module = "system"

[base.tcp4]
provider = "kernel"
family   = "inet"
type     = "stream"
protocol = "tcp"

# For the old clients.
[chain.old4]
layers = ["tls"]
base   = "tcp4"
"#;

const SITE: &str = r#"format  = 1
include = ["base.toml", "../b/layers.toml"]

[chain.secure4]
layers = ["tls"]
base   = "tcp4"

[[expect]]
request = { family = "inet", type = "stream", protocol = "tcp", require = ["encrypted"] }
entry   = "old4"
"#;

const LAYERS: &str = r#"format = 1

[provider.tls]
module = "tls"

# Everything that leaves the house.
[layer.tls]
provider = "tls"
adds     = ["encrypted"]

[provider.count]

[layer.count]
provider = "count"
"#;

/// Puts files under a folder, as they are, and takes all others away.
pub fn restore(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        let parent = path.parent().expect("it is in a folder");
        std::fs::create_dir_all(parent).expect("a folder is made");
        if std::fs::read_to_string(&path).ok().as_deref() != Some(text) {
            std::fs::write(&path, text).expect("a file is written");
        }
    }
}

/// What readers of the catalog get: the text of each document.
pub fn readers(folder: &Path) -> BTreeMap<String, String> {
    let registry = Loader::new().path(folder.join("a/site.toml")).load();
    let registry = registry.unwrap_or_else(|error| panic!("the catalog does not load:\n{error}\n{:?}", names(folder)));
    let name = |path: &str| Path::new(path).file_name().map(|name| name.to_string_lossy().into_owned());
    let text = |(_, source): (_, &sockatlas::catalog::Source)| Some((name(source.name())?, source.text().to_owned()));
    registry.sources().iter().filter_map(text).collect()
}

/// What the files hold.
pub fn disk(folder: &Path) -> BTreeMap<String, String> {
    let files = names(folder).into_iter().filter(|path| path.extension().is_some_and(|end| end == "toml"));
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(folder.join(&path)).expect("a file is read");
        (path.file_name().expect("it has a name").to_string_lossy().into_owned(), text)
    };
    files.map(read).collect()
}

/// All files in the two folders.
pub fn names(folder: &Path) -> Vec<PathBuf> {
    let mut names = Vec::new();
    for inner in ["a", "b"] {
        for entry in std::fs::read_dir(folder.join(inner)).expect("the folder is there") {
            names.push(Path::new(inner).join(entry.expect("an entry").file_name()));
        }
    }
    names.sort();
    names
}

/// What transactions left besides the catalogs.
pub fn left_behind(folder: &Path) -> Vec<PathBuf> {
    names(folder).into_iter().filter(|path| path.extension().is_none_or(|end| end != "toml")).collect()
}

/// Runs the command, which must succeed.
pub fn done(folder: &Path, arguments: &[&str]) -> Output {
    let output = sockatlas(folder, arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {output:?}");
    output
}

/// What readers get when these commands have run one after the other, undisturbed.
pub fn after(commands: &[&[&str]]) -> BTreeMap<String, String> {
    let folder = super::folder();
    restore(folder.path(), THREE);
    for arguments in commands {
        done(folder.path(), arguments);
    }
    assert_eq!(left_behind(folder.path()), Vec::<PathBuf>::new());
    assert_eq!(disk(folder.path()), readers(folder.path()));
    readers(folder.path())
}
