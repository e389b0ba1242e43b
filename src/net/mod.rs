//! Sockets: opens a selection completely, layer by layer, or not at all.
//!
//! | file | what |
//! |---|---|
//! | `provider` | the traits that implement entries, and [`Providers`], the value that holds the implementations |
//! | `settings` | the options of an entry, as its provider reads them |
//! | `opener` | [`Opener`]: a selection, the providers, and the changes of the call |
//! | [`race`], `attempt` | attempts at several addresses at once, and their outcomes |
//! | `alternatives`, `dialing` | several entries to choose from, and the fallback from one to the next |
//! | [`machine`] | the sessions of a connection, one above the other; it does no I/O and reads no clock |
//! | `connection` | a machine with a socket, which all drivers share |
//! | `blocking`, `readiness`, `tokio` | the drivers |
//! | `opened` | [`Opened`]: the report of what was opened |
//! | `denial` | the answer to a client, made of an error |
//! | [`relay`] | accepts connections on one chain and forwards them on another, many at once |
//! | `system` | the sockets of the operating system |
//! | [`layers`] | the layers that ship with sockatlas |
//!
//! Depends on `terms`, `catalog` and `registry`.

mod address;
mod alternatives;
mod attempt;
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
pub mod race;
pub mod readiness;
pub mod relay;
mod settings;
mod socket;
pub mod system;
#[cfg(feature = "tokio")]
pub mod tokio;

pub use address::{Address, Target, TargetError};
pub use alternatives::Alternatives;
pub use attempt::{Attempt, Bar, Outcome, Untried};
pub use blocking::{Accepted, Bare, Listener, Socket, Stream};
pub use cancel::Cancel;
pub use connection::Wants;
pub use error::{Error, ErrorKind, Step};
pub use machine::{Answer, Denial, Origin};
pub use opened::Opened;
pub use opener::{Opener, ToTarget};
pub use provider::{
    Base, BaseProvider, Context, Layer, LayerProvider, ProviderError, ProviderFailure, Providers, Role,
};
pub use settings::{Secret, Settings};
pub use socket::{BaseListener, BaseSocket};
