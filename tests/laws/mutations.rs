//! Whatever is done to a catalog, loading it ends: with a registry that answers, or with faults that have a place and a text.

use super::config;
use super::generate::catalog_and_requests;
use super::plain::Request;
use proptest::collection::vec;
use proptest::prelude::*;
use sockatlas::Loader;

#[derive(Clone, Debug)]
pub(super) enum Mutation {
    DropLine(usize),
    RepeatLine(usize),
    SwapLines(usize, usize),
    SwapWords(usize, usize),
    Number(usize, i64),
    Cut(usize),
    Insert(usize, char),
    Overwrite(usize, u8),
}

pub(super) fn mutation() -> impl Strategy<Value = Mutation> {
    let at = any::<usize>;
    let number = prop_oneof![any::<i64>(), -2..3_i64, Just(i64::from(i32::MAX) + 1)];
    prop_oneof![
        at().prop_map(Mutation::DropLine),
        at().prop_map(Mutation::RepeatLine),
        (at(), at()).prop_map(|(one, two)| Mutation::SwapLines(one, two)),
        (at(), at()).prop_map(|(one, two)| Mutation::SwapWords(one, two)),
        (at(), number).prop_map(|(at, number)| Mutation::Number(at, number)),
        at().prop_map(Mutation::Cut),
        (at(), prop_oneof![any::<char>(), prop::sample::select(vec!['"', '[', ']', '{', '=', '\n', '#', '\\', ','])])
            .prop_map(|(at, what)| Mutation::Insert(at, what)),
        (at(), any::<u8>()).prop_map(|(at, byte)| Mutation::Overwrite(at, byte)),
    ]
}

/// The ranges of what `belongs` holds for, without gaps.
fn runs(text: &str, belongs: fn(char) -> bool) -> Vec<std::ops::Range<usize>> {
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    for (at, c) in text.char_indices().filter(|(_, c)| belongs(*c)) {
        match runs.last_mut() {
            Some(run) if run.end == at => run.end += c.len_utf8(),
            _ => runs.push(at..at + c.len_utf8()),
        }
    }
    runs
}

pub(super) fn mutate(mut text: String, mutation: &Mutation) -> Vec<u8> {
    let lines = || text.lines().map(str::to_owned).collect::<Vec<_>>();
    let boundary = |at: usize| text.floor_char_boundary(at % (text.len() + 1));
    match *mutation {
        Mutation::DropLine(at) if !text.is_empty() => {
            let mut lines = lines();
            lines.remove(at % lines.len());
            text = lines.join("\n");
        }
        Mutation::RepeatLine(at) if !text.is_empty() => {
            let mut lines = lines();
            let line = lines[at % lines.len()].clone();
            lines.push(line);
            text = lines.join("\n");
        }
        Mutation::SwapLines(one, two) if !text.is_empty() => {
            let mut lines = lines();
            let count = lines.len();
            lines.swap(one % count, two % count);
            text = lines.join("\n");
        }
        Mutation::SwapWords(one, two) => {
            let words = runs(&text, |c| c.is_ascii_lowercase() || c == '-');
            if !words.is_empty() {
                let (from, to) = (words[one % words.len()].clone(), words[two % words.len()].clone());
                let word = text[to].to_owned();
                text.replace_range(from, &word);
            }
        }
        Mutation::Number(at, number) => {
            let numbers = runs(&text, |c| c.is_ascii_digit());
            if !numbers.is_empty() {
                text.replace_range(numbers[at % numbers.len()].clone(), &number.to_string());
            }
        }
        Mutation::Cut(at) => {
            let at = boundary(at);
            text.truncate(at);
        }
        Mutation::Insert(at, what) => {
            let at = boundary(at);
            text.insert(at, what);
        }
        Mutation::Overwrite(at, byte) => {
            let mut bytes = text.into_bytes();
            if !bytes.is_empty() {
                let at = at % bytes.len();
                bytes[at] = byte;
            }
            return bytes;
        }
        _ => {}
    }
    text.into_bytes()
}

fn loading_ends_well(loader: Loader, requests: &[Request]) -> Result<(), TestCaseError> {
    match loader.load() {
        Ok(registry) => {
            for request in requests {
                let explanation = registry.explain(&request.asked());
                prop_assert_eq!(explanation.outcome, registry.resolve(&request.asked()));
            }
        }
        Err(error) => {
            prop_assert!(!error.faults().is_empty());
            prop_assert!(!error.to_string().is_empty());
            for fault in error.faults() {
                let location = error.locate(fault);
                let text = error.sources().get(fault.at.file).text();
                prop_assert!(location.line >= 1 && location.column >= 1);
                prop_assert!(location.line as usize <= text.matches('\n').count() + 1, "{location} in {text:?}");
                prop_assert!(!fault.kind.to_string().is_empty() && !fault.kind.code().is_empty());
                for cause in &fault.causes {
                    let place = error.sources().locate(cause.at);
                    prop_assert!(place.line >= 1 && !cause.label.is_empty());
                }
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_mutated_catalog_gives_a_registry_or_faults_with_places(
        (catalog, requests) in catalog_and_requests(),
        mutations in vec(mutation(), 1..6),
    ) {
        let mut bytes = catalog.to_string().into_bytes();
        for mutation in &mutations {
            bytes = mutate(String::from_utf8_lossy(&bytes).into_owned(), mutation);
        }
        if let Ok(text) = String::from_utf8(bytes.clone()) {
            loading_ends_well(Loader::new().text("mutated.toml", text), &requests)?;
        } else {
            let folder = tempfile::tempdir().expect("a folder for the file");
            let file = folder.path().join("mutated.toml");
            std::fs::write(&file, &bytes).expect("a file is written");
            loading_ends_well(Loader::new().path(file), &requests)?;
        }
    }

    #[test]
    fn any_text_gives_faults_with_places(text in any::<String>(), toml in "[a-z =\"\\[\\]{}\n.,0-9]{0,80}") {
        loading_ends_well(Loader::new().text("any.toml", text), &[])?;
        loading_ends_well(Loader::new().text("toml.toml", format!("format = 1\n{toml}")), &[])?;
    }

    #[test]
    fn any_bytes_in_a_file_give_faults_with_places(bytes in vec(any::<u8>(), 0..60)) {
        let folder = tempfile::tempdir().expect("a folder for the file");
        let file = folder.path().join("any.toml");
        std::fs::write(&file, &bytes).expect("a file is written");
        loading_ends_well(Loader::new().path(file), &[])?;
    }
}
