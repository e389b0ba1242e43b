//! The errors of hives that cannot be read.

/// The damage of a hive. Offsets count from its first bin, like those in the hive.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Damage {
    #[error("an offset that it needs points nowhere")]
    Nowhere,
    #[error("the cell at {offset:#x} is not within the {bins} bytes of the hive's bins")]
    Outside { offset: u32, bins: usize },
    #[error("the cell at {offset:#x} is marked as unused")]
    Unused { offset: u32 },
    #[error("the cell at {offset:#x} has {length} bytes, fewer than what it states to hold")]
    Short { offset: u32, length: usize },
    #[error("the cell at {offset:#x} does not begin with `{expected}`")]
    Signature { offset: u32, expected: &'static str },
    #[error("the cell at {offset:#x} is no list of keys: it begins with none of `lf`, `lh`, `li` and `ri`")]
    NoList { offset: u32 },
    #[error("its list of keys holds lists of lists")]
    NestedLists,
    #[error("it has {stated} keys, and its list of keys has {found}")]
    Keys { stated: u32, found: usize },
    #[error("a value of {length} bytes is stated to be within the four bytes of an offset")]
    Resident { length: u32 },
    #[error("the {segments} segments of a value have fewer bytes than its {length}")]
    Segments { segments: u16, length: u32 },
    #[error(
        "reading it took {} times the {bins} bytes of the hive's bins: keys hold each other, or cells overlap",
        super::cells::MOST_READINGS
    )]
    Endless { bins: usize },
    #[error("its keys are nested in more than {levels} levels")]
    Deep { levels: usize },
    #[error("the value `{name}` cannot be read: {damage}")]
    Value { name: String, damage: Box<Damage> },
}
