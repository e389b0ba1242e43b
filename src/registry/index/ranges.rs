//! Maps protocol numbers to answers: radix maps over segments of numbers, all stored in three shared vectors.
//!
//! A map with few segments is a *run*, whose boundaries are compared one by one. A larger map is a *node*: the numbers from its
//! first to its last boundary are divided into slots of one width, about two slots for each segment. A slot leads to its answer
//! or, where several segments meet in it, to a run or node of its own. The answers before the first and behind the last boundary
//! are stored in the node, so that a node spans no more numbers than it must.
//!
//! Dense numbers take one step, evenly spread ones two. In the worst case, numbers that cluster at ever smaller scales, each step
//! divides the width by at least ten, so that a lookup takes ten steps at most. The cost depends neither on the number of
//! segments nor on their width.

/// The answer that stands for no answer.
pub(super) const NOTHING: u32 = PAYLOAD;

/// The place where a lookup begins or continues: two bits of kind and thirty bits of payload.
#[derive(Copy, Clone, Debug)]
pub(super) struct Root(u32);

const PAYLOAD: u32 = (1 << 30) - 1;
const KIND: u32 = !PAYLOAD;
const LEAF: u32 = 0;
const RUN: u32 = 1 << 30;
const NODE: u32 = 2 << 30;

impl Root {
    pub const NOTHING: Root = Root(LEAF | NOTHING);
}

/// A segment: all numbers from `start` up to the next segment have this answer. `start` is biased, so that it keeps the order of
/// signed numbers.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    pub start: u32,
    pub answer: u32,
}

/// Returns the number as an unsigned one, in the same order: `i32::MIN` becomes 0.
pub(super) const fn biased(protocol: i32) -> u32 {
    (protocol as u32) ^ (1 << 31)
}

const RUN_SEGMENTS: usize = 4;

/// A list of up to four segments. Unused boundaries are the greatest number, and the last answer is repeated behind them.
#[derive(Copy, Clone, Debug)]
struct Run {
    starts: [u32; RUN_SEGMENTS - 1],
    answers: [u32; RUN_SEGMENTS],
}

#[derive(Copy, Clone, Debug)]
struct Node {
    /// The first boundary.
    low: u32,
    /// The distance from the first boundary to the last.
    width: u32,
    shift: u32,
    first_slot: u32,
    below: u32,
    above: u32,
}

/// Returns the default number of slots, about two for each segment.
fn default_slots(inner: &[Segment]) -> u32 {
    (2 * (inner.len() + 2)).max(16) as u32
}

#[derive(Debug, Default)]
pub(super) struct RangeMap {
    runs: Vec<Run>,
    nodes: Vec<Node>,
    slots: Vec<Root>,
}

impl RangeMap {
    /// Adds a map. The first segment counts from the least number, whatever its start, and the others must ascend.
    pub fn add(&mut self, segments: &[Segment]) -> Root {
        match segments {
            [] => Root::NOTHING,
            [only] => Root(LEAF | only.answer),
            few if few.len() <= RUN_SEGMENTS => {
                let mut run = Run { starts: [u32::MAX; 3], answers: [few[few.len() - 1].answer; 4] };
                for (at, segment) in few.iter().enumerate() {
                    run.answers[at] = segment.answer;
                    if at > 0 {
                        run.starts[at - 1] = segment.start;
                    }
                }
                self.runs.push(run);
                Root(RUN | (self.runs.len() - 1) as u32)
            }
            [first, inner @ .., last] => self.node(first.answer, inner, *last, default_slots(inner)),
        }
    }

    /// Adds a map at which lookups begin. Unlike [`RangeMap::add`], it makes a node even of few segments where it can, and gives
    /// a node that is not too sparse a slot for each number, so that one step is enough.
    pub fn add_root(&mut self, segments: &[Segment]) -> Root {
        match segments {
            [first, inner @ .., last] if !inner.is_empty() => {
                let width = last.start - inner[0].start;
                let most_slots = if width as usize <= 64 * segments.len() { width } else { default_slots(inner) };
                self.node(first.answer, inner, *last, most_slots)
            }
            _ => self.add(segments),
        }
    }

