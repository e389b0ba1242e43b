//! One TOML document into its raw form: which keys stand where, and what type their values have.

use super::entry::{AddressSize, ByteOrder, EntryKind, Facts};
use super::fault::{Fault, FaultKind};
use super::raw::*;
use super::reader::{Key, Reader, Value};
use super::source::{FileId, Span};
use crate::terms::{ErrorCode, Services};
use std::fmt::Display;
use toml::de::{DeTable, DeValue};

/// The version of the catalog format that this library reads.
pub const FORMAT: i64 = 1;

const TOP: &[&str] = &[
    "format",
    "dialect",
    "title",
    "include",
    "order",
    "disable",
    "provider",
    "base",
    "layer",
    "chain",
    "family",
    "application",
    "expect",
    "always",
    "lint",
];
const PROVIDER: &[&str] = &["module", "id", "replace"];
const FAMILY: &[&str] = &["number", "protocols", "max-protocol", "protocol-first", "replace"];
const APPLICATION: &[&str] = &["require", "prohibit", "permit", "replace"];
const BASE: &[&str] = &[
    "provider",
    "family",
    "type",
    "protocol",
    "matches-zero",
    "services",
    "options",
    "summary",
    "hidden",
    "replace",
    "catalog-entry-id",
    "version",
    "message-size",
    "address-size",
    "byte-order",
    "security-scheme",
    "recommended",
    "unknown",
];
const LAYER: &[&str] = &[
    "provider",
    "needs",
    "forbids",
    "adds",
    "removes",
    "allow-below",
    "categories",
    "type",
    "options",
    "summary",
    "hidden",
    "replace",
    "catalog-entry-id",
    "version",
    "message-size",
    "address-size",
    "byte-order",
    "security-scheme",
    "recommended",
    "unknown",
];
const CHAIN: &[&str] = &[
    "layers",
    "base",
    "protocol",
    "matches-zero",
    "provider",
    "services",
    "options",
    "summary",
    "hidden",
    "replace",
    "catalog-entry-id",
    "version",
    "message-size",
    "address-size",
    "byte-order",
    "security-scheme",
    "recommended",
    "unknown",
];
const REQUEST: &[&str] =
    &["family", "type", "protocol", "entry", "provider", "require", "prefer", "avoid", "prohibit", "application"];

/// Reads a document. What is faulty is left out of the result, or stands there without a body, and is in `faults`.
pub(super) fn read(file: FileId, text: &str, faults: &mut Vec<Fault>) -> Document {
    let mut reader = Reader { file, faults };
    // A byte order mark is not part of the text; the parser skips it, so that spans stay those of the whole text.
    let (table, errors) = DeTable::parse_recoverable(text);
    reader.syntax_errors(text, errors);
    reader.document(table.get_ref())
}

struct Named<'a>(&'static str, &'a str);

impl Display for Named<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} `{}`", self.0, self.1)
    }
}

