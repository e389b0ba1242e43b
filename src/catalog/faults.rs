//! The faults found so far, and the proof that one was found.
//!
//! A value that cannot be built is represented by the fault that stands for it: `Result<T, Reported>`. A [`Reported`] is made
//! only by recording a fault, so no value can be left out without one; and code that meets it later reports nothing more, because
//! the cause is recorded already. A catalog is sealed only when no fault is recorded, and then it has no gap.

use super::fault::Fault;
use super::source::Span;
use std::collections::HashMap;

/// Proof that a fault was recorded.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reported(());

/// The faults found so far.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    found: Vec<Fault>,
    /// The faults at each place of a chain's definition that other entries of the chain may share.
    of_chains: HashMap<Span, Vec<usize>>,
}

/// The number of faults at some moment.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Mark(usize);

impl Faults {
    /// Records a fault.
    pub fn push(&mut self, fault: Fault) -> Reported {
        self.found.push(fault);
        Reported(())
    }

    /// Records a fault of a chain. A mistake that is written once, and is wrong over several bases, is one fault.
    pub fn of_chain(&mut self, fault: Fault) -> Reported {
        let known = self.of_chains.entry(fault.at).or_default();
        if known.iter().any(|&at| self.found.get_mut(at).is_some_and(|first| first.absorb(&fault))) {
            return Reported(());
        }
        known.push(self.found.len());
        self.push(fault)
    }

    /// Records faults that were found elsewhere.
    pub fn extend(&mut self, faults: impl IntoIterator<Item = Fault>) {
        self.found.extend(faults);
    }

    /// Records faults that were recorded elsewhere.
    pub fn append(&mut self, mut other: Faults) {
        self.found.append(&mut other.found);
    }

    /// Returns a mark of this moment, for [`Faults::since`].
    pub fn mark(&self) -> Mark {
        Mark(self.found.len())
    }

    /// Returns an error if a fault was recorded since a moment.
    pub fn since(&self, mark: Mark) -> Result<(), Reported> {
        if self.found.len() > mark.0 { Err(Reported(())) } else { Ok(()) }
    }

    /// Returns the proof that a matching fault was recorded, if one was.
    pub fn proof(&self, like: impl FnMut(&Fault) -> bool) -> Option<Reported> {
        self.found.iter().any(like).then_some(Reported(()))
    }

    /// Returns the number of faults.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Returns the faults that were recorded since a moment.
    pub fn after(&mut self, mark: Mark) -> &mut [Fault] {
        self.found.get_mut(mark.0..).unwrap_or_default()
    }

    /// Returns the value that was built, if no fault was recorded; otherwise the faults in the order of their places, without
    /// duplicates: each of several entries that use a faulty definition reports it.
    pub fn settle<T>(mut self, built: Result<T, Reported>) -> Result<T, Vec<Fault>> {
        match built {
            Ok(built) if self.found.is_empty() => Ok(built),
            Ok(_) | Err(Reported(())) => {
                self.found.sort_by_key(|fault| (fault.at, fault.kind.code()));
                self.found.dedup();
                Err(self.found)
            }
        }
    }
}
