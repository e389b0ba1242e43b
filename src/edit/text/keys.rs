//! Values set and unset.

use super::page::{Home, Pair};
use super::site::Site;
use super::{Text, block, lines, path};
use crate::catalog::writing::page::key as written_key;

impl Text {
    /// The value of a key as it is written; nothing, if there is no such key or it is a table that is not written inline.
    pub fn value(&self, table: &[&str], key: &[&str]) -> Option<&str> {
        self.page.pair(&path(table, key)).map(|pair| self.slice(pair.value.at.clone()))
    }

    /// Whether there is a table or key of this path.
    pub fn contains(&self, table: &[&str], key: &[&str]) -> bool {
        let path = path(table, key);
        let is_inline = || self.page.blocks.iter().any(|block| block.path == path);
        path.is_empty() || self.is_below(&path) || self.page.pair(&path).is_some() || is_inline()
    }

    /// Gives a key a value, in TOML. Of a key that is there only the value changes. A new one goes to its place in the canonical
    /// order: into the table where that is written, be it inline; tables that are not there yet are made.
    ///
    /// Says whether that could be done: not, where the key is a table that is not written inline, or part of the path is no table.
    pub fn set(&mut self, table: &[&str], key: &[&str], value: &str) -> bool {
        let path = path(table, key);
        if path.is_empty() || key.is_empty() {
            return false;
        }
        if let Some(pair) = self.page.pair(&path) {
            let at = pair.value.at.clone();
            self.apply(vec![(at, value.to_owned())]);
            return true;
        }
        let is_no_table = |depth: &usize| {
            let pair = self.page.pair(&path[..*depth]);
            pair.is_some_and(|pair| self.page.inline(&pair.path).is_none())
        };
        if self.is_below(&path) || (1..path.len()).any(|depth| is_no_table(&depth)) {
            return false;
        }
        for depth in (0..path.len()).rev() {
            let (container, rest) = path.split_at(depth);
            let Some((name, rest)) = rest.split_first() else { continue };
            let header = || self.page.headers.iter().find(|header| header.path.starts_with(container));
            if let Some(site) = Site::of(&self.page, container) {
                // What is missing of the table itself gets a header, where the table that it belongs to can have some.
                let is_member = table.iter().any(|part| part.contains('#'));
                if depth == 0 && is_member {
                    return false;
                }
                if depth < table.len() && site.block().is_none() && !is_member {
                    return self.append(&format!("{}\n{}", heading(table), line(key, value)));
                }
                self.set_in(&site, name, &nested(rest, value), (table, key));
                return true;
            }
            if let Some(header) = header() {
                // Known by its tables only: it gets a header before them.
                let table: Vec<&str> = container.iter().map(String::as_str).collect();
                let key: Vec<&str> = path.iter().skip(depth).map(String::as_str).collect();
                let at = lines::lead(&self.text, lines::start(&self.text, header.at.start));
                let line_break = lines::line_break(&self.text, at);
                let above = lines::above(&self.text, at).is_none_or(|above| lines::is_blank(&self.text[above]));
                let blank = if above { line_break } else { "" };
                let new = format!("{}{line_break}{}{line_break}{blank}", heading(&table), line(&key, value));
                self.apply(vec![(at..at, new)]);
                return true;
            }
        }
        false
    }

    /// Puts a key into a table that is written somewhere.
    fn set_in(&mut self, site: &Site, name: &str, value: &str, (table, key): (&[&str], &[&str])) {
        let splices = |is_marked| site.insertion(&self.text, &self.page, name, value, is_marked);
        let mut plain = self.clone();
        plain.apply(splices(false));
        // A table that is there with nothing in it must not be taken for one that was made for the key.
        if site.is_empty(&self.page) {
            let mut back = plain.clone();
            back.unset(table, key);
            if back.text != self.text {
                let splices = splices(true);
                return self.apply(splices);
            }
        }
        *self = plain;
    }

    /// Takes a key away, with the comment behind it. A table that [`Text::set`] would have made for it goes too.
    ///
    /// Says whether it was there.
    pub fn unset(&mut self, table: &[&str], key: &[&str]) -> bool {
        let path = path(table, key);
        let Some(pair) = self.page.pair(&path) else {
            let all: Vec<&str> = path.iter().map(String::as_str).collect();
            return !key.is_empty() && self.remove_table(&all);
        };
        let value = self.slice(pair.value.at.clone()).to_owned();
        let without = |depth: usize| {
            let (container, _) = path.split_at(depth);
            let mut without = self.clone();
            match self.page.pair(container) {
                Some(pair) => without.remove_pair(pair),
                None => without.remove_section(container),
            }
            let mut again = without.clone();
            (again.set(table, key, &value) && again.text == self.text).then_some(without)
        };
        let pair = pair.clone();
        let made = (1..path.len()).filter(|&depth| self.only_holds(&path[..depth], &path)).find_map(without);
        match made {
            Some(without) => *self = without,
            None => self.remove_pair(&pair),
        }
        true
    }

    /// Takes a pair out that is on lines of its own or in an inline table.
    pub(super) fn remove_pair(&mut self, pair: &Pair) {
        let splices = match pair.home {
            Home::Block(number) => {
                let Some(block) = self.page.blocks.get(number) else { return };
                let is_meant = |item: &super::page::Item| item.at.start == pair.key().start;
                let Some(at) = block.items.iter().position(is_meant) else { return };
                block::removal(&self.text, block, at)
            }
            _ => {
                let lines = lines::start(&self.text, pair.key().start)..lines::end(&self.text, pair.value.at.end);
                vec![(lines::whole(&self.text, lines), String::new())]
            }
        };
        self.apply(splices);
    }

    /// Whether something is written below this path.
    fn is_below(&self, path: &[String]) -> bool {
        let is_pair = |pair: &Pair| pair.path.len() > path.len() && pair.path.starts_with(path);
        self.page.headers.iter().any(|header| header.path.starts_with(path)) || self.page.pairs.iter().any(is_pair)
    }

    /// Whether a table holds this key and, beside tables on the way to it, nothing else; tables with headers of their own count not.
    fn only_holds(&self, table: &[String], key: &[String]) -> bool {
        let is_on_the_way = |pair: &Pair| key.starts_with(&pair.path);
        if let Some(header) = self.page.header(table) {
            return self.page.pairs_of(Home::Header(header)).all(is_on_the_way);
        }
        self.page.pair(table).is_some()
            && self.page.pairs.iter().filter(|pair| pair.path.starts_with(table)).all(is_on_the_way)
    }
}

/// `[chain.tls4]`.
pub(super) fn heading(table: &[&str]) -> String {
    format!("[{}]", dotted(table))
}

fn dotted(path: &[&str]) -> String {
    path.iter().map(|part| written_key(part)).collect::<Vec<_>>().join(".")
}

/// A pair of a table that is made for it.
fn line(key: &[&str], value: &str) -> String {
    let (first, rest) = key.split_first().unwrap_or((&"", &[]));
    let rest: Vec<String> = rest.iter().map(|&part| part.to_owned()).collect();
    format!("{} = {}", written_key(first), nested(&rest, value))
}

/// A value within inline tables of its own.
fn nested(path: &[String], value: &str) -> String {
    path.iter().rev().fold(value.to_owned(), |value, key| format!("{{ {} = {value} }}", written_key(key)))
}
