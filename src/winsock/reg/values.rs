//! The values of one key: values with a meaning are queried by name, and the others are kept unchanged.

use super::data::Data;
use super::kinds;
use super::read::Value;
use crate::catalog::{Fault, FaultKind};
use crate::winsock::{Beside, Stated};
use indexmap::IndexMap;
use std::sync::Arc;
use uuid::Uuid;

/// The values of a key by their names in lower case, each with a flag that is set when a query has returned all of its contents.
pub(super) struct Values<'a> {
    values: IndexMap<String, (Value<'a>, bool)>,
}

impl<'a> Values<'a> {
    /// Creates the collection. Of values with the same name the last one counts, and each is reported.
    pub fn new(values: Vec<Value<'a>>, faults: &mut Vec<Fault>) -> Self {
        let mut by_name: IndexMap<String, (Value<'a>, bool)> = IndexMap::with_capacity(values.len());
        for value in values {
            let (name, at) = (value.name.clone(), value.at);
            if let Some((first, _)) = by_name.insert(name.to_lowercase(), (value, false)) {
                let kind = FaultKind::DuplicateName { what: "value", name: name.into_owned() };
                faults.push(Fault::new(kind, at).because(first.at, "first declared here"));
            }
        }
        Values { values: by_name }
    }

    /// Returns the value with this name, and marks it as fully read.
    pub fn take(&mut self, name: &str) -> Option<&Value<'a>> {
        let (value, is_said) = self.values.get_mut(&name.to_ascii_lowercase())?;
        *is_said = true;
        Some(value)
    }

    /// Returns the converted contents of a value, or reports a fault if it has another type than `wanted`. A value whose contents
    /// the result does not fully represent is also kept unchanged.
    fn read<T>(
        &mut self,
        name: &str,
        wanted: &str,
        faults: &mut Vec<Fault>,
        read: impl FnOnce(&Data) -> Option<T>,
        says_all: impl FnOnce(&Data, &T) -> bool,
    ) -> Option<Stated<T>> {
        let (value, is_said) = self.values.get_mut(&name.to_ascii_lowercase())?;
        let Some(read) = read(&value.data) else {
            let data = &value.data;
            let found = format!("`{name}` as {} of {} bytes", kinds::name(data.kind), data.bytes.len());
            faults
                .push(Fault::new(FaultKind::WrongValue { found, expected: wanted.to_owned(), meant: None }, value.at));
            return None;
        };
        *is_said = says_all(&value.data, &read);
        Some(Stated::new(read, value.at))
    }

    pub fn dword(&mut self, name: &str, faults: &mut Vec<Fault>) -> Option<Stated<u32>> {
        self.read(name, "REG_DWORD of 4 bytes", faults, Data::dword, |_, _| true)
    }

    /// Returns a value as a flag; any number but 0 is true.
    pub fn flag(&mut self, name: &str, faults: &mut Vec<Fault>) -> Option<bool> {
        let flag = |data: &Data| data.dword().map(|number| number != 0);
        let is_0_or_1 = |data: &Data, flag: &bool| data.dword() == Some(u32::from(*flag));
        self.read(name, "REG_DWORD of 4 bytes", faults, flag, is_0_or_1).map(|stated| stated.value)
    }

    pub fn text(&mut self, name: &str, faults: &mut Vec<Fault>) -> Option<Stated<String>> {
        self.read(name, "REG_SZ or REG_EXPAND_SZ", faults, Data::text, |data, text| data.is_plain_text(text))
    }

    pub fn guid(&mut self, name: &str, faults: &mut Vec<Fault>) -> Option<Uuid> {
        let guid = |data: &Data| {
            let bytes: [u8; 16] = data.bytes.as_slice().try_into().ok()?;
            (data.kind == kinds::BINARY).then(|| Uuid::from_bytes_le(bytes))
        };
        self.read(name, "REG_BINARY of 16 bytes", faults, guid, |_, _| true).map(|stated| stated.value)
    }

    /// Returns the values that have not been fully read, in the order of the key, whose path below `Parameters` is `key`.
    pub fn beside(self, key: &str) -> Vec<Beside> {
        let key: Arc<str> = key.into();
        let left = self.values.into_values().filter(|(_, is_said)| !is_said);
        let beside = left.map(|(value, _)| Beside {
            key: key.clone(),
            name: value.name.into_owned(),
            kind: value.data.kind,
            data: value.data.bytes,
        });
        beside.collect()
    }
}
