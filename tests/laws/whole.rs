//! Whatever loads has exactly the entries, options and stacks that its text says, whatever mistakes were made in it: no mistake
//! lets an entry vanish, or gives one what stands at another.

use super::config;
use proptest::collection::vec;
use proptest::prelude::*;
use sockatlas::{EntryRef, Loader, Registry};
use std::collections::BTreeMap;
use toml::{Table, Value};

/// Words that mistakes put in the place of others; most lead nowhere, some lead somewhere else.
const WORDS: [&str; 14] = [
    "nothing",
    "base-0/base-1",
    "base-0",
    "layer-0",
    "layer-1",
    "layer-0/x",
    "chain-0",
    "chain-0/base-0",
    "chain-1/base-1",
    "group-0",
    "group-0/base-0",
    "group-0/base-9",
    "kernel",
    "tls",
];

/// A catalog in which every layer has an option of its own.
fn catalog() -> impl Strategy<Value = String> {
    let chain = (vec(0..4_usize, 1..3), vec(0..3_usize, 1..3), any::<bool>());
    (1..4_usize, 1..5_usize, vec(chain, 1..6), any::<bool>()).prop_map(|(bases, layers, chains, has_tests)| {
        let mut text = "format = 1\ndialect = \"linux\"\n[provider.kernel]\nmodule = \"system\"\n[provider.tls]\n".to_owned();
        for at in 0..bases {
            text += &format!(
                "[base.base-{at}]\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"stream\"\nprotocol = {}\n\
                 options = {{ ttl = {} }}\n",
                at + 1,
                at + 100
            );
        }
        for at in 0..layers {
            text += &format!(
                "[layer.layer-{at}]\nprovider = \"tls\"\nadds = [\"encrypted\"]\nallow-below = [\"base-0\", \"layer-0\"]\n\
                 options = {{ server-name = \"of-layer-{at}\" }}\n"
            );
        }
        for (at, (own, below, several)) in chains.iter().enumerate() {
            let mut own: Vec<String> = own.iter().map(|layer| format!("\"layer-{}\"", layer % layers)).collect();
            own.dedup();
            let mut below: Vec<String> = below.iter().map(|base| format!("\"base-{}\"", base % bases)).collect();
            below.sort();
            below.dedup();
            let (name, base) = match several {
                true => (format!("group-{at}"), format!("[{}]", below.join(", "))),
                false => (format!("chain-{at}"), below[0].clone()),
            };
            text += &format!("[chain.{name}]\nlayers = [{}]\nbase = {base}\n", own.join(", "));
        }
        if has_tests {
            text += "[[always]]\nrequest = { entry = \"base-0\" }\nnever = [\"layer-9\"]\n";
        }
        text
    })
}

/// Puts wrong words in the places of right ones.
fn mistake(text: &str, mistakes: &[(usize, usize)]) -> String {
    let mut text = text.to_owned();
    for (at, word) in mistakes {
        let quotes: Vec<usize> = text.match_indices('"').map(|(at, _)| at).collect();
        let words = quotes.len() / 2;
        let pair = at % words * 2;
        let (from, to) = (quotes[pair] + 1, quotes[pair + 1]);
        text.replace_range(from..to, WORDS[word % WORDS.len()]);
    }
    text
}

/// What an entry says, read from the text alone: kind, provider, options, layers and base.
#[derive(Clone, Debug, PartialEq)]
struct Said {
    kind: &'static str,
    provider: Option<String>,
    options: BTreeMap<String, String>,
    layers: Vec<String>,
    base: Option<String>,
}

/// A value of an option as it is written; those of this test are texts and numbers.
fn word(value: &Value) -> String {
    match value {
        Value::String(text) => format!("{text:?}"),
        Value::Integer(number) => number.to_string(),
        other => panic!("{other:?}"),
    }
}

