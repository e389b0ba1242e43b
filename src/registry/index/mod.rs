//! The index: maps (family, type, protocol) to the first matching entry in catalog order, in constant time.
//!
//! | step | file | cost |
//! |---|---|---|
//! | (family, type), each possibly 0 for any, to its pair | `front`, by position, for families with a name | one access |
//! | the same for all other families and types | `pairs`: one flat hash table | one probe |
//! | protocol 0 to its answer | a field of the pair | none |
//! | another protocol to its answer | `ranges`: an order-preserving radix map | one to three steps, whatever the width of ranges |
//!
//! Answers are computed when the registry is frozen (`sweep`): for every pair, the protocol numbers fall into segments within
//! each of which one entry wins. The reason why a request has no answer is found with a few further probes, so that a refusal
//! costs about as much as a hit.

mod front;
mod pairs;
mod ranges;
mod sweep;

use crate::terms::{Dialect, ErrorCode};
use front::{Front, Slot, TYPES};
use indexmap::IndexMap;
use pairs::{Pair, Pairs};
use ranges::{NOTHING, RangeMap};

/// The data of one selectable entry that the index is built from. Rows come in catalog order.
pub(super) struct Row<'a> {
    pub family: i32,
    pub socket_type: i32,
    /// Disjoint inclusive ranges of protocol numbers, ascending.
    pub protocols: &'a [(i32, i32)],
    pub matches_zero: bool,
    /// The answer of the index when this row wins, below [`MOST_ANSWERS`].
    pub answer: u32,
}

/// The upper bound of answers, which are below it.
pub(super) const MOST_ANSWERS: u32 = NOTHING;

/// The rules of a family in the Linux dialect, for requests that nothing matches.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FamilyRule {
    pub max_protocol: Option<i32>,
    pub protocol_first: bool,
}

/// The index; the module describes it.
#[derive(Debug)]
pub(super) struct Index {
    dialect: Dialect,
    front: Front,
    pairs: Pairs,
    ranges: RangeMap,
    /// The families with rules of their own, ascending. They are few, and only read for refusals.
    rules: Vec<(i32, FamilyRule)>,
    /// The position of the family that stands for any.
    any: usize,
    /// Whether the error is `protocol-not-supported` wherever an entry has the family and the type but not the protocol.
    plain_errors: bool,
}

/// Stands for any family and any type, in dialects that have such a value.
const ANY: i32 = 0;

