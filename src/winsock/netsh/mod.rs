//! The output of `netsh winsock show catalog`, in any language, whole or in parts, as consoles save it and people paste it.
//!
//! netsh prints an entry as a header, a rule of dashes, and thirteen lines `label:   value`; a chain has a further line with its
//! ids. The name-space providers follow in the same form. The labels are in the system's language, so entries are read by the
//! order of their lines and by the form of their values. An entry that is stated in part becomes a [`Fragment`], with a fault at
//! the place where something is missing; missing values are never guessed. Blanks around a text are ignored, since netsh or a
//! paste may have added them.
//!
//! | file | what |
//! |---|---|
//! | `lines` | classifies the lines of a text by their form |
//! | `blocks` | groups lines that belong together, and learns the language from whole blocks |
//! | `fields` | the lines of an entry, in order, and the parsing of their values |
//! | `gaps` | handles entries that are stated in part |
//!
//! netsh does not print provider flags, the range of protocols, byte order, security scheme and message size.

mod blocks;
mod fields;
mod gaps;
mod lines;
#[cfg(test)]
mod tests;

use super::fault::WinsockFault;
use super::info::ProtocolInfo;
use super::packed::{Field, PackedItemError};
use super::store::{Beside, Fragment, Item, NameSpaceProvider, NameSpaceSet, Places, Set, SourceForm, Store};
use crate::catalog::{Bitness, Fault, FaultKind, FileId, Span};
use blocks::{Block, Blocks, Language, Piece};
use lines::{Labelled, Look};

/// The greatest number of partly stated entries that are read. A text with more of them is not a catalog.
const MOST_FRAGMENTS: usize = 10_000;

/// Returns whether a text is netsh's: a rule with a line in columns below it, or with a GUID in one of the next thirteen lines.
pub(crate) fn looks_like(text: &str) -> bool {
    if !lines::has_rule(text) {
        return false;
    }
    let mut lines = lines::Lines::new(text);
    while lines.by_ref().any(|line| line.look == Look::Rule) {
        let labelled = |line: lines::Line<'_>| match line.look {
            Look::Labelled(labelled) => Some(labelled.in_columns || fields::guid(labelled.value).is_some()),
            _ => None,
        };
        // This may skip another rule among these lines. A rule directly below a rule is not netsh's.
        if lines.by_ref().map_while(labelled).take(fields::LINES).any(|is_netsh| is_netsh) {
            return true;
        }
    }
    false
}

/// Returns the text with the lines joined that a console wrapped, or `None` if there are no such lines.
pub(crate) fn unwrapped(text: &str) -> Option<String> {
    lines::unwrapped(text)
}

/// Labels that Microsoft's sample of `WSAEnumProtocols` prints and netsh does not, without blanks and in lower case.
const OF_SAMPLE: [&str; 7] = [
    "maxsocketaddresslength",
    "minsocketaddresslength",
    "socketprotocol",
    "socketprotocolmaxoffset",
    "serviceflags1",
    "providerflags",
    "networkbyteorder",
];

/// Returns the reason for rejecting a text that looks like netsh's but has other lines in another order, or `None`.
///
/// Microsoft's sample of `WSAEnumProtocols` prints the same headers, in English on every system, and does not state libraries.
pub(crate) fn refusal(text: &str) -> Option<String> {
    let of_sample = |line: lines::Line<'_>| match line.look {
        Look::Labelled(labelled) => {
            let label: String = labelled.label.split_whitespace().collect();
            OF_SAMPLE.contains(&label.to_lowercase().as_str()).then(|| (line.start, labelled.label.to_owned()))
        }
        _ => None,
    };
    lines::Lines::new(text).find_map(of_sample).map(|(start, label)| {
        let number = text.bytes().take(start).filter(|&byte| byte == b'\n').count() + 1;
        format!(
            "line {number}: `{label}` is of what Microsoft's sample of `WSAEnumProtocols` prints, which states no libraries: \
             take what `netsh winsock show catalog` prints, or an export"
        )
    })
}

/// Parses the text that netsh printed.
pub(crate) fn parse(file: FileId, text: &str, faults: &mut Vec<Fault>) -> Store {
    let mut reader = Reader {
        file,
        language: Language::learn(text),
        store: Store::new(SourceForm::Netsh),
        name_spaces: Vec::new(),
        faults,
        omissions: 0,
    };
    for piece in Blocks::new(text) {
        reader.piece(&piece);
        if reader.store.fragments.len() + reader.omissions > MOST_FRAGMENTS {
            let limit = MOST_FRAGMENTS as u64;
            let kind = FaultKind::LimitExceeded { what: "number of entries stated in part", limit, found: limit + 1 };
            reader.faults.push(Fault::new(kind, Span::beginning(file)));
            break;
        }
    }
    reader.store()
}

struct Reader<'t, 'f> {
    file: FileId,
    language: Language<'t>,
    store: Store,
    name_spaces: Vec<NameSpaceProvider>,
    faults: &'f mut Vec<Fault>,
    /// The number of omission marks.
    omissions: usize,
}

