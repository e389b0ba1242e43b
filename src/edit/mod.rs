//! Changes catalog files: formats them, fixes them, and replaces them as a whole.
//!
//! | file | contents |
//! |---|---|
//! | `format` | the canonical layout of a catalog: the same tables, values and comments, with uniform spacing |
//! | `fix` | applies the safe fixes of a check's findings to the texts until none is left |
//! | `written` | writes a registry as one catalog |
//! | `write` | replaces files in one step, or not at all |
//! | `change` | the changes that can be made to catalogs, and their effects on the texts |
//! | `transaction` | makes several changes together or not at all: locks, checks and writes |
//! | `text` | the text of a catalog, edited by splices |
//! | `live` | registries that follow their catalogs while programs read them |
//!
//! Texts are changed first, and files last: every change makes the new texts, loads and checks them as a program would
//! load them ([`Loader::unsaved`](crate::Loader::unsaved)), and only then replaces the files with
//! [`Original::replace`], which requires that the files are still as they were read.
//!
//! Depends on `check` and what lies below it. Code that touches files needs the feature `edit`.

#[cfg(feature = "edit")]
mod change;
#[cfg(feature = "edit")]
mod fix;
mod format;
mod live;
#[cfg(feature = "edit")]
mod text;
#[cfg(feature = "edit")]
mod transaction;
#[cfg(feature = "edit")]
mod write;
mod written;

#[cfg(feature = "edit")]
pub use change::{
    Change, ChangeError, Conflict, Consequence, Definition, DefinitionKind, Dependent, Disable, Effect, Enable,
    Install, Order, Place, Remove, Set, Unfit,
};
#[cfg(feature = "edit")]
pub use fix::{Applied, Fixed, Refused, fix};
pub use format::{FormatError, SyntaxError, format};
pub use live::{Current, Event, Kept, Live, Reader, Rejection, Replaced, Subscription, Version};
#[cfg(feature = "watch")]
pub use live::{Unwatched, WatchError, WatchOptions, Watcher};
#[cfg(feature = "edit")]
pub use transaction::{Holder, LockError, Locks, Outcome, Prepared, Transaction, TransactionError};
#[cfg(feature = "edit")]
pub use write::{Original, WriteError, Written, create};
pub use written::to_toml;
#[cfg(feature = "cli")]
pub(crate) use written::{Notes, to_toml_with};
