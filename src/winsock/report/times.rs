//! The times at which keys were last written, which hives contain: those of most keys, and keys that were written long after
//! these.

use std::time::{Duration, SystemTime};

/// The time after the bulk from which on a key counts as late.
pub const LONG_AFTER: Duration = Duration::from_secs(60 * 60);

/// The times at which the keys of a catalog were last written.
///
/// A change of the order writes all keys anew: then all have the time of that change, and the time of installation is lost.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Times<'s> {
    /// The earliest time, as the source states it: UTC, RFC 3339.
    pub earliest: &'s str,
    /// The time by which half of the keys had been written.
    pub bulk: &'s str,
    /// The latest time.
    pub latest: &'s str,
    /// The number of keys with a time.
    pub stated: usize,
    /// The keys that were written more than an hour after the bulk, in the order of their times, by their indices in the query,
    /// each with its delay after the bulk.
    pub late: Vec<(usize, Duration)>,
}

/// Returns the times of the keys of a catalog, or `None` if the source states none.
pub(super) fn times<'s>(written: impl Iterator<Item = Option<&'s str>>) -> Option<Times<'s>> {
    let read = |(place, text): (usize, Option<&'s str>)| {
        let text = text?;
        Some((humantime::parse_rfc3339(text).ok()?, text, place))
    };
    let mut times: Vec<(SystemTime, &str, usize)> = written.enumerate().filter_map(read).collect();
    times.sort();
    let &(_, earliest, _) = times.first()?;
    let &(bulk_time, bulk, _) = times.get((times.len() - 1) / 2)?;
    let &(_, latest, _) = times.last()?;
    let late = times.iter().filter_map(|&(time, _, place)| {
        let after = time.duration_since(bulk_time).ok()?;
        (after > LONG_AFTER).then_some((place, after))
    });
    Some(Times { earliest, bulk, latest, stated: times.len(), late: late.collect() })
}
