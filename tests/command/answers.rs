//! `resolve`: one request.

use super::{command, run, site, sockatlas};
use std::path::Path;

#[test]
fn a_selection_as_json_to_the_letter() {
    let stdout = site("resolve inet stream 6 --require encrypted --format json").quietly(0);
    assert_eq!(
        stdout,
        concat!(
            r#"{"version":1,"request":{"family":"inet","type":"stream","protocol":6,"require":["encrypted"]},"#,
            r#""selected":{"name":"secure/tcp4","kind":"chain","catalog_entry_id":1005,"#,
            r#""family":{"name":"inet","number":2},"type":{"name":"stream","number":1},"#,
            r#""protocol":{"name":"tcp","number":6},"stack":["tls","tcp4"],"#,
            r#""services":["authenticated","encrypted","guaranteed-delivery","guaranteed-order"],"#,
            r#""provider":{"name":"tls","id":null},"#,
            r#""source":{"file":"site.toml","line":58,"column":8}}}"#,
            "\n"
        )
    );
}

#[test]
fn a_refusal_as_json_to_the_letter() {
    let stdout = site("resolve inet stream udp --format json").quietly(1);
    assert_eq!(
        stdout,
        concat!(
            r#"{"version":1,"request":{"family":"inet","type":"stream","protocol":"udp"},"#,
            r#""error":{"code":"protocol-not-supported","#,
            r#""message":"no entry of family `inet` with type `stream` has the protocol `udp`","#,
            r#""wsa":{"name":"WSAEPROTONOSUPPORT","number":10043},"#,
            r#""errno":{"name":"EPROTONOSUPPORT","number":93}}}"#,
            "\n"
        )
    );
}

