//! `list`, `show` and `names`.

use super::{site, sockatlas};
use serde_json::Value::Null;

#[test]
fn list_shows_what_applications_see() {
    assert_eq!(
        site("list").quietly(0),
        "\
id    name         kind   family  type       protocol   stack
1001  tcp4         base   inet    stream     tcp, or 0
1004  widget       base   acme    seqpacket  gadget
1005  secure/tcp4  chain  inet    stream     tcp, or 0  tls > tcp4
"
    );
}

#[test]
fn list_all_shows_hidden_layers_and_disabled_too() {
    assert_eq!(
        site("list --all").quietly(0),
        "\
id    name         kind               family  type       protocol         stack
1001  tcp4         base               inet    stream     tcp, or 0
1002  udp4         base (hidden)      inet    dgram      udp, 200 to 201
1004  widget       base               acme    seqpacket  gadget
1005  secure/tcp4  chain              inet    stream     tcp, or 0        tls > tcp4
1003  old4         base (disabled)
1006  tls          layer
1007  spare        layer (unchained)
"
    );
}

#[test]
fn list_shows_the_protocols_that_are_asked_for_by_their_first_number() {
    let names = |arguments: &str| -> Vec<String> {
        let listed = site(&format!("list {arguments} --format json")).quietly(0);
        let listed: serde_json::Value = serde_json::from_str(&listed).expect("JSON");
        let entries = listed["entries"].as_array().expect("an array");
        entries.iter().filter_map(|entry| entry["name"].as_str()).map(str::to_owned).collect()
    };
    assert_eq!(names("--protocol tcp"), ["tcp4", "secure/tcp4"]);
    assert_eq!(names("--all --protocol 6,17"), ["tcp4", "udp4", "secure/tcp4"]);
    assert_eq!(names("--all --protocol udp --protocol 2"), ["udp4", "widget"]);
    assert!(names("--all --protocol 200").is_empty(), "udp4 begins with 17");
    assert!(names("--protocol -1").is_empty());
    assert!(site("list --protocol tpc").complains(2).contains("did you mean `tcp`?"));
}

#[test]
fn list_agrees_with_what_windows_enumerates() {
    use sockatlas::winsock::wsa::WindowsSockets;
    let catalogs = ["../../catalogs/windows.toml", "layered.toml"];
    let path = |name: &str| format!("{}/tests/command/{name}", env!("CARGO_MANIFEST_DIR"));
    let loader = catalogs.iter().fold(sockatlas::Loader::new(), |loader, name| loader.path(path(name)));
    let registry = loader.load().unwrap_or_else(|error| panic!("{error}"));
    let windows = WindowsSockets::new(&registry).expect("in the windows dialect");
    let listed = |arguments: &str| -> Vec<String> {
        let command = format!("-c {} -c {} list {arguments} --format json", catalogs[0], catalogs[1]);
        let listed: serde_json::Value = serde_json::from_str(&sockatlas(&command).quietly(0)).expect("JSON");
        let entries = listed["entries"].as_array().expect("an array");
        let enabled = entries.iter().filter(|entry| entry["disabled"] == false);
        enabled.filter_map(|entry| entry["name"].as_str()).map(str::to_owned).collect()
    };
    let names = |entries: Vec<sockatlas::EntryRef<'_>>| -> Vec<String> {
        entries.into_iter().map(|entry| entry.name().to_owned()).collect()
    };
    assert_eq!(listed(""), names(windows.enum_protocols(None).entries));
    assert_eq!(listed("--all"), names(windows.wsc_enum_protocols(None).entries));
    assert_eq!(listed("--protocol 6,3"), names(windows.enum_protocols(Some(&[6, 3, 0])).entries));
    let all = listed("--all");
    assert!(all.iter().any(|name| name == "acme") && !all.iter().any(|name| name == "narrow-32"), "{all:?}");
    assert_eq!(all.first().map(String::as_str), Some("acme-over-tcp4"));
}

