//! The output of `diff`.

use super::{Named, ServiceNames, Text, VERSION};
use sockatlas::terms::{Family, Protocol, Role, SocketType};
use sockatlas::{Asked, Comparison, Demand, Difference, Registry};

/// All differences.
#[derive(serde::Serialize)]
pub struct Differences<'a> {
    version: u32,
    differences: Vec<Changed<'a>>,
    /// Left out if all requests were compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_compared: Option<NotCompared>,
}

/// Requests that are answered differently.
#[derive(serde::Serialize)]
pub struct Changed<'a> {
    family: Field<'a>,
    #[serde(rename = "type")]
    socket_type: Field<'a>,
    protocols: Vec<Range<'a>>,
    /// Null for requests that name no application, or an application without a section.
    application: Option<&'a str>,
    /// `connect` or `accept`; left out for both.
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    /// Null if there is no further demand.
    demand: Option<Text<&'a Demand>>,
    was: Answer<'a>,
    is: Answer<'a>,
}

/// Requests of which not every combination of services was compared.
#[derive(serde::Serialize)]
pub struct NotCompared {
    /// The number of kinds of requests.
    kinds: usize,
    /// One of them, in the format of a line of a batch.
    request: String,
}

impl NotCompared {
    /// Returns the requests that a comparison left out, if there are any.
    pub fn of(registry: &Registry, comparison: &Comparison) -> Option<Self> {
        let left_out = comparison.not_compared.as_ref()?;
        Some(NotCompared { kinds: left_out.kinds, request: registry.request_text(&left_out.request) })
    }
}

#[derive(serde::Serialize)]
#[serde(untagged)]
enum Field<'a> {
    Is(Named<'a>),
    /// Every value that neither catalog has an entry for.
    Other(&'static str),
}

#[derive(serde::Serialize)]
struct Range<'a> {
    from: i32,
    to: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
}

#[derive(serde::Serialize)]
#[serde(untagged)]
enum Answer<'a> {
    Entry { entry: &'a str, stack: &'a [String], services: ServiceNames<'a> },
    Error { error: &'static str },
}

impl<'a> Differences<'a> {
    /// Creates the list of differences, with the names of the registry `registry`.
    pub fn new(registry: &'a Registry, comparison: &'a Comparison) -> Self {
        Differences {
            version: VERSION,
            differences: Changed::all(registry, comparison),
            not_compared: NotCompared::of(registry, comparison),
        }
    }
}

impl<'a> Changed<'a> {
    /// Returns all differences.
    pub fn all(registry: &'a Registry, differences: &'a [Difference]) -> Vec<Self> {
        differences.iter().map(|difference| Changed::new(registry, difference)).collect()
    }

    fn new(registry: &'a Registry, difference: &'a Difference) -> Self {
        let scope = match difference.family {
            Asked::Is(family) | Asked::Other(family) => family,
        };
        Changed {
            family: family(registry, difference.family),
            socket_type: socket_type(registry, difference.socket_type),
            protocols: difference.protocols.iter().map(|&range| Range::new(registry, range, scope)).collect(),
            application: difference.application.as_deref(),
            role: difference.role.map(Role::name),
            demand: difference.demand.as_ref().map(Text),
            was: Answer::from(&difference.was),
            is: Answer::from(&difference.is),
        }
    }
}

fn family(registry: &Registry, asked: Asked<Family>) -> Field<'_> {
    match asked {
        Asked::Is(family) => Field::Is(Named::family(registry, family)),
        Asked::Other(_) => Field::Other("other"),
    }
}

fn socket_type(registry: &Registry, asked: Asked<SocketType>) -> Field<'_> {
    match asked {
        Asked::Is(socket_type) => Field::Is(Named::socket_type(registry, socket_type)),
        Asked::Other(_) => Field::Other("other"),
    }
}

impl<'a> Range<'a> {
    fn new(registry: &'a Registry, (from, to): (i32, i32), scope: Family) -> Self {
        let name = registry.protocol_name(Protocol::from_raw(from), scope).filter(|_| from == to);
        Range { from, to, name }
    }
}

impl<'a> From<&'a sockatlas::Answer> for Answer<'a> {
    fn from(answer: &'a sockatlas::Answer) -> Self {
        match answer {
            sockatlas::Answer::Entry { name, stack, services, .. } => {
                Answer::Entry { entry: name, stack, services: ServiceNames(services) }
            }
            sockatlas::Answer::Refused(code) => Answer::Error { error: code.as_str() },
        }
    }
}
