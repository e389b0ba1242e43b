//! Sets of protocol numbers.

/// The protocols that an entry answers to: disjoint ranges in ascending order.
///
/// Whether a request with protocol 0 matches is another fact (`matches-zero`), even if the set holds the number 0.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProtocolSet {
    /// The number that was written first; for `any` it is 0.
    first: i32,
    ranges: Ranges,
}

/// Most entries have one number or one range, which is kept in place: at 100,000 entries that saves as many allocations.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Ranges {
    One([(i32, i32); 1]),
    Many(Box<[(i32, i32)]>),
}

impl ProtocolSet {
    /// Creates the set of one number.
    pub const fn one(number: i32) -> Self {
        ProtocolSet { first: number, ranges: Ranges::One([(number, number)]) }
    }

    /// Creates the set of every number but 0.
    pub fn any() -> Self {
        ProtocolSet { first: 0, ranges: Ranges::Many(Box::new([(i32::MIN, -1), (1, i32::MAX)])) }
    }

    /// Returns the union of inclusive ranges, which are given in the order written, or `None` if there is none.
    pub fn of(written: &[(i32, i32)], first: i32) -> Option<Self> {
        if let &[range] = written {
            return Some(ProtocolSet { first, ranges: Ranges::One([range]) });
        }
        let mut sorted = written.to_vec();
        sorted.sort_unstable();
        let mut ranges: Vec<(i32, i32)> = Vec::with_capacity(sorted.len());
        for (from, to) in sorted {
            match ranges.last_mut() {
                Some(last) if i64::from(from) <= i64::from(last.1) + 1 => last.1 = last.1.max(to),
                _ => ranges.push((from, to)),
            }
        }
        let ranges = match ranges.as_slice() {
            [] => return None,
            &[range] => Ranges::One([range]),
            _ => Ranges::Many(ranges.into_boxed_slice()),
        };
        Some(ProtocolSet { first, ranges })
    }

    /// Returns the number that was written first, with which a socket is created when a request states none; for `any` it is 0.
    pub const fn first(&self) -> i32 {
        self.first
    }

    /// Returns the disjoint inclusive ranges in ascending order; adjacent ranges are joined.
    pub fn ranges(&self) -> &[(i32, i32)] {
        match &self.ranges {
            Ranges::One(range) => range,
            Ranges::Many(ranges) => ranges,
        }
    }

    /// Returns whether the set holds this number.
    pub fn contains(&self, number: i32) -> bool {
        let ranges = self.ranges();
        let at = ranges.partition_point(|&(_, to)| to < number);
        ranges.get(at).is_some_and(|&(from, _)| from <= number)
    }

    /// Returns whether this is the set of every number but 0.
    pub fn is_any(&self) -> bool {
        self.ranges() == [(i32::MIN, -1), (1, i32::MAX)]
    }
}

#[cfg(test)]
mod tests {
    use super::ProtocolSet;

    #[test]
    fn ranges_become_disjoint_and_ascending() {
        let set = ProtocolSet::of(&[(9, 12), (0, 0), (2, 2), (1, 1), (11, 15)], 9).expect("not empty");
        assert_eq!(set.ranges(), [(0, 2), (9, 15)]);
        assert_eq!(set.first(), 9);
        assert!(set.contains(2) && set.contains(15) && !set.contains(3) && !set.contains(16) && !set.contains(-1));
    }

    #[test]
    fn any_holds_all_but_zero() {
        let any = ProtocolSet::any();
        assert!(
            any.contains(i32::MIN) && any.contains(-1) && !any.contains(0) && any.contains(1) && any.contains(i32::MAX)
        );
        assert!(any.is_any());
    }

    #[test]
    fn the_ends_of_the_range_do_not_overflow() {
        let set = ProtocolSet::of(&[(i32::MIN, i32::MAX), (5, 6)], 5).expect("not empty");
        assert_eq!(set.ranges(), [(i32::MIN, i32::MAX)]);
    }
}
