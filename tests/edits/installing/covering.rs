//! Chains of a new layer over what is there, in front of all others.

use super::*;
use sockatlas::catalog::Severity;
use sockatlas::check::Settings;
use sockatlas::edit::Effect;

/// A site with two bases, of which the second offers no order, and a group.
fn covered() -> String {
    let udp4 = "
[base.udp4]
provider = \"kernel\"
family = \"inet\"
type = \"dgram\"
protocol = \"udp\"
matches-zero = true

[provider.acme]

[layer.count]
provider = \"acme\"

[chain.counted]
layers = [\"count\"]
base = [\"tcp4\", \"udp4\"]
";
    format!("{SITE}{udp4}")
}

fn seal() -> Install {
    defined(
        DefinitionKind::Layer,
        "seal",
        &[("provider", "acme"), ("needs", "guaranteed-order"), ("adds", "encrypted")],
    )
}

#[test]
fn chains_over_named_entries_stand_first_in_the_order_of_these() {
    let folder = site(&covered());
    let outcome = commit(folder.path(), seal().chains_over(["counted/tcp4", "tcp4"]));
    let expected = ["seal-over-tcp4", "seal-over-counted-tcp4", "tcp4", "udp4", "counted/tcp4", "counted/udp4"];
    assert_eq!(order(&outcome.is), expected);
    let text = read(folder.path(), "site.toml");
    let added = "
[layer.seal]
provider = \"acme\"
needs    = [\"guaranteed-order\"]
adds     = [\"encrypted\"]

[chain.seal-over-tcp4]
layers = [\"seal\"]
base   = \"tcp4\"

[chain.seal-over-counted-tcp4]
layers = [\"seal\"]
base   = \"counted/tcp4\"
";
    assert!(text.ends_with(&format!("base = [\"tcp4\", \"udp4\"]\n{added}")), "{text}");
    assert!(text.contains("\norder = [\"seal-over-tcp4\", \"seal-over-counted-tcp4\"]\n"), "{text}");
    let stack: Vec<&str> =
        outcome.is.entry("seal-over-counted-tcp4").unwrap().stack().map(|entry| entry.name()).collect();
    assert_eq!(stack, ["seal", "count", "tcp4"]);
}

#[test]
fn what_a_layer_cannot_run_over_is_named_with_the_reason_and_nothing_is_installed() {
    let folder = site(&covered());
    let expected = "layer `seal` cannot run over `udp4`: `seal` needs guaranteed-order directly below it, and `udp4` does not \
                    offer it\nlayer `seal` cannot run over `counted/udp4`: `seal` needs guaranteed-order directly below it, and `count` does not offer it";
    assert_eq!(refusal(folder.path(), seal().chains_over(["counted", "tcp4", "udp4"])), expected);
    let expected = "layer `seal` cannot run over `count`: it is a layer: chains run over base protocols and chains";
    assert_eq!(refusal(folder.path(), seal().chains_over(["count"])), expected);
    let expected = "no entry is called `tcp5` (did you mean `tcp4`?)";
    assert_eq!(refusal(folder.path(), seal().chains_over(["tcp5"])), expected);
    let base = defined(DefinitionKind::Provider, "other", &[]).chains_over(["tcp4"]);
    assert_eq!(refusal(folder.path(), base), "chains are made of one layer, and none is to be installed");
    assert_eq!(read(folder.path(), "site.toml"), covered());
}

#[test]
fn over_all_means_over_all_that_the_layer_can_run_over_and_the_others_are_reported() {
    let folder = site(&covered());
    let outcome = commit(folder.path(), seal().chains_over(["all"]));
    let expected = ["seal-over-tcp4", "seal-over-counted-tcp4", "tcp4", "udp4", "counted/tcp4", "counted/udp4"];
    assert_eq!(order(&outcome.is), expected);
    let left_out: Vec<String> = outcome.consequences.iter().map(ToString::to_string).collect();
    let file = folder.path().join("site.toml");
    let [udp4, counted] = ["", ""].map(|_| file.display());
    let expected = [
        format!(
            "left out chain `seal-over-udp4` ({udp4}:15:7): `seal` needs guaranteed-order directly below it, and `udp4` \
                 does not offer it"
        ),
        format!(
            "left out chain `seal-over-counted-udp4` ({counted}:27:8): `seal` needs guaranteed-order directly below it, \
                 and `count` does not offer it"
        ),
    ];
    assert_eq!(left_out, expected);
    let there = outcome.is.clone();
    let again =
        preview(folder.path(), Install::from(&there).names(["seal"]).chains_over(["tcp4", "counted/tcp4"])).unwrap();
    assert_eq!(again.files().len(), 0, "chains that are here are not made twice");
    let once_more = preview(folder.path(), Install::from(&there).names(["count"]).chains_over(["all"])).unwrap();
    let repeated = once_more.consequences.iter().filter(|one| one.effect == Effect::LeftOut);
    let reasons: Vec<&str> = repeated.filter_map(|one| one.reason.as_deref()).collect();
    assert_eq!(reasons, ["`count` is in it already"; 3]);
}

#[test]
fn a_name_that_is_taken_is_made_another() {
    let taken = "\n[chain.seal-over-tcp4]\nlayers = [\"count\"]\nbase = \"udp4\"\n";
    let folder = site(&format!("{}{taken}", covered()));
    let outcome = commit(folder.path(), seal().chains_over(["tcp4"]));
    assert_eq!(order(&outcome.is)[..2], ["seal-over-tcp4-2", "tcp4"]);
}

#[test]
fn a_chain_that_would_be_too_long_is_refused() {
    let mut text = covered();
    let mut below = "tcp4".to_owned();
    for at in 0..6 {
        text.push_str(&format!(
            "[layer.l{at}]\nprovider = \"acme\"\n[chain.c{at}]\nlayers = [\"l{at}\"]\nbase = \"{below}\"\n"
        ));
        below = format!("c{at}");
    }
    let folder = site(&text);
    let expected = "layer `seal` cannot run over `c5`: the chain would have 8 entries, 7 at most";
    assert_eq!(refusal(folder.path(), seal().chains_over(["c4", "c5"])), expected);
}

#[test]
fn exactly_the_requests_that_got_what_is_covered_get_the_chains() {
    let folder = folder();
    for name in ["linux.toml", "layers.toml"] {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogs").join(name);
        std::fs::copy(from, folder.path().join(name)).unwrap();
    }
    let loader = Loader::new().path(folder.path().join("linux.toml")).path(folder.path().join("layers.toml"));
    let watch = defined(DefinitionKind::Layer, "watch", &[("provider", "watcher"), ("module", "proxy-protocol")]);
    let transaction = Transaction::new(loader).change(watch.chains_over(["tcp4", "udp6"]));
    // That plain requests get what they got before is what these catalogs expect, and what is changed here.
    let error = transaction.preview().unwrap_err();
    assert!(
        matches!(&error, TransactionError::Findings(report) if report.findings.iter().any(|one| one.code == "expectation-failed"))
    );
    let settings = Settings::new().level("expectation-failed", Severity::Warning).unwrap();
    let outcome = transaction.settings(settings).preview().unwrap();
    let mut plain = Vec::new();
    for difference in outcome.differences() {
        use sockatlas::{Answer, Demand};
        let is_new = |name: &str| ["watch", "watcher"].contains(&name) || name.starts_with("watch-over-");
        if matches!(&difference.demand, Some(Demand::Entry(name) | Demand::Provider(name)) if is_new(name)) {
            continue;
        }
        // Chains that come first take the ids of those behind them.
        if matches!(&difference.demand, Some(Demand::EntryId(_))) {
            continue;
        }
        let (Answer::Entry { name: was, services: before, .. }, Answer::Entry { name: is, services: after, .. }) =
            (&difference.was, &difference.is)
        else {
            panic!("{difference:?}");
        };
        assert!(["tcp4", "udp6"].contains(&was.as_str()), "{difference:?}");
        assert_eq!(*is, format!("watch-over-{was}"));
        assert!(after.contains(before), "{difference:?}");
        if difference.demand.is_none() {
            plain.push((was.clone(), difference.protocols.clone()));
        }
    }
    let expected = [("tcp4", vec![(0, 0), (6, 6)]), ("udp6", vec![(0, 0), (17, 17)])];
    assert_eq!(plain, expected.map(|(name, protocols)| (name.to_owned(), protocols)));
    for (family, socket_type, protocol, name) in [
        ("inet", "stream", None, "watch-over-tcp4"),
        ("inet", "stream", Some("tcp"), "watch-over-tcp4"),
        ("inet6", "dgram", Some("udp"), "watch-over-udp6"),
        ("inet6", "stream", None, "tcp6"),
        ("inet", "stream", Some("mptcp"), "mptcp4"),
    ] {
        let request = outcome.is.request(family, socket_type, protocol).unwrap();
        assert_eq!(outcome.is.resolve(&request).unwrap().name(), name);
    }
}
