//! To merge documents is to write one, whether they are given one by one or include one another.

use super::generate::catalog_and_requests;
use super::plain::Catalog;
use super::{config, load};
use proptest::prelude::*;
use sockatlas::{Loader, Registry};

/// All that can be read of a registry, places apart.
fn portrait(registry: &Registry) -> String {
    let mut portrait = format!("{:?} {:?}\n", registry.dialect(), registry.applications().collect::<Vec<_>>());
    for provider in registry.providers() {
        portrait += &format!("{} {} {:?}\n", provider.name(), provider.module(), provider.id());
    }
    for entry in registry.entries() {
        let stack: Vec<_> = entry.stack().map(|entry| entry.name()).collect();
        let protocols = entry.protocols().map(|protocols| (protocols.first(), protocols.ranges()));
        portrait += &format!(
            "{} {} {} by {}: {:?} {:?} {:?} zero {} {:?} {stack:?} hidden {} disabled {} {:?} {:?}\n",
            entry.kind(),
            entry.catalog_entry_id(),
            entry.name(),
            entry.provider().name(),
            entry.family(),
            entry.socket_type(),
            protocols,
            entry.matches_zero(),
            entry.services(),
            entry.is_hidden(),
            entry.is_disabled(),
            entry.needs(),
            entry.categories(),
        );
    }
    let order: Vec<_> = registry.selectable().map(|entry| entry.name()).collect();
    portrait + &format!("{order:?}")
}

/// The catalog as several documents: each has a part of the entries, in their order, and some of the rest.
///
/// A later document's `order` comes before an earlier's, so the parts of that list go to documents from the last to the first.
pub(super) fn documents(catalog: &Catalog, cuts: &[usize]) -> Vec<Catalog> {
    let mut ends: Vec<usize> = cuts.iter().map(|cut| cut % (catalog.entries.len() + 1)).collect();
    ends.sort_unstable();
    ends.push(catalog.entries.len());
    let count = ends.len();
    let mut documents = Vec::new();
    let mut begin = 0;
    for end in ends {
        documents.push(Catalog { entries: catalog.entries[begin..end].to_vec(), ..Catalog::default() });
        begin = end;
    }
    let spread = |at: usize| (cuts[0] / 7 + at) % count;
    // All that state a dialect agree, and one of them is enough.
    documents[spread(0)].dialect = catalog.dialect;
    documents[spread(1)].dialect = catalog.dialect;
    let mut order = catalog.order.as_slice();
    for at in (0..count).rev() {
        let (here, rest) = order.split_at(if at == 0 { order.len() } else { order.len() / 2 });
        documents[at].order = here.to_vec();
        order = rest;
    }
    // Their order among themselves counts, so that they stay together or in order.
    for provider in catalog.providers.iter().take(1) {
        documents[0].providers.push(*provider);
    }
    documents[count - 1].providers.extend(catalog.providers.iter().skip(1).cloned());
    documents[spread(2)].families = catalog.families.clone();
    documents[spread(3)].applications = catalog.applications.clone();
    for (at, name) in catalog.disable.iter().enumerate() {
        documents[spread(at)].disable.push(name.clone());
    }
    documents
}

fn answers(registry: &Registry, requests: &[super::plain::Request]) -> String {
    let answer = |request: &super::plain::Request| format!("{:?}\n", registry.resolve(&request.asked()));
    requests.iter().map(answer).collect()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn merging_texts_equals_writing_one(
        (catalog, requests) in catalog_and_requests(),
        cuts in proptest::collection::vec(any::<usize>(), 1..4),
    ) {
        let one = load(&catalog);
        let documents = documents(&catalog, &cuts);
        let mut loader = Loader::new();
        for (at, document) in documents.iter().enumerate() {
            loader = loader.text(format!("{at}.toml"), document.to_string());
        }
        let merged = loader.load();
        prop_assert!(merged.is_ok(), "{}\n{:?}", merged.unwrap_err(), documents);
        let merged = merged.expect("asserted");
        prop_assert_eq!(portrait(&merged), portrait(&one), "{}\n{:?}", catalog, documents);
        prop_assert_eq!(answers(&merged, &requests), answers(&one, &requests));
    }

    #[test]
    fn included_files_equal_one_file(
        (catalog, requests) in catalog_and_requests(),
        cuts in proptest::collection::vec(any::<usize>(), 1..4),
    ) {
        let folder = tempfile::tempdir().expect("a folder for the documents");
        let mut documents = documents(&catalog, &cuts);
        let last = documents.len() - 1;
        for (at, document) in documents.iter_mut().enumerate() {
            // Every document includes all before it: each is read once, and before its includers.
            document.include = (0..at).map(|before| format!("{before}.toml")).collect();
            std::fs::write(folder.path().join(format!("{at}.toml")), document.to_string()).expect("a file is written");
        }
        let one = load(&catalog);
        let included = Loader::new().path(folder.path().join(format!("{last}.toml"))).load();
        prop_assert!(included.is_ok(), "{}", included.unwrap_err());
        let included = included.expect("asserted");
        prop_assert_eq!(portrait(&included), portrait(&one));
        prop_assert_eq!(answers(&included, &requests), answers(&one, &requests));
        // A folder is read in the order of names, which is that of the documents.
        let of_folder = Loader::new().path(folder.path()).load();
        let of_folder = of_folder.map(|registry| portrait(&registry)).map_err(|error| error.to_string());
        prop_assert_eq!(of_folder, Ok(portrait(&one)));
    }
}