#[test]
fn list_as_json_to_the_letter() {
    let stdout = site("list --format json").quietly(0);
    let list: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!((&list["version"], &list["title"], &list["dialect"]), (&1.into(), &"A site".into(), &"linux".into()));
    assert_eq!(
        list["entries"][2].to_string(),
        concat!(
            r#"{"name":"secure/tcp4","kind":"chain","catalog_entry_id":1005,"family":{"name":"inet","number":2},"#,
            r#""type":{"name":"stream","number":1},"protocols":[{"from":6,"to":6,"name":"tcp"}],"matches_zero":true,"#,
            r#""stack":["tls","tcp4"],"services":["authenticated","encrypted","guaranteed-delivery","guaranteed-order"],"services_accepting":["encrypted","guaranteed-delivery","guaranteed-order"],"#,
            r#""provider":{"name":"tls","module":"tls","id":null},"hidden":false,"disabled":false,"summary":null,"#,
            r#""source":{"file":"site.toml","line":58,"column":8}}"#
        )
    );
    let all: serde_json::Value = serde_json::from_str(&site("list --all --format json").quietly(0)).expect("JSON");
    assert_eq!(all["entries"].as_array().map(Vec::len), Some(7));
    assert_eq!(
        all["entries"][1]["protocols"].to_string(),
        r#"[{"from":17,"to":17,"name":"udp"},{"from":200,"to":201,"name":null}]"#
    );
}

#[test]
fn show_tells_all_of_a_base_protocol() {
    let shown = site("show tcp4").quietly(0);
    let (facts, options) = shown.split_once("\n  Options\n").expect("it takes options");
    assert_eq!(
        facts,
        "\
tcp4  TCP over IPv4
  kind                base
  catalog entry id    1001
  family              inet (2)
  type                stream (1)
  protocol            tcp
  matches protocol 0  yes
  services            expedited-data, guaranteed-delivery, guaranteed-order
  provider            kernel (module system, e70f1aa0-ab8b-11cf-8ca3-00805f48a192)
  message size        0 (a stream of bytes)
  address size        16 bytes
  byte order          big
  module              system: The sockets of the operating system (feature net)
  source              site.toml:13:7
  used by             secure/tcp4
"
    );
    let stated = "    nodelay               = true; takes `true` or `false`\n";
    assert!(options.starts_with(stated), "{options}");
    for line in [
        "                          TCP_NODELAY: small writes are sent at once\n",
        "    quickack              not set; takes `true` or `false`\n",
        "    keepalive             default: false; takes `true` or `false`\n",
        "    send-buffer           = 65536; takes a whole number from 1 to 1073741823\n",
        "    connect-timeout       default: 30s; takes a time from 1ms to 24h with its unit, as in \"5s\"\n",
    ] {
        assert!(options.contains(line), "{line} is not in\n{options}");
    }
    for of_other_sockets in ["broadcast", "only-v6", "pass-credentials"] {
        assert!(!options.contains(of_other_sockets), "{options}");
    }
}

#[test]
fn show_tells_the_time_limits_of_a_chain_and_no_other_options() {
    let shown = site("show secure").quietly(0);
    let (_, options) = shown.split_once("\n  Options\n").expect("it takes options");
    assert_eq!(
        options,
        "    connect-timeout    default: 30s; takes a time from 1ms to 24h with its unit, as in \"5s\"
                       How long the base protocol may take to connect
    handshake-timeout  default: 30s; takes a time from 1ms to 24h with its unit, as in \"5s\"
                       How long the handshakes of all layers may take together
    read-timeout       default: no limit; takes a time from 1ms to 24h with its unit, as in \"5s\"
                       How long a read may wait for bytes
    write-timeout      default: no limit; takes a time from 1ms to 24h with its unit, as in \"5s\"
                       How long a write may wait for room
"
    );
}

#[test]
fn show_tells_which_options_are_required() {
    let unstated = sockatlas("-c ../../catalogs/linux.toml -c ../../catalogs/layers.toml show socks5").quietly(0);
    let takes = "takes a host and a port, as in \"proxy.example:1080\"\n";
    assert!(unstated.contains(&format!("\n    proxy          required; {takes}")), "{unstated}");
    let stated = sockatlas("-c ../../examples/site.toml show socks5").quietly(0);
    let line = format!("\n    proxy          = \"proxy.example.org:1080\" (required); {takes}");
    assert!(stated.contains(&line), "{stated}");
}

