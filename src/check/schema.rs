//! The JSON Schema of catalogs, with the rules whose severity they can set.

use super::rules;
use crate::catalog::schema::schema;
use crate::report::HEADINGS;
use serde_json::Value;

/// Returns the JSON Schema of catalogs (draft 7), for editors and programs.
///
/// It describes the shape of one document: keys, types, and the words that the format itself defines. It rejects nothing that
/// [`Loader`](crate::Loader) loads; loading rejects more, such as references to entries that do not exist.
///
/// ```
/// let schema = sockatlas::check::catalog_schema();
/// assert_eq!(schema["properties"]["format"]["const"], 1);
/// ```
pub fn catalog_schema() -> Value {
    let settable = rules().iter().filter(|rule| !rule.is_fault());
    let settable: Vec<(&str, String)> =
        settable.map(|rule| (rule.code, first_sentence(&rule.section(HEADINGS[0]).unwrap_or_default()))).collect();
    schema(&settable)
}

fn first_sentence(text: &str) -> String {
    let text = text.replace('\n', " ");
    text.split_inclusive(". ").next().unwrap_or_default().trim_end().to_owned()
}
