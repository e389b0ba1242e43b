//! The order in which addresses are tried: RFC 8305, section 4.

use crate::net::address::Address;
use crate::terms::Family;
use std::collections::VecDeque;

/// An address, and the index of the contender that it belongs to.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    pub contender: usize,
    pub address: Address,
}

/// The addresses that are still to be tried. Families take turns, one address each, in the order in which they were announced.
#[derive(Default)]
pub(super) struct Turns {
    queues: Vec<(Family, VecDeque<Candidate>)>,
    /// The index of the family that has the next turn.
    turn: usize,
}

impl Turns {
    /// Adds a family, before it has an address.
    pub fn announce(&mut self, family: Family) {
        self.queue(family);
    }

    /// Adds an address after those of its family, if it is not there yet.
    pub fn push(&mut self, family: Family, candidate: Candidate) {
        let queue = self.queue(family);
        if !queue.contains(&candidate) {
            queue.push_back(candidate);
        }
    }

    /// Adds an address before those of its family.
    pub fn push_first(&mut self, family: Family, candidate: Candidate) {
        self.queue(family).push_front(candidate);
    }

    fn queue(&mut self, family: Family) -> &mut VecDeque<Candidate> {
        let known = self.queues.iter().position(|(known, _)| *known == family);
        let at = known.unwrap_or_else(|| {
            self.queues.push((family, VecDeque::new()));
            self.queues.len() - 1
        });
        &mut self.queues[at].1
    }

    pub fn is_empty(&self) -> bool {
        self.queues.iter().all(|(_, queue)| queue.is_empty())
    }

    /// Returns the lowest index of a contender that has an address here.
    pub fn first_contender(&self) -> Option<usize> {
        self.queues.iter().flat_map(|(_, queue)| queue).map(|candidate| candidate.contender).min()
    }

    /// Removes and returns the next address.
    pub fn next(&mut self) -> Option<Candidate> {
        let count = self.queues.len();
        for step in 0..count {
            let at = (self.turn + step) % count;
            if let Some(candidate) = self.queues[at].1.pop_front() {
                self.turn = at + 1;
                return Some(candidate);
            }
        }
        None
    }

    /// Removes the addresses of a contender.
    pub fn forget(&mut self, contender: usize) {
        for (_, queue) in &mut self.queues {
            queue.retain(|candidate| candidate.contender != contender);
        }
    }
}
