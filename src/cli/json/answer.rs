//! The output of `resolve` and `explain`.

use super::{Code, Named, Place, ServiceNames, StackNames, Text, VERSION};
use sockatlas::catalog::EntryDemand;
use sockatlas::terms::{self, ErrorCode};
use sockatlas::{Refusal, Registry, Selection};

/// The request, and `selected` or `error`.
#[derive(serde::Serialize)]
pub struct Answer<'a> {
    version: u32,
    request: Request<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    selected: Option<Selected<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Refused>,
    #[serde(skip_serializing_if = "Option::is_none")]
    candidates: Option<Vec<Candidate<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mends: Option<Vec<Mend<'a>>>,
}

impl<'a> Answer<'a> {
    /// Creates the answer to a request; `protocol` is the word that the protocol was written with, if any.
    pub fn new(
        registry: &'a Registry,
        request: &'a sockatlas::Request,
        protocol: Option<&str>,
        outcome: &'a Result<Selection<'a>, Refusal>,
    ) -> Self {
        Answer {
            version: VERSION,
            request: Request::new(registry, request, protocol),
            selected: outcome.as_ref().ok().map(|selection| Selected::new(registry, selection)),
            error: outcome.as_ref().err().map(|refusal| Refused {
                code: Text(refusal.code()),
                message: registry.refusal_text(refusal),
                wsa: Code::wsa(refusal.wsa()),
                errno: refusal.errno().map(|errno| Code::errno(errno, registry.dialect())),
            }),
            candidates: None,
            mends: None,
        }
    }

    /// Returns the answer with every candidate and every mend added.
    pub fn explained(self, explanation: &'a sockatlas::Explanation<'a>) -> Self {
        let candidates = explanation.candidates.iter().map(|candidate| Candidate {
            name: candidate.entry.name(),
            kind: candidate.entry.kind().name(),
            failed: candidate.failed.map(|test| test.name()),
            wanted: candidate.failed.map(|_| candidate.wanted.as_str()),
            had: candidate.failed.map(|_| candidate.had.as_str()),
            source: Place(candidate.entry.source()),
        });
        let mends = explanation.mends.iter().map(|mend| Mend {
            change: Text(mend),
            source: mend.source.clone().map(Place),
            weakens: &mend.weakens,
        });
        Answer { candidates: Some(candidates.collect()), mends: Some(mends.collect()), ..self }
    }
}

/// A line of a batch that is not a request.
#[derive(serde::Serialize)]
pub struct BadLine<'a> {
    version: u32,
    error: BadLineError<'a>,
}

#[derive(serde::Serialize)]
struct BadLineError<'a> {
    code: &'static str,
    line: u64,
    message: &'a str,
}

/// The code of a line that is not a request; no refusal has this code.
pub const BAD_REQUEST_LINE: &str = "bad-request-line";

impl<'a> BadLine<'a> {
    pub fn new(line: u64, message: &'a str) -> Self {
        BadLine { version: VERSION, error: BadLineError { code: BAD_REQUEST_LINE, line, message } }
    }
}

/// A request as it was made, with names where they exist.
#[derive(serde::Serialize)]
struct Request<'a> {
    family: Word<'a>,
    #[serde(rename = "type")]
    socket_type: Word<'a>,
    protocol: Word<'a>,
    /// Left out for a request that connects.
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<Word<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<Text<&'a sockatlas::ProviderDemand>>,
    #[serde(skip_serializing_if = "ServiceNames::is_empty")]
    require: ServiceNames<'a>,
    #[serde(skip_serializing_if = "ServiceNames::is_empty")]
    prefer: ServiceNames<'a>,
    #[serde(skip_serializing_if = "ServiceNames::is_empty")]
    avoid: ServiceNames<'a>,
    #[serde(skip_serializing_if = "ServiceNames::is_empty")]
    prohibit: ServiceNames<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    application: Option<&'a str>,
}

impl<'a> Request<'a> {
    fn new(registry: &'a Registry, request: &'a sockatlas::Request, protocol: Option<&str>) -> Self {
        let system = registry.dialect().system();
        let demands = request.demands().unwrap_or(sockatlas::Demands::none());
        // A protocol that was given by its number is printed as a number, which has the same meaning in any family.
        let by_name = protocol.is_some_and(|word| word.parse::<i32>().is_err());
        let name = by_name.then(|| registry.protocol_name(request.protocol(), request.family())).flatten();
        let number = || Word::Number(request.family().number(system));
        Request {
            family: registry.family_name(request.family()).map_or_else(number, Word::Name),
            socket_type: match request.socket_type().name_on(system) {
                Some(name) => Word::Name(name),
                None => Word::Number(Some(request.socket_type().number())),
            },
            protocol: name.map_or(Word::Number(Some(request.protocol().number())), Word::Name),
            role: (request.role() == terms::Role::Accept).then(|| request.role().name()),
            entry: demands.entry.as_ref().map(|entry| match entry {
                EntryDemand::Name(name) => Word::Name(name),
                EntryDemand::Id(id) => Word::Number(Some(*id)),
                _ => Word::Number(None),
            }),
            provider: demands.provider.as_ref().map(Text),
            require: ServiceNames(&demands.require),
            prefer: ServiceNames(&demands.prefer),
            avoid: ServiceNames(&demands.avoid),
            prohibit: ServiceNames(&demands.prohibit),
            application: demands.application.as_deref(),
        }
    }
}

#[derive(serde::Serialize)]
struct Selected<'a> {
    name: &'a str,
    kind: &'static str,
    catalog_entry_id: i32,
    family: Named<'a>,
    #[serde(rename = "type")]
    socket_type: Named<'a>,
    protocol: Named<'a>,
    stack: StackNames<'a>,
    services: ServiceNames<'a>,
    provider: Provider<'a>,
    source: Place,
}

impl<'a> Selected<'a> {
    fn new(registry: &'a Registry, selection: &Selection<'a>) -> Self {
        let entry = selection.entry();
        Selected {
            name: entry.name(),
            kind: entry.kind().name(),
            catalog_entry_id: entry.catalog_entry_id(),
            family: Named::family(registry, selection.family()),
            socket_type: Named::socket_type(registry, selection.socket_type()),
            protocol: Named::protocol(registry, selection.protocol(), selection.family()),
            stack: StackNames(entry),
            services: ServiceNames(selection.services()),
            provider: Provider { name: entry.provider().name(), id: entry.provider().id().map(Text) },
            source: Place(entry.source()),
        }
    }
}

#[derive(serde::Serialize)]
struct Refused {
    code: Text<ErrorCode>,
    message: String,
    wsa: Code,
    errno: Option<Code>,
}

#[derive(serde::Serialize)]
struct Candidate<'a> {
    name: &'a str,
    kind: &'static str,
    failed: Option<&'static str>,
    wanted: Option<&'a str>,
    had: Option<&'a str>,
    source: Place,
}

#[derive(serde::Serialize)]
struct Mend<'a> {
    change: Text<&'a sockatlas::Mend<'a>>,
    source: Option<Place>,
    weakens: &'a [String],
}

#[derive(serde::Serialize)]
struct Provider<'a> {
    name: &'a str,
    id: Option<Text<uuid::Uuid>>,
}

/// A name, or a number.
#[derive(serde::Serialize)]
#[serde(untagged)]
enum Word<'a> {
    Name(&'a str),
    Number(Option<i32>),
}