impl Index {
    /// Builds the index. `known` are the numbers of the families with a name, by their positions.
    pub fn build(dialect: Dialect, known: &[i32], rows: &[Row<'_>], mut rules: Vec<(i32, FamilyRule)>) -> Self {
        rules.sort_by_key(|&(family, _)| family);
        // The order of insertion is kept, so that the same catalog makes the same index, to the byte.
        let mut groups: IndexMap<(i32, i32), Vec<u32>> = IndexMap::new();
        let mut families: IndexMap<i32, Vec<u32>> = IndexMap::new();
        let mut types: IndexMap<i32, Vec<u32>> = IndexMap::new();
        for (rank, row) in rows.iter().enumerate() {
            let rank = rank as u32;
            groups.entry((row.family, row.socket_type)).or_default().push(rank);
            families.entry(row.family).or_default().push(rank);
            types.entry(row.socket_type).or_default().push(rank);
        }
        let mut index = Index {
            dialect,
            front: Front::new(),
            pairs: Pairs::for_at_most(groups.len() + families.len() + types.len() + 1),
            ranges: RangeMap::default(),
            plain_errors: dialect != Dialect::Documented && rules.is_empty(),
            any: known.iter().position(|&family| family == ANY).unwrap_or(usize::MAX),
            rules,
        };
        let one_type = types.len() == 1;
        let one_family = families.len() == 1;
        for (&(family, socket_type), ranks) in &groups {
            let pair = index.pair(rows, ranks);
            index.pairs.insert(family, socket_type, pair);
            // Where only one type or family exists, "any" is the same as that one and shares its ranges.
            let only_of_family = families[&family].len() == ranks.len();
            let only_of_type = types[&socket_type].len() == ranks.len();
            if only_of_family {
                index.pairs.insert(family, ANY, pair);
            }
            if only_of_type && dialect != Dialect::Linux {
                index.pairs.insert(ANY, socket_type, pair);
            }
            if one_family && one_type {
                index.pairs.insert(ANY, ANY, pair);
            }
        }
        for (&family, ranks) in &families {
            if index.pairs.get(family, ANY).is_none() {
                // In the Linux dialect no request has this key. It shows that the family exists and, for families that test the
                // protocol first, which protocols the family has.
                let needed = dialect != Dialect::Linux || index.rule(family).protocol_first;
                let pair = if needed { index.pair(rows, ranks) } else { Pair::EMPTY };
                index.pairs.insert(family, ANY, pair);
            }
        }
        if dialect != Dialect::Linux {
            for (&socket_type, ranks) in &types {
                if index.pairs.get(ANY, socket_type).is_none() {
                    let pair = index.pair(rows, ranks);
                    index.pairs.insert(ANY, socket_type, pair);
                }
            }
        }
        if index.pairs.get(ANY, ANY).is_none() && !rows.is_empty() {
            let all = (0..rows.len() as u32).collect::<Vec<_>>();
            let pair = if dialect == Dialect::Linux { Pair::EMPTY } else { index.pair(rows, &all) };
            index.pairs.insert(ANY, ANY, pair);
        }
        index.fill_front(known);
        index.ranges.shrink();
        index
    }

    /// Copies the pairs of families with a name to their places in `front`.
    fn fill_front(&mut self, known: &[i32]) {
        let first_type = match self.dialect {
            // Type 0 is an ordinary value in this dialect, which no entry has.
            Dialect::Linux => 1,
            Dialect::Documented | Dialect::Windows => 0,
        };
        for (at, &family) in known.iter().enumerate() {
            if family == ANY && self.dialect == Dialect::Linux {
                continue;
            }
            for socket_type in first_type..TYPES {
                if let Some(&Pair { zero, root }) = self.pairs.get(family, socket_type as i32) {
                    // Without a family, protocol 0 is ambiguous, whichever entries match it.
                    let zero = if family == ANY { NOTHING } else { zero };
                    self.front.put(at, socket_type, Slot::new(zero, root, &self.ranges));
                }
            }
        }
    }

    /// Returns the answer for a family by its position among those with a name, or `None` where [`Index::find`] must be called.
    /// The type may still contain flags, whose bits are all far above the types that are answered here.
    #[inline]
    pub fn find_known(&self, known: usize, socket_type: i32, protocol: i32) -> Option<Result<u32, ErrorCode>> {
        let slot = self.front.get(known, socket_type)?;
        let answer = slot.answer(protocol, &self.ranges);
        if answer != NOTHING {
            return Some(Ok(answer));
        }
        // An entry has all but the protocol. This is the commonest refusal, returned here where no other error can precede it.
        if slot.is_there() && protocol != 0 && self.plain_errors {
            return Some(Err(ErrorCode::ProtocolNotSupported));
        }
        self.settle(known, socket_type, protocol, slot).map(Err)
    }

    /// Returns the error of a request that nothing answers, where the slots in `front` suffice to find it.
    fn settle(&self, known: usize, socket_type: i32, protocol: i32, slot: &Slot) -> Option<ErrorCode> {
        if known == self.any {
            return None;
        }
        match self.dialect {
            // Type 0 and families with rules take the slower way through `find`.
            Dialect::Linux if socket_type == ANY || !self.rules.is_empty() => None,
            Dialect::Linux if !self.front.has(known) => Some(ErrorCode::AddressFamilyNotSupported),
            Dialect::Linux if !slot.is_there() => Some(ErrorCode::SocketTypeNotSupported),
            Dialect::Linux => Some(ErrorCode::ProtocolNotSupported),
            Dialect::Windows if slot.is_there() => Some(ErrorCode::ProtocolNotSupported),
            Dialect::Windows if self.front.get(self.any, socket_type)?.is_there() => {
                Some(ErrorCode::AddressFamilyNotSupported)
            }
            Dialect::Windows => Some(ErrorCode::SocketTypeNotSupported),
            Dialect::Documented => {
                let all_types = self.front.get(known, ANY)?;
                let held = || protocol != 0 && all_types.answer(protocol, &self.ranges) != NOTHING;
                Some(match (all_types.is_there(), slot.is_there()) {
                    (false, _) => ErrorCode::AddressFamilyNotSupported,
                    (true, false) => ErrorCode::SocketTypeNotSupported,
                    (true, true) if held() => ErrorCode::ProtocolWrongType,
                    (true, true) => ErrorCode::ProtocolNotSupported,
                })
            }
        }
    }

    /// Returns the answers for the rows with these ranks, which must ascend.
    fn pair(&mut self, rows: &[Row<'_>], ranks: &[u32]) -> Pair {
        let rank = ranks.iter().find(|&&rank| rows[rank as usize].matches_zero);
        let zero = rank.map_or(NOTHING, |&rank| rows[rank as usize].answer);
        let segments = sweep::segments(ranks.iter().map(|&rank| {
            let row = &rows[rank as usize];
            (row.protocols, row.answer)
        }));
        Pair { zero, root: self.ranges.add_root(&segments) }
    }

    /// Returns the first matching entry in catalog order, or the error code if none matches.
    ///
    /// In the Linux dialect, the type must come without SOCK_NONBLOCK and SOCK_CLOEXEC.
    pub fn find(&self, family: i32, socket_type: i32, protocol: i32) -> Result<u32, ErrorCode> {
        let ordinary = match self.dialect {
            // Family 0 and type 0 are ordinary values in this dialect, and no entry has them.
            Dialect::Linux => family != ANY && socket_type != ANY,
            Dialect::Documented | Dialect::Windows => family != ANY || protocol != 0,
        };
        let pair = self.pairs.get(family, socket_type);
        if let Some(pair) = pair
            && ordinary
        {
            let answer = self.answer(pair, protocol);
            if answer != NOTHING {
                return Ok(answer);
            }
        }
        Err(self.refuse(family, socket_type, protocol, pair))
    }

    #[inline]
    fn answer(&self, pair: &Pair, protocol: i32) -> u32 {
        if protocol == 0 { pair.zero } else { self.ranges.get(pair.root, protocol) }
    }

    /// Returns the error of a request that nothing matches, by how far the best entry got.
    fn refuse(&self, family: i32, socket_type: i32, protocol: i32, pair: Option<&Pair>) -> ErrorCode {
        match self.dialect {
            Dialect::Linux => self.refuse_linux(family, socket_type, protocol, pair),
            _ if family == ANY && protocol == 0 => ErrorCode::InvalidArgument,
            Dialect::Documented => match (pair, self.pairs.get(family, ANY)) {
                (_, None) => ErrorCode::AddressFamilyNotSupported,
                (None, _) => ErrorCode::SocketTypeNotSupported,
                (Some(_), Some(family)) if protocol != 0 && self.answer(family, protocol) != NOTHING => {
                    ErrorCode::ProtocolWrongType
                }
                _ => ErrorCode::ProtocolNotSupported,
            },
            Dialect::Windows if pair.is_some() => ErrorCode::ProtocolNotSupported,
            Dialect::Windows => match self.pairs.get(ANY, socket_type) {
                None => ErrorCode::SocketTypeNotSupported,
                Some(_) => ErrorCode::AddressFamilyNotSupported,
            },
        }
    }

    fn refuse_linux(&self, family: i32, socket_type: i32, protocol: i32, pair: Option<&Pair>) -> ErrorCode {
        let pair = pair.filter(|_| family != ANY && socket_type != ANY);
        if pair.is_some() && self.rules.is_empty() {
            return ErrorCode::ProtocolNotSupported;
        }
        let there = if family == ANY { None } else { self.pairs.get(family, ANY) };
        let Some(all_types) = there else { return ErrorCode::AddressFamilyNotSupported };
        let rule = self.rule(family);
        if rule.max_protocol.is_some_and(|most| protocol < 0 || protocol > most) {
            return ErrorCode::InvalidArgument;
        }
        if rule.protocol_first {
            return match self.answer(all_types, protocol) {
                NOTHING => ErrorCode::ProtocolNotSupported,
                _ => ErrorCode::SocketTypeNotSupported,
            };
        }
        match pair {
            None => ErrorCode::SocketTypeNotSupported,
            Some(_) => ErrorCode::ProtocolNotSupported,
        }
    }

    /// Returns the dialect. It is stored here beside the data that a plain resolve reads.
    #[inline]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Returns the rules of a family in the Linux dialect.
    pub fn rule(&self, family: i32) -> FamilyRule {
        let at = self.rules.binary_search_by_key(&family, |&(family, _)| family);
        at.map_or_else(|_| FamilyRule::default(), |at| self.rules[at].1)
    }

    /// Returns whether both indexes refuse requests alike, given that they answer the same requests.
    pub fn refuses_like(&self, other: &Index) -> bool {
        self.dialect == other.dialect && self.rules == other.rules
    }

    /// Returns an index of other rows with the same dialect and the same rules.
    pub fn of_rows(&self, known: &[i32], rows: &[Row<'_>]) -> Self {
        Index::build(self.dialect, known, rows, self.rules.clone())
    }

    /// Returns the number of bytes that the index uses on the heap.
    pub fn heap_bytes(&self) -> usize {
        self.front.heap_bytes() + self.pairs.heap_bytes() + self.ranges.heap_bytes()
    }
}
