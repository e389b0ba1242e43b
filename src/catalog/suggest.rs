//! "Did you mean": the known word nearest to one that is not known.

/// The nearest of `known` to `word`, if one is near enough to be what was meant.
///
/// Near enough is an edit distance (Damerau and Levenshtein's, so that swapped letters count once) of at most a third of
/// the word's length, and at least one edit for short words.
pub(crate) fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<String> {
    let length = word.chars().count();
    let allowed = (length / 3).max(1);
    known
        .into_iter()
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= allowed)
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|&(distance, _)| distance <= allowed)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate.to_owned())
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn suggests_what_is_near_and_nothing_else() {
        let known = ["inet", "inet6", "unix", "netlink"];
        assert_eq!(nearest("inte", known).as_deref(), Some("inet"));
        assert_eq!(nearest("netlnik", known).as_deref(), Some("netlink"));
        assert_eq!(nearest("bluetooth", known), None);
    }
}
