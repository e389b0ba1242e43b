//! Writes families, types and protocols: by a name where it reads back as the same value, otherwise by number.

use crate::catalog::ProtocolSet;
use crate::catalog::scope::Scope;
use crate::terms::{Dialect, Family, Protocol, SocketType};
use crate::text::{inline, string};

/// The longest range of protocols that is written as single names, if all have names.
const MOST_NAMES: i64 = 4;

/// Returns the word of a family; 0 is the family of requests that state none.
pub(crate) fn family(scope: &Scope, family: Family) -> String {
    let reads_back = |name: &&str| family != Family::UNSPEC && scope.family(name) == Ok(family);
    match scope.family_name(family).filter(reads_back) {
        Some(name) => string(name),
        None => family.number(scope.system()).unwrap_or_default().to_string(),
    }
}

/// Returns the number that `[family.NAME]` has to state, or `None` if the name implies it.
pub(crate) fn stated_number(scope: &Scope, name: &str, family: Family) -> Option<i32> {
    let known = Family::from_name(name).is_some_and(|known| known == family);
    let is_said = known && (scope.dialect == Dialect::Documented || family.number(scope.system()).is_some());
    if is_said { None } else { family.number(scope.system()) }
}

/// Returns the word of a socket type.
pub(crate) fn socket_type(scope: &Scope, socket_type: SocketType) -> String {
    let reads_back = |name: &&str| socket_type != SocketType::UNSPEC && scope.socket_type(name) == Ok(socket_type);
    match socket_type.name().filter(reads_back) {
        Some(name) => string(name),
        None => socket_type.number().to_string(),
    }
}

/// Returns the protocol of a request; 0 is none.
pub(crate) fn protocol(scope: &Scope, protocol: Protocol, family: Family) -> String {
    match protocol {
        Protocol::UNSPEC => protocol.number().to_string(),
        _ => word(scope, protocol.number(), &[family]),
    }
}

/// Returns the name that a protocol has in all of these families, or else its number.
fn word(scope: &Scope, number: i32, families: &[Family]) -> String {
    let name = families.first().and_then(|&family| scope.protocol_name(Protocol::from_raw(number), family));
    let reads_back =
        |name: &&str| *name != "any" && families.iter().all(|&family| means(scope, name, family) == Some(number));
    name.filter(reads_back).map_or_else(|| number.to_string(), string)
}

fn means(scope: &Scope, name: &str, family: Family) -> Option<i32> {
    scope.protocol(name, family).ok().map(Protocol::number)
}

/// Returns the words for the protocols of entries that one key declares: those of each entry in its family. They differ only
/// where a name means one number in one family and another number in another.
pub(crate) fn protocols(scope: &Scope, of: &[(&ProtocolSet, Family)]) -> Vec<String> {
    let Some(&(first, _)) = of.first() else { return Vec::new() };
    let families: Vec<Family> = of.iter().map(|&(_, family)| family).collect();
    match of.iter().all(|(set, _)| *set == first) {
        true => same(scope, first, &families),
        false => differing(scope, of),
    }
}

/// Returns the words of one set, beginning with the one that holds the number that was written first.
fn same(scope: &Scope, set: &ProtocolSet, families: &[Family]) -> Vec<String> {
    let first = set.first();
    let any = || string("any");
    if set.is_any() {
        return if first == 0 { vec![any()] } else { vec![word(scope, first, families), any()] };
    }
    let (mut leading, rest): (Vec<_>, Vec<_>) = set.ranges().iter().partition(|(from, _)| *from == first);
    if leading.is_empty() {
        leading.push((first, first));
    }
    leading.into_iter().chain(rest).flat_map(|range| words_of(scope, range, families)).collect()
}

/// Returns the words of a range: names where it is short and all have one.
fn words_of(scope: &Scope, (from, to): (i32, i32), families: &[Family]) -> Vec<String> {
    if i64::from(to) - i64::from(from) < MOST_NAMES {
        let words: Vec<String> = (from..=to).map(|number| word(scope, number, families)).collect();
        if words.len() == 1 || words.iter().all(|word| word.starts_with('"')) {
            return words;
        }
    }
    vec![range(from, to)]
}

/// A range of protocols.
pub(crate) fn range(from: i32, to: i32) -> String {
    inline([("from", from.to_string()), ("to", to.to_string())].into_iter())
}

/// Returns the words of sets that differ between families: every name that stands in each family for a protocol of its set, and
/// the numbers that all sets hold. They include the words from which the sets were made, so that they make the same sets.
fn differing(scope: &Scope, of: &[(&ProtocolSet, Family)]) -> Vec<String> {
    let Some((&(set, family), others)) = of.split_first() else { return Vec::new() };
    let in_all =
        |name: &str| of.iter().all(|&(set, family)| means(scope, name, family).is_some_and(|n| set.contains(n)));
    let comes_first = |name: &str| of.iter().all(|&(set, family)| means(scope, name, family) == Some(set.first()));
    let names = scope.protocol_names(family).into_iter().map(|(name, _)| name);
    let mut names: Vec<String> = names.filter(|name| name != "any" && in_all(name)).collect();
    names.sort_by_key(|name| !comes_first(name));
    let numbers = others.iter().fold(set.ranges().to_vec(), |common, (set, _)| intersection(&common, set.ranges()));
    let numbers = numbers.into_iter().map(|(from, to)| if from == to { from.to_string() } else { range(from, to) });
    let leads =
        others.iter().all(|(other, _)| other.first() == set.first()) && !names.iter().any(|name| comes_first(name));
    let leading = leads.then(|| set.first().to_string());
    leading.into_iter().chain(names.iter().map(|name| string(name))).chain(numbers).collect()
}

fn intersection(one: &[(i32, i32)], other: &[(i32, i32)]) -> Vec<(i32, i32)> {
    let both = one.iter().flat_map(|a| other.iter().map(move |b| (a.0.max(b.0), a.1.min(b.1))));
    both.filter(|(from, to)| from <= to).collect()
}