#[test]
fn show_tells_what_holds_where_an_option_is_left_out() {
    let shown = sockatlas("-c ../../catalogs/linux.toml -c ../../catalogs/layers.toml show proxy-protocol").quietly(0);
    let (contract, options) = shown.split_once("\n  Options\n").expect("it takes options");
    assert!(contract.contains("\n  module            proxy-protocol: A header ahead of the stream "), "{contract}");
    assert_eq!(
        options,
        "    version  default: connecting 2; accepting either; takes a whole number from 1 to 2
             The version of the header: 1 is a line of text, 2 is binary
"
    );
}

#[test]
fn show_tells_the_options_of_a_module_that_is_not_known() {
    let shown = site("show spare").quietly(0);
    let reported = "\
  provider          acme
  option note       \"a \\\"word\\\"\"
  option list       [1, 2.5]
  option table      { when = 2026-01-02 }
  source            site.toml:54:8
";
    assert!(shown.ends_with(reported), "{shown}");
}

#[test]
fn show_tells_the_contract_of_a_layer() {
    let shown = site("show tls").quietly(0);
    let (contract, options) = shown.split_once("\n  Options\n").expect("it takes options");
    assert!(options.contains("    min-version   default: \"1.2\"; takes \"1.2\" or \"1.3\"\n"), "{options}");
    assert_eq!(
        contract,
        "\
tls
  kind              layer
  catalog entry id  1006
  needs below       guaranteed-order
  forbids below     none
  adds              encrypted
  removes           expedited-data
  allowed below     tcp4
  categories        crypto-compress
  provider          tls
  module            tls: TLS 1.2 and 1.3 (RFC 5246, RFC 8446), with the peer verified (feature tls)
  source            site.toml:46:8
  used by           secure/tcp4
"
    );
}

#[test]
fn show_reads_names_ids_and_the_names_of_groups() {
    let by_name = site("show secure/tcp4").quietly(0);
    assert_eq!(site("show 1005").quietly(0), by_name);
    assert_eq!(site("show secure").quietly(0), by_name);
    let said = site("show tpc4").complains(2);
    assert_eq!(said, "error: no entry is called `tpc4`\nhelp: did you mean `tcp4`?\n");
    assert_eq!(site("show -5").complains(2), "error: no entry is called `-5`\n");
}