    fn node(&mut self, below: u32, inner: &[Segment], last: Segment, most_slots: u32) -> Root {
        let low = inner[0].start;
        let width = last.start - low;
        let mut shift = 0;
        while (width - 1) >> shift >= most_slots {
            shift += 1;
        }
        let slots = ((width - 1) >> shift) + 1;
        let first_slot = self.slots.len();
        self.slots.extend(std::iter::repeat_n(Root::NOTHING, slots as usize));
        let node = Node { low, width, shift, first_slot: first_slot as u32, below, above: last.answer };
        self.nodes.push(node);
        let root = Root(NODE | (self.nodes.len() - 1) as u32);
        let mut begin = 0;
        for slot in 0..slots {
            // Takes the segment in which the slot begins and all segments that begin inside it.
            let start = low + (slot << shift);
            while begin + 1 < inner.len() && inner[begin + 1].start <= start {
                begin += 1;
            }
            let beyond = u64::from(start) + (1 << shift);
            let mut end = begin + 1;
            while end < inner.len() && u64::from(inner[end].start) < beyond {
                end += 1;
            }
            self.slots[first_slot + slot as usize] = self.add(&inner[begin..end]);
        }
        root
    }

    /// Returns the fields (low, width, shift, first slot) of a root that is a node. For any other root the width is 0.
    pub fn first_step(&self, root: Root) -> (u32, u32, u32, u32) {
        match root.0 & KIND {
            NODE => {
                let node = &self.nodes[(root.0 & PAYLOAD) as usize];
                (node.low, node.width, node.shift, node.first_slot)
            }
            _ => (0, 0, 0, 0),
        }
    }

    /// Returns the answer that a slot leads to.
    #[inline]
    pub fn follow(&self, slot: u32, protocol: i32) -> u32 {
        let at = self.slots[slot as usize];
        if at.0 & KIND == LEAF { at.0 } else { self.get(at, protocol) }
    }

    pub fn get(&self, root: Root, protocol: i32) -> u32 {
        let number = biased(protocol);
        let mut at = root.0;
        loop {
            let payload = (at & PAYLOAD) as usize;
            match at & KIND {
                LEAF => return at & PAYLOAD,
                RUN => {
                    let run = &self.runs[payload];
                    // Three conditional moves. Counting the boundaries passed and indexing by the count costs a further load.
                    let [mut answer, second, third, fourth] = run.answers;
                    answer = if number >= run.starts[0] { second } else { answer };
                    answer = if number >= run.starts[1] { third } else { answer };
                    answer = if number >= run.starts[2] { fourth } else { answer };
                    return answer;
                }
                _ => {
                    let node = &self.nodes[payload];
                    let offset = number.wrapping_sub(node.low);
                    if offset >= node.width {
                        return if number < node.low { node.below } else { node.above };
                    }
                    at = self.slots[node.first_slot as usize + (offset >> node.shift) as usize].0;
                }
            }
        }
    }

    /// Releases the memory that the vectors reserved beyond their length.
    pub fn shrink(&mut self) {
        self.runs.shrink_to_fit();
        self.nodes.shrink_to_fit();
        self.slots.shrink_to_fit();
    }

    pub fn heap_bytes(&self) -> usize {
        size_of::<Run>() * self.runs.capacity()
            + size_of::<Node>() * self.nodes.capacity()
            + size_of::<Root>() * self.slots.capacity()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn walk(segments: &[Segment], protocol: i32) -> u32 {
        let number = biased(protocol);
        let at = segments.iter().skip(1).take_while(|segment| segment.start <= number).count();
        segments.get(at).map_or(NOTHING, |segment| segment.answer)
    }

    fn segments() -> impl Strategy<Value = Vec<Segment>> {
        let start = prop_oneof![
            any::<u32>(),
            (0u32..300).prop_map(|near| biased(0) + near),
            (0u32..32).prop_map(|bit| 1 << bit),
            Just(u32::MAX),
        ];
        proptest::collection::btree_set(start, 0..60).prop_map(|starts| {
            starts.into_iter().enumerate().map(|(at, start)| Segment { start, answer: at as u32 * 7 % 5 }).collect()
        })
    }

    proptest! {
        #[test]
        fn the_map_gives_what_a_walk_over_the_segments_gives(segments in segments(), other in any::<i32>()) {
            let mut map = RangeMap::default();
            let root = if segments.len() % 2 == 0 { map.add(&segments) } else { map.add_root(&segments) };
            let edges = segments.iter().flat_map(|segment| {
                [segment.start.wrapping_sub(1), segment.start, segment.start.wrapping_add(1)]
            });
            for number in edges.chain([0, u32::MAX, biased(other)]) {
                let protocol = biased(number as i32) as i32;
                prop_assert_eq!(map.get(root, protocol), walk(&segments, protocol), "at {}", protocol);
            }
        }
    }
}
