//! Sockets: what was selected is opened, layer by layer, or nothing is.
//!
//! | file | what |
//! |---|---|
//! | `provider` | the traits that implement entries |
//! | `providers`, `shipped` | [`Providers`], the value that holds the implementations, and those that come with sockatlas |
//! | `settings` | options as a provider reads them |
//! | `opener` | [`Opener`]: a selection, the providers, and what the call changes |
//! | [`race`] | several addresses tried at once |
//! | `error` | errors, and the outcome of each attempt to connect |
//! | `alternatives`, `dialing` | several entries to choose from, and falling back from one to the next |
//! | [`machine`] | the sessions of a connection, one above the other; no I/O, no clock |
//! | `connection` | a machine and a socket: what all drivers share |
//! | `blocking`, `readiness`, `tokio` | the drivers |
//! | `opened` | what one got |
//! | `denial` | what a client is told of an error |
//! | [`relay`] | accepts on one chain and forwards on another, many connections at once |
//! | `system` | the sockets of the operating system |
//! | [`layers`] | the layers that come with sockatlas |
//!
//! Depends on `terms`, `catalog` and `registry`.

mod address;
mod alternatives;
mod blocking;
mod cancel;
mod connection;
mod denial;
mod dialing;
mod error;
pub mod layers;
pub mod machine;
mod opened;
mod opener;
mod provider;
mod providers;
pub mod race;
pub mod readiness;
pub mod relay;
mod settings;
mod shipped;
mod socket;
pub mod system;
#[cfg(feature = "tokio")]
pub mod tokio;

pub use address::{Address, Target, TargetError, ToTarget};
pub use alternatives::Alternatives;
pub use blocking::{Accepted, Listener, Socket, Stream};
pub use cancel::Cancel;
pub use connection::Wants;
pub use error::{Attempt, Bar, Error, ErrorKind, Outcome, Step, Untried};
pub use machine::{Answer, Denial, Origin};
pub use opened::{Bare, Opened};
pub use opener::Opener;
pub use provider::{Base, BaseProvider, Context, Layer, LayerProvider, ProviderError, ProviderFailure, Role};
pub use providers::Providers;
pub use settings::{Secret, Settings};
pub use socket::{BaseListener, BaseSocket};
