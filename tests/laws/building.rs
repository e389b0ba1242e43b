//! What a program builds is what it would have written.

use super::generate::catalog_and_requests;
use super::merging::documents;
use super::plain::{Base, Body, Catalog, Chain, ChainBase, Entry, FamilyWord, Layer, Names, Written, services};
use super::writing::{answer, everything};
use super::{config, load};
use proptest::collection::vec;
use proptest::prelude::*;
use sockatlas::catalog::build::{self, Document, Protocols};
use sockatlas::catalog::{OptionValue, Severity};
use sockatlas::edit::{format, to_toml};
use sockatlas::terms::{Categories, Dialect, Protocol, SocketType};
use sockatlas::{Loader, compare};

fn categories(names: &Names) -> Categories {
    names.iter().map(|name| name.parse::<Categories>().expect("a category")).collect()
}

fn protocols(written: &[Written]) -> Protocols {
    let one = |written: &Written| match *written {
        Written::One(number) => Protocols::from(Protocol::from_raw(number)),
        Written::Named(name, _) => name.into(),
        Written::Range(from, to) => (from..=to).into(),
        Written::Any => Protocols::any(),
    };
    written.iter().skip(1).map(one).fold(one(&written[0]), Protocols::and)
}

/// Families by value, or as some other document calls them.
fn family(word: FamilyWord, dialect: Option<Dialect>) -> build::FamilyWord {
    match (word, dialect) {
        (FamilyWord::Name(name), None) => name.into(),
        (FamilyWord::Number(number), None) => sockatlas::terms::Family::from_raw(number).into(),
        (word, Some(dialect)) => word.family(dialect).into(),
    }
}

fn add(document: Document, entry: &Entry, dialect: Option<Dialect>) -> Document {
    fn common<B>(built: build::Entry<B>, entry: &Entry) -> build::Entry<B> {
        let built = built.hidden(entry.hidden);
        match entry.id {
            Some(id) => built.catalog_entry_id(id),
            None => built,
        }
    }
    let name = entry.name.as_str();
    let provider = entry.provider.unwrap_or_default();
    match &entry.body {
        Body::Base(Base { family: of, socket_type, protocols: written, matches_zero, services: offered }) => {
            let socket_type = SocketType::from_raw(*socket_type);
            let base = build::Base::new(name, provider, family(*of, dialect), socket_type, protocols(written));
            document.base(common(base.matches_zero(*matches_zero).services(services(offered)), entry))
        }
        Body::Layer(Layer { needs, forbids, adds, removes, allow_below, categories: of, socket_type }) => {
            let layer = build::Layer::new(name, provider).needs(services(needs)).forbids(services(forbids));
            let layer = layer.adds(services(adds)).removes(services(removes)).categories(categories(of));
            let layer = match allow_below {
                Some(allowed) => layer.allow_below(allowed),
                None => layer,
            };
            let layer = match socket_type {
                Some(number) => layer.presents(SocketType::from_raw(*number)),
                None => layer,
            };
            document.layer(common(layer, entry))
        }
        Body::Chain(Chain { layers, base, protocols: own, matches_zero, services: stated }) => {
            let of = build::Chain::of(name, layers[0].as_str());
            let of = layers[1..].iter().fold(of, |of, layer| of.layer(layer.as_str()));
            let mut chain = match base {
                ChainBase::One(base) => of.over(base.as_str()),
                ChainBase::Several(bases) => of.over(bases.clone()),
            };
            if let Some(provider) = entry.provider {
                chain = chain.provider(provider);
            }
            if let Some(own) = own {
                chain = chain.protocols(protocols(own));
            }
            if let Some(matches_zero) = matches_zero {
                chain = chain.matches_zero(*matches_zero);
            }
            if let Some(stated) = stated {
                chain = chain.services(services(stated));
            }
            document.chain(common(chain, entry))
        }
    }
}

/// The document that says the same.
fn built(catalog: &Catalog) -> Document {
    let mut document = Document::new().order(&catalog.order).disable(&catalog.disable);
    for include in &catalog.include {
        document = document.include(include);
    }
    if let Some(dialect) = catalog.dialect {
        document = document.dialect(dialect);
    }
    for provider in &catalog.providers {
        let built = build::Provider::new(provider.name).module("generated");
        document = document.provider(match provider.id {
            Some(id) => built.id(id.parse().expect("a GUID")),
            None => built,
        });
    }
    for facts in &catalog.families {
        let mut built = build::Family::new(facts.name).protocol_first(facts.protocol_first);
        if let Some(number) = facts.number {
            built = built.number(number);
        }
        if let Some(most) = facts.max_protocol {
            built = built.max_protocol(most);
        }
        document =
            document.family(facts.protocols.iter().fold(built, |built, (name, number)| built.protocol(*name, *number)));
    }
    // Where another document declares the families, they are called by their names.
    let dialect = catalog.dialect.filter(|_| catalog.families.iter().any(|family| family.name == "acme"));
    for entry in &catalog.entries {
        document = add(document, entry, dialect);
    }
    for application in &catalog.applications {
        let built = build::Application::new(application.name).require(services(&application.require));
        let built = built.prohibit(services(&application.prohibit));
        document = document.application(match &application.permit {
            Some(permit) => built.permit(categories(permit)),
            None => built,
        });
    }
    document
}

