//! Catalogs and requests as plain data, and how TOML writes them.

use sockatlas::terms::{Dialect, Family, Protocol, Services, SocketType};
use std::collections::BTreeSet;
use std::fmt;

/// Services or categories, by name.
pub type Names = BTreeSet<&'static str>;

#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// Nothing: this document states none.
    pub dialect: Option<Dialect>,
    pub include: Vec<String>,
    pub order: Vec<String>,
    pub disable: Vec<String>,
    pub providers: Vec<Provider>,
    pub families: Vec<FamilyFacts>,
    /// In the order of declaration.
    pub entries: Vec<Entry>,
    pub applications: Vec<Application>,
}

#[derive(Copy, Clone, Debug)]
pub struct Provider {
    pub name: &'static str,
    pub id: Option<&'static str>,
}

#[derive(Clone, Debug)]
pub struct FamilyFacts {
    pub name: &'static str,
    pub number: Option<i32>,
    pub protocols: Vec<(&'static str, i32)>,
    pub max_protocol: Option<i32>,
    pub protocol_first: bool,
}

#[derive(Clone, Debug)]
pub struct Application {
    pub name: &'static str,
    pub require: Names,
    pub prohibit: Names,
    pub permit: Option<Names>,
}

#[derive(Clone, Debug)]
pub struct Entry {
    pub name: String,
    pub provider: Option<&'static str>,
    pub id: Option<i32>,
    pub hidden: bool,
    pub body: Body,
}

#[derive(Clone, Debug)]
pub enum Body {
    Base(Base),
    Layer(Layer),
    Chain(Chain),
}

#[derive(Clone, Debug)]
pub struct Base {
    pub family: FamilyWord,
    pub socket_type: i32,
    pub protocols: Vec<Written>,
    pub matches_zero: bool,
    pub services: Names,
}

#[derive(Clone, Debug, Default)]
pub struct Layer {
    pub needs: Names,
    pub forbids: Names,
    pub adds: Names,
    pub removes: Names,
    pub allow_below: Option<Vec<String>>,
    pub categories: Names,
    pub socket_type: Option<i32>,
}

#[derive(Clone, Debug)]
pub struct Chain {
    /// Top first.
    pub layers: Vec<String>,
    pub base: ChainBase,
    pub protocols: Option<Vec<Written>>,
    pub matches_zero: Option<bool>,
    pub services: Option<Names>,
}

#[derive(Clone, Debug)]
pub enum ChainBase {
    One(String),
    Several(Vec<String>),
}

#[derive(Copy, Clone, Debug)]
pub enum FamilyWord {
    Name(&'static str),
    Number(i32),
}

/// A member of a protocol set.
#[derive(Copy, Clone, Debug)]
pub enum Written {
    One(i32),
    Named(&'static str, i32),
    Range(i32, i32),
    Any,
}

/// The number of the catalogs' own family, `acme`.
pub const ACME: i32 = 201;

impl FamilyWord {
    pub fn family(self, dialect: Dialect) -> Family {
        match self {
            FamilyWord::Name("acme") => Family::from_number(ACME, dialect.system()),
            FamilyWord::Name(name) => Family::from_name(name).expect("a known family"),
            FamilyWord::Number(number) => Family::from_number(number, dialect.system()),
        }
    }
}

impl Catalog {
    pub fn dialect(&self) -> Dialect {
        self.dialect.unwrap_or_default()
    }
}

fn list<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> String {
    let quoted: Vec<String> = names.into_iter().map(|name| format!("{:?}", name.as_ref())).collect();
    format!("[{}]", quoted.join(", "))
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Written::One(number) => number.fmt(f),
            Written::Named(name, _) => write!(f, "{name:?}"),
            Written::Range(from, to) => write!(f, "{{ from = {from}, to = {to} }}"),
            Written::Any => f.write_str("\"any\""),
        }
    }
}

fn protocols(written: &[Written]) -> String {
    match written {
        [only] => only.to_string(),
        several => {
            let several: Vec<String> = several.iter().map(Written::to_string).collect();
            format!("[{}]", several.join(", "))
        }
    }
}

fn socket_type(number: i32) -> String {
    let name = SocketType::from_raw(number).name();
    name.map_or_else(|| number.to_string(), |name| format!("{name:?}"))
}

/// As a catalog writes it.
impl fmt::Display for Catalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "format = 1")?;
        if let Some(dialect) = self.dialect {
            writeln!(f, "dialect = \"{dialect}\"")?;
        }
        for (key, names) in [("include", &self.include), ("order", &self.order), ("disable", &self.disable)] {
            if !names.is_empty() {
                writeln!(f, "{key} = {}", list(names))?;
            }
        }
        for Provider { name, id } in &self.providers {
            // One that nobody knows, and so may implement what is generated.
            writeln!(f, "[provider.{name}]\nmodule = \"generated\"")?;
            if let Some(id) = id {
                writeln!(f, "id = \"{id}\"")?;
            }
        }
        for FamilyFacts { name, number, protocols, max_protocol, protocol_first } in &self.families {
            writeln!(f, "[family.{name}]")?;
            if let Some(number) = number {
                writeln!(f, "number = {number}")?;
            }
            if let Some(most) = max_protocol {
                writeln!(f, "max-protocol = {most}")?;
            }
            if *protocol_first {
                writeln!(f, "protocol-first = true")?;
            }
            let protocols: Vec<String> = protocols.iter().map(|(name, number)| format!("{name} = {number}")).collect();
            writeln!(f, "protocols = {{ {} }}", protocols.join(", "))?;
        }
        for entry in &self.entries {
            entry.fmt(f)?;
        }
        for Application { name, require, prohibit, permit } in &self.applications {
            writeln!(f, "[application.{name:?}]\nrequire = {}\nprohibit = {}", list(require), list(prohibit))?;
            if let Some(permit) = permit {
                writeln!(f, "permit = {}", list(permit))?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.body {
            Body::Base(_) => "base",
            Body::Layer(_) => "layer",
            Body::Chain(_) => "chain",
        };
        writeln!(f, "[{kind}.{}]", self.name)?;
        if let Some(provider) = self.provider {
            writeln!(f, "provider = \"{provider}\"")?;
        }
        if let Some(id) = self.id {
            writeln!(f, "catalog-entry-id = {id}")?;
        }
        if self.hidden {
            writeln!(f, "hidden = true")?;
        }
        match &self.body {
            Body::Base(base) => {
                match base.family {
                    FamilyWord::Name(name) => writeln!(f, "family = \"{name}\"")?,
                    FamilyWord::Number(number) => writeln!(f, "family = {number}")?,
                }
                writeln!(f, "type = {}", socket_type(base.socket_type))?;
                writeln!(f, "protocol = {}", protocols(&base.protocols))?;
                if base.matches_zero {
                    writeln!(f, "matches-zero = true")?;
                }
                writeln!(f, "services = {}", list(&base.services))
            }
            Body::Layer(layer) => {
                writeln!(f, "needs = {}\nforbids = {}", list(&layer.needs), list(&layer.forbids))?;
                writeln!(f, "adds = {}\nremoves = {}", list(&layer.adds), list(&layer.removes))?;
                writeln!(f, "categories = {}", list(&layer.categories))?;
                if let Some(allowed) = &layer.allow_below {
                    writeln!(f, "allow-below = {}", list(allowed))?;
                }
                layer.socket_type.map_or(Ok(()), |number| writeln!(f, "type = {}", socket_type(number)))
            }
            Body::Chain(chain) => {
                writeln!(f, "layers = {}", list(&chain.layers))?;
                match &chain.base {
                    ChainBase::One(base) => writeln!(f, "base = {base:?}")?,
                    ChainBase::Several(bases) => writeln!(f, "base = {}", list(bases))?,
                }
                if let Some(written) = &chain.protocols {
                    writeln!(f, "protocol = {}", protocols(written))?;
                }
                if let Some(matches_zero) = chain.matches_zero {
                    writeln!(f, "matches-zero = {matches_zero}")?;
                }
                chain.services.as_ref().map_or(Ok(()), |services| writeln!(f, "services = {}", list(services)))
            }
        }
    }
}

