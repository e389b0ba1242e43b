//! `check --fix`: what can be mended without changing an answer is, once, and nothing else is touched.

use super::{folder, read, said, sockatlas, write};
use sockatlas::Loader;
use sockatlas::check::Settings;
use sockatlas::edit::fix;

const BASE: &str = "\
# A catalog with some care put into its looks.
format = 1

[provider.kernel]
module   =   \"system\"      # spaced as its author likes it


[base.tcp4]   # the only one
provider = 'kernel'
family = \"inet\"
type = \"stream\"
protocol = [ 6 ]
matches-zero = true
";

#[test]
fn an_allowance_that_allows_nothing_is_taken_away_with_its_line() {
    let folder = folder();
    let comment = "# sockatlas: allow(shadowed-entry) was so once\n";
    write(folder.path(), "site.toml", &BASE.replace("[base.tcp4]", &format!("{comment}[base.tcp4]")));
    let fixed = sockatlas(folder.path(), &["check", "--fix", "site.toml"]);
    assert_eq!(
        said(&fixed),
        (
            0,
            "no findings in 1 document: 1 entry, 0 expectations run\n",
            "fixed[unused-allowance]: site.toml:8:1: take the allowance away\n"
        )
    );
    assert_eq!(read(folder.path(), "site.toml"), BASE);
}

#[test]
fn of_an_allowance_behind_something_only_the_comment_goes() {
    let folder = folder();
    let comment = "protocol = [ 6 ]\t # sockatlas: allow(shadowed-entry) was so once\n";
    write(folder.path(), "site.toml", &BASE.replace("protocol = [ 6 ]\n", comment));
    assert_eq!(said(&sockatlas(folder.path(), &["check", "--fix", "site.toml"])).0, 0);
    assert_eq!(read(folder.path(), "site.toml"), BASE);
}

#[test]
fn what_looks_like_an_allowance_in_a_string_is_none() {
    let folder = folder();
    let text = format!("{BASE}summary = \"\"\"\n# sockatlas: allow(shadowed-entry) no\nreplace = true\n\"\"\"\n");
    write(folder.path(), "site.toml", &text);
    assert_eq!(said(&sockatlas(folder.path(), &["check", "--fix", "site.toml"])).0, 0);
    assert_eq!(read(folder.path(), "site.toml"), text);
}

#[test]
fn a_replacement_of_nothing_loses_its_replace_and_nothing_more() {
    let folder = folder();
    let summary = "summary = \"\"\"\nreplace = true\n\"\"\"\n";
    let replacing = |line: &str| format!("{BASE}{summary}{line}hidden = false # kept\n");
    write(folder.path(), "site.toml", &replacing("replace   = true   # goes with it\n"));
    let fixed = sockatlas(folder.path(), &["check", "--fix", "site.toml"]);
    assert_eq!(said(&fixed).2, "fixed[replaces-nothing]: site.toml:8:7: take the `replace` away\n");
    assert_eq!(read(folder.path(), "site.toml"), replacing(""));
}

#[test]
fn a_replacement_that_may_be_mistyped_is_left_to_its_author() {
    let folder = folder();
    write(folder.path(), "a.toml", BASE);
    let text = "format = 1\n[base.tpc4]\nprovider = \"kernel\"\nfamily = \"inet6\"\ntype = \"stream\"\nprotocol = 6\nmatches-zero = true\nreplace = true\n";
    write(folder.path(), "b.toml", text);
    let left = sockatlas(folder.path(), &["check", "--fix", "a.toml", "b.toml"]);
    assert!(said(&left).1.contains("replaces-nothing") && said(&left).2.is_empty(), "{left:?}");
    assert_eq!(read(folder.path(), "b.toml"), text);
}

#[test]
fn a_severity_of_a_fault_is_taken_away() {
    let folder = folder();
    write(folder.path(), "site.toml", &format!("{BASE}[lint]\n# kept\nsyntax = \"allow\"\n"));
    let fixed = sockatlas(folder.path(), &["check", "--fix", "site.toml"]);
    assert_eq!(said(&fixed).2, "fixed[unknown-rule]: site.toml:16:1: take the severity away\n");
    assert_eq!(read(folder.path(), "site.toml"), format!("{BASE}[lint]\n# kept\n"));
}

