//! Entries installed from other catalogs, from words and from texts.
//!
//! | file | claims about |
//! |---|---|
//! | `copies` | what comes of another catalog, and what is refused |
//! | `sources` | where it comes from, and into which files it goes |
//! | `words` | definitions given by words |
//! | `covering` | chains of a new layer over what is there |
//! | `laws` | random entries of random catalogs |

mod copies;
mod covering;
mod laws;
mod sources;
mod words;

use super::{folder, read, write};
use sockatlas::edit::{Definition, DefinitionKind, Install, Outcome, Transaction, TransactionError};
use sockatlas::{Loader, Registry};
use std::path::Path;

/// A catalog of a site, with comments and spacing of its own.
const SITE: &str = "\
# Ours.
format = 1

[provider.kernel]
module = \"system\"

[base.tcp4]   # plain
provider = 'kernel'
family = \"inet\"
type = \"stream\"
protocol = \"tcp\"
matches-zero = true
services = [\"guaranteed-delivery\", \"guaranteed-order\"]
";

/// What others offer.
const ACME: &str = "\
format = 1
title  = \"Acme's\"

# ---- Providers ----

# Who makes it.
[provider.acme]
id = \"8ab8dc16-15bf-45ab-b2d5-e76ef76df0b8\"

[provider.kernel]
module = \"system\"

[base.tcp4]
provider     = \"kernel\"
family       = \"inet\"
type         = \"stream\"
protocol     = 6          # TCP, by its number
matches-zero = true
services     = [\"guaranteed-order\", \"guaranteed-delivery\"]

# ---- Layers ----

# Seals what passes.
# Twice.
[layer.seal]
provider = \"acme\"
needs    = [
    \"guaranteed-order\",   # in order
]
adds     = [\"encrypted\"]

[layer.seal.options]
rounds = 3   # enough

# Counts.
[layer.count]
provider = \"acme\"

[chain.sealed]   # counted above
layers = [\"count\", \"seal\"]
base   = \"tcp4\"
";

fn loader(folder: &Path) -> Loader {
    Loader::new().path(folder.join("site.toml"))
}

fn preview(folder: &Path, install: Install) -> Result<Outcome, TransactionError> {
    Transaction::new(loader(folder)).change(install).preview()
}

fn commit(folder: &Path, install: Install) -> Outcome {
    let transaction = Transaction::new(loader(folder)).change(install);
    transaction.prepare(|_| true).expect("it can be made").commit().expect("it can be written")
}

fn refusal(folder: &Path, install: Install) -> String {
    let error = preview(folder, install).expect_err("it is refused").to_string();
    error.replace(&format!("{}/", folder.display()), "")
}

/// A folder with a file `site.toml` of this text.
fn site(text: &str) -> tempfile::TempDir {
    let folder = folder();
    write(folder.path(), "site.toml", text);
    folder
}

fn registry(text: &str) -> Registry {
    Loader::new().text("acme.toml", text).load().expect("it is sound")
}

fn defined(kind: DefinitionKind, name: &str, keys: &[(&str, &str)]) -> Install {
    let keys = keys.iter().map(|(key, word)| ((*key).to_owned(), (*word).to_owned())).collect();
    Install::definition(Definition { kind, name: name.to_owned(), keys })
}

/// The names of all selectable entries, in catalog order.
fn order(registry: &Registry) -> Vec<&str> {
    registry.selectable().map(|entry| entry.name()).collect()
}
