//! When keys were last written, as a hive reports it: the bulk, and what came long after.

use std::time::{Duration, SystemTime};

/// How long after the bulk a key must have been written to be called out.
pub const LONG_AFTER: Duration = Duration::from_secs(60 * 60);

/// When the keys of a catalog were last written.
///
/// A change of the order writes every key anew: then all state the time of that change, and none when it was installed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Times<'s> {
    /// The earliest, as the source writes it: UTC, RFC 3339.
    pub earliest: &'s str,
    /// The time by which half of the keys had been written.
    pub bulk: &'s str,
    /// The latest.
    pub latest: &'s str,
    /// How many keys have a time.
    pub stated: usize,
    /// The keys that were written more than an hour after the bulk, by their places among those that were asked about, in the
    /// order of their times; and how long after.
    pub late: Vec<(usize, Duration)>,
}

/// Returns the times of the keys of a catalog, or `None` where the source states none.
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
