//! Catalog files changed: laid out, mended, replaced as wholes.
//!
//! | file | what |
//! |---|---|
//! | `format` | the canonical layout of a catalog: the same tables, values and comments, spaced one way |
//! | `fix` | the safe fixes of a check's findings, applied to the texts until none is left |
//! | `written` | a registry written out as one catalog |
//! | `write` | files replaced in one step, or not at all |
//! | `change` | what can be changed of catalogs, and what each change does to their texts |
//! | `transaction` | changes made together or not at all: locked, checked, written |
//! | `text` | the text of a catalog, changed by splices |
//! | `live` | registries that follow their catalogs while programs read them |
//!
//! Texts come first and files last: whatever changes a catalog makes the new texts, has them loaded and checked as a
//! program would load them ([`Loader::unsaved`](crate::Loader::unsaved)), and only then lets [`Original::replace`] put them
//! in the place of the old ones, which must still be there as they were read.
//!
//! Depends on `check` and what lies below it. What touches files needs the feature `edit`.

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