fn option() -> impl Strategy<Value = OptionValue> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(OptionValue::from),
        any::<i64>().prop_map(OptionValue::from),
        any::<f64>().prop_map(OptionValue::from),
        any::<String>().prop_map(OptionValue::from),
        ".*".prop_map(OptionValue::from),
        Just(OptionValue::Datetime("1979-05-27T07:32:00Z".to_owned())),
        Just(OptionValue::Datetime("07:32:00.5".to_owned())),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(OptionValue::Array),
            proptest::collection::btree_map(any::<String>(), inner, 0..4)
                .prop_map(|table| OptionValue::Table(table.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_built_is_what_is_written((catalog, requests) in catalog_and_requests()) {
        let written = load(&catalog);
        let document = built(&catalog);
        let text = document.to_toml();
        let registry = Loader::new().built("built", &document).load();
        let registry = registry.unwrap_or_else(|error| panic!("{error}\n{text}\n{catalog}"));
        prop_assert_eq!(everything(&registry), everything(&written), "{}\n{}", text, catalog);
        prop_assert_eq!(compare(&written, &registry), [], "{}\n{}", text, catalog);
        prop_assert_eq!(to_toml(&registry), to_toml(&written), "{}\n{}", text, catalog);
        for request in requests {
            let request = request.asked();
            prop_assert_eq!(answer(&written, &request), answer(&registry, &request), "{}\n{}", text, catalog);
        }
        let from_text = Loader::new().text("built.toml", text.as_str()).load().expect("it loaded");
        prop_assert_eq!(everything(&from_text), everything(&registry), "{}", text);
        prop_assert_eq!(format(&text), Ok(text));
    }

    #[test]
    fn documents_from_code_and_from_files_merge_as_files_do(
        (catalog, requests) in catalog_and_requests(),
        cuts in vec(any::<usize>(), 1..4),
        from_code in any::<u8>(),
    ) {
        let one = load(&catalog);
        let folder = tempfile::tempdir().expect("a folder for the documents");
        let mut loader = Loader::new();
        for (at, document) in documents(&catalog, &cuts).iter().enumerate() {
            loader = if from_code >> at & 1 == 1 {
                loader.built(format!("built-{at}"), &built(document))
            } else {
                let path = folder.path().join(format!("{at}.toml"));
                std::fs::write(&path, document.to_string()).expect("a file is written");
                loader.path(path)
            };
        }
        let merged = loader.load().unwrap_or_else(|error| panic!("{error}\n{catalog}"));
        prop_assert_eq!(everything(&merged), everything(&one), "{}", catalog);
        prop_assert_eq!(compare(&one, &merged), [], "{}", catalog);
        for request in requests {
            let request = request.asked();
            prop_assert_eq!(answer(&one, &request), answer(&merged, &request), "{}", catalog);
        }
        // And what is written out of the merged ones is a catalog of its own.
        let text = to_toml(&merged);
        let again = Loader::new().text("written.toml", text.as_str()).load();
        let again = again.unwrap_or_else(|error| panic!("{error}\n{text}"));
        prop_assert_eq!(everything(&again), everything(&merged), "{}", text);
        prop_assert_eq!(compare(&merged, &again), [], "{}", text);
        prop_assert!(!text.contains("built at"), "{}", text);
    }

    #[test]
    fn options_come_back_as_they_were_given(options in proptest::collection::btree_map(any::<String>(), option(), 0..4)) {
        let layer = options.iter().fold(build::Layer::new("l", "unknown"), |layer, (name, value)| {
            layer.option(name, value.clone())
        });
        let document = Document::new().provider(build::Provider::new("unknown")).layer(layer);
        let registry = Loader::new().built("built", &document).load();
        let registry = registry.unwrap_or_else(|error| panic!("{error}\n{}", document.to_toml()));
        let entry = registry.entry("l").expect("it is there");
        let back: Vec<String> =
            entry.options().iter().map(|option| format!("{:?} {:?}", option.name, option.value)).collect();
        let given: Vec<String> = options.iter().map(|(name, value)| format!("{name:?} {value:?}")).collect();
        prop_assert_eq!(back, given, "{}", document.to_toml());
    }

    #[test]
    fn no_text_writes_more_than_its_own_value(texts in vec(any::<String>(), 8), lines in "[\\[\\]\"'=#\\n\\r a-z.\\\\]*") {
        let [name, module, title, summary, code, base, application, date] = texts.as_slice() else { unreachable!() };
        for dated in [date, &lines] {
            let layer = build::Layer::new(name, &lines).summary(summary).comment(&lines).comment(date);
            let document = Document::new()
                .comment(title)
                .title(title)
                .provider(build::Provider::new(&lines).module(module).comment(module))
                .layer(layer.option("when", OptionValue::Datetime(dated.clone())))
                .chain(build::Chain::of(&lines, name).over(base.as_str()))
                .application(build::Application::new(application))
                .lint(code, Severity::Note);
            let text = document.to_toml();
            let Ok(table) = toml::from_str::<toml::Table>(&text) else {
                // A text that is no date is a fault of loading, and nothing else is.
                prop_assert!(dated.parse::<toml::value::Datetime>().is_err(), "{}", text);
                prop_assert!(Loader::new().built("built", &document).load().is_err());
                continue;
            };
            let keys = |of: &str| table[of].as_table().expect("a table").keys().cloned().collect::<Vec<_>>();
            prop_assert_eq!(table.len(), 7, "{}", text);
            prop_assert_eq!(table["title"].as_str(), Some(title.as_str()));
            prop_assert_eq!(table["provider"][&lines]["module"].as_str(), Some(module.as_str()));
            prop_assert_eq!(table["layer"][name]["summary"].as_str(), Some(summary.as_str()));
            prop_assert!(table["layer"][name]["options"]["when"].is_datetime(), "{}", text);
            prop_assert_eq!(table["chain"][&lines]["base"].as_str(), Some(base.as_str()));
            prop_assert_eq!(keys("provider"), [lines.as_str()]);
            prop_assert_eq!(keys("layer"), [name.as_str()]);
            prop_assert_eq!(keys("application"), [application.as_str()]);
            prop_assert_eq!(keys("lint"), [code.as_str()]);
        }
    }
}
