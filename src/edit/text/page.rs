//! The parts of a TOML text with their places: its headers, its pairs of keys and values, its arrays and inline tables,
//! each with its byte range.
//!
//! The page is made from the parser's events. Every pair knows its whole path, however it is written, so that
//! `[chain.tls4]` and `base`, `[chain]` and `tls4.base`, and `chain = { tls4 = { base = ... } }` have the same path.

use std::collections::HashMap;
use std::ops::Range;
use toml_parser::decoder::Encoding;
use toml_parser::parser::{Event, EventKind, parse_document};
use toml_parser::{Raw, Source};

/// The path of a table or key. A member of an array is the array's name with its index, from 0, as in `always#2`.
pub(super) type Path = Vec<String>;

#[derive(Clone, Debug, Default)]
pub(super) struct Page {
    /// The headers in the order of the text.
    pub headers: Vec<Header>,
    /// The pairs in the order of the text, including those of inline tables.
    pub pairs: Vec<Pair>,
    pub blocks: Vec<Block>,
}

/// A header, as in `[chain.tls4]` or `[[always]]`.
#[derive(Clone, Debug)]
pub(super) struct Header {
    pub path: Path,
    /// The byte range from bracket to bracket.
    pub at: Range<usize>,
}

/// A key and its value.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    pub path: Path,
    /// The byte ranges of the written parts of the key; they are the last parts of the path.
    pub parts: Vec<Range<usize>>,
    pub home: Home,
    pub value: Value,
}

/// The place where a pair stands.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Home {
    /// Above all headers.
    Top,
    /// Below the header at this index.
    Header(usize),
    /// In the inline table at this index.
    Block(usize),
}

#[derive(Clone, Debug)]
pub(super) struct Value {
    pub at: Range<usize>,
    /// The decoded string, if the value is a string.
    pub string: Option<String>,
    /// The index of its block, if the value is an array or an inline table.
    pub block: Option<usize>,
}

/// An array or an inline table.
#[derive(Clone, Debug)]
pub(super) struct Block {
    /// The path of an inline table that is not a member of a nested array.
    pub path: Path,
    pub is_array: bool,
    /// The byte range from bracket to bracket.
    pub at: Range<usize>,
    pub items: Vec<Item>,
}

/// A member of an array, or a pair of an inline table.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// The byte range, including the key.
    pub at: Range<usize>,
    /// The position of the comma after it.
    pub comma: Option<usize>,
    pub value: Value,
}

impl Page {
    /// Reads a text that is known to be TOML. Of any other text, only the beginning may be read.
    pub fn read(text: &str) -> Page {
        let source = Source::new(text);
        let tokens = source.lex().into_vec();
        let mut events = Vec::with_capacity(tokens.len());
        let is_of_use =
            |event: &Event| !matches!(event.kind(), EventKind::Whitespace | EventKind::Comment | EventKind::Newline);
        let mut receiver = |event: Event| {
            if is_of_use(&event) {
                events.push(event);
            }
        };
        parse_document(&tokens, &mut receiver, &mut ());
        let mut reader =
            Reader { text, events: events.into_iter().peekable(), page: Page::default(), members: HashMap::new() };
        reader.document();
        reader.page
    }

    /// Returns the pair with this path.
    pub fn pair(&self, path: &[String]) -> Option<&Pair> {
        self.pairs.iter().find(|pair| pair.path == path)
    }

    /// Returns the index of a table's header.
    pub fn header(&self, path: &[String]) -> Option<usize> {
        self.headers.iter().position(|header| header.path == path)
    }

    /// Returns the index of the inline table of this path.
    pub fn inline(&self, path: &[String]) -> Option<usize> {
        self.blocks.iter().position(|block| !block.is_array && block.path == path)
    }

    /// Returns the array of this path.
    pub fn array(&self, path: &[String]) -> Option<&Block> {
        let block = self.pair(path)?.value.block.and_then(|block| self.blocks.get(block))?;
        block.is_array.then_some(block)
    }

    /// Returns the path of the table that contains the pairs of this home.
    pub fn home(&self, home: Home) -> &[String] {
        let path = match home {
            Home::Top => None,
            Home::Header(at) => self.headers.get(at).map(|header| &header.path),
            Home::Block(at) => self.blocks.get(at).map(|block| &block.path),
        };
        path.map_or(&[], Vec::as_slice)
    }

    /// Returns the pairs of a home, in the order of the text.
    pub fn pairs_of(&self, home: Home) -> impl DoubleEndedIterator<Item = &Pair> {
        self.pairs.iter().filter(move |pair| pair.home == home)
    }
}

impl Pair {
    /// Returns the byte range of the key and the value.
    pub fn at(&self) -> Range<usize> {
        self.key().start..self.value.at.end
    }

    /// Returns the byte range of the key.
    pub fn key(&self) -> Range<usize> {
        let start = self.parts.first().map_or(self.value.at.start, |part| part.start);
        start..self.parts.last().map_or(self.value.at.start, |part| part.end)
    }
}

struct Reader<'t> {
    text: &'t str,
    events: std::iter::Peekable<std::vec::IntoIter<Event>>,
    page: Page,
    /// The number of members so far of each array of tables that is made by headers.
    members: HashMap<Path, usize>,
}

