//! Rules on libraries and providers: hijacked, doubled, in one set only, lost.

use super::{checked, in_both_sets, key32, key64, stated, two_layers};
use crate::winsock::fixture::{ACME, Catalog};
use sockatlas::catalog::Severity::{Error, Warning};
use sockatlas::check::Settings;
use sockatlas::winsock::{Field, ProtocolInfo};

#[test]
fn libraries_without_a_path_or_a_folder_are_stated() {
    let none = Catalog::sound().change(1007, |info| info.path.clear());
    let message = "layer `Acme` (id 1007, key `000000000010`) names no library";
    in_both_sets(&none, "winsock-library-path", Error, 10, Field::LibraryPath, message);

    let bare = Catalog::plain().change(1001, |info| info.path = "mswsock.dll".to_owned());
    let found = stated(&bare.reg());
    let message = "base protocol `MSAFD Tcpip [TCP/IP]` (id 1001, key `000000000001`) names its library without a folder: \
                   whichever `mswsock.dll` is found first is loaded";
    let export = bare.reg();
    let place = export.place(&key64(1), Field::LibraryPath);
    assert!(found.contains(&("winsock-library-path", Error, place, message.to_owned())), "{found:#?}");
}

#[test]
fn a_library_of_microsoft_s_outside_of_windows_is_stated_and_another_s_is_not() {
    let users = |info: &mut ProtocolInfo| info.path = r"C:\Users\Public\x.dll".to_owned();
    let moved = [1001, 1002, 1003].into_iter().fold(Catalog::plain(), |catalog, id| catalog.change(id, users));
    let found = stated(&moved.reg());
    assert_eq!(found.len(), 6, "{found:#?}");
    let message = r"base protocol `MSAFD Tcpip [TCP/IP]` (id 1001, key `000000000001`) is of Microsoft's provider `tcpip`, and its library is `C:\Users\Public\x.dll`";
    assert_eq!((found[0].0, found[0].1, found[0].3.as_str()), ("winsock-library-path", Error, message));
    assert_eq!(stated(&Catalog::sound().change(1007, users).reg()), [], "the layer is nobody's in particular");
}

#[test]
fn a_provider_in_one_set_only_is_stated_there() {
    let mut one = Catalog::sound();
    one.sets[0].items.retain(|item| !item.info.path.ends_with("acme.dll"));
    let export = one.reg();
    let found = stated(&export);
    let message = "provider `{2b611370-2190-4059-9af8-5bc0f58fb742}` of layer `Acme` (id 1007, key `000000000010`) is in the \
                   64-bit set and not in the 32-bit set";
    let place = export.place(&key64(10), Field::ProviderId);
    assert!(found.contains(&("winsock-bitness", Warning, place, message.to_owned())), "{found:#?}");
    assert_eq!(found.len(), 2, "the provider of its chains is the other: {found:#?}");

    let mut alone = one;
    alone.sets.remove(0);
    assert_eq!(stated(&alone.reg()), [], "a single set has nothing to agree with");
}

#[test]
fn a_provider_with_two_libraries_and_two_layers_of_one_name_are_stated() {
    let two = Catalog::sound().change(1010, |info| info.path = r"%SystemRoot%\system32\acme2.dll".to_owned());
    let message = r"provider `{1c39a736-9641-4f43-9c20-aeed81692a07}` has the library `%SystemRoot%\system32\acme.dll` in chain `Acme over [MSAFD Tcpip [TCP/IP]]` (id 1008, key `000000000001`) and `%SystemRoot%\system32\acme2.dll` in chain `Acme over [MSAFD Tcpip [RAW/IP]]` (id 1010, key `000000000003`)";
    in_both_sets(&two, "winsock-duplicate-provider", Error, 3, Field::LibraryPath, message);
    let case = Catalog::sound().change(1010, |info| info.path = info.path.to_uppercase());
    assert_eq!(stated(&case.reg()), [], "Windows tells paths apart by more than their case");

    let again = two_layers().change(1020, |info| info.name = "Acme".to_owned());
    let export = again.reg();
    let message = "layer `Acme` (id 1020, key `000000000014`) has the name of another layer, id 1007".to_owned();
    let place = export.place(&key64(14), Field::ProtocolName);
    let found = stated(&export);
    assert!(found.contains(&("winsock-duplicate-provider", Warning, place, message)), "{found:#?}");
}

#[test]
fn standard_items_that_are_gone_are_stated_by_set() {
    let mut robbed = Catalog::plain();
    robbed.sets[1].items.retain(|item| item.info.address_family != 2 || item.info.socket_type == 2);
    let export = robbed.reg();
    let message = "the 64-bit set lacks what every Windows has: `tcp4` (family 2, type 1, protocol 6), `raw4` (family 2, type 3, \
                   protocol 0)";
    let line = export.line_of_key(r"\Catalog_Entries64");
    assert_eq!(stated(&export), [("winsock-missing-standard", Warning, (line, 1), message.to_owned())]);
    let renamed = Catalog::plain().change(1001, |info| info.name = "@mswsock.dll,-60100".to_owned());
    assert_eq!(stated(&renamed.reg()), [], "a name says nothing");
    let foreign = Catalog::plain().change(1001, |info| info.provider_id = ACME);
    assert_eq!(stated(&foreign.reg()).len(), 2, "another provider's TCP is not the standard one");
}

#[test]
fn libraries_are_looked_for_where_windows_is_mounted() {
    let volume = tempfile::tempdir().unwrap();
    for folder in ["Windows/System32", "Windows/SysWOW64"] {
        std::fs::create_dir_all(volume.path().join(folder)).unwrap();
    }
    for file in ["System32/MSWSOCK.DLL", "System32/acme.dll", "SysWOW64/mswsock.dll"] {
        std::fs::write(volume.path().join("Windows").join(file), "MZ").unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let export = Catalog::sound().reg();
    let path = export.write(folder.path());
    let report = checked(&path, &Settings::new().windows_root(volume.path()));
    let found: Vec<(&str, usize)> =
        report.findings.iter().map(|finding| (finding.code, report.sources.locate(finding.at).line as usize)).collect();
    let expected: Vec<_> =
        [1, 2, 3, 10].map(|number| ("winsock-library-path", export.place(&key32(number), Field::LibraryPath).0)).into();
    assert_eq!(found, expected, "the 32-bit programs have no acme.dll: {:#?}", report.findings);
    let text = &report.findings[0].message;
    assert!(
        text.ends_with(
            "names the library `%SystemRoot%\\system32\\acme.dll`, and there is no `Windows/SysWOW64/acme.dll`"
        ),
        "{text}"
    );
}