impl Reader<'_, '_> {
    fn piece(&mut self, piece: &Piece<'_>) {
        match piece {
            Piece::Block(block) => self.block(block),
            Piece::Free(line) if self.language.is_entry_header(line) || self.language.is_name_space_header(line) => {
                let at = self.span(line.start..line.end());
                let missing = format!("what stands below this header, `{}`", line.text);
                self.faults.push(WinsockFault::Gap { missing }.at(at));
                if self.language.is_entry_header(line) {
                    self.store.fragments.push(Fragment { at, facts: Default::default(), bits: None });
                }
            }
            Piece::Free(_) => {}
            Piece::Omission(line) => {
                self.omissions += 1;
                let missing = format!("what `{}` stands for", line.text);
                self.faults.push(WinsockFault::Gap { missing }.at(self.span(line.start..line.end())));
            }
        }
    }

    fn block(&mut self, block: &Block<'_>) {
        if block.is_name_space() || block.header.is_some_and(|header| self.language.is_name_space_header(&header)) {
            match self.name_space(block) {
                Some(provider) => self.name_spaces.push(provider),
                None => return self.faults.extend(gaps::name_space(block, self.file)),
            }
        } else if let Some(info) = fields::read(&block.lines) {
            self.item(block, info);
        } else if self.is_of_an_entry(block) {
            let bits = block.rule.and(block.value(fields::ENTRY_TYPE)).and_then(|value| self.bits(value));
            let (fragment, faults) = gaps::entry(block, &self.language, bits, self.file);
            self.store.fragments.push(fragment);
            self.faults.extend(faults);
            return;
        } else {
            return;
        }
        if let Some(omission) = block.omission {
            self.piece(&Piece::Omission(omission));
        }
    }

    /// Returns whether labelled lines are a part of an entry, and not text that people wrote around it.
    fn is_of_an_entry(&self, block: &Block<'_>) -> bool {
        if !self.language.is_known() && block.rule.is_some() {
            return !block.lines.is_empty();
        }
        let is_of_an_entry = |line: &Labelled<'_>| {
            line.in_columns || fields::is_telling(line.value) || self.language.position(line.label).is_some()
        };
        block.header.is_some_and(|header| self.language.is_entry_header(&header))
            || block.lines.iter().any(is_of_an_entry)
    }

    fn item(&mut self, block: &Block<'_>, info: ProtocolInfo) {
        let bits = block.value(fields::ENTRY_TYPE).and_then(|value| self.bits(value));
        let at = self.span(block.beginning());
        let place = |(position, line): (usize, &Labelled<'_>)| {
            Some((fields::field(position)?, self.span(line.value_start..line.end())))
        };
        let places = block.lines.iter().enumerate().filter_map(place).collect();
        let item = Item { places: Places::Lines(places), ..Item::new(info, at) };
        let too_long = [
            (Field::ProtocolName, item.info.name.encode_utf16().count(), 255),
            (Field::LibraryPath, item.info.path.chars().count(), 259),
        ];
        for (field, units, room) in too_long.into_iter().filter(|&(_, units, room)| units > room) {
            let error = PackedItemError::TooLong { field, units, room };
            self.faults.push(WinsockFault::from(error).at(item.field_at(field)));
        }
        let set = match self.store.sets.iter_mut().find(|set| set.bits == bits) {
            Some(set) => set,
            None => {
                self.store.sets.push(Set::new(bits, at));
                let last = self.store.sets.len() - 1;
                &mut self.store.sets[last]
            }
        };
        set.items.push(item);
    }

    /// Returns the programs that see an entry of this type. An entry without a mark is for 64-bit programs if other entries have
    /// one.
    fn bits(&self, entry_type: &str) -> Option<Bitness> {
        match fields::is_32(entry_type) {
            true => Some(Bitness::Bits32),
            false => self.language.tells_bits.then_some(Bitness::Bits64),
        }
    }

    /// Returns the provider that a block states: description, GUID, name space, whether it is active, and version. Further lines,
    /// which newer systems may print, are kept.
    fn name_space(&self, block: &Block<'_>) -> Option<NameSpaceProvider> {
        let value = |position: usize| block.value(position);
        let further = block.lines.get(5..)?.iter().map(|line| Beside {
            key: "".into(),
            name: line.label.to_owned(),
            kind: 1,
            data: line.value.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect(),
        });
        Some(NameSpaceProvider {
            key: None,
            name: value(0)?.to_owned(),
            path: None,
            provider_id: Some(fields::guid(value(1)?)?),
            name_space: Some(fields::id(value(2)?)?),
            enabled: Some(fields::id(value(3)?)? != 0),
            version: Some(fields::id(value(4)?)?),
            stores_service_class_info: None,
            written: None,
            beside: further.collect(),
            at: self.span(block.beginning()),
        })
    }

    fn span(&self, range: std::ops::Range<usize>) -> Span {
        Span::new(self.file, range)
    }

    fn store(mut self) -> Store {
        if !self.name_spaces.is_empty() {
            let at = self.name_spaces.first().map_or(Span::beginning(self.file), |first| first.at);
            self.store.name_spaces.push(NameSpaceSet { bits: None, at, count: None, providers: self.name_spaces });
        }
        let tells_nothing = self.store.sets.is_empty() && self.store.name_spaces.is_empty();
        if tells_nothing && self.store.fragments.is_empty() && self.faults.is_empty() {
            let missing = "a single entry: no line is one that netsh prints".to_owned();
            self.faults.push(WinsockFault::Gap { missing }.at(Span::beginning(self.file)));
        }
        self.store
    }
}