impl Reader<'_> {
    fn syntax_errors(&mut self, text: &str, errors: Vec<toml::de::Error>) {
        // The parser reads on into the first table of that name, so that every key of the second seems to be there already;
        // what is wrong is the header, and it is enough to say so.
        let mut second_table = None;
        for error in errors {
            let span = error.span().unwrap_or(0..0);
            let at = self.span(span.clone());
            if error.message() != "duplicate key" {
                self.fault(FaultKind::Syntax { message: error.message().replace('\n', ", ") }, at);
                continue;
            }
            let line_start =
                text.get(..span.start).and_then(|before| before.rfind('\n')).map_or(0, |line_break| line_break + 1);
            let is_header = text.get(line_start..).is_some_and(|line| line.trim_start().starts_with('['));
            if second_table.as_ref().is_some_and(|table: &std::ops::Range<usize>| table.contains(&span.start))
                && !is_header
            {
                continue;
            }
            if is_header {
                let next = text.get(span.end..).and_then(|rest| rest.find("\n["));
                second_table = Some(span.start..next.map_or(text.len(), |length| span.end + length));
            }
            let name = text.get(span).unwrap_or_default().to_owned();
            self.fault(FaultKind::DuplicateName { what: "key", name }, at);
        }
    }

    fn document(&mut self, table: &DeTable<'_>) -> Document {
        let mut document = Document {
            included: false,
            dialect: None,
            title: None,
            includes: Vec::new(),
            order: Vec::new(),
            disable: Vec::new(),
            providers: Vec::new(),
            families: Vec::new(),
            applications: Vec::new(),
            entries: Vec::new(),
            expectations: Vec::new(),
            guarantees: Vec::new(),
            lint: Vec::new(),
        };
        for (key, value) in table.iter() {
            match key.get_ref().as_ref() {
                "format" => self.format(value),
                "dialect" => {
                    let dialect = self.parsed(value, "`documented`, `windows` or `linux`");
                    document.dialect = dialect.map(|dialect| At::new(dialect, self.at(value)));
                }
                "title" => document.title = self.string(value).map(str::to_owned),
                "include" => document.includes = self.names(value).unwrap_or_default(),
                "order" => document.order = self.names(value).unwrap_or_default(),
                "disable" => document.disable = self.names(value).unwrap_or_default(),
                "provider" => self.each(value, is_name, &mut document.providers, Self::provider),
                "family" => self.each(value, is_name, &mut document.families, Self::family),
                "application" => {
                    self.each(
                        value,
                        |name| name == "*" || is_name(name),
                        &mut document.applications,
                        Self::application,
                    );
                }
                "base" => self.each(value, is_name, &mut document.entries, Self::base),
                "layer" => self.each(value, is_name, &mut document.entries, Self::layer),
                "chain" => self.each(value, is_name, &mut document.entries, Self::chain),
                "expect" => document.expectations = self.tables(value, Self::expectation),
                "always" => document.guarantees = self.tables(value, Self::guarantee),
                "lint" => self.lint(value, &mut document.lint),
                _ => self.unknown_key(key, "a catalog", TOP),
            }
        }
        if !table.contains_key("format") {
            self.missing_key("format", "the catalog", Span::beginning(self.file));
        }
        document.entries.sort_by_key(|entry| entry.name.at.start);
        document
    }

    fn format(&mut self, value: &Value<'_>) {
        if let Some(version) = self.integer(value, 0, i64::MAX)
            && version != FORMAT
        {
            self.wrong(value, format!("format {version}"), format!("format {FORMAT}, the one that this version reads"));
        }
    }

    /// Reads every table of a section whose keys are names.
    fn each<T>(
        &mut self,
        value: &Value<'_>,
        allowed: fn(&str) -> bool,
        into: &mut Vec<T>,
        mut read: impl FnMut(&mut Self, At<String>, &Value<'_>) -> T,
    ) {
        let Some(section) = self.table(value) else { return };
        into.reserve(section.len());
        for (key, value) in section.iter() {
            let at = self.span(key.span());
            let name = key.get_ref().as_ref();
            if !allowed(name) {
                self.fault(
                    FaultKind::WrongValue {
                        found: format!("the name {name:?}"),
                        expected:
                            "a name of lower case letters, digits, `.`, `_` and `-` that begins with a letter or digit \
                                   and is not all digits"
                                .to_owned(),
                    },
                    at,
                );
            }
            into.push(read(self, At::new(name.to_owned(), at), value));
        }
    }

    /// Reads every table of an array of tables.
    fn tables<T>(&mut self, value: &Value<'_>, mut read: impl FnMut(&mut Self, &Value<'_>) -> Option<T>) -> Vec<T> {
        let Some(array) = value.get_ref().as_array() else {
            self.wrong(value, value.get_ref().type_str(), "an array of tables");
            return Vec::new();
        };
        array.iter().filter_map(|element| read(self, element)).collect()
    }

    fn provider(&mut self, name: At<String>, value: &Value<'_>) -> RawProvider {
        let mut provider = RawProvider { name, module: None, id: None, replace: false };
        for (key, value) in self.table(value).into_iter().flat_map(DeTable::iter) {
            match key.get_ref().as_ref() {
                "module" => provider.module = self.string(value).map(str::to_owned),
                "id" => {
                    provider.id = self.parsed(value, "a GUID as in `e70f1aa0-ab8b-11cf-8ca3-00805f48a192`");
                }
                "replace" => provider.replace = self.boolean(value) == Some(true),
                _ => self.unknown_key(key, Named("provider", &provider.name.value), PROVIDER),
            }
        }
        provider
    }

    fn family(&mut self, name: At<String>, value: &Value<'_>) -> RawFamily {
        let mut family = RawFamily {
            name,
            number: None,
            protocols: Vec::new(),
            max_protocol: None,
            protocol_first: false,
            replace: false,
        };
        for (key, value) in self.table(value).into_iter().flat_map(DeTable::iter) {
            match key.get_ref().as_ref() {
                "number" => {
                    let number = self.integer(value, 1, i32::MAX.into());
                    family.number = number.map(|number| At::new(number as i32, self.at(value)));
                }
                "protocols" => {
                    for (key, value) in self.table(value).into_iter().flat_map(DeTable::iter) {
                        let at = self.span(key.span());
                        if let Some(number) = self.number(value) {
                            family.protocols.push((At::new(key.get_ref().to_string(), at), number));
                        }
                    }
                }
                "max-protocol" => {
                    family.max_protocol = self.integer(value, 0, i32::MAX.into()).map(|number| number as i32);
                }
                "protocol-first" => family.protocol_first = self.boolean(value) == Some(true),
                "replace" => family.replace = self.boolean(value) == Some(true),
                _ => self.unknown_key(key, Named("family", &family.name.value), FAMILY),
            }
        }
        family
    }

    fn application(&mut self, name: At<String>, value: &Value<'_>) -> RawApplication {
        let mut application = RawApplication { name, policy: RawPolicy::default(), replace: false };
        for (key, value) in self.table(value).into_iter().flat_map(DeTable::iter) {
            match key.get_ref().as_ref() {
                "require" => application.policy.require = self.services(value).unwrap_or_default(),
                "prohibit" => application.policy.prohibit = self.services(value).unwrap_or_default(),
                "permit" => application.policy.permit = self.categories(value),
                "replace" => application.replace = self.boolean(value) == Some(true),
                _ => self.unknown_key(key, Named("application", &application.name.value), APPLICATION),
            }
        }
        application
    }

    fn base(&mut self, name: At<String>, value: &Value<'_>) -> RawEntry {
        let before = self.faults.len();
        let (mut entry, table) = self.entry(name, EntryKind::Base, value);
        let (mut family, mut socket_type, mut protocol) = (None, None, None);
        let (mut matches_zero, mut services) = (false, Services::NONE);
        for (key, value) in table.into_iter().flat_map(DeTable::iter) {
            match key.get_ref().as_ref() {
                "family" => family = self.word(value),
                "type" => socket_type = self.word(value),
                "protocol" => protocol = self.protocols(value),
                "matches-zero" => matches_zero = self.boolean(value) == Some(true),
                "services" => services = self.services(value).unwrap_or_default(),
                _ => self.common(&mut entry, key, value, BASE),
            }
        }
        self.required(&entry, table, &["provider", "family", "type", "protocol"]);
        if before == self.faults.len()
            && let (Some(family), Some(socket_type), Some(protocol)) = (family, socket_type, protocol)
        {
            entry.body = Some(RawBody::Base(RawBase { family, socket_type, protocol, matches_zero, services }));
        }
        entry
    }

    fn layer(&mut self, name: At<String>, value: &Value<'_>) -> RawEntry {
        let before = self.faults.len();
        let (mut entry, table) = self.entry(name, EntryKind::Layer, value);
        let mut layer = RawLayer::default();
        for (key, value) in table.into_iter().flat_map(DeTable::iter) {
            match key.get_ref().as_ref() {
                "needs" => {
                    layer.needs = self.services(value).unwrap_or_default();
                    layer.needs_at = Some(self.at(value));
                }
                "forbids" => {
                    layer.forbids = self.services(value).unwrap_or_default();
                    layer.forbids_at = Some(self.at(value));
                }
                "adds" => layer.adds = self.services(value).unwrap_or_default(),
                "removes" => layer.removes = self.services(value).unwrap_or_default(),
                "allow-below" => layer.allow_below = self.names(value).map(|names| At::new(names, self.at(value))),
                "categories" => layer.categories = self.categories(value).unwrap_or_default(),
                "type" => layer.socket_type = self.word(value),
                _ => self.common(&mut entry, key, value, LAYER),
            }
        }
        self.required(&entry, table, &["provider"]);
        entry.body = (before == self.faults.len()).then(|| RawBody::Layer(Box::new(layer)));
        entry
    }

    fn chain(&mut self, name: At<String>, value: &Value<'_>) -> RawEntry {
        let before = self.faults.len();
        let (mut entry, table) = self.entry(name, EntryKind::Chain, value);
        let (mut layers, mut base, mut protocol, mut matches_zero, mut services) = (None, None, None, None, None);
        for (key, value) in table.into_iter().flat_map(DeTable::iter) {
            match key.get_ref().as_ref() {
                "layers" => layers = self.some_names(value),
                "base" => {
                    base = match value.get_ref() {
                        DeValue::Array(_) => self.some_names(value).map(RawChainBase::Several),
                        _ => self.text(value).map(RawChainBase::One),
                    }
                }
                "protocol" => protocol = self.protocols(value),
                "matches-zero" => matches_zero = self.boolean(value),
                "services" => services = self.services(value),
                _ => self.common(&mut entry, key, value, CHAIN),
            }
        }
        self.required(&entry, table, &["layers", "base"]);
        if before == self.faults.len()
            && let (Some(layers), Some(base)) = (layers, base)
        {
            entry.body = Some(RawBody::Chain(RawChain { layers, base, protocol, matches_zero, services }));
        }
        entry
    }

    /// An entry without its body, and the table to read it from.
    fn entry<'v, 'i>(
        &mut self,
        name: At<String>,
        kind: EntryKind,
        value: &'v Value<'i>,
    ) -> (RawEntry, Option<&'v DeTable<'i>>) {
        let entry = RawEntry {
            name,
            kind,
            replace: false,
            hidden: false,
            provider: None,
            id: None,
            facts: None,
            options: Vec::new(),
            body: None,
        };
        (entry, self.table(value))
    }

    fn required(&mut self, entry: &RawEntry, table: Option<&DeTable<'_>>, keys: &'static [&'static str]) {
        for key in keys {
            if table.is_some_and(|table| !table.contains_key(*key)) {
                self.missing_key(key, Named(entry.kind.name(), &entry.name.value), entry.name.at);
            }
        }
    }

    /// The keys that every kind of entry has.
    fn common(&mut self, entry: &mut RawEntry, key: &Key<'_>, value: &Value<'_>, expected: &'static [&'static str]) {
        match key.get_ref().as_ref() {
            "provider" => entry.provider = self.text(value),
            "hidden" => entry.hidden = self.boolean(value) == Some(true),
            "replace" => entry.replace = self.boolean(value) == Some(true),
            "options" => entry.options = self.options(value).unwrap_or_default(),
            "catalog-entry-id" => {
                let id = self.integer(value, 1, i32::MAX.into());
                entry.id = id.map(|id| At::new(id as i32, self.at(value)));
            }
            _ => {
                let mut facts = entry.facts.take().unwrap_or_default();
                if !self.fact(&mut facts, key, value) {
                    self.unknown_key(key, Named(entry.kind.name(), &entry.name.value), expected);
                }
                entry.facts = Some(facts);
            }
        }
    }

    /// The keys that state further facts; false if this is none of them.
    fn fact(&mut self, facts: &mut Facts, key: &Key<'_>, value: &Value<'_>) -> bool {
        let whole = i64::from(u32::MAX);
        match key.get_ref().as_ref() {
            "summary" => facts.summary = self.string(value).map(str::to_owned),
            "version" => facts.version = self.number(value),
            "message-size" => facts.message_size = self.integer(value, 0, whole).map(|size| size as u32),
            "address-size" => facts.address_size = self.address_size(value),
            "byte-order" => {
                facts.byte_order = self.parsed::<ByteOrder>(value, "`big` or `little`");
            }
            "security-scheme" => facts.security_scheme = self.number(value),
            "recommended" => facts.recommended = self.boolean(value) == Some(true),
            "unknown" => {
                let names = self.array(value, "an array of names of facts", |reader, element| {
                    let name = reader.string(element)?;
                    let fact = Facts::UNKNOWABLE.iter().find(|known| **known == name);
                    if fact.is_none() {
                        let suggestion = super::suggest::nearest(name, Facts::UNKNOWABLE.iter().copied());
                        let at = reader.at(element);
                        let what = "fact";
                        reader
                            .fault(FaultKind::UnknownName { what, name: name.to_owned(), suggestion, note: None }, at);
                    }
                    fact.copied()
                });
                facts.unknown = names.unwrap_or_default();
            }
            _ => return false,
        }
        true
    }

    fn address_size(&mut self, value: &Value<'_>) -> Option<AddressSize> {
        let most = i64::from(i32::MAX);
        let DeValue::Table(table) = value.get_ref() else {
            let size = self.integer(value, 0, most)? as u32;
            return Some(AddressSize { min: size, max: size });
        };
        let (mut min, mut max) = (None, None);
        for (key, value) in table.iter() {
            match key.get_ref().as_ref() {
                "min" => min = self.integer(value, 0, most),
                "max" => max = self.integer(value, 0, most),
                _ => self.unknown_key(key, "an address size", &["min", "max"]),
            }
        }
        for key in ["min", "max"] {
            if !table.contains_key(key) {
                let at = self.at(value);
                self.missing_key(key, "an address size", at);
            }
        }
        Some(AddressSize { min: min? as u32, max: max? as u32 })
    }

    fn expectation(&mut self, value: &Value<'_>) -> Option<RawExpectation> {
        let table = self.table(value)?;
        let (mut request, mut entry, mut error) = (None, None, None);
        for (key, value) in table.iter() {
            match key.get_ref().as_ref() {
                "request" => request = self.request(value),
                "entry" => entry = self.text(value),
                "error" => error = self.error_code(value),
                _ => self.unknown_key(key, "an `[[expect]]`", &["request", "entry", "error"]),
            }
        }
        if !table.contains_key("request") {
            let at = self.at(value);
            self.missing_key("request", "the `[[expect]]`", at);
        }
        let outcome = match (table.contains_key("entry"), table.contains_key("error")) {
            (true, false) => RawOutcome::Entry(entry?),
            (false, true) => RawOutcome::Error(error?),
            (both, _) => {
                let found = if both { "both `entry` and `error`" } else { "neither `entry` nor `error`" };
                self.wrong(value, found, "one of them");
                return None;
            }
        };
        Some(RawExpectation { at: self.at(value), request: request?, outcome })
    }

    fn error_code(&mut self, value: &Value<'_>) -> Option<At<ErrorCode>> {
        let name = self.string(value)?;
        let at = self.at(value);
        match name.parse() {
            Ok(code) => Some(At::new(code, at)),
            Err(_) => {
                let suggestion = super::suggest::nearest(name, ErrorCode::ALL.iter().map(|code| code.as_str()));
                self.fault(
                    FaultKind::UnknownName { what: "error code", name: name.to_owned(), suggestion, note: None },
                    at,
                );
                None
            }
        }
    }

    fn guarantee(&mut self, value: &Value<'_>) -> Option<RawGuarantee> {
        let table = self.table(value)?;
        let mut request = None;
        let mut claims = Vec::new();
        let before = self.faults.len();
        for (key, value) in table.iter() {
            match key.get_ref().as_ref() {
                "request" => request = self.request(value),
                "services" => claims.extend(self.services(value).map(RawClaim::Services)),
                "never" => claims.extend(self.some_names(value).map(RawClaim::Never)),
                "refused" => match self.boolean(value) {
                    Some(false) => self.wrong(value, "`false`", "`true`, or no such key"),
                    claimed => claims.extend(claimed.map(|_| RawClaim::Refused)),
                },
                _ => self.unknown_key(key, "an `[[always]]`", &["request", "services", "never", "refused"]),
            }
        }
        let at = self.at(value);
        if !table.contains_key("request") {
            self.missing_key("request", "the `[[always]]`", at);
        }
        if before == self.faults.len() && claims.len() != 1 {
            let found = if claims.is_empty() { "no claim" } else { "more than one claim" };
            self.wrong(value, found, "one of `services`, `never` and `refused`");
        }
        Some(RawGuarantee { at, request: request?, claim: claims.pop()? })
    }

    fn request(&mut self, value: &Value<'_>) -> Option<RawRequest> {
        let before = self.faults.len();
        let mut request = RawRequest::default();
        for (key, value) in self.table(value)?.iter() {
            match key.get_ref().as_ref() {
                "family" => request.family = self.word(value),
                "type" => request.socket_type = self.word(value),
                "protocol" => request.protocol = self.word(value),
                "entry" => {
                    request.entry = self.word(value).map(|word| match word.value {
                        Word::Name(name) => RawEntryDemand::Name(name),
                        Word::Number(id) => RawEntryDemand::Id(id),
                    });
                }
                "provider" => request.provider = self.string(value).map(str::to_owned),
                "require" => request.require = self.services(value).unwrap_or_default(),
                "prefer" => request.prefer = self.services(value).unwrap_or_default(),
                "avoid" => request.avoid = self.services(value).unwrap_or_default(),
                "prohibit" => request.prohibit = self.services(value).unwrap_or_default(),
                "application" => request.application = self.text(value),
                _ => self.unknown_key(key, "a request", REQUEST),
            }
        }
        (before == self.faults.len()).then_some(request)
    }

    fn lint(&mut self, value: &Value<'_>, into: &mut Vec<(At<String>, Severity)>) {
        for (key, value) in self.table(value).into_iter().flat_map(DeTable::iter) {
            let at = self.span(key.span());
            if let Some(severity) = self.parsed(value, "`allow`, `note`, `warning` or `error`") {
                into.push((At::new(key.get_ref().to_string(), at), severity));
            }
        }
    }
}

/// Whether names of a catalog may look so: `[a-z0-9][a-z0-9._-]*`, and not all digits.
pub(super) fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    name.bytes().next().is_some_and(plain)
        && name.bytes().all(|byte| plain(byte) || matches!(byte, b'.' | b'_' | b'-'))
        && !name.bytes().all(|byte| byte.is_ascii_digit())
}
