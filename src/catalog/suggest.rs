//! Suggestions for "did you mean": the known word nearest to an unknown one.

use std::borrow::Cow;

/// Returns the nearest of `known` to `word`, if one is near enough to be the one that was meant.
///
/// Near enough is an edit distance (Damerau and Levenshtein's, so that swapped letters count once) of at most a third of the
/// word's length, and at least one edit for short words. Capital letters and `_` count as the characters that names have in their
/// place.
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<String> {
    let word = &plain(word);
    let length = word.chars().count();
    let allowed = (length / 3).max(1);
    known
        .into_iter()
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= allowed)
        .map(|candidate| (strsim::damerau_levenshtein(word, &plain(candidate)), candidate))
        .filter(|&(distance, _)| distance <= allowed)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate.to_owned())
}

/// Returns the nearest of `known` to a name as C programs write it, such as `AF_INET` or `SOCK_STREAM`.
pub(crate) fn nearest_constant<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<String> {
    let prefix = ["AF_", "PF_", "SOCK_", "IPPROTO_", "ISOPROTO_", "BTPROTO_", "NETLINK_", "ETH_P_"]
        .into_iter()
        .find(|prefix| word.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix)));
    nearest(&word[prefix.map_or(0, str::len)..], known)
}

/// Returns the nearest of `known` to `word`, or else the only one that begins with it as a whole word.
pub fn nearest_or_longer<'k>(word: &str, known: impl IntoIterator<Item = &'k str> + Clone) -> Option<String> {
    let begins = |known: &&str| known.strip_prefix(word).is_some_and(|rest| rest.starts_with('-'));
    let mut longer = known.clone().into_iter().filter(begins);
    nearest(word, known).or_else(|| longer.next().filter(|_| longer.next().is_none()).map(str::to_owned))
}

/// Returns a word in the form of names.
fn plain(word: &str) -> Cow<'_, str> {
    if word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
        Cow::Borrowed(word)
    } else {
        Cow::Owned(word.to_lowercase().replace('_', "-"))
    }
}

#[cfg(test)]
mod tests {
    use super::{nearest, nearest_constant, nearest_or_longer};

    #[test]
    fn suggests_what_is_near_and_nothing_else() {
        let known = ["inet", "inet6", "unix", "netlink"];
        assert_eq!(nearest("inte", known).as_deref(), Some("inet"));
        assert_eq!(nearest("netlnik", known).as_deref(), Some("netlink"));
        assert_eq!(nearest("bluetooth", known), None);
        assert_eq!(nearest("INET", known).as_deref(), Some("inet"));
        assert_eq!(nearest("tcp_4", ["tcp-4", "tcp-44"]).as_deref(), Some("tcp-4"));
    }

    #[test]
    fn suggests_what_constants_name() {
        let known = ["inet", "inet6", "stream", "tcp"];
        for (word, meant) in
            [("AF_INET", "inet"), ("pf_inet6", "inet6"), ("SOCK_STREAM", "stream"), ("IPPROTO_TCP", "tcp")]
        {
            assert_eq!(nearest_constant(word, known).as_deref(), Some(meant));
        }
        assert_eq!(nearest_constant("äAF_", known), None);
    }

    #[test]
    fn suggests_the_one_that_begins_so() {
        let known = ["shadowed-entry", "unknown-key", "unknown-name"];
        assert_eq!(nearest_or_longer("shadowed", known).as_deref(), Some("shadowed-entry"));
        assert_eq!(nearest_or_longer("unknown", known), None);
    }
}
