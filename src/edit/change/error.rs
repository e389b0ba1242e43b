//! Why a change cannot be made.

/// Why a change cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeError {
    /// What is to be changed stands in a document that is no file of TOML: it ships, or was given as a text, or is of another form.
    #[error("`{document}` cannot be changed")]
    Fixed {
        /// The name of the document.
        document: String,
    },
    /// No entry has this name.
    #[error("no entry is called `{name}`{}", suggestion.as_ref().map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default())]
    NoSuchEntry {
        /// The name.
        name: String,
        /// The name that was probably meant.
        suggestion: Option<String>,
    },
}
