//! Changes catalog files: formats them, fixes them, and replaces them as a whole.
//!
//! | file | contents |
//! |---|---|
//! | `written` | writes a registry as one catalog |
//! | `text` | the text of a catalog, with the order in which new keys are inserted |
//! | `write` | locks folders, and replaces files in one step or not at all |
//! | `fix` | applies the safe fixes of a check's findings to the texts until none is left |
//! | `consequence` | the dependents of a changed definition, and the consequences of a change |
//! | `refused` | the reasons why a change or a transaction was not made |
//! | `draft` | the changed texts, before anything is written |
//! | `change` | the changes that can be made to catalogs, and their effects on the texts |
//! | `transaction` | makes several changes together or not at all: locks, checks and writes |
//!
//! Each of these imports only from those above it in the table.
//!
//! Texts are changed first, and files last: every change makes the new texts, loads and checks them as a program would
//! load them ([`Loader::unsaved`](crate::Loader::unsaved)), and only then replaces the files with
//! [`Original::replace`], which requires that the files are still as they were read.
//!
//! Depends on `check` and what lies below it. Code that touches files needs the feature `edit`.

#[cfg(feature = "edit")]
mod change;
#[cfg(feature = "edit")]
mod consequence;
#[cfg(feature = "edit")]
mod draft;
#[cfg(feature = "edit")]
mod fix;
#[cfg(feature = "edit")]
mod refused;
#[cfg(feature = "edit")]
mod text;
#[cfg(feature = "edit")]
mod transaction;
#[cfg(feature = "edit")]
mod write;
mod written;

pub use crate::text::{FormatError, SyntaxError, format};
#[cfg(feature = "edit")]
pub use change::{Change, Definition, DefinitionKind, Disable, Enable, Install, Order, Place, Remove, Set};
#[cfg(feature = "edit")]
pub use consequence::{Consequence, Dependent, Effect};
#[cfg(feature = "edit")]
pub use fix::{Applied, Fixed, Refused, fix};
#[cfg(feature = "edit")]
pub use refused::{ChangeError, Conflict, TransactionError, Unfit};
#[cfg(feature = "edit")]
pub use transaction::{Outcome, Prepared, Transaction};
#[cfg(feature = "edit")]
pub use write::{Holder, LockError, Locks, Original, WriteError, Written, create};
pub use written::to_toml;
pub use written::{Notes, to_toml_with};
