//! Random entries of random catalogs, installed and removed.

use super::*;
use crate::laws::{generate, plain};
use proptest::prelude::*;
use proptest::test_runner::Config;
use sockatlas::edit::Remove;

/// Each case makes five transactions, so that there are fewer of them than elsewhere.
fn config() -> Config {
    let config = Config::default();
    Config { cases: (config.cases / 4).max(1), failure_persistence: None, ..config }
}

/// A catalog of the same dialect, written in some way, and the names that a transaction is about.
fn site_of(catalog: &plain::Catalog, crlf: bool, ends: bool) -> String {
    let dialect = catalog.dialect.map(|dialect| format!("dialect = '{dialect}'\n")).unwrap_or_default();
    let text = format!(
        "# ours\nformat=1\n{dialect}\n\n[provider.ours]\nmodule = \"system\" # theirs\n\n[base.ours]\nprovider='ours'\n\
         family='inet'\ntype='stream'\nprotocol='tcp'\n\n# the end"
    );
    let text = if ends { format!("{text}\n\n") } else { text };
    if crlf { text.replace('\n', "\r\n") } else { text }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn removing_what_was_installed_gives_the_same_bytes(
        (catalog, picks, crlf, ends) in
            (generate::catalog(), prop::collection::vec(any::<prop::sample::Index>(), 0..4), any::<bool>(), any::<bool>())
    ) {
        let text = catalog.to_string();
        let there = Loader::new().text("there.toml", text.as_str()).load().unwrap();
        let names: Vec<String> = there.entries().map(|entry| entry.name().to_owned()).collect();
        let names: Vec<String> = picks.iter().map(|pick| pick.get(&names).clone()).collect();
        let folder = site(&site_of(&catalog, crlf, ends));
        let install = || Install::from(&there).names(names.iter().map(String::as_str));
        let outcome = match preview(folder.path(), install()) {
            Ok(outcome) => outcome,
            // A layer may allow below it what does not come; and what is random may be refused by its check.
            Err(TransactionError::Change(error)) => {
                let is_expected = matches!(
                    error,
                    sockatlas::edit::ChangeError::NotAllowed { .. } | sockatlas::edit::ChangeError::Nothing { .. }
                );
                prop_assert!(is_expected, "{error}");
                return Ok(());
            }
            Err(error) => return Err(TestCaseError::fail(error.to_string())),
        };
        for name in &names {
            let [was, is] = [&there, &outcome.is].map(|registry| registry.entry(name).expect("it is there"));
            if was.is_selectable() {
                let stack = |entry: sockatlas::EntryRef<'_>| entry.stack().map(|one| one.name().to_owned()).collect::<Vec<_>>();
                prop_assert_eq!(stack(was), stack(is));
                prop_assert_eq!(was.services(), is.services());
                prop_assert_eq!((was.family(), was.protocols(), was.matches_zero()), (is.family(), is.protocols(), is.matches_zero()));
            }
        }
        let before = |name: &str| outcome.was.entry(name).is_some();
        let tables = outcome.is.entries().map(|entry| entry.name()).filter(|name| !before(name));
        let mut tables: Vec<String> = tables.map(|name| name.split('/').next().unwrap().to_owned()).collect();
        tables.dedup();
        let known: Vec<&str> = outcome.was.providers().map(|provider| provider.name()).collect();
        let providers = outcome.is.providers().map(|provider| provider.name()).filter(|name| !known.contains(name));
        tables.extend(providers.map(|name| format!("provider.{name}")));
        tables.extend(families(&outcome));
        let remove = Remove { names: tables, with_dependents: false };
        let transaction = Transaction::new(loader(folder.path())).change(install()).change(install());
        let twice = transaction.clone().preview().expect("it is here");
        let texts = |outcome: &Outcome| outcome.files().map(|(_, text)| text.to_owned()).collect::<Vec<_>>();
        prop_assert_eq!(texts(&twice), texts(&outcome));
        let back = transaction.change(remove).preview().map_err(|error| TestCaseError::fail(error.to_string()))?;
        let changed: Vec<String> = back.files().map(|(_, text)| text.to_owned()).collect();
        prop_assert_eq!(changed, Vec::<String>::new());
    }
}

/// The families that came along.
fn families(outcome: &Outcome) -> Vec<String> {
    let added = outcome.consequences.iter().filter(|one| one.what == "family");
    added.map(|one| format!("family.{}", one.name)).collect()
}