#[test]
fn the_request_is_echoed_by_name_where_there_is_one() {
    let echoed = |line: &str| {
        let stdout = site(&format!("resolve {line} --format json")).stdout;
        let answer: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
        answer["request"].to_string()
    };
    assert_eq!(echoed("2 1 tcp"), r#"{"family":"inet","type":"stream","protocol":"tcp"}"#);
    assert_eq!(echoed("ipv4 datagram"), r#"{"family":"inet","type":"dgram","protocol":0}"#);
    assert_eq!(echoed("201 5 2"), r#"{"family":"acme","type":"seqpacket","protocol":2}"#);
    assert_eq!(echoed("acme 5 gadget"), r#"{"family":"acme","type":"seqpacket","protocol":"gadget"}"#);
    assert_eq!(echoed("-1 77 -1"), r#"{"family":-1,"type":77,"protocol":-1}"#);
    assert_eq!(echoed("0 0 0"), r#"{"family":"unspec","type":"unspec","protocol":0}"#);
    assert_eq!(
        echoed(
            "inet stream --provider kernel --require guaranteed-order --require expedited-data,encrypted \
             --prefer x-b --avoid proxied --prohibit framed --application billing --entry 1001"
        ),
        concat!(
            r#"{"family":"inet","type":"stream","protocol":0,"entry":1001,"provider":"kernel","#,
            r#""require":["encrypted","expedited-data","guaranteed-order"],"prefer":["x-b"],"avoid":["proxied"],"#,
            r#""prohibit":["framed"],"application":"billing"}"#
        )
    );
}

#[test]
fn numbers_without_a_name_have_null_for_it() {
    let stdout = site("resolve inet dgram 200 --format json").quietly(0);
    assert!(stdout.contains(r#""protocol":{"name":null,"number":200}"#), "{stdout}");
    assert!(stdout.contains(r#""provider":{"name":"kernel","id":"e70f1aa0-ab8b-11cf-8ca3-00805f48a192"}"#), "{stdout}");
}

#[test]
fn in_the_windows_dialect_errno_has_no_number() {
    let windows = "../../catalogs/windows.toml";
    let stdout = sockatlas(&format!("-c {windows} resolve inet stream udp --format json")).quietly(1);
    assert!(stdout.contains(r#""errno":{"name":"EPROTONOSUPPORT","number":null}"#), "{stdout}");
    let stdout = sockatlas(&format!("-c {windows} resolve inet6 stream --format json")).quietly(0);
    assert!(stdout.contains(r#""family":{"name":"inet6","number":23}"#), "{stdout}");
}

#[test]
fn a_selection_for_people_is_one_aligned_block() {
    assert_eq!(
        site("resolve inet stream --require encrypted").quietly(0),
        "\
secure/tcp4  chain 1005
  stack     tls > tcp4
  family    inet (2)
  type      stream (1)
  protocol  tcp (6)
  services  authenticated, encrypted, guaranteed-delivery, guaranteed-order
  provider  tls
  source    site.toml:58:8
"
    );
}

#[test]
fn a_refusal_for_people_is_talk_and_says_how_to_learn_more() {
    assert_eq!(
        site("resolve inet stream udp --prefer encrypted").complains(1),
        "\
error[protocol-not-supported]: no entry of family `inet` with type `stream` has the protocol `udp`
  WSAEPROTONOSUPPORT (10043), EPROTONOSUPPORT (93)
  help: `sockatlas -c site.toml explain inet stream udp --prefer encrypted` shows every candidate
"
    );
}

#[test]
fn every_refusal_is_status_one_with_its_code() {
    for (line, code) in [
        ("bluetooth stream", "address-family-not-supported"),
        ("inet rdm", "socket-type-not-supported"),
        ("inet stream 99", "protocol-not-supported"),
        ("inet stream --require compressed", "service-not-offered"),
        ("inet dgram udp --application billing", "not-permitted"),
        ("inet stream --entry nothing", "no-such-entry"),
        ("inet stream --entry old4", "no-such-entry"),
        ("inet stream --entry tls", "unchained-layer"),
        ("inet dgram --entry tcp4", "entry-mismatch"),
        ("inet stream --provider nobody", "no-such-provider"),
    ] {
        let said = site(&format!("resolve {line}")).complains(1);
        assert!(said.starts_with(&format!("error[{code}]: ")), "{line}: {said}");
    }
}

#[test]
fn negative_numbers_and_zero_are_words() {
    let said = site("resolve -1 0").complains(1);
    assert!(said.starts_with("error[address-family-not-supported]: no entry has the address family `-1`\n"), "{said}");
    let stdout = site("resolve --entry tcp4 -1 -1 -1").quietly(0);
    assert!(stdout.starts_with("tcp4  base 1001\n"), "{stdout}");
    assert!(site("resolve inet stream 0").quietly(0).starts_with("tcp4  base 1001\n"));
    assert_eq!(site("resolve inet stream -2147483648").status, 1);
    assert_eq!(site("resolve inet stream 2147483648").status, 2);
    assert_eq!(site("resolve inet stream +6").status, 2);
}

#[test]
fn with_an_entry_the_triple_may_be_left_out() {
    assert!(site("resolve --entry secure/tcp4").quietly(0).starts_with("secure/tcp4  chain 1005\n"));
    assert!(site("resolve --entry 1001").quietly(0).starts_with("tcp4  base 1001\n"));
    assert!(site("resolve inet --entry tcp4").quietly(0).starts_with("tcp4  base 1001\n"));
    assert!(site("resolve inet").complains(2).contains("<TYPE>"));
    assert!(site("resolve").complains(2).contains("<FAMILY>"));
}

#[test]
fn an_unknown_word_is_status_two_with_a_suggestion() {
    for (line, said) in [
        ("inte stream", "error: unknown address family `inte`\nhelp: did you mean `inet`?\n"),
        ("inet sream", "error: unknown socket type `sream`\nhelp: did you mean `stream`?\n"),
        (
            "inet stream tpc",
            "error: unknown protocol `tpc`: family `inet` has none of that name\nhelp: did you mean `tcp`?\n",
        ),
        (
            "acme seqpacket gadgte",
            "error: unknown protocol `gadgte`: family `acme` has none of that name\nhelp: did you mean `gadget`?\n",
        ),
        ("inet stream --require encripted", "error: unknown service `encripted`\nhelp: did you mean `encrypted`?\n"),
        ("INET stream", "error: unknown address family `INET`\nhelp: did you mean `inet`?\n"),
    ] {
        assert_eq!(site(&format!("resolve {line}")).complains(2), said, "{line}");
        assert_eq!(site(&format!("resolve {line} --format json")).complains(2), said, "{line}");
        assert_eq!(site(&format!("explain {line}")).complains(2), said, "{line}");
    }
}

#[test]
fn an_unknown_application_is_refused_where_others_are_known() {
    let refused = site("resolve inet stream --application biling").complains(1);
    let text = "error[no-such-application]: application `biling` has no section of policy, and neither has `*` (did you mean `billing`?)";
    assert_eq!(refused.lines().next(), Some(text));
    assert!(site("resolve inet stream --application billing").quietly(0).starts_with("secure/tcp4"));

    let json = site("explain inet stream tcp --application biling --format json").quietly(1);
    let answer: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(answer["error"]["code"], "no-such-application");
    assert_eq!(answer["error"]["wsa"]["number"], 10013);
    assert_eq!(answer["error"]["errno"]["number"], 13);
    assert_eq!(answer["candidates"][0]["failed"], "policy");
    assert_eq!(answer["candidates"][0]["wanted"], "a section for application `biling` or `*`");
    assert_eq!(answer["mends"][0]["change"], "ask for application `billing` instead of `biling`");

    let far = site("explain inet stream tcp --application reports").quietly(1);
    assert!(far.contains(": write a section `[application.reports]`\n    at site.toml:"), "{far}");
}

/// What is asked for is looked at first, whoever asks.
#[test]
fn an_unknown_application_is_refused_in_the_place_of_policy() {
    for (request, code) in [
        ("inet stream udp", "protocol-not-supported"),
        ("--entry nobody", "no-such-entry"),
        ("inet stream --require compressed", "service-not-offered"),
        ("inet stream --prohibit guaranteed-order", "service-not-offered"),
        ("inet stream", "no-such-application"),
        ("--entry secure/tcp4", "no-such-application"),
        ("inet stream --provider kernel", "no-such-application"),
    ] {
        let refused = site(&format!("resolve {request} --application nobody")).complains(1);
        assert!(refused.starts_with(&format!("error[{code}]")), "{request}: {refused}");
    }
}

#[test]
fn an_unknown_application_that_is_answered_is_warned_of() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/command/site.toml"))
        .expect("it is there");
    let none = catalog
        .replace("[application.billing]\nrequire = [\"encrypted\"]\n", "")
        .replace("{ application = \"billing\" }", "{ require = [\"encrypted\"] }");
    let for_all = format!("{none}\n[application.\"*\"]\nprohibit = [\"proxied\"]\n");
    for (catalog, policy) in
        [(none, "no policy applies to the request"), (for_all, "the request gets the policy of `*`")]
    {
        let path = folder.path().join("site.toml");
        std::fs::write(&path, catalog).expect("it can be written");
        let ran = run(
            command(&["-c", path.to_str().expect("UTF-8"), "resolve", "inet", "stream", "--application", "biling"]),
            b"",
        );
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        assert_eq!(ran.stderr, format!("warning: no catalog has a section [application.biling]; {policy}\n"));
    }
}
