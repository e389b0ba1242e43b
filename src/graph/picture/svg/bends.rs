//! The turns of threads on their way from one row to the next.
//!
//! Threads that run in the same direction side by side would merge where they are steep: sixteen pixels apart from left to right
//! is two pixels apart on a line that falls by one in eight. So the threads on the outside of the turn begin it later, each a
//! step after its neighbour, and the bundle stays a bundle of separate lines.

use super::measure::LANE;

/// The turns between two rows.
pub(super) struct Bends {
    /// The distance from the bottom of the upper row to the top of the lower one.
    pub(super) height: f64,
    /// The turns, by chain.
    bends: Vec<Bend>,
}

/// One thread's turn.
#[derive(Clone, Copy, Default)]
pub(super) struct Bend {
    /// The distance below the upper row at which it begins.
    pub(super) late: f64,
    /// The distance above the lower row at which it ends.
    pub(super) early: f64,
}

/// The distance between two neighbours' turns, where there is room.
const STEP: f64 = 7.0;
/// The greatest difference between the turns of one bundle.
const MOST: f64 = 84.0;

impl Bends {
    /// Returns the turns from the lanes of one row to those of the next; lanes are chains and their places, from left to right.
    pub(super) fn between(upper: &[(usize, f64)], lower: &[(usize, f64)]) -> Self {
        let aside = |&(chain, x): &(usize, f64)| {
            let below = lower.iter().find(|&&(other, _)| other == chain);
            below.map(|&(_, below)| (chain, below - x))
        };
        let moves: Vec<(usize, f64)> = upper.iter().filter_map(aside).collect();
        let farthest = moves.iter().map(|(_, aside)| aside.abs()).fold(0.0, f64::max);
        let mut bends = vec![Bend::default(); moves.iter().map(|(chain, _)| chain + 1).max().unwrap_or(0)];
        let mut widest: f64 = 0.0;
        for bundle in moves.chunk_by(|(_, a), (_, b)| direction(*a) == direction(*b)) {
            let last = (bundle.len() - 1) as f64;
            let step = if direction(bundle[0].1) == 0 { 0.0 } else { STEP.min(MOST / last.max(1.0)).floor() };
            widest = widest.max(step * last);
            for (at, &(chain, aside)) in bundle.iter().enumerate() {
                let place = if aside < 0.0 { at as f64 } else { last - at as f64 };
                bends[chain] = Bend { late: step * place, early: step * (last - place) };
            }
        }
        Self { height: ((44.0 + farthest * 0.16).min(130.0) + widest).round(), bends }
    }

    /// Returns the turn of one chain, or the default turn if the chain does not reach the row.
    pub(super) fn of(&self, chain: usize) -> Bend {
        self.bends.get(chain).copied().unwrap_or_default()
    }
}

/// Returns -1 for a turn to the left, 0 for none, and 1 for one to the right.
fn direction(aside: f64) -> i8 {
    if aside.abs() < LANE / 2.0 {
        0
    } else if aside < 0.0 {
        -1
    } else {
        1
    }
}