/// An independent reader: every entry of a text by its name.
fn said(text: &str) -> BTreeMap<String, Said> {
    let document: Table = toml::from_str(text).expect("it loads, so it is TOML");
    let texts = |value: Option<&Value>| -> Vec<String> {
        let list = value.and_then(Value::as_array).cloned().unwrap_or_default();
        list.iter().filter_map(|word| word.as_str().map(str::to_owned)).collect()
    };
    let mut all = BTreeMap::new();
    for kind in ["base", "layer", "chain"] {
        for (name, entry) in document.get(kind).and_then(Value::as_table).into_iter().flatten() {
            let options = entry.get("options").and_then(Value::as_table).into_iter().flatten();
            let said = Said {
                kind,
                provider: entry.get("provider").and_then(Value::as_str).map(str::to_owned),
                options: options.map(|(name, value)| (name.clone(), word(value))).collect(),
                layers: texts(entry.get("layers")),
                base: entry.get("base").and_then(Value::as_str).map(str::to_owned),
            };
            match texts(entry.get("base")) {
                bases if bases.is_empty() => _ = all.insert(name.clone(), said),
                bases => {
                    for base in bases {
                        all.insert(format!("{name}/{base}"), Said { base: Some(base), ..said.clone() });
                    }
                }
            }
        }
    }
    all
}

/// The entries of a stack, by the text alone.
fn flat(all: &BTreeMap<String, Said>, name: &str) -> Vec<String> {
    match &all[name] {
        Said { kind: "chain", layers, base: Some(base), .. } => layers.iter().cloned().chain(flat(all, base)).collect(),
        _ => vec![name.to_owned()],
    }
}

fn is_what_is_said(registry: &Registry, text: &str) -> Result<(), TestCaseError> {
    let all = said(text);
    let names: Vec<&str> = registry.entries().map(|entry| entry.name()).collect();
    let mut sorted: Vec<&str> = names.clone();
    sorted.sort_unstable();
    prop_assert_eq!(sorted, all.keys().map(String::as_str).collect::<Vec<_>>(), "{}", text);
    for entry in registry.entries() {
        let said = &all[entry.name()];
        prop_assert_eq!(entry.kind().name(), said.kind, "{}: {}", entry.name(), text);
        let top = said.layers.first().and_then(|layer| all[layer].provider.clone());
        let provider = said.provider.clone().or(top);
        prop_assert_eq!(Some(entry.provider().name()), provider.as_deref(), "{}: {}", entry.name(), text);
        let options = entry.options().iter().map(|option| (option.name.clone(), option.value.to_string()));
        prop_assert_eq!(options.collect::<BTreeMap<_, _>>(), said.options.clone(), "{}: {}", entry.name(), text);
        let stack: Vec<String> = entry.stack().map(|part: EntryRef<'_>| part.name().to_owned()).collect();
        prop_assert_eq!(stack, flat(&all, entry.name()), "{}: {}", entry.name(), text);
        let same = registry.entry(entry.name());
        prop_assert_eq!(same.map(|same| same.catalog_entry_id()), Some(entry.catalog_entry_id()), "{}", text);
    }
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn whatever_loads_is_what_its_text_says((text, mistakes) in (catalog(), vec((any::<usize>(), any::<usize>()), 0..4))) {
        let text = mistake(&text, &mistakes);
        if let Ok(registry) = Loader::new().text("random.toml", text.as_str()).load() {
            is_what_is_said(&registry, &text)?;
        }
    }

    #[test]
    fn without_mistakes_it_loads_and_is_what_its_text_says(text in catalog()) {
        // Chains whose layers allow only what is not below them, and the test of an entry that is not there, are the mistakes of
        // the generator's own.
        let text = text.replace("allow-below = [\"base-0\", \"layer-0\"]\n", "").replace("layer-9", "base-0");
        let text = text.replace("[[always]]\nrequest = { entry = \"base-0\" }\nnever = [\"base-0\"]\n", "");
        if let Err(error) = Loader::new().text("random.toml", text.as_str()).load() {
            let repeated = error.faults().iter().all(|fault| fault.kind.code() == "repeated-layer");
            prop_assert!(repeated, "{}\n{}", error, text);
            return Ok(());
        }
        let registry = Loader::new().text("random.toml", text.as_str()).load().expect("it was loaded before");
        is_what_is_said(&registry, &text)?;
    }
}
