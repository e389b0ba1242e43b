//! Options that a call sets in place of the catalog's.

use super::Opener;
use crate::catalog::{EntryKind, OptionSpec, OptionValue, TIME_LIMITS, WrongValue, nearest};
use crate::net::error::Error;
use crate::{EntryRef, Selection};
use std::sync::Arc;

impl Opener {
    /// Sets an option of an entry of the stack, in place of the value in the catalog.
    ///
    /// # Errors
    ///
    /// [`Error::Option`]: the entry is not in the stack, does not have the option, or does not accept this value.
    pub fn set(self, entry: &str, option: &str, value: OptionValue) -> Result<Self, Error> {
        self.given(entry, option, |spec| spec.kind().check(&value).map(|()| value.clone()))
    }

    /// Sets an option from a word of a command line: `"h2,http/1.1"`, `"true"`, `"5s"`.
    ///
    /// # Errors
    ///
    /// Like [`set`](Opener::set).
    pub fn set_word(self, entry: &str, option: &str, word: &str) -> Result<Self, Error> {
        self.given(entry, option, |spec| spec.kind().parse(word))
    }

    fn given(
        mut self,
        entry: &str,
        option: &str,
        value: impl FnOnce(&OptionSpec) -> Result<OptionValue, WrongValue>,
    ) -> Result<Self, Error> {
        let wrong = |problem| Error::Option { entry: entry.to_owned(), option: option.to_owned(), problem };
        let value = {
            let selection = self.selection.get();
            let Some(part) = parts(&selection).find(|part| part.name() == entry) else {
                let names: Vec<&str> = selection.stack().map(|part| part.name()).collect();
                return Err(wrong(format!("the stack of `{}` is {}", selection.name(), names.join(" over "))));
            };
            let spec = self.spec(&part, option).map_err(wrong)?;
            value(spec).map_err(|wrong_value| wrong(wrong_value.to_string()))?
        };
        self.overrides.push((entry.to_owned(), option.to_owned(), value));
        (self.connecting, self.accepting) = (Arc::default(), Arc::default());
        Ok(self)
    }

    /// Returns whether the stack has an entry of this name that accepts options.
    pub(in crate::net) fn has_part(&self, entry: &str) -> bool {
        parts(&self.selection.get()).any(|part| part.name() == entry)
    }

    /// Returns the option that a part of the stack has under this name, or a description of the problem.
    fn spec(&self, part: &EntryRef<'_>, option: &str) -> Result<&'static OptionSpec, String> {
        let modules = self.providers.modules();
        let module = match part.kind() {
            EntryKind::Chain => None,
            _ => Some(part.provider().module()),
        };
        let module = match module {
            Some(name) => {
                Some(modules.get(name).ok_or_else(|| format!("module `{name}` is unknown, and so are its options"))?)
            }
            None => None,
        };
        let limits = if part.kind() == EntryKind::Layer { &[][..] } else { TIME_LIMITS };
        let mut specs = module.map_or(&[][..], |module| module.specs()).iter().chain(limits);
        let Some(spec) = specs.clone().find(|spec| spec.name() == option) else {
            let near = nearest(option, specs.by_ref().map(|spec| spec.name()));
            let hint = near.map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default();
            return Err(match module {
                Some(module) => format!("module `{}` has no such option{hint}", module.name()),
                None => format!("a chain has no such option{hint}"),
            });
        };
        let selection = self.selection.get();
        let (family, socket_type) = (selection.family(), part.socket_type().unwrap_or(selection.socket_type()));
        if part.kind() == EntryKind::Base && !spec.sockets().covers(family, socket_type, selection.protocol()) {
            return Err(format!("it is for {} only", spec.sockets().words()));
        }
        Ok(spec)
    }
}

/// Returns the entries that accept options: the chain itself, which has the time limits, and all entries of its stack.
fn parts<'s>(selection: &Selection<'s>) -> impl Iterator<Item = EntryRef<'s>> {
    std::iter::once(selection.entry()).chain(selection.stack())
}