#[derive(Clone, Debug, Default)]
pub struct Request {
    pub family: Family,
    pub socket_type: i32,
    pub protocol: i32,
    pub entry: Option<Named>,
    pub provider: Option<ProviderNamed>,
    pub require: Names,
    pub prefer: Names,
    pub avoid: Names,
    pub prohibit: Names,
    pub application: Option<&'static str>,
}

#[derive(Clone, Debug)]
pub enum Named {
    Name(String),
    Id(i32),
}

#[derive(Clone, Debug)]
pub enum ProviderNamed {
    Name(&'static str),
    Id(&'static str),
}

pub fn services(names: &Names) -> Services {
    names.iter().map(|name| Services::from_name(name).expect("a service")).collect()
}

impl Request {
    pub fn asked(&self) -> sockatlas::Request {
        let (socket_type, protocol) = (SocketType::from_raw(self.socket_type), Protocol::from_raw(self.protocol));
        let mut asked = sockatlas::Request::new(self.family, socket_type, protocol);
        asked = match &self.entry {
            Some(Named::Name(name)) => asked.entry(name),
            Some(Named::Id(id)) => asked.entry_id(*id),
            None => asked,
        };
        asked = match &self.provider {
            Some(ProviderNamed::Name(name)) => asked.provider(*name),
            Some(ProviderNamed::Id(id)) => asked.provider_id(id.parse().expect("a GUID")),
            None => asked,
        };
        if !self.require.is_empty() {
            asked = asked.require(services(&self.require));
        }
        if !self.prefer.is_empty() {
            asked = asked.prefer(services(&self.prefer));
        }
        if !self.avoid.is_empty() {
            asked = asked.avoid(services(&self.avoid));
        }
        if !self.prohibit.is_empty() {
            asked = asked.prohibit(services(&self.prohibit));
        }
        match self.application {
            Some(application) => asked.application(application),
            None => asked,
        }
    }
}
