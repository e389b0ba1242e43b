//! Socket options: sets the values of a catalog, and reads them back.

mod table;

use crate::catalog::modules::duration;
use crate::catalog::{OptionValue, TIME_LIMITS};
use crate::net::provider::{Base, ProviderError};
use crate::terms::Family;
use socket2::Socket;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use table::{Access, Again, OPTIONS, SocketOption};

/// The options that an entry states, in the order in which they are set.
#[derive(Clone)]
pub(super) struct Stated {
    family: Family,
    values: Arc<[(&'static SocketOption, OptionValue)]>,
}

impl Stated {
    /// Returns the options of a base protocol, without its time limits, which are not options of the socket.
    pub(super) fn of(base: &Base<'_>) -> Result<Stated, ProviderError> {
        let mut values = Vec::new();
        for (name, value) in base.settings.all() {
            if TIME_LIMITS.iter().any(|limit| limit.name() == name) {
                continue;
            }
            let place = OPTIONS.iter().position(|option| option.name == name);
            let place = place.ok_or_else(|| ProviderError::option(name, unknown(name)))?;
            values.push((place, value.clone()));
        }
        values.sort_by_key(|(place, _)| *place);
        let values = values.into_iter().map(|(place, value)| (&OPTIONS[place], value)).collect();
        Ok(Stated { family: base.family, values })
    }

    pub(super) fn family(&self) -> Family {
        self.family
    }

    /// Sets all options on a new socket.
    pub(super) fn apply(&self, socket: &Socket) -> Result<(), ProviderError> {
        self.set(socket, |_| true)
    }

    /// Sets the options that do not persist when the socket connects.
    pub(super) fn when_connected(&self, socket: &Socket) -> io::Result<()> {
        self.set(socket, |option| option.again == Again::Connected).map_err(kept)
    }

    /// Sets the options that an accepted socket does not inherit.
    pub(super) fn when_accepted(&self, socket: &Socket) -> io::Result<()> {
        let internet = self.family == Family::INET || self.family == Family::INET6;
        self.set(socket, |option| !internet || option.again != Again::Never).map_err(kept)
    }

    fn set(&self, socket: &Socket, which: impl Fn(&SocketOption) -> bool) -> Result<(), ProviderError> {
        for (option, value) in self.values.iter().filter(|(option, _)| which(option)) {
            let (constant, access) = option.call(self.family);
            match set(access, socket, value) {
                Some(result) => {
                    result.map_err(|error| ProviderError::system("setsockopt", error).with_argument(constant))?;
                }
                None => return Err(ProviderError::option(option.name, format!("{value} is no value of it"))),
            }
        }
        Ok(())
    }
}

/// Sets a value; returns `None` if the value is of the wrong kind.
fn set(access: &Access, socket: &Socket, value: &OptionValue) -> Option<io::Result<()>> {
    Some(match (access, value) {
        (Access::Switch { set, .. }, OptionValue::Boolean(value)) => set(socket, *value),
        (Access::Number { set, .. }, OptionValue::Integer(value)) => set(socket, u32::try_from(*value).ok()?),
        (Access::Bytes { set, .. }, OptionValue::Integer(value)) => set(socket, usize::try_from(*value).ok()?),
        (Access::Seconds { set, .. }, OptionValue::Integer(-1)) => set(socket, None),
        (Access::Seconds { set, .. }, OptionValue::Integer(value)) => {
            set(socket, Some(Duration::from_secs(u64::try_from(*value).ok()?)))
        }
        (Access::Time { set, .. }, OptionValue::String(value)) => set(socket, Some(duration(value)?)),
        (Access::Name { set, .. }, OptionValue::String(value)) => set(socket, value),
        (Access::Word { set, words, .. }, OptionValue::String(value)) => {
            set(socket, i32::try_from(words.iter().position(|word| word == value)?).ok()?)
        }
        _ => return None,
    })
}

/// Returns the value of an option, as the kernel reports it; a time that is not set is `0s`, and a name that is not set is an
/// empty text.
pub(super) fn query(socket: &Socket, family: Family, name: &str) -> io::Result<OptionValue> {
    let Some(option) = OPTIONS.iter().find(|option| option.name == name) else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, unknown(name)));
    };
    Ok(match option.call(family).1 {
        Access::Switch { get, .. } => OptionValue::Boolean(get(socket)?),
        Access::Number { get, .. } => OptionValue::Integer(get(socket)?.into()),
        Access::Bytes { get, .. } => OptionValue::Integer(i64::try_from(get(socket)?).unwrap_or(i64::MAX)),
        Access::Seconds { get, .. } => {
            OptionValue::Integer(get(socket)?.map_or(-1, |time| i64::try_from(time.as_secs()).unwrap_or(i64::MAX)))
        }
        Access::Time { get, .. } => {
            OptionValue::String(humantime::format_duration(get(socket)?.unwrap_or_default()).to_string())
        }
        Access::Name { get, .. } => OptionValue::String(get(socket)?),
        Access::Word { get, words, .. } => {
            let number = get(socket)?;
            let word = usize::try_from(number).ok().and_then(|number| words.get(number).copied());
            word.map_or(OptionValue::Integer(number.into()), |word| OptionValue::String(word.to_owned()))
        }
    })
}

fn unknown(name: &str) -> String {
    format!("the module `system` has no option `{name}`")
}

/// Converts the error, and keeps the name of the call that failed.
fn kept(error: ProviderError) -> io::Error {
    io::Error::new(error.io().map_or(io::ErrorKind::InvalidInput, io::Error::kind), error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::modules::system::SYSTEM;
    use std::collections::BTreeSet;

    #[test]
    fn every_option_of_the_data_has_one_row_and_every_row_is_in_the_data() {
        let stated: BTreeSet<&str> = SYSTEM.specs().iter().map(|spec| spec.name()).collect();
        let rows: BTreeSet<&str> = OPTIONS.iter().map(|option| option.name).collect();
        assert_eq!(stated, rows);
        assert_eq!((SYSTEM.specs().len(), OPTIONS.len()), (stated.len(), rows.len()), "each once");
    }

    #[test]
    fn summaries_name_the_constants_that_refusals_name() {
        for option in OPTIONS {
            let summary = SYSTEM.spec(option.name).expect("tested above").summary();
            for family in [Family::INET, Family::INET6] {
                let constant = option.call(family).0;
                assert!(summary.contains(constant), "{}: {constant}", option.name);
            }
        }
    }

    #[test]
    fn what_is_not_set_by_one_word_comes_in_an_order_that_keeps_it() {
        let place = |name| OPTIONS.iter().position(|option| option.name == name);
        assert!(place("tos") < place("priority"), "IP_TOS sets the priority too");
    }
}
