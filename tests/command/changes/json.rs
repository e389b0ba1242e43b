//! What the commands that change catalogs print for programs.

use super::{SITE, Site};
use serde_json::{Value, json};
use snapbox::{IntoData, assert_data_eq, str};

/// A catalog of so few entries that all of what is told of a change can be read.
const FEW: &str = "\
format = 1
dialect = \"linux\"

[provider.kernel]
module = \"system\"

[base.tcp4]
provider = \"kernel\"
family = \"inet\"
type = \"stream\"
protocol = \"tcp\"
matches-zero = true

[base.spare4]
provider = \"kernel\"
family = \"inet\"
type = \"stream\"
protocol = \"tcp\"
matches-zero = true
";

/// The one line that was printed.
#[track_caller]
fn object(stdout: &str) -> Value {
    assert_eq!(stdout.matches('\n').count(), 1, "{stdout}");
    serde_json::from_str(stdout).expect("JSON")
}

/// The keys of an object, in their order.
fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[test]
fn a_change_is_reported_whole() {
    let site = Site::new();
    site.write("site.toml", FEW);
    assert_data_eq!(site.run("order spare4 --format json").quietly(0), str![[r#"
{"version":1,"files":[{"path":"site.toml","diff":"--- site.toml\n+++ changed\n@@ -1,4 +1,5 @@\n format = 1\n dialect = \"linux\"\n+order = [\"spare4\"]\n \n [provider.kernel]\n"}],"differences":[{"family":{"name":"inet","number":2},"type":{"name":"stream","number":1},"protocols":[{"from":0,"to":0},{"from":6,"to":6,"name":"tcp"}],"application":null,"demand":null,"was":{"entry":"tcp4","stack":["tcp4"],"services":[]},"is":{"entry":"spare4","stack":["spare4"],"services":[]}},{"family":{"name":"inet","number":2},"type":{"name":"stream","number":1},"protocols":[{"from":0,"to":0},{"from":6,"to":6,"name":"tcp"}],"application":null,"demand":"provider=kernel","was":{"entry":"tcp4","stack":["tcp4"],"services":[]},"is":{"entry":"spare4","stack":["spare4"],"services":[]}}],"consequences":[],"findings":[{"code":"shadowed-entry","severity":"warning","message":"no request can select `tcp4` without naming it: `spare4` comes first","source":{"file":"site.toml","line":8,"column":7,"end_line":8,"end_column":11},"labels":[{"text":"this one answers first","source":{"file":"site.toml","line":15,"column":7,"end_line":15,"end_column":13}}],"help":"name `tcp4` in `order`, let it offer what the other does not, or expect it in a test that names it"}],"written":true}

"#]].raw());
    assert!(site.read("site.toml").contains("order = [\"spare4\"]\n"), "{}", site.read("site.toml"));
}

#[test]
fn a_dry_run_tells_the_same_and_that_nothing_is_written() {
    let site = Site::new();
    let shown = object(&site.run("disable udp4 --dry-run --format json").quietly(0));
    assert_eq!(site.read("site.toml"), SITE);
    let mut made = object(&site.run("disable udp4 --format json").quietly(0));
    assert_eq!((&shown["written"], &made["written"]), (&json!(false), &json!(true)));
    made["written"] = json!(false);
    assert_eq!(shown, made);
}

#[test]
fn what_is_so_already_has_no_files_and_is_not_written() {
    let said = object(&Site::new().run("enable udp4 --format json").quietly(0));
    assert_eq!(
        said,
        json!({ "version": 1, "files": [], "differences": [], "consequences": [], "findings": [], "written": false })
    );
}

#[test]
fn what_went_along_and_what_is_found_have_their_places() {
    let site = Site::new();
    let said = object(&site.run("remove tls4 --with-dependents --format json").quietly(0));
    assert_eq!(keys(&said), ["version", "files", "differences", "consequences", "findings", "written"]);
    assert_eq!(
        said["consequences"],
        json!([{ "effect": "removed", "kind": "expect", "name": "tls4",
                 "source": { "file": "site.toml", "line": 43, "column": 1 }, "reason": null }])
    );
    let finding = &said["findings"][0];
    assert_eq!(finding["code"], "unchained-layer");
    assert_eq!(keys(&finding["source"]), ["file", "line", "column", "end_line", "end_column"]);
}

#[test]
fn who_stands_in_the_way_is_reported_with_places() {
    let site = Site::new();
    let ran = site.run("remove tcp4 --format json");
    assert_eq!(site.read("site.toml"), SITE);
    assert_data_eq!(ran.quietly(1), str![[r#"
{"version":1,"error":{"code":"needed-by-others","message":"cannot take `tcp4` away, which others need: chain `tls4` (site.toml:40:10), `[[expect]]` with `tls4` (site.toml:43:1)","others":[{"kind":"chain","name":"tls4","source":{"file":"site.toml","line":40,"column":10}},{"kind":"expect","name":"tls4","source":{"file":"site.toml","line":43,"column":1}}],"findings":[]}}

"#]].raw());
}

#[test]
fn the_errors_of_a_result_are_reported_with_places() {
    let site = Site::new();
    let said = object(&site.run("install tls-udp layers=tls base=udp4 --chain --format json").quietly(1));
    assert_eq!(site.read("site.toml"), SITE);
    assert_eq!(keys(&said), ["version", "error"]);
    assert_eq!(keys(&said["error"]), ["code", "message", "others", "findings"]);
    assert_eq!(said["error"]["code"], "result-has-errors");
    assert_eq!(said["error"]["findings"][0]["severity"], "error");
    assert_eq!(said["error"]["findings"][0]["source"]["file"], "site.toml");
}