/// A request that names the provider would be refused otherwise: as one that no catalog knows.
#[test]
fn an_unused_provider_stays_as_requests_may_name_it() {
    let folder = folder();
    let text = format!("{BASE}\n[provider.spare]\nmodule = \"system\"\n");
    write(folder.path(), "site.toml", &text);
    let left = sockatlas(folder.path(), &["check", "--fix", "site.toml"]);
    assert!(said(&left).1.contains("unused-provider"), "{left:?}");
    assert_eq!(read(folder.path(), "site.toml"), text);
}

#[test]
fn many_fixes_in_many_files_are_made_at_once_and_a_second_time_there_are_none() {
    let folder = folder();
    let allowance = "# sockatlas: allow(shadowed-entry) was so once\n";
    let one = BASE.replace("[base.tcp4]", &format!("{allowance}{allowance}{allowance}[base.tcp4]"));
    let other = "format = 1\n[base.udp4]\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"dgram\"\nprotocol = 17\nmatches-zero = true\n";
    write(folder.path(), "a.toml", &format!("{one}{allowance}replace = true\n"));
    write(folder.path(), "b.toml", &format!("{other}replace = true {allowance}"));
    let first = sockatlas(folder.path(), &["check", "--fix", "."]);
    assert_eq!((said(&first).0, said(&first).2.lines().count()), (0, 6), "{first:?}");
    assert_eq!(read(folder.path(), "a.toml"), BASE);
    assert_eq!(read(folder.path(), "b.toml"), other);
    let second = sockatlas(folder.path(), &["check", "--fix", "."]);
    assert_eq!((said(&second).0, said(&second).2), (0, ""));
    assert_eq!(read(folder.path(), "a.toml"), BASE);
}

#[test]
fn a_catalog_with_faults_stays_as_it_is() {
    let folder = folder();
    let text = format!("{BASE}replace = true\nkolour = 1\n");
    write(folder.path(), "site.toml", &text);
    let refused = sockatlas(folder.path(), &["check", "--fix", "site.toml"]);
    assert_eq!((said(&refused).0, said(&refused).2), (1, ""));
    assert_eq!(read(folder.path(), "site.toml"), text);
}

#[test]
fn what_is_no_file_is_reported_and_never_written() {
    let fixed = fix(&Loader::new().text("site.toml", format!("{BASE}replace = true\n")), &Settings::new());
    assert_eq!((fixed.applied.len(), fixed.files().count()), (0, 0));
    assert_eq!(fixed.report.findings.len(), 1);
}

#[test]
fn an_included_file_is_fixed_where_it_is() {
    let folder = folder();
    std::fs::create_dir(folder.path().join("parts")).expect("a folder is made");
    write(folder.path(), "parts/base.toml", &format!("{BASE}replace = true\n"));
    write(folder.path(), "site.toml", "format = 1\ninclude = [\"parts/base.toml\"]\n");
    let fixed = sockatlas(folder.path(), &["check", "--fix", "site.toml"]);
    assert_eq!(said(&fixed).2, "fixed[replaces-nothing]: parts/base.toml:8:7: take the `replace` away\n");
    assert_eq!(read(folder.path(), "parts/base.toml"), BASE);
}

/// An allowance is not unused because this time nobody looked for what it allows.
#[test]
fn an_allowance_of_what_is_looked_for_on_demand_stays() {
    let folder = folder();
    let text = BASE.replace("[base.tcp4]", "# sockatlas: allow(uncovered-entry) it is plain enough\n[base.tcp4]");
    write(folder.path(), "site.toml", &text);
    assert_eq!(
        said(&sockatlas(folder.path(), &["check", "--fix", "site.toml"])),
        (0, "no findings in 1 document: 1 entry, 0 expectations run\n", "")
    );
    assert_eq!(read(folder.path(), "site.toml"), text);
}
