//! The facts of an entry by their keys: what reading, writing and printing them have in common.

use super::entry::{AddressSize, ByteOrder, Facts};

/// The value of a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FactValue {
    /// A fact that holds; a fact that does not hold is not stated.
    Flag,
    /// A number.
    Number(i64),
    /// A text.
    Text(String),
    /// The size of a socket address.
    AddressSize(AddressSize),
}

impl FactValue {
    fn number<N: TryFrom<i64>>(self) -> Option<N> {
        if let FactValue::Number(number) = self { number.try_into().ok() } else { None }
    }

    fn word<W: std::str::FromStr>(self) -> Option<W> {
        if let FactValue::Text(word) = self { word.parse().ok() } else { None }
    }

    fn address_size(self) -> Option<AddressSize> {
        if let FactValue::AddressSize(size) = self { Some(size) } else { None }
    }
}

/// A fact: its key, and where [`Facts`] has its value.
struct Fact {
    key: &'static str,
    get: fn(&Facts) -> Option<FactValue>,
    set: fn(&mut Facts, FactValue),
}

/// The facts whose value is one number, text or flag, in the order of the table of keys. The keys `summary`, `unknown` and `winsock`
/// have forms of their own.
const FACTS: &[Fact] = &[
    Fact {
        key: "version",
        get: |facts| facts.version.map(|version| FactValue::Number(version.into())),
        set: |facts, value| facts.version = value.number(),
    },
    Fact {
        key: "message-size",
        get: |facts| facts.message_size.map(|size| FactValue::Number(size.into())),
        set: |facts, value| facts.message_size = value.number(),
    },
    Fact {
        key: "address-size",
        get: |facts| facts.address_size.map(FactValue::AddressSize),
        set: |facts, value| facts.address_size = value.address_size(),
    },
    Fact {
        key: "byte-order",
        get: |facts| facts.byte_order.map(|order| FactValue::Text(ByteOrder::name(order).to_owned())),
        set: |facts, value| facts.byte_order = value.word(),
    },
    Fact {
        key: "security-scheme",
        get: |facts| facts.security_scheme.map(|scheme| FactValue::Number(scheme.into())),
        set: |facts, value| facts.security_scheme = value.number(),
    },
    Fact {
        key: "recommended",
        get: |facts| facts.recommended.then_some(FactValue::Flag),
        set: |facts, value| facts.recommended = value == FactValue::Flag,
    },
];

impl Facts {
    /// Returns every fact with its key, in the order of the format's table of keys; `None` for a fact that is not stated. The summary,
    /// unknown facts, and those of Winsock alone are not among them.
    ///
    /// ```
    /// use sockatlas::catalog::FactValue;
    ///
    /// let registry = sockatlas::Registry::builtin();
    /// let tcp4 = registry.entry("tcp4").expect("it ships");
    /// let size = tcp4.facts().values().find(|(key, _)| *key == "message-size");
    /// assert!(matches!(size, Some((_, None | Some(FactValue::Number(_))))));
    /// ```
    pub fn values(&self) -> impl ExactSizeIterator<Item = (&'static str, Option<FactValue>)> {
        FACTS.iter().map(|fact| (fact.key, (fact.get)(self)))
    }

    /// Sets the fact with this key. Returns whether there is one.
    pub(crate) fn set(&mut self, key: &str, value: FactValue) -> bool {
        let fact = FACTS.iter().find(|fact| fact.key == key);
        fact.inspect(|fact| (fact.set)(self, value)).is_some()
    }

    /// Returns whether a key states a fact that [`values`](Facts::values) returns.
    pub(crate) fn has(key: &str) -> bool {
        FACTS.iter().any(|fact| fact.key == key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::keys::Table;

    #[test]
    fn facts_stand_in_the_order_of_the_table_of_keys() {
        let keys: Vec<&str> = Table::Base.names().filter(|key| Facts::has(key)).collect();
        assert_eq!(keys, FACTS.iter().map(|fact| fact.key).collect::<Vec<_>>());
        for table in [Table::Layer, Table::Chain] {
            assert!(keys.iter().all(|key| table.key(key) == Table::Base.key(key)), "{table:?}");
        }
    }

    #[test]
    fn a_fact_that_is_set_is_returned() {
        let size = AddressSize { min: 2, max: 110 };
        let values = [
            ("version", FactValue::Number(-2)),
            ("message-size", FactValue::Number(u32::MAX.into())),
            ("address-size", FactValue::AddressSize(size)),
            ("byte-order", FactValue::Text("little".to_owned())),
            ("security-scheme", FactValue::Number(0)),
            ("recommended", FactValue::Flag),
        ];
        assert_eq!(values.len(), FACTS.len());
        let mut facts = Facts::default();
        for (key, value) in values.clone() {
            assert!(facts.set(key, value));
        }
        assert!(facts.values().eq(values.map(|(key, value)| (key, Some(value)))));
        assert!(!facts.set("services", FactValue::Flag));
    }
}
