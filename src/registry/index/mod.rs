//! The index: from (family, type, protocol) to the first entry in catalog order that matches, in constant time.
//!
//! | step | file | cost |
//! |---|---|---|
//! | (family, type), each possibly 0 for any, to its pair | `pairs`: one flat hash table | one probe |
//! | protocol 0 to its answer | a field of the pair | none |
//! | another protocol to its answer | `ranges`: an order-preserving radix map | one to three steps, whatever the width of ranges |
//!
//! Answers are computed when the registry is frozen (`sweep`): for every pair the protocol numbers fall into segments within
//! which one entry wins. Why a request has no answer is found out with a few further probes, so that a refusal costs about
//! what a hit costs.

mod pairs;
mod ranges;
mod sweep;

use crate::terms::{Dialect, ErrorCode};
use pairs::{Pair, Pairs};
use ranges::{NOTHING, RangeMap};
use std::collections::HashMap;

/// What the index knows of one selectable entry; rows come in catalog order.
pub(super) struct Row<'a> {
    pub family: i32,
    pub socket_type: i32,
    /// Disjoint inclusive ranges of protocol numbers, ascending.
    pub protocols: &'a [(i32, i32)],
    pub matches_zero: bool,
    /// What the index answers when this row wins; below [`MOST_ANSWERS`].
    pub answer: u32,
}

/// Answers are below this.
pub(super) const MOST_ANSWERS: u32 = NOTHING;

/// What the linux dialect knows of a family, for requests that nothing matches.
#[derive(Copy, Clone, Debug, Default)]
pub(super) struct FamilyRule {
    pub max_protocol: Option<i32>,
    pub protocol_first: bool,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Index {
    dialect: Dialect,
    pairs: Pairs,
    ranges: RangeMap,
    /// Families with rules of their own, ascending: few, and only looked at for refusals.
    rules: Vec<(i32, FamilyRule)>,
}

/// 0 stands for any family and any type, where the dialect knows that.
const ANY: i32 = 0;

impl Index {
    pub fn build(dialect: Dialect, rows: &[Row<'_>], mut rules: Vec<(i32, FamilyRule)>) -> Self {
        rules.sort_by_key(|&(family, _)| family);
        let mut groups: HashMap<(i32, i32), Vec<u32>> = HashMap::new();
        let mut families: HashMap<i32, Vec<u32>> = HashMap::new();
        let mut types: HashMap<i32, Vec<u32>> = HashMap::new();
        for (rank, row) in rows.iter().enumerate() {
            let rank = rank as u32;
            groups.entry((row.family, row.socket_type)).or_default().push(rank);
            families.entry(row.family).or_default().push(rank);
            types.entry(row.socket_type).or_default().push(rank);
        }
        let mut index = Index {
            dialect,
            pairs: Pairs::for_at_most(groups.len() + families.len() + types.len() + 1),
            ranges: RangeMap::default(),
            rules,
        };
        let one_type = types.len() == 1;
        let one_family = families.len() == 1;
        for (&(family, socket_type), ranks) in &groups {
            let pair = index.pair(rows, ranks);
            index.pairs.insert(family, socket_type, pair);
            // Where there is no choice, "any" is the same as the only one, and shares its ranges.
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
                // In the linux dialect no request has this key: it tells that the family is there, and for families that
                // test the protocol first what protocols they have.
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
        index
    }

    /// The answers for the rows with these ranks, which ascend.
    fn pair(&mut self, rows: &[Row<'_>], ranks: &[u32]) -> Pair {
        let rank = ranks.iter().find(|&&rank| rows[rank as usize].matches_zero);
        let zero = rank.map_or(NOTHING, |&rank| rows[rank as usize].answer);
        let segments = sweep::segments(ranks.iter().map(|&rank| {
            let row = &rows[rank as usize];
            (row.protocols, row.answer)
        }));
        Pair { zero, root: self.ranges.add(&segments) }
    }

    /// The first entry in catalog order that matches, or why there is none.
    ///
    /// In the linux dialect the type comes without SOCK_NONBLOCK and SOCK_CLOEXEC.
    #[inline]
    pub fn find(&self, family: i32, socket_type: i32, protocol: i32) -> Result<u32, ErrorCode> {
        let ordinary = match self.dialect {
            // Family 0 and type 0 are values like others here, and no entry has them.
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

    /// How far the best entry got.
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

    /// The dialect, here beside what a plain resolve reads.
    #[inline]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The rules of a family in the linux dialect.
    pub fn rule(&self, family: i32) -> FamilyRule {
        let at = self.rules.binary_search_by_key(&family, |&(family, _)| family);
        at.map_or_else(|_| FamilyRule::default(), |at| self.rules[at].1)
    }

    /// Bytes on the heap.
    pub fn heap_bytes(&self) -> usize {
        self.pairs.heap_bytes() + self.ranges.heap_bytes()
    }
}