#[test]
fn show_as_json_to_the_letter() {
    let stdout = site("show tcp4 --format json").quietly(0);
    let mut shown: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
    let entry = shown["entries"][0].as_object_mut().expect("an object");
    let (module, limits) = (entry.remove("module"), entry.remove("time_limits"));
    let (module, limits) = (module.expect("it has one"), limits.expect("it has some"));
    assert_eq!(
        [&module["name"], &module["summary"], &module["feature"]],
        ["system", "The sockets of the operating system", "net"]
    );
    let option = |name: &str| {
        let options = module["options"].as_array().expect("an array");
        options.iter().find(|option| option["name"] == name).expect("it is there").to_string()
    };
    assert_eq!(
        option("nodelay"),
        concat!(
            r#"{"name":"nodelay","summary":"TCP_NODELAY: small writes are sent at once","kind":"boolean","#,
            r#""takes":"`true` or `false`","required":false,"default":"false","value":true}"#
        )
    );
    assert!(option("quickack").ends_with(r#""required":false,"default":null,"value":null}"#));
    let limits: Vec<&serde_json::Value> =
        limits.as_array().expect("an array").iter().map(|option| &option["name"]).collect();
    assert_eq!(limits, ["connect-timeout", "handshake-timeout", "read-timeout", "write-timeout"]);
    assert_eq!(
        shown["entries"][0].to_string(),
        concat!(
            r#"{"name":"tcp4","kind":"base","catalog_entry_id":1001,"family":{"name":"inet","number":2},"#,
            r#""type":{"name":"stream","number":1},"protocols":[{"from":6,"to":6,"name":"tcp"}],"matches_zero":true,"#,
            r#""stack":["tcp4"],"services":["expedited-data","guaranteed-delivery","guaranteed-order"],"#,
            r#""provider":{"name":"kernel","module":"system","id":"e70f1aa0-ab8b-11cf-8ca3-00805f48a192"},"#,
            r#""hidden":false,"disabled":false,"summary":"TCP over IPv4","#,
            r#""source":{"file":"site.toml","line":13,"column":7},"contract":null,"#,
            r#""facts":{"version":null,"message_size":0,"address_size":{"min":16,"max":16},"byte_order":"big","#,
            r#""security_scheme":null,"recommended":false,"unknown":[]},"#,
            r#""options":{"nodelay":true,"send-buffer":65536},"#,
            r#""used_by":["secure/tcp4"],"dependents":["secure/tcp4"]}"#
        )
    );
    let layer: serde_json::Value = serde_json::from_str(&site("show tls --format json").quietly(0)).expect("JSON");
    assert_eq!(
        layer["entries"][0]["contract"].to_string(),
        concat!(
            r#"{"needs":["guaranteed-order"],"forbids":[],"adds":["encrypted"],"removes":["expedited-data"],"#,
            r#""allow_below":["tcp4"],"categories":["crypto-compress"]}"#
        )
    );
    assert_eq!((&layer["entries"][0]["module"]["name"], &layer["entries"][0]["time_limits"]), (&"tls".into(), &Null));
    let unknown: serde_json::Value = serde_json::from_str(&site("show spare --format json").quietly(0)).expect("JSON");
    assert_eq!(
        unknown["entries"][0]["options"].to_string(),
        r#"{"note":"a \"word\"","list":[1,2.5],"table":{"when":"2026-01-02"}}"#
    );
    assert_eq!((&unknown["entries"][0]["module"], &unknown["entries"][0]["time_limits"]), (&Null, &Null));
    let chain: serde_json::Value = serde_json::from_str(&site("show secure --format json").quietly(0)).expect("JSON");
    assert_eq!(chain["entries"][0]["module"], Null);
    assert_eq!(chain["entries"][0]["time_limits"].as_array().map(Vec::len), Some(4));
}

#[test]
fn names_are_those_of_the_dialect_and_of_the_catalog() {
    let linux = site("names families").quietly(0);
    assert!(linux.contains("\n   10  inet6       ipv6\n"), "{linux}");
    assert!(linux.contains("\n  201  acme\n"), "{linux}");
    let windows = sockatlas("-c ../../catalogs/windows.toml names families").quietly(0);
    assert!(windows.contains("\n   23  inet6       ipv6\n"), "{windows}");
    assert!(!windows.contains("netlink"), "{windows}");
}

#[test]
fn names_of_protocols_are_those_of_a_family() {
    assert_eq!(site("names protocols --family acme").quietly(0), "protocols of acme\n    1  widget\n    2  gadget\n");
    assert_eq!(
        site("names --family 201 --format json").quietly(0),
        concat!(
            r#"{"version":1,"dialect":"linux","protocols":[{"family":"acme","names":["#,
            r#"{"name":"widget","number":1,"aliases":[]},{"name":"gadget","number":2,"aliases":[]}]}]}"#,
            "\n"
        )
    );
    let all = site("names protocols").quietly(0);
    assert!(all.contains("protocols of inet, inet6\n") && all.contains("    0  route\n"), "{all}");
    assert!(site("names types --family inet").complains(2).starts_with("error: only protocols are listed by family\n"));
    assert!(site("names --family inte").complains(2).contains("did you mean `inet`?"));
}

#[test]
fn names_of_errors_have_both_numbers_of_the_dialect() {
    let errors = site("names errors").quietly(0);
    assert!(errors.contains("  not-permitted                 WSAEACCES 10013               EACCES 13 "), "{errors}");
    let json: serde_json::Value = serde_json::from_str(&site("names --format json").quietly(0)).expect("JSON");
    assert_eq!(
        json["errors"][10].to_string(),
        concat!(
            r#"{"code":"not-permitted","summary":"entries match, but the application may not use any of them","#,
            r#""wsa":{"name":"WSAEACCES","number":10013},"errno":{"name":"EACCES","number":13}}"#
        )
    );
    assert_eq!(json["errors"][11]["code"], "no-such-application");
    assert_eq!(json["services"][2].to_string(), r#"{"name":"connect-data","xp1":128}"#);
    assert_eq!(json["categories"][0].to_string(), r#"{"name":"inspector","value":1}"#);
    assert_eq!(json["types"][2].to_string(), r#"{"name":"dgram","number":2,"aliases":["datagram"]}"#);
}
