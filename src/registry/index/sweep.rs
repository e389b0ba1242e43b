//! Computes disjoint segments from overlapping sets of protocols. In each segment, the first entry in catalog order wins.

use super::ranges::{NOTHING, Segment, biased};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Returns the segments of protocol sets, which are given in catalog order with the answer of each. The first segment begins at
/// the least number, and neighbours differ in their answers.
pub(super) fn segments<'a>(sets: impl Iterator<Item = (&'a [(i32, i32)], u32)>) -> Vec<Segment> {
    let mut intervals: Vec<Interval> = Vec::with_capacity(sets.size_hint().0);
    for (rank, (ranges, answer)) in (0..).zip(sets) {
        let interval = |&(from, to): &(i32, i32)| Interval { from: biased(from), to: biased(to), rank, answer };
        intervals.extend(ranges.iter().map(interval));
    }
    intervals.sort_unstable_by_key(|interval| (interval.from, interval.rank));

    let mut segments = Segments { list: vec![Segment { start: 0, answer: NOTHING }] };
    let mut open: BinaryHeap<Reverse<(u32, u32, u32)>> = BinaryHeap::new();
    let mut waiting = intervals.iter().peekable();
    // Walks from one number at which the winner may change to the next. `u64` can hold the number behind the greatest one.
    let mut at = 0u64;
    loop {
        while let Some(next) = waiting.next_if(|next| u64::from(next.from) <= at) {
            open.push(Reverse((next.rank, next.to, next.answer)));
        }
        while open.peek().is_some_and(|Reverse((_, to, _))| u64::from(*to) < at) {
            open.pop();
        }
        let next_begins = waiting.peek().map(|next| u64::from(next.from));
        match (open.peek(), next_begins) {
            (None, None) => {
                segments.from(at, NOTHING);
                return segments.list;
            }
            (None, Some(next)) => {
                segments.from(at, NOTHING);
                at = next;
            }
            (Some(&Reverse((_, to, answer))), next) => {
                segments.from(at, answer);
                at = next.unwrap_or(u64::MAX).min(u64::from(to) + 1);
            }
        }
    }
}

#[derive(Copy, Clone)]
struct Interval {
    from: u32,
    to: u32,
    rank: u32,
    answer: u32,
}

struct Segments {
    list: Vec<Segment>,
}

impl Segments {
    /// Starts a segment with this answer at this number.
    fn from(&mut self, at: u64, answer: u32) {
        let Ok(start) = u32::try_from(at) else { return };
        match self.list.last_mut() {
            Some(last) if last.answer == answer => {}
            Some(last) if last.start == start => {
                last.answer = answer;
                // The answer that replaced another one may equal that of the segment before.
                if let [.., before, last] = self.list.as_slice()
                    && before.answer == last.answer
                {
                    self.list.pop();
                }
            }
            _ => self.list.push(Segment { start, answer }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_earlier_entry_wins_where_sets_overlap() {
        let (wide, narrow): (&[_], &[_]) = (&[(1, 262)], &[(6, 6), (17, 17)]);
        let answers = |sets: Vec<(&[(i32, i32)], u32)>| {
            let segments = segments(sets.into_iter());
            segments.iter().map(|segment| (biased(segment.start as i32) as i32, segment.answer)).collect::<Vec<_>>()
        };
        let gap = (i32::MIN, NOTHING);
        assert_eq!(
            answers(vec![(narrow, 7), (wide, 9)]),
            [gap, (1, 9), (6, 7), (7, 9), (17, 7), (18, 9), (263, NOTHING)]
        );
        assert_eq!(answers(vec![(wide, 9), (narrow, 7)]), [gap, (1, 9), (263, NOTHING)]);
        assert_eq!(answers(vec![]), [gap]);
        assert_eq!(answers(vec![(&[(i32::MIN, i32::MAX)], 3)]), [(i32::MIN, 3)]);
    }
}
