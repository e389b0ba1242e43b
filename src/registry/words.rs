//! Requests written as text: reads the words of a command line and the lines of a batch, in the registry's dialect.

use super::refusal::Names;
use super::{ProviderDemand, Refusal, Registry, Request};
use crate::catalog::entry::EntryIndex;
use crate::catalog::{EntryDemand, FaultKind};
use crate::terms::{Family, Protocol, Services, SocketType};

/// The error for a word that stands for nothing in its place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct WordError {
    message: String,
    help: Option<String>,
}

/// The demands whose values are lists.
const LISTS: [&str; 4] = ["require", "prefer", "avoid", "prohibit"];

impl WordError {
    fn new(message: impl Into<String>) -> Self {
        WordError { message: message.into(), help: None }
    }

    /// Creates the error for a key that is stated a second time, with the same value or another. Otherwise it would not be
    /// visible whether one of the two values counts or both do.
    pub fn twice(key: &str) -> Self {
        let help = LISTS.contains(&key).then(|| format!("one list holds several: `{key}=A,B`"));
        WordError { message: format!("`{key}` is stated twice"), help }
    }

    /// Returns a proposal for a correction, as in "did you mean `inet`?".
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

impl From<FaultKind> for WordError {
    fn from(kind: FaultKind) -> Self {
        WordError { message: kind.to_string(), help: kind.help() }
    }
}

impl Names for Registry {
    fn family(&self, family: Family) -> String {
        self.family_text(family)
    }

    fn protocol(&self, protocol: Protocol, family: Family) -> String {
        self.protocol_text(protocol, family)
    }
}

/// Reads a number as the command line and batches write it.
fn number(word: &str) -> Option<i32> {
    if word.starts_with('+') { None } else { word.parse().ok() }
}

impl Registry {
    /// Returns the family that a name or number stands for in this registry's dialect.
    ///
    /// # Errors
    ///
    /// Fails if the word is neither a number nor a name that the registry knows.
    pub fn family(&self, word: &str) -> Result<Family, WordError> {
        match number(word) {
            Some(number) => Ok(Family::from_number(number, self.scope().system())),
            None => Ok(self.scope().family(word)?),
        }
    }

    /// Returns the socket type that a name or number stands for.
    ///
    /// # Errors
    ///
    /// Fails if the word is neither a number nor a name that the registry knows.
    pub fn socket_type(&self, word: &str) -> Result<SocketType, WordError> {
        match number(word) {
            Some(number) => Ok(SocketType::from_raw(number)),
            None => Ok(self.scope().socket_type(word)?),
        }
    }

    /// Returns the protocol that a name or number stands for among those of a family. With `UNSPEC`, IP protocols are meant.
    ///
    /// # Errors
    ///
    /// Fails if the word is neither a number nor a name that the registry knows.
    pub fn protocol(&self, word: &str, family: Family) -> Result<Protocol, WordError> {
        match number(word) {
            Some(number) => Ok(Protocol::from_raw(number)),
            None => Ok(self.scope().protocol(word, family)?),
        }
    }

    /// Returns a request from its words: a family, a type and perhaps a protocol.
    ///
    /// # Errors
    ///
    /// Fails if one of the words is neither a number nor a name that the registry knows.
    pub fn request(&self, family: &str, socket_type: &str, protocol: Option<&str>) -> Result<Request, WordError> {
        let family = self.family(family)?;
        let socket_type = self.socket_type(socket_type)?;
        let protocol = protocol.map_or(Ok(Protocol::UNSPEC), |word| self.protocol(word, family))?;
        Ok(Request::new(family, socket_type, protocol))
    }

    /// Returns a request from a line of a batch: `FAMILY TYPE [PROTOCOL]`, then `key=value` words.
    ///
    /// ```
    /// # let registry = sockatlas::Registry::builtin();
    /// let request = registry.request_line("inet stream 0 require=encrypted application=billing")?;
    /// assert_eq!(request.demands().and_then(|demands| demands.application.as_deref()), Some("billing"));
    /// # Ok::<(), sockatlas::WordError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Fails if a word is missing, unknown, or one too many.
    pub fn request_line(&self, line: &str) -> Result<Request, WordError> {
        let mut words = line.split_whitespace().peekable();
        let mut positional = || words.next_if(|word| !word.contains('='));
        let family = positional().ok_or_else(|| WordError::new("a family is expected first"))?;
        let socket_type = positional().ok_or_else(|| WordError::new("a socket type is expected after the family"))?;
        let mut request = self.request(family, socket_type, positional())?;
        let mut stated: Vec<&str> = Vec::new();
        for word in words {
            let Some((key, value)) = word.split_once('=') else {
                return Err(WordError::new(format!("`{word}` where `key=value` is expected")));
            };
            if stated.contains(&key) {
                return Err(WordError::twice(key));
            }
            stated.push(key);
            self.demand(&mut request, key, value)?;
        }
        Ok(request)
    }

