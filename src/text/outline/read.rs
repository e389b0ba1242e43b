//! Reads the events of a text into its outline.

use super::{Block, Header, Home, Item, Outline, Pair, Path, Value};
use crate::text::events::{self, Event, EventKind, decoded_key, decoded_string, range};
use std::collections::HashMap;

impl Outline {
    /// Reads a text that is known to be TOML. Of any other text, only the beginning may be read.
    pub fn read(text: &str) -> Outline {
        let (mut events, mut outline) = (Vec::new(), Outline::default());
        events::each(text, |event| match event.kind() {
            EventKind::Comment => outline.comments.push(range(&event)),
            EventKind::Whitespace | EventKind::Newline => {}
            _ => events.push(event),
        });
        let mut reader = Reader { text, events: events.into_iter().peekable(), outline, members: HashMap::new() };
        reader.document();
        reader.outline
    }
}

struct Reader<'t> {
    text: &'t str,
    events: std::iter::Peekable<std::vec::IntoIter<Event>>,
    outline: Outline,
    /// The number of members so far of each array of tables that is made by headers.
    members: HashMap<Path, usize>,
}

impl Reader<'_> {
    fn document(&mut self) {
        let mut home = Home::Top;
        while let Some(event) = self.events.next() {
            match event.kind() {
                EventKind::StdTableOpen | EventKind::ArrayTableOpen => {
                    home = Home::Header(self.outline.headers.len());
                    self.header(&event);
                }
                EventKind::SimpleKey => {
                    let base = self.outline.home(home).to_vec();
                    self.pair(&event, base, home);
                }
                _ => {}
            }
        }
    }

    fn header(&mut self, open: &Event) {
        let is_array = open.kind() == EventKind::ArrayTableOpen;
        let (mut names, mut parts) = (Vec::new(), Vec::new());
        let mut end = open.span().end();
        for event in self.events.by_ref() {
            end = event.span().end();
            match event.kind() {
                EventKind::SimpleKey => {
                    names.push(decoded_key(self.text, &event));
                    parts.push(range(&event));
                }
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
        self.outline.headers.push(Header { path, parts, at: open.span().start()..end });
    }

    /// Reads a pair after the first part of its key was read. Returns its index.
    fn pair(&mut self, first: &Event, base: Path, home: Home) -> usize {
        let mut path = base;
        path.push(decoded_key(self.text, first));
        let mut parts = vec![range(first)];
        for event in self.events.by_ref() {
            match event.kind() {
                EventKind::SimpleKey => {
                    path.push(decoded_key(self.text, &event));
                    parts.push(range(&event));
                }
                EventKind::KeySep => {}
                _ => break,
            }
        }
        let number = self.outline.pairs.len();
        let nothing = Value { at: 0..0, string: None, block: None };
        self.outline.pairs.push(Pair { path: path.clone(), parts, home, value: nothing });
        let value = self.value(path);
        if let (Some(value), Some(pair)) = (value, self.outline.pairs.get_mut(number)) {
            pair.value = value;
        }
        number
    }

    fn value(&mut self, path: Path) -> Option<Value> {
        let event = self.events.next()?;
        match event.kind() {
            EventKind::ArrayOpen | EventKind::InlineTableOpen => Some(self.block(&event, path)),
            _ => {
                let string = event.encoding().map(|_| decoded_string(self.text, &event));
                Some(Value { at: range(&event), string, block: None })
            }
        }
    }

    /// Reads an array or an inline table after its opening bracket was read.
    fn block(&mut self, open: &Event, path: Path) -> Value {
        let is_array = open.kind() == EventKind::ArrayOpen;
        let number = self.outline.blocks.len();
        self.outline.blocks.push(Block { path: path.clone(), is_array, at: range(open), items: Vec::new() });
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
                    let Some(pair) = self.outline.pairs.get(number) else { break };
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
        if let Some(block) = self.outline.blocks.get_mut(number) {
            block.at = at.clone();
            block.items = items;
        }
        Value { at, string: None, block: Some(number) }
    }
}

fn member_name(array: &str, at: usize) -> String {
    format!("{array}#{at}")
}
