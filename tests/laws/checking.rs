//! `check` reports as a fault exactly what loading refuses, and what loads never hands out less than its text declares.

use super::config;
use super::generate::catalog;
use super::mutations::{mutate, mutation};
use proptest::collection::vec;
use proptest::prelude::*;
use sockatlas::catalog::{EntryKind, Severity};
use sockatlas::check::{Settings, check, rule};
use sockatlas::terms::Services;
use sockatlas::{Loader, Registry, Request};
use toml::{Table, Value};

/// The names in an array of a table, in their order.
fn names(table: &Value, key: &str) -> Vec<String> {
    let values = table.get(key).and_then(Value::as_array).into_iter().flatten();
    values.filter_map(|value| value.as_str().map(str::to_owned)).collect()
}

/// The stack of an entry as the text declares it, read by a TOML parser and nothing else.
fn declared(text: &Table, name: &str) -> Vec<String> {
    let (own, below) = name.split_once('/').map_or((name, None), |(own, below)| (own, Some(below)));
    let Some(chain) = text.get("chain").and_then(|chains| chains.get(own)) else { return vec![name.to_owned()] };
    let base = below.or_else(|| chain["base"].as_str()).expect("a chain has a base");
    names(chain, "layers").into_iter().chain(declared(text, base)).collect()
}

/// What the text lets an entry offer: its base's services, changed by each layer on the way up; a chain may state its own.
fn offered(text: &Table, name: &str) -> Vec<String> {
    let (own, below) = name.split_once('/').map_or((name, None), |(own, below)| (own, Some(below)));
    let Some(chain) = text.get("chain").and_then(|chains| chains.get(own)) else {
        return names(&text["base"][name], "services");
    };
    if chain.get("services").is_some() {
        return names(chain, "services");
    }
    let base = below.or_else(|| chain["base"].as_str()).expect("a chain has a base");
    let mut offered = offered(text, base);
    for layer in names(chain, "layers").iter().rev() {
        let layer = &text["layer"][layer];
        let removed = names(layer, "removes");
        offered.retain(|service| !removed.contains(service));
        offered.extend(names(layer, "adds"));
    }
    offered
}

/// Nothing that is selected is shorter, or offers less, than the text says.
fn hands_out_what_is_declared(registry: &Registry, text: &str) -> Result<(), TestCaseError> {
    let declarations: Table = toml::from_str(text).expect("what loads is TOML");
    for chain in registry.selectable().filter(|entry| entry.kind() == EntryKind::Chain) {
        let selection = registry.resolve(&Request::named(chain.name()));
        let Ok(selection) = selection else { continue };
        let stack: Vec<String> = selection.stack().map(|entry| entry.name().to_owned()).collect();
        prop_assert_eq!(stack, declared(&declarations, chain.name()), "{}", text);
    }
    for (service, of) in Services::known() {
        for entry in registry.selectable() {
            let (Some(family), Some(socket_type), Some(protocols)) =
                (entry.family(), entry.socket_type(), entry.protocols())
            else {
                continue;
            };
            let protocol = sockatlas::terms::Protocol::from_raw(protocols.first());
            let request = Request::new(family, socket_type, protocol).require(of.clone());
            if let Ok(selection) = registry.resolve(&request) {
                let offered = offered(&declarations, selection.name());
                prop_assert!(offered.iter().any(|offer| offer == service), "{request}: {}\n{text}", selection.name());
            }
        }
    }
    Ok(())
}

/// Everything that a user can say to make a check say less.
fn silent() -> Settings {
    let lints = sockatlas::check::rules().iter().filter(|rule| !rule.is_fault());
    let quiet = lints.fold(Settings::new(), |settings, rule| {
        settings.level(rule.code, Severity::Allow).expect("a lint can be allowed")
    });
    quiet.level("warnings", Severity::Allow).expect("warnings can be allowed")
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn check_finds_the_faults_that_loading_refuses_and_no_setting_changes_that(
        catalog in catalog(),
        mutations in vec(mutation(), 0..4),
    ) {
        let lint = "lint.cycle = \"allow\"\nlint.contract-broken = \"allow\"\nlint.syntax = \"allow\"\n";
        let mut text = format!("{lint}# sockatlas: allow(dangling-reference) because\n{catalog}");
        for mutation in &mutations {
            text = String::from_utf8_lossy(&mutate(text, mutation)).into_owned();
        }
        let loader = Loader::new().text("mutated.toml", text.as_str());
        let refused: Vec<_> = match loader.load() {
            Ok(registry) => {
                hands_out_what_is_declared(&registry, &text)?;
                Vec::new()
            }
            Err(error) => {
                error.faults().iter().map(|fault| (fault.kind.code(), fault.at, fault.kind.to_string())).collect()
            }
        };
        for settings in [Settings::new(), silent()] {
            let report = check(&loader, &settings);
            let is_fault = |code| rule(code).expect("every code has a rule").is_fault();
            let mut found: Vec<_> = report
                .findings
                .iter()
                .filter(|finding| is_fault(finding.code))
                .map(|finding| (finding.code, finding.at, finding.message.clone()))
                .collect();
            prop_assert!(report.findings.iter().all(|finding| !is_fault(finding.code) || finding.severity == Severity::Error));
            let mut refused = refused.clone();
            found.sort_by_key(|(code, at, message)| (*at, *code, message.clone()));
            refused.sort_by_key(|(code, at, message)| (*at, *code, message.clone()));
            prop_assert_eq!(found, refused, "{}", text);
        }
    }
}
