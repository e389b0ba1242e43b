//! The JSON output of the command: version 1.
//!
//! The structs define the format and nothing else: the names and the order of the fields are those of the output. They
//! borrow from the registry, so that a batch writes its answers without a copy. Fields may be added in version 1; none
//! is removed, and none changes its meaning.

mod answer;
mod diff;
mod entry;
mod install;
mod names;
mod transaction;
mod winsock;
mod winsock_repair;
mod winsock_report;

pub(super) use answer::{Answer, BAD_REQUEST_LINE, BadLine};
pub(super) use diff::Differences;
pub(super) use entry::{Entries, Entry, WholeEntry};
pub(super) use install::{Installation, RefusedInstallation};
pub(super) use names::{FamilyProtocols, KnownCategory, KnownError, KnownName, KnownService, Names};
pub(super) use transaction::{RefusedTransaction, Transaction};
pub(super) use winsock::{WinsockCatalog, control_set, kind, name_space, provider_flag_names};
pub(super) use winsock_repair::Repair;
pub(super) use winsock_report::WinsockReport;

use serde::ser::{Serialize, Serializer};
use sockatlas::catalog::Location;
use sockatlas::terms::{self, Dialect, Errno, Services, WsaError};
use sockatlas::{EntryRef, Registry};
use std::fmt::Display;

const VERSION: u32 = 1;

/// An error code of a system: its name, and its number where it has one.
#[derive(serde::Serialize)]
pub(super) struct Code {
    pub name: &'static str,
    pub number: Option<i32>,
}

impl Code {
    pub fn wsa(error: WsaError) -> Self {
        Code { name: error.name(), number: Some(error.number()) }
    }

    pub fn errno(errno: Errno, dialect: Dialect) -> Self {
        Code { name: errno.name(), number: errno.number_in(dialect) }
    }
}

/// The name for a number, if it has one, and the number, if its system has one.
#[derive(serde::Serialize)]
pub(super) struct Named<'a> {
    name: Option<&'a str>,
    number: Option<i32>,
}

impl<'a> Named<'a> {
    pub fn family(registry: &'a Registry, family: terms::Family) -> Self {
        let system = registry.dialect().system();
        Named { name: registry.family_name(family), number: family.number(system) }
    }

    pub fn socket_type(registry: &Registry, socket_type: terms::SocketType) -> Self {
        Named { name: socket_type.name_on(registry.dialect().system()), number: Some(socket_type.number()) }
    }

    pub fn protocol(registry: &'a Registry, protocol: terms::Protocol, family: terms::Family) -> Self {
        Named { name: registry.protocol_name(protocol, family), number: Some(protocol.number()) }
    }

    /// Returns the name, or else the number.
    pub fn short(&self) -> String {
        let number = || self.number.map(|number| number.to_string()).unwrap_or_default();
        self.name.map_or_else(number, str::to_owned)
    }
}

/// Displays the name and the number for people, as in `inet (2)`, or the one that is known.
impl Display for Named<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.name, self.number) {
            (Some(name), Some(number)) => write!(f, "{name} ({number})"),
            (Some(name), None) => f.write_str(name),
            (None, Some(number)) => number.fmt(f),
            (None, None) => f.write_str("nothing"),
        }
    }
}

/// Serializes a value as the text that it displays.
struct Text<T>(T);

impl<T: Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// Serializes the names of services, sorted.
struct ServiceNames<'a>(&'a Services);

impl ServiceNames<'_> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for ServiceNames<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter())
    }
}

/// Serializes the names of a stack, the top first.
struct StackNames<'a>(EntryRef<'a>);

impl Serialize for StackNames<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.stack().map(|entry| entry.name()))
    }
}

/// Serializes a location as file, line and column.
struct Place(Location);

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(serde::Serialize)]
        struct Fields<'a> {
            file: &'a str,
            line: u32,
            column: u32,
        }
        Fields { file: &self.0.file, line: self.0.line, column: self.0.column }.serialize(serializer)
    }
}
