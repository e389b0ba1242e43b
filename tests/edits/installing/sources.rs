//! Where definitions come from, and into which files they go.

use super::*;

#[test]
fn relative_paths_lead_to_the_same_files_from_the_new_place() {
    let folder = folder();
    std::fs::create_dir_all(folder.path().join("tls/keys")).unwrap();
    let there = "\
format = 1

[provider.tls]

[layer.theirs]
provider = \"tls\"
adds     = [\"encrypted\"]
options  = { roots = [\"a.pem\", '/etc/b.pem'], certificate = \"keys/c.pem\", key = \"keys/c.key\" }   # theirs

[layer.plain]
provider = \"tls\"
adds     = [\"encrypted\"]
options  = { roots = 'webpki' }
";
    write(folder.path(), "tls/there.toml", there);
    write(folder.path(), "site.toml", "format = 1\n");
    let from = folder.path().join("tls/there.toml");
    commit(folder.path(), Install::path(&from));
    let expected = "\
format = 1

[provider.tls]

[layer.theirs]
provider = \"tls\"
adds     = [\"encrypted\"]
options  = { roots = [\"tls/a.pem\", \"/etc/b.pem\"], certificate = \"tls/keys/c.pem\", key = \"tls/keys/c.key\" }   # theirs

[layer.plain]
provider = \"tls\"
adds     = [\"encrypted\"]
options  = { roots = 'webpki' }
";
    assert_eq!(read(folder.path(), "site.toml"), expected);
    assert_eq!(preview(folder.path(), Install::path(&from)).unwrap().files().len(), 0, "they are the same files");
    // In the same folder nothing has to be written otherwise.
    write(folder.path(), "site.toml", "format = 1\n");
    write(folder.path(), "beside.txt", there);
    commit(folder.path(), Install::path(folder.path().join("beside.txt")));
    assert_eq!(read(folder.path(), "site.toml"), there);
}

#[test]
fn with_several_files_new_things_go_to_the_one_that_is_named_and_replacements_to_their_places() {
    let folder = folder();
    write(folder.path(), "a.toml", SITE);
    write(folder.path(), "b.toml", "format = 1\r\n");
    write(folder.path(), "c.toml", "format = 1\n");
    let acme = registry(&ACME.replace("= 6          # TCP, by its number", "= 6\nhidden = true\nrecommended = true"));
    let acme = |install: fn(Install) -> Install| {
        let transaction = Transaction::new(Loader::new().path(folder.path())).file(folder.path().join("b.toml"));
        let transaction = transaction.change(install(Install::from(&acme)));
        transaction.prepare(|_| true).unwrap().commit().unwrap()
    };
    let outcome = acme(|install| install.names(["count"]));
    let added = "format = 1\r\n\r\n# Who makes it.\r\n[provider.acme]\r\nid = \"8ab8dc16-15bf-45ab-b2d5-e76ef76df0b8\"\r\n\r\n\
                 # Counts.\r\n[layer.count]\r\nprovider = \"acme\"\r\n";
    assert_eq!(read(folder.path(), "b.toml"), added, "lines are broken as they are there");
    assert_eq!(outcome.files().len(), 1);
    write(folder.path(), "a.toml", &SITE.replace("\"tcp\"", "\"mptcp\""));
    let outcome = acme(|install| install.names(["sealed"]).replace(true));
    let changed: Vec<_> = outcome.files().map(|(file, _)| file.path().file_name().unwrap().to_owned()).collect();
    assert_eq!(changed, ["a.toml", "b.toml"]);
    assert!(read(folder.path(), "a.toml").contains("recommended = true"));
    assert_eq!(read(folder.path(), "c.toml"), "format = 1\n");
}

#[test]
fn a_text_may_stand_on_what_is_here_and_its_faults_are_at_its_own_places() {
    let folder = site(SITE);
    let text = "\
format = 1
[provider.acme]
[layer.seal]
provider = \"acme\"
[chain.sealed]
layers = [\"seal\"]
base = \"tcp4\"
";
    commit(folder.path(), Install::text("ours.toml", text));
    let expected = "
[provider.acme]

[layer.seal]
provider = \"acme\"

[chain.sealed]
layers = [\"seal\"]
base = \"tcp4\"
";
    assert_eq!(read(folder.path(), "site.toml"), format!("{SITE}{expected}"));
    assert_eq!(preview(folder.path(), Install::text("ours.toml", text)).unwrap().files().len(), 0);
    let expected = "ours.toml:7:8: no base protocol or chain is called `tcp5` (did you mean `tcp4`?)";
    let faulty = text.replace("sealed", "other").replace("\"tcp4\"", "\"tcp5\"");
    assert_eq!(refusal(folder.path(), Install::text("ours.toml", faulty)), expected);
}

#[test]
fn a_catalog_with_faults_is_refused_with_these() {
    let folder = site(SITE);
    let there = folder.path().join("there");
    std::fs::create_dir(&there).unwrap();
    write(&there, "a.toml", "format = 1\n[provider.acme]\n[layer.seal]\nprovider = \"acme\"\n");
    write(&there, "b.toml", "format = 1\n[layer.seal]\nprovider = \"acme\"\n");
    let expected = "there/b.toml:2:8: entry `seal` is declared twice (";
    assert!(refusal(folder.path(), Install::path(&there)).starts_with(expected));
    let expected = "cannot read `nowhere.toml`: no such file or directory";
    assert_eq!(refusal(folder.path(), Install::path("nowhere.toml")), expected);
    // What is defined there otherwise can break what is here; then the two definitions are what matters.
    let other = "format = 1\n[layer.tcp4]\nprovider = \"acme\"\n";
    let above = "[provider.acme]\n[layer.l]\nprovider = \"acme\"\n[chain.c]\nlayers = [\"l\"]\nbase = \"tcp4\"\n";
    write(folder.path(), "site.toml", &format!("{SITE}{above}"));
    let expected = "other.toml:2:8: entry `tcp4` is declared twice (";
    let refused = refusal(folder.path(), Install::text("other.toml", other));
    assert!(refused.starts_with(expected), "{refused}");
}

#[test]
fn tables_of_any_form_come_as_tables_with_headers() {
    let folder = site(SITE);
    let text = "\
format = 1
layer.seal = { provider = \"acme\", adds = [\"encrypted\"] }
chain.sealed.layers = [\"seal\"]
chain.sealed.base = \"tcp4\"
[provider]
acme = {}
";
    commit(folder.path(), Install::text("ours.toml", text));
    let expected = "
[provider.acme]

[layer.seal]
provider = \"acme\"
adds = [\"encrypted\"]

[chain.sealed]
layers = [\"seal\"]
base = \"tcp4\"
";
    assert_eq!(read(folder.path(), "site.toml"), format!("{SITE}{expected}"));
}

#[test]
fn a_catalog_that_ships_gives_its_entries() {
    let folder = site("format = 1\ninclude = [\"builtin:linux.toml\"]\n");
    let outcome = commit(folder.path(), Install::path("builtin:layers.toml").names(["secure", "framed/tcp6"]));
    let names: Vec<&str> = outcome.is.entries().map(|entry| entry.name()).collect();
    for name in ["tls", "secure/tcp4", "secure/tcp6", "frame", "framed/tcp4", "framed/tcp6"] {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
    assert!(!names.contains(&"socks5"));
    assert!(read(folder.path(), "site.toml").contains("# TLS 1.2 and 1.3: RFC 5246, RFC 8446."));
    assert_eq!(
        preview(folder.path(), Install::path("builtin:layers.toml").names(["secure"])).unwrap().files().len(),
        0
    );
}

#[test]
fn a_winsock_catalog_gives_its_entries_as_they_are_imported() {
    let folder = site("format  = 1\ndialect = \"windows\"\n");
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/winsock/samples/windows-10-1709.reg");
    let there = Loader::new().winsock(Default::default()).path(&sample).load().unwrap();
    let outcome = commit(folder.path(), Install::from(&there).names(["tcp4"]));
    let text = read(folder.path(), "site.toml");
    assert!(text.starts_with("format  = 1\ndialect = \"windows\"\n\n[provider."), "{text}");
    assert!(text.contains("\n[base.tcp4]\n") && !text.contains("catalog-entry-id"), "{text}");
    let [was, is] = [&there, &outcome.is].map(|registry| registry.entry("tcp4").unwrap());
    assert_eq!(was.services(), is.services());
    assert_eq!((was.family(), was.socket_type(), was.protocols()), (is.family(), is.socket_type(), is.protocols()));
    assert_eq!(was.provider().id(), is.provider().id());
    assert_eq!(is.catalog_entry_id(), 1001);
    let again = preview(folder.path(), Install::from(&there).names(["tcp4"])).unwrap();
    assert_eq!(again.files().len(), 0);
    let expected = "is of the dialect `windows`, and the catalogs here are of `documented`";
    let folder = site("format = 1\n");
    assert!(refusal(folder.path(), Install::from(&there)).contains(expected));
}
