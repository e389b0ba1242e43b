//! Changes arrays of names.

use super::block::{self, Member};
use super::{KeyOrder, Text, path};
use crate::text::values::{array as written_array, string};
use std::collections::{HashMap, HashSet, VecDeque};

impl<O: KeyOrder> Text<O> {
    /// Returns the strings of an array, or `None` if there is no such key, or it is not an array of strings.
    pub fn names(&self, table: &[&str], key: &str) -> Option<Vec<String>> {
        let array = self.outline.array(&path(table, &[key]))?;
        array.items.iter().map(|item| item.value.string.clone()).collect()
    }

    /// Inserts a name into an array, before the one at this index or after the last, in the style of the array. A
    /// missing array is made.
    ///
    /// Returns whether the name was inserted. It is not if the key is not an array.
    pub fn insert_name(&mut self, table: &[&str], key: &str, at: usize, name: &str) -> bool {
        self.insert(table, key, at, &string(name), "")
    }

    /// Removes a name from an array, with the comment after it if it has a line to itself. An array that becomes empty
    /// is removed, if it is written as [`Text::insert_name`] would make it.
    ///
    /// Returns whether there was a name at this index.
    pub fn remove_name(&mut self, table: &[&str], key: &str, at: usize) -> bool {
        let Some(array) = self.outline.array(&path(table, &[key])) else { return false };
        let Some(item) = array.items.get(at) else { return false };
        if array.items.len() == 1 {
            let value = format!("[{}]", self.slice(item.at.clone()));
            let mut without = self.clone();
            if without.unset(table, &[key]) && without.makes(table, &[key], &value, self) {
                *self = without;
                return true;
            }
        }
        self.apply(block::removal(&self.text, array, at));
        true
    }

    /// Makes an array hold these names in this order, with the fewest insertions and removals. A name that moves takes
    /// the comment after it along. An empty list removes every name, as [`Text::remove_name`] does.
    ///
    /// Returns whether the names were set. They are not if the key is not an array of strings.
    pub fn set_names(&mut self, table: &[&str], key: &str, names: &[&str]) -> bool {
        let present = self.names(table, key);
        if present.is_none() && self.contains(table, &[key]) {
            return false;
        }
        if present.is_none() {
            let names: Vec<String> = names.iter().map(|name| string(name)).collect();
            return names.is_empty() || self.set(table, &[key], &written_array(&names));
        }
        let present = present.unwrap_or_default();
        let (kept, staying): (HashSet<usize>, HashSet<usize>) = common(&present, names).into_iter().unzip();
        let mut moved: Vec<(String, String, String)> = Vec::new();
        for (at, name) in present.iter().enumerate().rev().filter(|(at, _)| !kept.contains(at)) {
            let array = self.outline.array(&path(table, &[key]));
            if let Some(item) = array.and_then(|array| array.items.get(at)) {
                let raw = self.slice(item.at.clone()).to_owned();
                moved.push((name.clone(), raw, block::behind(&self.text, item).to_owned()));
            }
            self.remove_name(table, key, at);
        }
        for (at, name) in names.iter().enumerate().filter(|(at, _)| !staying.contains(at)) {
            let was = moved.iter().position(|(moved, ..)| moved == name).map(|was| moved.remove(was));
            let (raw, behind) = was.map_or_else(|| (string(name), String::new()), |(_, raw, behind)| (raw, behind));
            self.insert(table, key, at, &raw, &behind);
        }
        true
    }

    fn insert(&mut self, table: &[&str], key: &str, at: usize, raw: &str, behind: &str) -> bool {
        let Some(array) = self.outline.array(&path(table, &[key])) else {
            let is_other = self.contains(table, &[key]);
            return !is_other && self.set(table, &[key], &format!("[{raw}]"));
        };
        let member = Member { text: raw, behind };
        let is_empty = array.items.is_empty();
        let marked = block::marked(array, &member);
        let mut plain = self.clone();
        plain.apply(block::insertion(&self.text, array, at, &member));
        // An existing empty array must not be mistaken for one that was made for this name.
        if is_empty {
            let mut back = plain.clone();
            back.remove_name(table, key, 0);
            if back.text != self.text {
                self.apply(vec![marked]);
                return true;
            }
        }
        *self = plain;
        true
    }
}

/// Returns the indices of a longest common subsequence of two lists, if neither contains a name twice.
///
/// The subsequence is the longest increasing run among the positions that the names of one list have in the other.
/// Lists of many thousand names are compared in a moment, where a table of all pairs would not fit into memory.
fn common(one: &[String], other: &[&str]) -> Vec<(usize, usize)> {
    let mut places: HashMap<&str, VecDeque<usize>> = HashMap::new();
    for (at, name) in other.iter().enumerate() {
        places.entry(name).or_default().push_back(at);
    }
    let place = |(at, name): (usize, &String)| Some((at, places.get_mut(name.as_str())?.pop_front()?));
    let pairs: Vec<(usize, usize)> = one.iter().enumerate().filter_map(place).collect();
    // `ends` contains, for each length of a run, the pair that ends the best run so far; `before` contains, for each
    // pair, the pair before it in its run.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (number, (_, place)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|&end| pairs[end].1 < *place);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        match ends.get_mut(length) {
            Some(end) => *end = number,
            None => ends.push(number),
        }
    }
    let mut run: Vec<(usize, usize)> =
        std::iter::successors(ends.last().copied(), |&pair| before[pair]).map(|pair| pairs[pair]).collect();
    run.reverse();
    run
}

#[cfg(test)]
mod tests {
    use super::common;

    #[test]
    fn long_lists_have_the_longest_subsequence_in_common() {
        let many: Vec<String> = (0..50_000).map(|at| at.to_string()).collect();
        let turned: Vec<&str> = many.iter().rev().map(String::as_str).collect();
        assert_eq!(common(&many, &turned).len(), 1);
        let moved: Vec<&str> = many.iter().skip(1).chain(many.first()).map(String::as_str).collect();
        assert_eq!(common(&many, &moved).len(), 49_999);
    }
}