    /// Adds a demand by its key: `role`, `entry`, `provider`, `require`, `prefer`, `avoid`, `prohibit` or `application`.
    ///
    /// # Errors
    ///
    /// Fails if the key is none of these, if the value is empty, or if it contains an unknown role or service.
    pub fn demand(&self, request: &mut Request, key: &str, value: &str) -> Result<(), WordError> {
        const KEYS: [&str; 8] = ["role", "entry", "provider", "require", "prefer", "avoid", "prohibit", "application"];
        if value.is_empty() {
            return Err(WordError::new(format!("`{key}=` lacks a value")));
        }
        if key == "role" {
            let role = value.parse().map_err(|_| WordError {
                message: format!("unknown role `{value}`"),
                help: Some("a request is to `connect` or to `accept`".to_owned()),
            })?;
            *request = std::mem::take(request).as_role(role);
            return Ok(());
        }
        let demands = request.demands_mut();
        match key {
            "entry" => {
                demands.entry = Some(match number(value) {
                    Some(id) => EntryDemand::Id(id),
                    None => EntryDemand::Name(value.to_owned()),
                });
            }
            "provider" => demands.provider = Some(ProviderDemand::from(value)),
            "require" => demands.require.insert(&services(value)?),
            "prefer" => demands.prefer.insert(&services(value)?),
            "avoid" => demands.avoid.insert(&services(value)?),
            "prohibit" => demands.prohibit.insert(&services(value)?),
            "application" => demands.application = Some(value.to_owned()),
            _ => {
                let help = crate::catalog::nearest(key, KEYS).map(|near| format!("did you mean `{near}`?"));
                return Err(WordError { message: format!("unknown demand `{key}`"), help });
            }
        }
        Ok(())
    }

    /// Returns a request as a line of a batch writes it, with the names that this registry has.
    pub fn request_text(&self, request: &Request) -> String {
        let family = self.scope().normal(request.family());
        let protocol = self.protocol_text(request.protocol(), family);
        let demands = request.demands().map(ToString::to_string).unwrap_or_default();
        let role = super::request::role_text(request.role());
        format!("{} {} {protocol}{role}{demands}", self.family_text(family), request.socket_type())
    }

    /// Returns the text of a refusal, with the names that this registry has for numbers.
    pub fn refusal_text(&self, refusal: &Refusal) -> String {
        refusal.text(self)
    }

    /// Returns the name of a family in this registry, else its number.
    pub fn family_text(&self, family: Family) -> String {
        self.scope().family_name(family).map_or_else(|| family.to_string(), str::to_owned)
    }

    /// Returns the name of a protocol among those of a family in this registry, else its number.
    pub fn protocol_text(&self, protocol: Protocol, family: Family) -> String {
        let name = self.scope().protocol_name(protocol, family);
        name.map_or_else(|| protocol.number().to_string(), str::to_owned)
    }

    /// Returns the names of all protocols of a family, with their numbers.
    pub fn protocol_names(&self, family: Family) -> Vec<(String, i32)> {
        self.scope().protocol_names(family)
    }

    /// Returns the name of a family in this registry, if it has one.
    pub fn family_name(&self, family: Family) -> Option<&str> {
        self.scope().family_name(family)
    }

    /// Returns the name of a protocol among those of a family in this registry, if it has one.
    pub fn protocol_name(&self, protocol: Protocol, family: Family) -> Option<&str> {
        self.scope().protocol_name(protocol, family)
    }

    /// Returns the families that the catalogs declare, by their names.
    pub fn declared_families(&self) -> impl ExactSizeIterator<Item = (&str, Family)> {
        self.scope().families.iter().map(|(name, declared)| (name.as_str(), declared.family))
    }

    /// Returns the protocols of a selectable entry, for people: `tcp`, `1 to 262`, `any`.
    pub(crate) fn protocols_text(&self, index: EntryIndex) -> String {
        let set = self.protocols(index);
        if set.is_any() {
            return "any".to_owned();
        }
        let family = self.stack(index).family;
        let name = |number| self.protocol_text(Protocol::from_raw(number), family);
        let text = |&(from, to): &(i32, i32)| if from == to { name(from) } else { format!("{from} to {to}") };
        set.ranges().iter().map(text).collect::<Vec<_>>().join(", ")
    }
}

fn services(list: &str) -> Result<Services, WordError> {
    let mut services = Services::NONE;
    for name in list.split(',') {
        services.insert(&Services::from_name(name).map_err(|_| {
            let near = crate::catalog::nearest(name, Services::known().map(|(known, _)| known));
            WordError {
                message: format!("unknown service `{name}`"),
                help: near.map(|near| format!("did you mean `{near}`?")),
            }
        })?);
    }
    Ok(services)
}