impl Reader<'_> {
    fn document(&mut self) {
        let mut home = Home::Top;
        while let Some(event) = self.events.next() {
            match event.kind() {
                EventKind::StdTableOpen | EventKind::ArrayTableOpen => {
                    home = Home::Header(self.page.headers.len());
                    self.header(&event);
                }
                EventKind::SimpleKey => {
                    let base = self.page.home(home).to_vec();
                    self.pair(&event, base, home);
                }
                _ => {}
            }
        }
    }

    fn header(&mut self, open: &Event) {
        let is_array = open.kind() == EventKind::ArrayTableOpen;
        let mut names = Vec::new();
        let mut end = open.span().end();
        for event in self.events.by_ref() {
            end = event.span().end();
            match event.kind() {
                EventKind::SimpleKey => names.push(decoded(self.text, &event, true)),
                EventKind::KeySep => {}
                _ => break,
            }
        }
        let last = names.len().saturating_sub(1);
        let mut path = Path::new();
        for (at, name) in names.into_iter().enumerate() {
            path.push(name);
            if is_array && at == last {
                *self.members.entry(path.clone()).or_default() += 1;
            }
            let member = self.members.get(&path).and_then(|members| members.checked_sub(1));
            if let (Some(member), Some(name)) = (member, path.last_mut()) {
                *name = member_name(name, member);
            }
        }
        self.page.headers.push(Header { path, at: open.span().start()..end });
    }

    /// Reads a pair after the first part of its key was read. Returns its index.
    fn pair(&mut self, first: &Event, base: Path, home: Home) -> usize {
        let mut path = base;
        path.push(decoded(self.text, first, true));
        let mut parts = vec![range(first)];
        for event in self.events.by_ref() {
            match event.kind() {
                EventKind::SimpleKey => {
                    path.push(decoded(self.text, &event, true));
                    parts.push(range(&event));
                }
                EventKind::KeySep => {}
                _ => break,
            }
        }
        let number = self.page.pairs.len();
        let nothing = Value { at: 0..0, string: None, block: None };
        self.page.pairs.push(Pair { path: path.clone(), parts, home, value: nothing });
        let value = self.value(path);
        if let (Some(value), Some(pair)) = (value, self.page.pairs.get_mut(number)) {
            pair.value = value;
        }
        number
    }

    fn value(&mut self, path: Path) -> Option<Value> {
        let event = self.events.next()?;
        match event.kind() {
            EventKind::ArrayOpen | EventKind::InlineTableOpen => Some(self.block(&event, path)),
            _ => {
                let string = event.encoding().map(|_| decoded(self.text, &event, false));
                Some(Value { at: range(&event), string, block: None })
            }
        }
    }

    /// Reads an array or an inline table after its opening bracket was read.
    fn block(&mut self, open: &Event, path: Path) -> Value {
        let is_array = open.kind() == EventKind::ArrayOpen;
        let number = self.page.blocks.len();
        self.page.blocks.push(Block { path: path.clone(), is_array, at: range(open), items: Vec::new() });
        let mut items: Vec<Item> = Vec::new();
        let mut end = open.span().end();
        while let Some(event) = self.events.peek() {
            let kind = event.kind();
            match kind {
                EventKind::ArrayClose | EventKind::InlineTableClose | EventKind::ValueSep => {
                    end = event.span().end();
                    if let (EventKind::ValueSep, Some(item)) = (kind, items.last_mut()) {
                        item.comma = Some(event.span().start());
                    }
                    self.events.next();
                    if kind != EventKind::ValueSep {
                        break;
                    }
                }
                EventKind::SimpleKey => {
                    let Some(event) = self.events.next() else { break };
                    let number = self.pair(&event, path.clone(), Home::Block(number));
                    let Some(pair) = self.page.pairs.get(number) else { break };
                    items.push(Item { at: pair.at(), comma: None, value: pair.value.clone() });
                }
                _ => {
                    let mut member = path.clone();
                    if let Some(name) = member.last_mut() {
                        *name = member_name(name, items.len());
                    }
                    let Some(value) = self.value(member) else { break };
                    items.push(Item { at: value.at.clone(), comma: None, value });
                }
            }
        }
        let at = open.span().start()..end;
        if let Some(block) = self.page.blocks.get_mut(number) {
            block.at = at.clone();
            block.items = items;
        }
        Value { at, string: None, block: Some(number) }
    }
}

/// Returns whether a path is `above` or a path below it. Members are below their array.
pub(super) fn is_within(path: &[String], above: &[String]) -> bool {
    let Some((last, rest)) = above.split_last() else { return true };
    let is_last =
        |part: &String| part == last || part.strip_prefix(last.as_str()).is_some_and(|rest| rest.starts_with('#'));
    path.starts_with(rest) && path.get(rest.len()).is_some_and(is_last)
}

fn member_name(array: &str, at: usize) -> String {
    format!("{array}#{at}")
}

fn range(event: &Event) -> Range<usize> {
    event.span().start()..event.span().end()
}

/// Returns the decoded key or string.
fn decoded(text: &str, event: &Event, is_key: bool) -> String {
    let raw = text.get(range(event)).unwrap_or_default();
    let raw = Raw::new_unchecked(raw, event.encoding(), event.span());
    let mut decoded = String::new();
    match (is_key, event.encoding()) {
        (true, None | Some(Encoding::BasicString | Encoding::LiteralString)) => raw.decode_key(&mut decoded, &mut ()),
        _ => {
            let _ = raw.decode_scalar(&mut decoded, &mut ());
        }
    }
    decoded
}
