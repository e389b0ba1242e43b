//! Writes the contents of catalogs as TOML text, for documents that programs build and for registries that are written out.
//!
//! | file | contents |
//! |---|---|
//! | `words` | families, types and protocols by names that read back as the same numbers |
//! | `facts` | further facts and options of entries |

pub(crate) mod facts;
pub(crate) mod words;
