//! `init`: a catalog to begin with, which passes what it will be held to.

use super::{folder, read, said, sockatlas, write};

#[test]
fn the_starter_passes_check_and_fmt() {
    let folder = folder();
    let created = sockatlas(folder.path(), &["init"]);
    assert_eq!(said(&created), (0, "created sockatlas.toml: next, `sockatlas check sockatlas.toml`\n", ""));
    let checked = sockatlas(folder.path(), &["check", "--deny", "warnings", "sockatlas.toml"]);
    // The catalogs that it includes may have notes of their own.
    assert!(said(&checked).0 == 0 && !said(&checked).1.contains("sockatlas.toml"), "{checked:?}");
    assert_eq!(said(&sockatlas(folder.path(), &["fmt", "--check", "sockatlas.toml"])), (0, "", ""));
}

#[test]
fn a_file_that_is_there_is_replaced_only_by_force() {
    let folder = folder();
    write(folder.path(), "site.toml", "mine");
    let refused = sockatlas(folder.path(), &["init", "site.toml"]);
    assert_eq!((said(&refused).0, said(&refused).1), (2, ""));
    assert!(said(&refused).2.starts_with("error: site.toml: not written, because it exists\nhelp: "), "{refused:?}");
    assert_eq!(read(folder.path(), "site.toml"), "mine");
    assert_eq!(said(&sockatlas(folder.path(), &["init", "--force", "site.toml"])).0, 0);
    let text = read(folder.path(), "site.toml");
    assert!(text.contains("sockatlas check site.toml "), "it speaks of itself by its name: {text}");
}

#[test]
fn a_dash_prints_it() {
    let folder = folder();
    let printed = sockatlas(folder.path(), &["init", "-"]);
    assert!(said(&printed).0 == 0 && said(&printed).1.contains("\n[[always]]\n"));
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder is there").count(), 0);
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let folder = folder();
    let refused = sockatlas(folder.path(), &["init", "none/site.toml"]);
    assert_eq!(said(&refused).0, 2);
    assert!(said(&refused).2.starts_with("error: none: cannot create a file in this folder: "), "{refused:?}");
}
